//! Writing MessagePack.

use mlua::{Table, Value};

use super::super::array_length;

pub(super) fn value(out: &mut Vec<u8>, value: &Value, depth: usize) -> mlua::Result<()> {
    match value {
        Value::Boolean(true) => out.push(0xc3),
        Value::Boolean(false) => out.push(0xc2),
        Value::Integer(number) => integer(out, *number),
        Value::Number(number) => double(out, *number),
        Value::String(text) => string(out, &text.as_bytes()),
        Value::Table(table) if depth < DEEPEST => self::table(out, table, depth)?,
        _ => out.push(0xc0),
    }
    Ok(())
}

fn integer(out: &mut Vec<u8>, number: i64) {
    match number {
        -32..=0x7f => out.push(number as u8),
        0x80..=0xff => out.extend_from_slice(&[0xcc, number as u8]),
        0x100..=0xffff => head(out, 0xcd, &(number as u16).to_be_bytes()),
        0x1_0000..=0xffff_ffff => head(out, 0xce, &(number as u32).to_be_bytes()),
        0x1_0000_0000.. => head(out, 0xcf, &number.to_be_bytes()),
        -0x80..=-33 => out.extend_from_slice(&[0xd0, number as u8]),
        -0x8000..=-0x81 => head(out, 0xd1, &(number as i16).to_be_bytes()),
        -0x8000_0000..=-0x8001 => head(out, 0xd2, &(number as i32).to_be_bytes()),
        _ => head(out, 0xd3, &number.to_be_bytes()),
    }
}

fn double(out: &mut Vec<u8>, number: f64) {
    if number == number.trunc() && number.abs() < 9.2e18 {
        return integer(out, number as i64);
    }
    let single = number as f32;
    if f64::from(single) == number {
        head(out, 0xca, &single.to_be_bytes());
    } else {
        head(out, 0xcb, &number.to_be_bytes());
    }
}

fn string(out: &mut Vec<u8>, text: &[u8]) {
    match text.len() {
        length @ 0..32 => out.push(0xa0 | length as u8),
        length @ 32..0x100 => out.extend_from_slice(&[0xd9, length as u8]),
        length @ 0x100..0x1_0000 => head(out, 0xda, &(length as u16).to_be_bytes()),
        length => head(out, 0xdb, &(length as u32).to_be_bytes()),
    }
    out.extend_from_slice(text);
}

fn table(out: &mut Vec<u8>, table: &Table, depth: usize) -> mlua::Result<()> {
    if let Some((length, count)) = array_length(table)?
        && length == count
    {
        collection(out, length, [0x90, 0xdc, 0xdd]);
        for index in 1..=length {
            value(out, &table.raw_get(index)?, depth + 1)?;
        }
        return Ok(());
    }
    let mut count = 0;
    table.for_each(|_: Value, _: Value| {
        count += 1;
        Ok(())
    })?;
    collection(out, count, [0x80, 0xde, 0xdf]);
    for pair in table.pairs::<Value, Value>() {
        let (key, item) = pair?;
        value(out, &key, depth + 1)?;
        value(out, &item, depth + 1)?;
    }
    Ok(())
}

/// The head of an array or a map: one byte where it has less than 16 elements.
fn collection(out: &mut Vec<u8>, length: usize, [small, medium, large]: [u8; 3]) {
    match length {
        0..16 => out.push(small | length as u8),
        16..0x1_0000 => head(out, medium, &(length as u16).to_be_bytes()),
        _ => head(out, large, &(length as u32).to_be_bytes()),
    }
}

fn head(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    out.extend_from_slice(bytes);
}

/// Tables inside each other; what is deeper is nil (`LUACMSGPACK_MAX_NESTING`).
const DEEPEST: usize = 16;
