//! `cmsgpack`: MessagePack, as the library of that name reads and writes it.

mod read;
mod write;

use mlua::{Lua, MultiValue, Table, Value, Variadic};

use super::Given;
use crate::scripting::arguments::Argument;
use crate::scripting::fill;
use crate::scripting::raised::Raised;
use read::Reader;

pub(super) fn make(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.raw_set("_NAME", "cmsgpack")?;
    table.raw_set("_VERSION", "lua-cmsgpack 0.4.0")?;
    fill(
        &table,
        [
            ("pack", lua.create_function(|lua, it| pack(lua, &it))?),
            ("unpack", lua.create_function(|lua, it| unpack(lua, "unpack", &it))?),
            ("unpack_one", lua.create_function(|lua, it| unpack(lua, "unpack_one", &it))?),
            ("unpack_limit", lua.create_function(|lua, it| unpack(lua, "unpack_limit", &it))?),
        ],
    )?;
    Ok(table)
}

fn pack(lua: &Lua, values: &Variadic<Value>) -> mlua::Result<mlua::String> {
    if values.is_empty() {
        return Err(Raised::bad_argument(lua, 0, "pack", "MessagePack pack needs input."));
    }
    let mut out = Vec::new();
    for value in values.iter() {
        write::value(&mut out, value, 0)?;
        // A table may hold itself many times over.
        if out.len() > LARGEST {
            return Err(Raised::at_caller(lua, "not enough memory"));
        }
    }
    lua.create_string(out)
}

fn unpack(
    lua: &Lua,
    function: &'static str,
    arguments: &Variadic<Argument>,
) -> mlua::Result<MultiValue> {
    let given = Given { lua, function, arguments };
    let data = given.text(0)?;
    let (limit, offset) = match function {
        "unpack" => (0, 0),
        "unpack_one" => (1, given.integer_or(1, 0)?),
        _ => (crate::scripting::number::to_integer(given.number(1)?), given.integer_or(2, 0)?),
    };
    let (Ok(most), Ok(start)) = (usize::try_from(limit), usize::try_from(offset)) else {
        let text = format!(
            "Invalid request to unpack with offset of {offset} and limit of {}.",
            data.len()
        );
        return Err(Raised::at_caller(lua, text));
    };
    let Some(rest) = data.get(start..) else {
        let text = format!("Start offset {offset} greater than input length {}.", data.len());
        return Err(Raised::at_caller(lua, text));
    };
    let all = most == 0 && start == 0;
    let mut reader = Reader::new(lua, rest);
    let mut values = Vec::new();
    while !reader.is_empty() && (all || values.len() < most) {
        if values.len() >= MOST_VALUES {
            return Err(Raised::at_caller(lua, "too many results to unpack"));
        }
        values.push(reader.value(0)?);
    }
    if !all {
        let next = if reader.is_empty() { -1.0 } else { (data.len() - reader.left()) as f64 };
        values.insert(0, Value::Number(next));
    }
    Ok(MultiValue::from_vec(values))
}

/// What Lua may hold itself.
const LARGEST: usize = 256 * 1024 * 1024;

/// Values of one call: Lua's own limit for results is 8000, and ours for what we hold of it less.
const MOST_VALUES: usize = 2000;
