//! The libraries that scripts find besides Lua's own.

mod bit;
mod cjson;
mod cmsgpack;
mod packed;
mod random;

use std::sync::Arc;

use mlua::{Lua, Table, Value};

use super::arguments::Argument;
use super::number;
use super::raised::Raised;
use super::running::Running;

/// Adds the libraries to what the sandbox is made of.
pub(super) fn add(lua: &Lua, native: &Table, running: &Arc<Running>) -> mlua::Result<()> {
    native.raw_set("math", random::make(lua, running)?)?;
    let libraries = lua.create_table()?;
    libraries.raw_set("bit", bit::make(lua)?)?;
    libraries.raw_set("cjson", cjson::make(lua)?)?;
    libraries.raw_set("cmsgpack", cmsgpack::make(lua)?)?;
    libraries.raw_set("struct", packed::make(lua)?)?;
    native.raw_set("libraries", libraries)
}

/// A function's arguments, as its errors name them.
struct Given<'a> {
    lua: &'a Lua,
    function: &'static str,
    arguments: &'a [Argument],
}

impl Given<'_> {
    /// The argument at `index` as a number.
    fn number(&self, index: usize) -> mlua::Result<f64> {
        let argument = self.arguments.get(index);
        argument.and_then(Argument::number).ok_or_else(|| self.expected("number", index))
    }

    /// The argument at `index` as a string.
    fn text(&self, index: usize) -> mlua::Result<Vec<u8>> {
        let argument = self.arguments.get(index);
        argument.and_then(Argument::text).ok_or_else(|| self.expected("string", index))
    }

    /// The argument at `index` as an integer, if it is there.
    fn integer_or(&self, index: usize, otherwise: i64) -> mlua::Result<i64> {
        match self.arguments.get(index) {
            None | Some(Argument::Nil) => Ok(otherwise),
            Some(_) => self.number(index).map(number::to_integer),
        }
    }

    fn expected(&self, what: &str, index: usize) -> mlua::Error {
        let found = self.arguments.get(index).map_or("no value", Argument::type_name);
        self.bad(index, &format!("{what} expected, got {found}"))
    }

    fn bad(&self, index: usize, why: &str) -> mlua::Error {
        Raised::bad_argument(self.lua, index + 1, self.function, why)
    }
}

/// How long a table is if its keys are those of an array, and how many there are.
fn array_length(table: &Table) -> mlua::Result<Option<(usize, usize)>> {
    let (mut longest, mut count, mut array) = (0, 0, true);
    table.for_each(|key: Value, _: Value| {
        match key {
            Value::Integer(index) if index > 0 => longest = longest.max(index as usize),
            _ => array = false,
        }
        count += 1;
        Ok(())
    })?;
    Ok(array.then_some((longest, count)))
}
