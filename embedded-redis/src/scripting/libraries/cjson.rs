//! `cjson`: JSON, as the library of that name reads and writes it.

mod decode;
mod encode;

use std::sync::{Arc, Mutex, PoisonError};

use mlua::{Lua, Table, Value, Variadic};

use super::Given;
use crate::scripting::arguments::Argument;
use crate::scripting::fill;
use crate::scripting::raised::Raised;

/// What scripts have set. As in Redis it stays so for those that follow.
#[derive(Clone, Copy, Debug)]
struct Config {
    /// An array may have holes; one with too many is an error or, converted, an object.
    convert_sparse: bool,
    sparse_ratio: i64,
    sparse_safe: i64,
    encode_depth: i64,
    decode_depth: i64,
    precision: i64,
    /// Infinite numbers and those that are none: refused, written as they are, or as null.
    encode_invalid: Invalid,
    decode_invalid: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Invalid {
    Refused,
    Written,
    Null,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            convert_sparse: false,
            sparse_ratio: 2,
            sparse_safe: 10,
            encode_depth: 1000,
            decode_depth: 1000,
            precision: 14,
            encode_invalid: Invalid::Refused,
            decode_invalid: true,
        }
    }
}

type Shared = Arc<Mutex<Config>>;

pub(super) fn make(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    table.raw_set("_NAME", "cjson")?;
    table.raw_set("_VERSION", "2.1.0")?;
    table.raw_set("null", Value::NULL)?;
    let config = Shared::default();
    let own = Arc::clone(&config);
    let encode = lua.create_function(move |lua, values: Variadic<Value>| {
        let [value] = values.as_slice() else {
            return Err(Raised::bad_argument(lua, 1, "encode", "expected 1 argument"));
        };
        let text = encode::encode(&read(&own), value).map_err(|error| error.raise(lua))?;
        lua.create_string(text)
    })?;
    let own = Arc::clone(&config);
    let decode = lua.create_function(move |lua, arguments: Variadic<Argument>| {
        let given = Given { lua, function: "decode", arguments: &arguments };
        if arguments.len() != 1 {
            return Err(given.bad(0, "expected 1 argument"));
        }
        decode::decode(lua, &read(&own), &given.text(0)?).map_err(|error| error.raise(lua))
    })?;
    let depth = |name, part: fn(&mut Config) -> &mut i64| {
        integer(lua, &config, name, i64::from(i32::MAX), part)
    };
    fill(
        &table,
        [
            ("encode", encode),
            ("decode", decode),
            ("new", lua.create_function(|lua, ()| make(lua))?),
            ("encode_max_depth", depth("encode_max_depth", |it| &mut it.encode_depth)?),
            ("decode_max_depth", depth("decode_max_depth", |it| &mut it.decode_depth)?),
            (
                "encode_number_precision",
                integer(lua, &config, "encode_number_precision", 14, |it| &mut it.precision)?,
            ),
            ("encode_keep_buffer", lua.create_function(|_, ()| Ok(true))?),
            ("encode_sparse_array", sparse(lua, &config)?),
            ("encode_invalid_numbers", encode_invalid(lua, &config)?),
            ("decode_invalid_numbers", decode_invalid(lua, &config)?),
        ],
    )?;
    Ok(table)
}

fn read(config: &Shared) -> Config {
    *config.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A function that sets an integer, and returns what it is then.
fn integer(
    lua: &Lua,
    config: &Shared,
    function: &'static str,
    largest: i64,
    part: fn(&mut Config) -> &mut i64,
) -> mlua::Result<mlua::Function> {
    let config = Arc::clone(config);
    lua.create_function(move |lua, arguments: Variadic<Argument>| {
        let given = Given { lua, function, arguments: &arguments };
        let mut config = config.lock().unwrap_or_else(PoisonError::into_inner);
        let part = part(&mut config);
        let value = given.integer_or(0, *part)?;
        if !(1..=largest).contains(&value) {
            return Err(given.bad(0, &format!("expected integer between 1 and {largest}")));
        }
        *part = value;
        Ok(value)
    })
}

fn sparse(lua: &Lua, config: &Shared) -> mlua::Result<mlua::Function> {
    let config = Arc::clone(config);
    lua.create_function(move |lua, arguments: Variadic<Argument>| {
        let given = Given { lua, function: "encode_sparse_array", arguments: &arguments };
        let mut config = config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Argument::Boolean(convert)) = arguments.first() {
            config.convert_sparse = *convert;
        }
        config.sparse_ratio = given.integer_or(1, config.sparse_ratio)?.max(0);
        config.sparse_safe = given.integer_or(2, config.sparse_safe)?.max(0);
        Ok((config.convert_sparse, config.sparse_ratio, config.sparse_safe))
    })
}

fn encode_invalid(lua: &Lua, config: &Shared) -> mlua::Result<mlua::Function> {
    let config = Arc::clone(config);
    lua.create_function(move |lua, arguments: Variadic<Argument>| {
        let given = Given { lua, function: "encode_invalid_numbers", arguments: &arguments };
        let mut config = config.lock().unwrap_or_else(PoisonError::into_inner);
        config.encode_invalid = match arguments.first() {
            None | Some(Argument::Nil) => config.encode_invalid,
            Some(Argument::Boolean(false)) => Invalid::Refused,
            Some(Argument::Boolean(true)) => Invalid::Written,
            Some(Argument::Text(text)) if text == b"off" => Invalid::Refused,
            Some(Argument::Text(text)) if text == b"on" => Invalid::Written,
            Some(Argument::Text(text)) if text == b"null" => Invalid::Null,
            Some(_) => return Err(given.bad(0, "invalid option")),
        };
        Ok(match config.encode_invalid {
            Invalid::Refused => Value::Boolean(false),
            Invalid::Written => Value::Boolean(true),
            Invalid::Null => Value::String(lua.create_string("null")?),
        })
    })
}

fn decode_invalid(lua: &Lua, config: &Shared) -> mlua::Result<mlua::Function> {
    let config = Arc::clone(config);
    lua.create_function(move |_, arguments: Variadic<Argument>| {
        let mut config = config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Argument::Boolean(allowed)) = arguments.first() {
            config.decode_invalid = *allowed;
        }
        Ok(config.decode_invalid)
    })
}

/// Why something can't be read or written.
enum Problem {
    /// Said to the script, with the place where it called.
    Said(String),
    /// Lua itself has failed.
    Lua(mlua::Error),
}

impl Problem {
    fn raise(self, lua: &Lua) -> mlua::Error {
        match self {
            Self::Said(message) => Raised::at_caller(lua, message),
            Self::Lua(error) => error,
        }
    }
}

impl From<mlua::Error> for Problem {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
}

/// Values inside each other at most, whatever a script sets: a thread's stack ends.
const DEEPEST: i64 = 200;
