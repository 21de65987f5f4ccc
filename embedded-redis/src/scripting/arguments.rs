//! Arguments of functions that scripts call.

use mlua::{FromLua, Lua, Value};

use super::number;

/// An argument that is taken out of Lua at once: a call may have more of them than Lua can hold for
/// us at the same time.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Nil,
    Boolean(bool),
    Number(f64),
    Text(Vec<u8>),
    /// Of another type, which it names.
    Other(&'static str),
}

impl FromLua for Argument {
    #[inline]
    fn from_lua(value: Value, _: &Lua) -> mlua::Result<Self> {
        Ok(match value {
            Value::String(text) => Self::Text(text.as_bytes().to_vec()),
            Value::Integer(number) => Self::Number(number as f64),
            Value::Number(number) => Self::Number(number),
            Value::Boolean(value) => Self::Boolean(value),
            Value::Nil => Self::Nil,
            other => Self::Other(type_name(&other)),
        })
    }
}

impl Argument {
    /// Its number, if it is one or reads like one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => number::parse(text),
            _ => None,
        }
    }

    /// Its text as Lua has it; a number's, too.
    pub(super) fn text(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number::general(*number, 14).into_bytes()),
            _ => None,
        }
    }

    /// What Lua calls its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Boolean(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Other(name) => name,
        }
    }
}

/// What Lua itself calls a value's type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) => "number",
        Value::LightUserData(_) | Value::Error(_) => "userdata",
        other => other.type_name(),
    }
}
