//! Reading MessagePack.

use mlua::{Lua, Value};

use crate::scripting::raised::Raised;

pub(super) struct Reader<'r> {
    lua: &'r Lua,
    rest: &'r [u8],
}

impl<'r> Reader<'r> {
    pub(super) fn new(lua: &'r Lua, data: &'r [u8]) -> Self {
        Self { lua, rest: data }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn value(&mut self, depth: usize) -> mlua::Result<Value> {
        let [kind] = self.take()?;
        Ok(match kind {
            0x00..=0x7f => Value::Number(f64::from(kind)),
            0xe0..=0xff => Value::Number(f64::from(kind.cast_signed())),
            0xc0 => Value::Nil,
            0xc2 => Value::Boolean(false),
            0xc3 => Value::Boolean(true),
            0xca => Value::Number(f64::from(f32::from_be_bytes(self.take()?))),
            0xcb => Value::Number(f64::from_be_bytes(self.take()?)),
            0xcc => Value::Number(f64::from(u8::from_be_bytes(self.take()?))),
            0xcd => Value::Number(f64::from(u16::from_be_bytes(self.take()?))),
            0xce => Value::Number(f64::from(u32::from_be_bytes(self.take()?))),
            0xcf => Value::Number(u64::from_be_bytes(self.take()?) as f64),
            0xd0 => Value::Number(f64::from(i8::from_be_bytes(self.take()?))),
            0xd1 => Value::Number(f64::from(i16::from_be_bytes(self.take()?))),
            0xd2 => Value::Number(f64::from(i32::from_be_bytes(self.take()?))),
            0xd3 => Value::Number(i64::from_be_bytes(self.take()?) as f64),
            0xa0..=0xbf => self.string(usize::from(kind & 0x1f))?,
            0xd9 => self.sized(1, Self::string)?,
            0xda => self.sized(2, Self::string)?,
            0xdb => self.sized(4, Self::string)?,
            0x90..=0x9f => self.array(usize::from(kind & 0xf), depth)?,
            0xdc => self.sized(2, |reader, length| reader.array(length, depth))?,
            0xdd => self.sized(4, |reader, length| reader.array(length, depth))?,
            0x80..=0x8f => self.map(usize::from(kind & 0xf), depth)?,
            0xde => self.sized(2, |reader, length| reader.map(length, depth))?,
            0xdf => self.sized(4, |reader, length| reader.map(length, depth))?,
            _ => return Err(self.bad()),
        })
    }

    fn take<const N: usize>(&mut self) -> mlua::Result<[u8; N]> {
        match self.rest.split_first_chunk() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(*bytes)
            }
            None => Err(self.missing()),
        }
    }

    /// Reads a length in so many bytes, and what is so long.
    fn sized(
        &mut self,
        bytes: usize,
        read: impl FnOnce(&mut Self, usize) -> mlua::Result<Value>,
    ) -> mlua::Result<Value> {
        let Some((length, rest)) = self.rest.split_at_checked(bytes) else {
            return Err(self.missing());
        };
        self.rest = rest;
        read(self, length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)))
    }

    fn string(&mut self, length: usize) -> mlua::Result<Value> {
        let Some((text, rest)) = self.rest.split_at_checked(length) else {
            return Err(self.missing());
        };
        self.rest = rest;
        self.lua.create_string(text).map(Value::String)
    }

    fn array(&mut self, length: usize, depth: usize) -> mlua::Result<Value> {
        self.descend(depth)?;
        let table = self.lua.create_table()?;
        for index in 1..=length {
            let value = self.value(depth + 1)?;
            table.raw_set(index, value)?;
        }
        Ok(Value::Table(table))
    }

    fn map(&mut self, length: usize, depth: usize) -> mlua::Result<Value> {
        self.descend(depth)?;
        let table = self.lua.create_table()?;
        for _ in 0..length {
            let (key, value) = (self.value(depth + 1)?, self.value(depth + 1)?);
            // Lua's tables have no such keys.
            if key.is_nil() {
                return Err(Raised::text("table index is nil"));
            }
            if key.as_f64().is_some_and(f64::is_nan) {
                return Err(Raised::text("table index is NaN"));
            }
            table.raw_set(key, value)?;
        }
        Ok(Value::Table(table))
    }

    /// A thread's stack ends.
    fn descend(&self, depth: usize) -> mlua::Result<()> {
        if depth < DEEPEST { Ok(()) } else { Err(self.bad()) }
    }

    fn missing(&self) -> mlua::Error {
        Raised::at_caller(self.lua, "Missing bytes in input.")
    }

    fn bad(&self) -> mlua::Error {
        Raised::at_caller(self.lua, "Bad data format in input.")
    }
}

/// Tables inside each other.
const DEEPEST: usize = 200;
