//! What scripts can see and reach.
//!
//! Redis has taught its Lua that tables can be read-only. Here a script is given an empty table that
//! stands before the real one: reading goes on to it, writing is refused.

use std::sync::Arc;

use mlua::{Function, HookTriggers, Lua, LuaOptions, StdLib, Table, Value, VmState};

use super::running::Running;
use super::{libraries, raised, redis};

/// The interpreter's parts that are needed to run a script.
#[derive(Debug)]
pub(super) struct Sandbox {
    /// The real table of globals.
    pub(super) globals: Table,
    /// The real table `redis`.
    pub(super) redis: Table,
    /// Runs a function: whether it has succeeded, and what it has returned or failed with.
    pub(super) run: Function,
}

/// Makes an interpreter.
pub(super) fn make(running: &Arc<Running>) -> mlua::Result<(Lua, Sandbox)> {
    let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH;
    let lua = Lua::new_with(libraries, LuaOptions::default())?;
    let redis = redis::make(&lua, running)?;
    let native = native(&lua, running)?;
    native.raw_set("redis", &redis)?;
    libraries::add(&lua, &native, running)?;
    let prelude = lua.load(include_str!("sandbox.lua")).set_name(NAME);
    let (globals, outer, run): (Table, Table, Function) = prelude.call(native)?;
    lua.set_globals(outer)?;
    let own = Arc::clone(running);
    lua.set_global_hook(HookTriggers::new().every_nth_instruction(CHECK_EVERY), move |_, _| {
        raised::still_running(&own)?;
        Ok(VmState::Continue)
    })?;
    Ok((lua, Sandbox { globals, redis, run }))
}

/// Has a limit to the memory, or none, while something is done.
///
/// It is for what a script does by itself. What the server gives it, its arguments and replies, is
/// bounded by what there is already, and Lua is faster at it where it can't fail; the next thing that
/// the script does fails if it was too much.
pub(super) fn bounded<T>(lua: &Lua, bounded: bool, act: impl FnOnce() -> T) -> mlua::Result<T> {
    let before = lua.set_memory_limit(if bounded { MEMORY } else { 0 })?;
    let done = act();
    lua.set_memory_limit(before)?;
    Ok(done)
}

/// What the sandbox itself needs of the server.
fn native(lua: &Lua, running: &Arc<Running>) -> mlua::Result<Table> {
    let native = lua.create_table()?;
    let own = Arc::clone(running);
    let caught = move |lua: &Lua, error: Value| raised::caught(lua, error, &own);
    native.raw_set("caught", lua.create_function(caught)?)?;
    let own = Arc::clone(running);
    let seen = move |lua: &Lua, error: Value| {
        raised::still_running(&own)?;
        raised::seen(lua, error)
    };
    native.raw_set("seen", lua.create_function(seen)?)?;
    native.raw_set("locate", lua.create_function(raised::locate)?)?;
    Ok(native)
}

/// The name of the sandbox's own chunk. Errors are not said to come from there.
pub(super) const NAME: &str = "=sandbox";

/// Instructions between two looks at the clock: a tenth of a millisecond or so.
const CHECK_EVERY: u32 = 10_000;

/// Bytes that all scripts together may use: as much as makes sense, and not all there is.
pub(super) const MEMORY: usize = 256 * 1024 * 1024;
