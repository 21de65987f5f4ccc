//! From replies to Lua, and from Lua to replies.

use std::cell::Cell;
use std::rc::Rc;

use mlua::{IntoLua, Lua, Table, Value};
use redis_server_core::resp_core::{FrameRef, View};
use redis_server_core::{Action, Answering, Protocol, Reply, ToReply};

use super::number::to_integer;
use super::raised::table;
use crate::keyspace::until_nul;

/// A command's reply, as a script sees it.
pub(super) struct Told<'a> {
    pub(super) frame: FrameRef<'a>,
    pub(super) protocol: Protocol,
}

impl IntoLua for Told<'_> {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        let told = |frame| Told { frame, protocol: self.protocol };
        let field = |name: &str, value: Value| {
            let table = lua.create_table_with_capacity(0, 1)?;
            table.raw_set(name, value)?;
            Ok(Value::Table(table))
        };
        let text = |text: &[u8]| lua.create_string(text).map(Value::String);
        match self.frame.view() {
            View::BulkString(bytes) => text(bytes),
            View::Integer(number) => Ok(Value::Number(number as f64)),
            View::SimpleString(bytes) => field("ok", text(bytes)?),
            View::SimpleError(bytes) | View::BulkError(bytes) => {
                Ok(Value::Table(table(lua, &with_code(bytes))?))
            }
            View::Null => Ok(match self.protocol {
                Protocol::Resp2 => Value::Boolean(false),
                Protocol::Resp3 => Value::Nil,
            }),
            View::Boolean(value) => Ok(Value::Boolean(value)),
            View::Double(number) => field("double", Value::Number(number)),
            View::BigNumber(digits) => field("big_number", text(digits)?),
            View::Verbatim { format, text: bytes } => {
                let parts = lua.create_table_with_capacity(0, 2)?;
                parts.raw_set("string", text(bytes)?)?;
                parts.raw_set("format", text(format)?)?;
                field("verbatim_string", Value::Table(parts))
            }
            View::Array(elements) | View::Push(elements) => {
                lua.create_sequence_from(elements.map(told)).map(Value::Table)
            }
            View::Set(elements) => {
                let set = lua.create_table_with_capacity(0, elements.len())?;
                for element in elements {
                    set.raw_set(told(element), true)?;
                }
                field("set", Value::Table(set))
            }
            View::Map(pairs) => {
                let map = lua.create_table_with_capacity(0, pairs.len())?;
                for (key, value) in pairs {
                    map.raw_set(told(key), told(value))?;
                }
                field("map", Value::Table(map))
            }
            View::StreamedString(_) => Ok(Value::Nil),
        }
    }
}

/// An error's text, which has a code in any case.
fn with_code(text: &[u8]) -> Vec<u8> {
    if text.contains(&b' ') { text.to_vec() } else { [b"ERR ", text].concat() }
}

/// The names of fields by which a table is something else than an array.
#[derive(Debug)]
pub(super) struct Fields {
    err: mlua::String,
    ok: mlua::String,
    double: mlua::String,
    big_number: mlua::String,
    verbatim: mlua::String,
    map: mlua::String,
    set: mlua::String,
}

impl Fields {
    pub(super) fn new(lua: &Lua) -> mlua::Result<Self> {
        Ok(Self {
            err: lua.create_string("err")?,
            ok: lua.create_string("ok")?,
            double: lua.create_string("double")?,
            big_number: lua.create_string("big_number")?,
            verbatim: lua.create_string("verbatim_string")?,
            map: lua.create_string("map")?,
            set: lua.create_string("set")?,
        })
    }
}

/// What a script has returned, as a reply.
pub(super) struct Returned<'f> {
    value: Value,
    fields: &'f Fields,
    /// The script has asked for RESP3: its booleans are such.
    resp3: bool,
    depth: usize,
    /// Bytes that the whole reply may still take.
    room: Rc<Cell<usize>>,
}

impl<'f> Returned<'f> {
    pub(super) fn new(value: Value, fields: &'f Fields, resp3: bool) -> Self {
        Self { value, fields, resp3, depth: 0, room: Rc::new(Cell::new(LARGEST)) }
    }

    fn within(&self, value: Value) -> Self {
        let (depth, room) = (self.depth + 1, Rc::clone(&self.room));
        Self { value, fields: self.fields, resp3: self.resp3, depth, room }
    }

    /// Whether there is room for the value. A table may hold itself many times over, so that a reply
    /// can be larger than all that the script has.
    fn fits(&self) -> bool {
        let size = match &self.value {
            Value::String(text) => text.as_bytes().len(),
            _ => 0,
        };
        match self.room.get().checked_sub(size.saturating_add(FRAME)) {
            Some(left) => {
                self.room.set(left);
                true
            }
            None => false,
        }
    }

    fn table<'a, P: Answering<'a>>(
        &self,
        table: &Table,
        reply: Reply<'a, P>,
    ) -> mlua::Result<Action> {
        let fields = self.fields;
        if let Value::String(text) = table.raw_get(&fields.err)? {
            let text = text.as_bytes();
            return Ok(reply.error(trim_end(until_nul(&text))));
        }
        if let Value::String(text) = table.raw_get(&fields.ok)? {
            return Ok(reply.simple(until_nul(&text.as_bytes())));
        }
        match table.raw_get(&fields.double)? {
            Value::Number(number) => return Ok(reply.double(number)),
            Value::Integer(number) => return Ok(reply.double(number as f64)),
            _ => {}
        }
        if let Value::String(digits) = table.raw_get(&fields.big_number)? {
            return Ok(reply.big_number(digits.as_bytes()));
        }
        if let Value::Table(parts) = table.raw_get(&fields.verbatim)?
            && let Value::String(format) = parts.raw_get("format")?
            && let Value::String(text) = parts.raw_get("string")?
        {
            let mut three = [b' '; 3];
            three.iter_mut().zip(format.as_bytes().iter()).for_each(|(to, from)| *to = *from);
            return Ok(reply.verbatim(three, text.as_bytes()));
        }
        if let Value::Table(map) = table.raw_get(&fields.map)? {
            return self.map(&map, reply);
        }
        if let Value::Table(set) = table.raw_get(&fields.set)? {
            return self.set(&set, reply);
        }
        self.array(table, reply)
    }

    fn map<'a, P: Answering<'a>>(
        &self,
        table: &Table,
        reply: Reply<'a, P>,
    ) -> mlua::Result<Action> {
        let mut pairs = reply.map(size(table)?);
        table.for_each(|key: Value, value: Value| {
            pairs.pair(self.within(key), self.within(value));
            Ok(())
        })?;
        Ok(Action::Continue)
    }

    fn set<'a, P: Answering<'a>>(
        &self,
        table: &Table,
        reply: Reply<'a, P>,
    ) -> mlua::Result<Action> {
        let mut items = reply.set(size(table)?);
        table.for_each(|key: Value, _: Value| {
            items.add(self.within(key));
            Ok(())
        })?;
        Ok(Action::Continue)
    }

    /// What there is up to the first nil.
    fn array<'a, P: Answering<'a>>(
        &self,
        table: &Table,
        reply: Reply<'a, P>,
    ) -> mlua::Result<Action> {
        let mut count = 0;
        table.for_each_value(|_: Value| {
            count += 1;
            Ok(())
        })?;
        let mut items = reply.array(count);
        table.for_each_value(|value: Value| {
            items.add(self.within(value));
            Ok(())
        })?;
        Ok(Action::Continue)
    }
}

impl ToReply for Returned<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        if self.depth > DEEPEST {
            return reply.error("ERR reached lua stack limit");
        }
        if !self.fits() {
            return reply.error("ERR the script's reply is too large");
        }
        match &self.value {
            Value::String(text) => reply.bulk(text.as_bytes()),
            Value::Integer(number) => reply.int(*number),
            Value::Number(number) => reply.int(to_integer(*number)),
            Value::Boolean(value) if self.resp3 => reply.boolean(*value),
            Value::Boolean(true) => reply.int(1),
            Value::Table(table) => self.table(table, reply).unwrap_or_default(),
            _ => reply.null(),
        }
    }
}

/// How many fields a table has.
fn size(table: &Table) -> mlua::Result<usize> {
    let mut count = 0;
    table.for_each(|_: Value, _: Value| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |last| last + 1);
    text.get(..end).unwrap_or(text)
}

/// Tables inside each other. Redis goes on to 8000, far beyond what clients read; a thread's stack
/// ends sooner.
const DEEPEST: usize = 100;

/// Bytes that a reply may take: what Redis allows a single string (`proto-max-bulk-len`).
const LARGEST: usize = if cfg!(test) { 8 * 1024 * 1024 } else { 512 * 1024 * 1024 };

/// About what the head of a frame takes.
const FRAME: usize = 16;
