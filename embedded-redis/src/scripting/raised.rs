//! Errors between the server, Lua and the client.
//!
//! What a function of the server fails with reaches Lua as an opaque value. Before a script sees it,
//! it is turned into what Redis raises: a table with the text in `err`, or a string.

use std::fmt;

use mlua::{Error, Lua, Table, Value};

use super::Sha;
use super::arguments::type_name;
use super::running::Running;
use crate::keyspace::until_nul;

/// What a function of the server raises.
#[derive(Clone, Debug)]
pub(super) enum Raised {
    /// As Redis's functions do: the text of an error, its code first.
    Reply(Vec<u8>),
    /// As Lua's own functions do: a string.
    Text(Vec<u8>),
}

impl Raised {
    /// An error of Redis's functions.
    pub(super) fn reply(text: &str) -> Error {
        Error::external(Self::Reply(text.as_bytes().to_vec()))
    }

    /// An error that Lua itself would raise.
    pub(super) fn text(text: &str) -> Error {
        Error::external(Self::Text(text.as_bytes().to_vec()))
    }

    /// An error of a library's function, with the place where it was called.
    pub(super) fn at_caller(lua: &Lua, message: impl AsRef<[u8]>) -> Error {
        let place = lua.inspect_stack(1, |frame| {
            let line = frame.current_line()?;
            let name = frame.source().short_src?.into_owned();
            Some(format!("{name}:{line}: "))
        });
        let mut text = place.flatten().unwrap_or_default().into_bytes();
        text.extend_from_slice(message.as_ref());
        Error::external(Self::Text(text))
    }

    /// An argument that is not what it should be.
    pub(super) fn bad_argument(lua: &Lua, number: usize, function: &str, why: &str) -> Error {
        Self::at_caller(lua, format!("bad argument #{number} to '{function}' ({why})"))
    }

    fn of(error: &Error) -> Self {
        match error {
            Error::CallbackError { cause, .. } => Self::of(cause),
            Error::MemoryError(_) => Self::Text(b"not enough memory".to_vec()),
            Error::CallbackDestructed => {
                Self::Reply(b"ERR the script that it belongs to is over".to_vec())
            }
            other => match other.downcast_ref::<Self>() {
                Some(raised) => raised.clone(),
                None => Self::Text(other.to_string().into_bytes()),
            },
        }
    }
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Reply(text) | Self::Text(text)) = self;
        f.write_str(&String::from_utf8_lossy(text))
    }
}

impl std::error::Error for Raised {}

/// The text of an error.
pub(super) fn text_of(error: &Error) -> Vec<u8> {
    let (Raised::Reply(text) | Raised::Text(text)) = Raised::of(error);
    text
}

/// What an error is to a script that catches it.
pub(super) fn seen(lua: &Lua, error: Value) -> mlua::Result<Value> {
    let Value::Error(error) = error else { return Ok(error) };
    match Raised::of(&error) {
        Raised::Reply(text) => Ok(Value::Table(table(lua, &text)?)),
        Raised::Text(text) => Ok(Value::String(lua.create_string(text)?)),
    }
}

/// The same for `pcall`: scripts written for Redis before 7.0 expect a string.
pub(super) fn caught(lua: &Lua, error: Value, running: &Running) -> mlua::Result<Value> {
    still_running(running)?;
    let error = seen(lua, error)?;
    let Value::Table(table) = &error else { return Ok(error) };
    Ok(match table.raw_get("err")? {
        text @ (Value::String(_) | Value::Integer(_) | Value::Number(_)) => text,
        _ => error,
    })
}

/// A script whose time is up must not go on because it catches the error that says so.
pub(super) fn still_running(running: &Running) -> mlua::Result<()> {
    match running.time_is_up() {
        Some(text) => Err(Raised::reply(&text)),
        None => Ok(()),
    }
}

/// An error as `redis.pcall` returns and `redis.call` raises it.
pub(super) fn table(lua: &Lua, text: &[u8]) -> mlua::Result<Table> {
    let table = lua.create_table_with_capacity(0, 2)?;
    table.raw_set("err", mlua::String::wrap(text))?;
    table.raw_set("ignore_error_stats_update", true)?;
    Ok(table)
}

/// Notes where an error was raised that nobody has caught, while that can still be seen.
pub(super) fn locate(lua: &Lua, error: Value) -> mlua::Result<Table> {
    let error = match seen(lua, error)? {
        Value::Table(table) => table,
        other => {
            let mut text = b"ERR ".to_vec();
            match &other {
                Value::String(message) => text.extend_from_slice(&message.as_bytes()),
                Value::Nil | Value::Boolean(_) | Value::Integer(_) | Value::Number(_) => {
                    text.extend_from_slice(other.to_string()?.as_bytes());
                }
                other => text.extend_from_slice(type_name(other).as_bytes()),
            }
            let table = lua.create_table()?;
            table.raw_set("err", mlua::String::wrap(text))?;
            table
        }
    };
    if let Some((source, line)) = place(lua) {
        error.raw_set("source", source)?;
        error.raw_set("line", line)?;
    }
    Ok(error)
}

/// The place in the script: of the function that has failed or, if that is none of the script's own,
/// of the one that has called it.
fn place(lua: &Lua) -> Option<(String, i64)> {
    let (mut foreign, mut sandboxed) = (0, false);
    for level in 1.. {
        let (what, source, line) = lua.inspect_stack(level, |frame| {
            let source = frame.source();
            let line = frame.current_line().map_or(-1, |line| line as i64);
            (source.what, source.source.map(std::borrow::Cow::into_owned), line)
        })?;
        let source = source?;
        if source == super::sandbox::NAME {
            sandboxed = true;
        } else if what == "C" && (foreign == 0 || sandboxed) {
            foreign += 1;
        } else if what != "tail" || !sandboxed {
            return Some((source, line));
        }
    }
    None
}

/// What a script has ended with.
pub(super) enum Failure {
    /// An error, its code first, and where it was raised: `@user_script:1`.
    Located(Vec<u8>, Option<String>),
    /// Lua itself could not go on.
    Bare(Vec<u8>),
}

impl Failure {
    /// Reads what [`locate`] has made, if it came to that.
    pub(super) fn of(error: &Value) -> Self {
        match error {
            Value::Table(table) => {
                let text = match table.raw_get("err") {
                    Ok(Value::String(text)) => text.as_bytes().to_vec(),
                    Ok(Value::Integer(number)) => number.to_string().into_bytes(),
                    _ => b"ERR unknown error".to_vec(),
                };
                let place = table
                    .raw_get::<String>("source")
                    .and_then(|source| Ok(format!("{source}:{}", table.raw_get::<i64>("line")?)));
                Self::Located(text, place.ok())
            }
            Value::String(text) => Self::Bare(text.as_bytes().to_vec()),
            Value::Error(error) => Self::Bare(text_of(error)),
            _ => Self::Bare(b"execution failure".to_vec()),
        }
    }

    /// What the client is told.
    pub(super) fn into_error(self, sha: &Sha) -> crate::engine::Error {
        let sha = String::from_utf8_lossy(sha);
        crate::engine::Error::new(match self {
            Self::Located(text, place) => {
                let mut text = until_nul(&text).to_vec();
                if let Some(place) = place {
                    text.extend_from_slice(format!(" script: {sha}, on {place}.").as_bytes());
                }
                text
            }
            Self::Bare(text) => {
                let shown = until_nul(text.get(..100).unwrap_or(&text));
                [b"ERR Error running script ", sha.as_bytes(), b", ", shown].concat()
            }
        })
    }
}
