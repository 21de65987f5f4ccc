//! The libraries that scripts find besides Lua's own.

mod random;

use std::sync::Arc;

use mlua::{Lua, Table};

use super::running::Running;

/// Adds the libraries to what the sandbox is made of.
pub(super) fn add(lua: &Lua, native: &Table, running: &Arc<Running>) -> mlua::Result<()> {
    native.raw_set("math", random::make(lua, running)?)?;
    let libraries = lua.create_table()?;
    native.raw_set("libraries", libraries)
}
