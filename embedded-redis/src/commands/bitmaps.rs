//! Bits of strings.

mod bitfield;
mod range;
#[cfg(test)]
mod tests;

use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::{arg, integer, is};
use crate::engine::{Answer, Class, Data, Error, Outcome, Runs};
use crate::keyspace::{MAX_TEXT, Text, Value, parse_integer};
use range::BitRange;

pub(super) const COMMANDS: Commands = &[
    ("bitcount", Runs::Data(bitcount)),
    ("bitfield", Runs::Data(bitfield::bitfield)),
    ("bitfield_ro", Runs::Data(bitfield::bitfield_ro)),
    ("bitop", Runs::Data(bitop)),
    ("bitpos", Runs::Data(bitpos)),
    ("getbit", Runs::Data(getbit)),
    ("setbit", Runs::Data(setbit)),
];

/// An offset in bits, within the longest string that there may be.
fn offset(number: Option<i64>) -> Result<usize, Error> {
    number
        .and_then(|number| usize::try_from(number).ok())
        .filter(|number| number / 8 < MAX_TEXT)
        .ok_or(Error::of("ERR bit offset is not an integer or out of range"))
}

fn setbit(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let offset = offset(parse_integer(arg(&request, 2)))?;
    let bit = match arg(&request, 3) {
        b"0" => 0,
        b"1" => 1,
        _ => return Err(Error::of("ERR bit is not an integer or out of range")),
    };
    let mut text = data.edit_or_new::<Text>(arg(&request, 1))?;
    let bytes = text.grown();
    let (index, mask) = place(offset);
    let grows = bytes.len() <= index;
    if grows {
        bytes.resize(index + 1, 0);
    }
    let Some(byte) = bytes.get_mut(index) else { return answer.int(0) };
    let old = i64::from(*byte & mask != 0);
    *byte = if bit == 1 { *byte | mask } else { *byte & !mask };
    if grows || old != bit {
        text.done(Class::STRING, "setbit");
    }
    answer.int(old)
}

fn getbit(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (index, mask) = place(offset(parse_integer(arg(&request, 2)))?);
    let Some(text) = data.read::<Text>(arg(&request, 1))? else { return answer.int(0) };
    let is_set = text.with_bytes(|bytes| bytes.get(index).is_some_and(|byte| byte & mask != 0));
    answer.int(is_set.into())
}

/// The byte that a bit is in, and which of its bits it is.
fn place(offset: usize) -> (usize, u8) {
    (offset / 8, 0x80 >> (offset % 8))
}

fn bitcount(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(text) = data.read::<Text>(arg(&request, 1))? else { return answer.int(0) };
    let range = match request.len() {
        2 => BitRange::of_bytes(0, text.len() as i64 - 1),
        4 | 5 => {
            let (start, end) = (integer(arg(&request, 2))?, integer(arg(&request, 3))?);
            // Redis looks at the unit only after that.
            if start < 0 && end < 0 && start > end {
                return answer.int(0);
            }
            let in_bits = range::in_bits(request.arg(4))?;
            BitRange::within(text.len(), start, end, in_bits)
        }
        _ => return Err(Error::SYNTAX),
    };
    answer.count(text.with_bytes(|bytes| range.map_or(0, |range| range.count(bytes))))
}

fn bitpos(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let bit = match integer(arg(&request, 2))? {
        0 => false,
        1 => true,
        _ => return Err(Error::of("ERR The bit argument must be 1 or 0.")),
    };
    let Some(text) = data.read::<Text>(arg(&request, 1))? else {
        // All bits of it are 0.
        return answer.int(if bit { -1 } else { 0 });
    };
    if request.len() > 6 {
        return Err(Error::SYNTAX);
    }
    let start = request.arg(3).map_or(Ok(0), integer)?;
    let in_bits = range::in_bits(request.arg(5))?;
    let end = request.arg(4).map(integer).transpose()?;
    let Some(range) = BitRange::within(text.len(), start, end.unwrap_or(-1), in_bits) else {
        return answer.int(-1);
    };
    match text.with_bytes(|bytes| range.first(bytes, bit)) {
        Some(position) => answer.count(position),
        // Where the client has not said where it ends, zeros follow.
        None if !bit && end.is_none() => answer.count(text.len() * 8),
        None => answer.int(-1),
    }
}

fn bitop(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let operation = Operation::parse(arg(&request, 1)).ok_or(Error::SYNTAX)?;
    let target = arg(&request, 2);
    if operation == Operation::Not && request.len() != 4 {
        return Err(Error::of("ERR BITOP NOT must be called with a single source key."));
    }
    let mut sources = request.iter().skip(3);
    let mut result = source(data, sources.next().unwrap_or_default())?;
    for key in sources {
        let other = source(data, key)?;
        if result.len() < other.len() {
            result.resize(other.len(), 0);
        }
        operation.apply(&mut result, &other);
    }
    if operation == Operation::Not {
        result.iter_mut().for_each(|byte| *byte = !*byte);
    }
    let len = result.len();
    if len == 0 {
        data.delete(target);
    } else {
        data.set(target, Value::String(Text::Grown(result)));
        data.notify(Class::STRING, "set", target);
    }
    answer.count(len)
}

fn source(data: &mut Data<'_>, key: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(data.read::<Text>(key)?.map(|text| text.bytes().into_owned()).unwrap_or_default())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    And,
    Or,
    Xor,
    Not,
}

impl Operation {
    fn parse(name: &[u8]) -> Option<Self> {
        let names = [("and", Self::And), ("or", Self::Or), ("xor", Self::Xor), ("not", Self::Not)];
        names.into_iter().find(|(known, _)| is(name, known)).map(|(_, operation)| operation)
    }

    /// Changes the first, which is at least as long. What the second has not are zeros.
    fn apply(self, bytes: &mut [u8], other: &[u8]) {
        let pairs = bytes.iter_mut().zip(other);
        match self {
            Self::And => {
                pairs.for_each(|(byte, other)| *byte &= other);
                bytes.iter_mut().skip(other.len()).for_each(|byte| *byte = 0);
            }
            Self::Or => pairs.for_each(|(byte, other)| *byte |= other),
            Self::Xor => pairs.for_each(|(byte, other)| *byte ^= other),
            Self::Not => {}
        }
    }
}
