//! `struct`: numbers and strings as bytes in a row.

use mlua::{FromLua, Lua, MultiValue, Table, Value, Variadic};

use super::Given;
use crate::scripting::arguments::Argument;
use crate::scripting::fill;
use crate::scripting::number::to_integer;
use crate::scripting::raised::Raised;

pub(super) fn make(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    fill(
        &table,
        [
            ("pack", lua.create_function(|lua, it| pack(lua, &it))?),
            ("unpack", lua.create_function(|lua, it| unpack(lua, &it))?),
            ("size", lua.create_function(|lua, it| size(lua, &it))?),
        ],
    )?;
    Ok(table)
}

/// A format, read letter by letter.
struct Format<'f> {
    lua: &'f Lua,
    function: &'static str,
    letters: std::iter::Peekable<std::vec::IntoIter<u8>>,
    big: bool,
    /// The largest boundary that values are moved to.
    align: usize,
}

/// What one letter of a format stands for, and its bytes.
enum Field {
    Padding,
    Integer {
        signed: bool,
        size: usize,
    },
    Float,
    Double,
    /// Up to a zero byte.
    Text,
    /// So many bytes; of size 0, as many as there are, or as the last number says.
    Bytes(usize),
}

impl<'f> Format<'f> {
    fn new(given: &Given<'f>, letters: Vec<u8>) -> Self {
        Self {
            lua: given.lua,
            function: given.function,
            letters: letters.into_iter().peekable(),
            big: false,
            align: 1,
        }
    }

    /// A number behind a letter.
    fn count(&mut self) -> Option<usize> {
        let mut count = None::<usize>;
        while let Some(digit) = self.letters.next_if(u8::is_ascii_digit) {
            let sum = count.unwrap_or(0).saturating_mul(10);
            count = Some(sum.saturating_add(usize::from(digit - b'0')));
        }
        count
    }

    /// The next field.
    fn next(&mut self) -> mlua::Result<Option<Field>> {
        while let Some(letter) = self.letters.next() {
            let integer = |signed, size| Ok(Some(Field::Integer { signed, size }));
            match letter {
                b' ' => {}
                b'>' => self.big = true,
                b'<' => self.big = false,
                b'!' => {
                    let align = self.count().unwrap_or(MAX_ALIGN);
                    if align == 0 || !align.is_power_of_two() {
                        let text = format!("alignment {align} is not a power of 2");
                        return Err(self.failed(&text));
                    }
                    self.align = align;
                }
                b'x' => return Ok(Some(Field::Padding)),
                b'b' | b'B' => return integer(letter == b'b', 1),
                b'h' | b'H' => return integer(letter == b'h', 2),
                b'l' | b'L' => return integer(letter == b'l', 8),
                b'T' => return integer(false, 8),
                b'i' | b'I' => {
                    let size = self.count().unwrap_or(4);
                    if size > MAX_INTEGER {
                        let text = format!("integral size {size} is larger than limit of 32");
                        return Err(self.failed(&text));
                    }
                    return integer(letter == b'i', size);
                }
                b'f' => return Ok(Some(Field::Float)),
                b'd' => return Ok(Some(Field::Double)),
                b's' => return Ok(Some(Field::Text)),
                b'c' => return Ok(Some(Field::Bytes(self.count().unwrap_or(1)))),
                other if self.function == "size" && other.is_ascii_alphanumeric() => {}
                other => {
                    let why = format!("invalid format option '{}'", char::from(other));
                    return Err(Raised::bad_argument(self.lua, 1, self.function, &why));
                }
            }
        }
        Ok(None)
    }

    /// The bytes that a field takes.
    fn size_of(field: &Field) -> usize {
        match field {
            Field::Padding => 1,
            Field::Integer { size, .. } => *size,
            Field::Float => 4,
            Field::Double => 8,
            Field::Text => 0,
            Field::Bytes(size) => *size,
        }
    }

    /// How many bytes bring a field to its boundary.
    fn padding(&self, at: usize, field: &Field) -> usize {
        let size = Self::size_of(field);
        if size == 0 || matches!(field, Field::Bytes(_) | Field::Padding) {
            return 0;
        }
        let align = size.min(self.align);
        if align > 1 { (align - (at & (align - 1))) & (align - 1) } else { 0 }
    }

    fn failed(&self, why: &str) -> mlua::Error {
        Raised::at_caller(self.lua, why)
    }
}

fn pack(lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<mlua::String> {
    // The buffer begins behind a nil, which is what is found in place of a missing argument.
    let mut arguments = arguments.to_vec();
    arguments.push(Argument::Nil);
    let given = Given { lua, function: "pack", arguments: &arguments };
    let mut format = Format::new(&given, given.text(0)?);
    let mut out = Vec::new();
    let mut index = 0;
    while let Some(field) = format.next()? {
        let filled = out.len() + format.padding(out.len(), &field);
        out.resize(filled, 0);
        if !matches!(field, Field::Padding) {
            index += 1;
        }
        match field {
            Field::Padding => out.push(0),
            Field::Integer { size, .. } => {
                let mut bytes = to_bits(given.number(index)?).to_le_bytes().to_vec();
                bytes.resize(size, 0);
                put(&mut out, bytes, format.big);
            }
            Field::Float => {
                put(&mut out, (given.number(index)? as f32).to_le_bytes().to_vec(), format.big);
            }
            Field::Double => put(&mut out, given.number(index)?.to_le_bytes().to_vec(), format.big),
            Field::Text => {
                out.extend_from_slice(&given.text(index)?);
                out.push(0);
            }
            Field::Bytes(size) => {
                let text = given.text(index)?;
                let size = if size == 0 { text.len() } else { size };
                let part =
                    text.get(..size).ok_or_else(|| given.bad(index + 1, "string too short"))?;
                out.extend_from_slice(part);
            }
        }
    }
    lua.create_string(out)
}

fn put(out: &mut Vec<u8>, mut little: Vec<u8>, big: bool) {
    if big {
        little.reverse();
    }
    out.extend_from_slice(&little);
}

/// A number's bits as an integer: a negative one's as well.
fn to_bits(number: f64) -> u64 {
    if number < 0.0 { to_integer(number).cast_unsigned() } else { number as u64 }
}

fn unpack(lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<MultiValue> {
    let given = Given { lua, function: "unpack", arguments };
    let mut format = Format::new(&given, given.text(0)?);
    let data = given.text(1)?;
    let position = given.integer_or(2, 1)?;
    if position == 0 {
        return Err(given.bad(2, "offset must be 1 or greater"));
    }
    let mut at = usize::try_from(position.saturating_sub(1)).unwrap_or(usize::MAX);
    let mut values: Vec<Value> = Vec::new();
    while let Some(field) = format.next()? {
        at = at.saturating_add(format.padding(at, &field));
        let mut size = Format::size_of(&field);
        if matches!(field, Field::Bytes(0)) {
            let last = values.pop().and_then(|value| Argument::from_lua(value, lua).ok()?.number());
            let last = last.ok_or_else(|| format.failed("format 'c0' needs a previous size"))?;
            size = usize::try_from(to_integer(last)).unwrap_or(usize::MAX);
        }
        let too_short = || given.bad(1, "data string too short");
        let end = at.checked_add(size).ok_or_else(too_short)?;
        let bytes = data.get(at..end).ok_or_else(too_short)?;
        at = end;
        if values.len() >= MOST_VALUES {
            return Err(format.failed("too many results to unpack"));
        }
        match field {
            Field::Padding => {}
            Field::Integer { signed, .. } => {
                values.push(Value::Number(integer(&little(bytes, format.big), signed)));
            }
            Field::Float => {
                let number = f32::from_le_bytes(first(&little(bytes, format.big)));
                values.push(Value::Number(number.into()));
            }
            Field::Double => {
                let number = f64::from_le_bytes(first(&little(bytes, format.big)));
                values.push(Value::Number(number));
            }
            Field::Bytes(_) => values.push(Value::String(lua.create_string(bytes)?)),
            Field::Text => {
                let text = terminated(data.get(at..).unwrap_or_default());
                let text = text.ok_or_else(|| format.failed("unfinished string in data"))?;
                values.push(Value::String(lua.create_string(text)?));
                at += text.len() + 1;
            }
        }
    }
    values.push(Value::Number((at + 1) as f64));
    Ok(MultiValue::from_vec(values))
}

/// What stands before the first NUL; none if there is none.
fn terminated(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..bytes.iter().position(|byte| *byte == 0)?)
}

fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

fn little(bytes: &[u8], big: bool) -> Vec<u8> {
    if big { bytes.iter().rev().copied().collect() } else { bytes.to_vec() }
}

/// An integer of up to 8 bytes; of a longer one, those that count least.
fn integer(little: &[u8], signed: bool) -> f64 {
    let little = little.get(..8).unwrap_or(little);
    let bits = little.iter().rev().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    if !signed {
        return bits as f64;
    }
    let unused = 64 - 8 * little.len() as u32;
    bits.checked_shl(unused).map_or(0.0, |bits| (bits.cast_signed() >> unused) as f64)
}

fn size(lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<f64> {
    let given = Given { lua, function: "size", arguments };
    let mut format = Format::new(&given, given.text(0)?);
    let mut total = 0_usize;
    while let Some(field) = format.next()? {
        total = total.saturating_add(format.padding(total, &field));
        match field {
            Field::Text => return Err(given.bad(0, "option 's' has no fixed size")),
            Field::Bytes(0) => return Err(given.bad(0, "option 'c0' has no fixed size")),
            _ => total = total.saturating_add(Format::size_of(&field)),
        }
    }
    Ok(total as f64)
}

/// The boundary of `!` alone.
const MAX_ALIGN: usize = 16;

/// The longest integer.
const MAX_INTEGER: usize = 32;

/// Values of one call: Lua's own limit for results is 8000, and ours for what we hold of it less.
const MOST_VALUES: usize = 2000;
