//! Values to bytes.

use super::super::{Text, Value, parse_integer};
use super::{kind, string};

pub(super) fn value(value: &Value) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match value {
        Value::String(text) => {
            out.push(kind::STRING);
            put_text(&mut out, text);
        }
        Value::List(list) => {
            out.push(kind::LIST);
            put_length(&mut out, list.len());
            list.iter().for_each(|element| put_string(&mut out, element));
        }
        Value::Set(set) => {
            out.push(kind::SET);
            put_length(&mut out, set.len());
            set.iter().for_each(|member| put_string(&mut out, member.as_ref()));
        }
        Value::SortedSet(set) => {
            out.push(kind::SORTED_SET);
            put_length(&mut out, set.len());
            for (member, score) in set.iter() {
                put_string(&mut out, member);
                out.extend_from_slice(&score.to_le_bytes());
            }
        }
        Value::Hash(hash) => {
            out.push(kind::HASH);
            put_length(&mut out, hash.len());
            for (field, value) in hash.iter() {
                put_string(&mut out, field);
                put_string(&mut out, value);
            }
        }
        _ => return None,
    }
    Some(out)
}

fn put_text(out: &mut Vec<u8>, text: &Text) {
    text.with_bytes(|bytes| put_string(out, bytes));
}

/// As an integer, where it is one of 32 bits.
fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    match parse_integer(bytes).and_then(|number| i32::try_from(number).ok()) {
        Some(number) => put_integer(out, number),
        None => {
            put_length(out, bytes.len());
            out.extend_from_slice(bytes);
        }
    }
}

fn put_integer(out: &mut Vec<u8>, number: i32) {
    if let Ok(number) = i8::try_from(number) {
        out.push(0xc0 | string::INT8);
        out.extend_from_slice(&number.to_le_bytes());
    } else if let Ok(number) = i16::try_from(number) {
        out.push(0xc0 | string::INT16);
        out.extend_from_slice(&number.to_le_bytes());
    } else {
        out.push(0xc0 | string::INT32);
        out.extend_from_slice(&number.to_le_bytes());
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    if length < 1 << 6 {
        out.push(length as u8);
    } else if length < 1 << 14 {
        out.extend_from_slice(&(0x4000 | length as u16).to_be_bytes());
    } else if let Ok(length) = u32::try_from(length) {
        out.push(0x80);
        out.extend_from_slice(&length.to_be_bytes());
    } else {
        out.push(0x81);
        out.extend_from_slice(&(length as u64).to_be_bytes());
    }
}
