//! Integers of any number of bits within a string.

use redis_server_core::resp_core::request::Request;

use super::offset;
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Class, Data, Done, Error, Outcome};
use crate::keyspace::{Text, parse_integer};

pub(super) fn bitfield(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let operations = Operation::parse_all(Options::behind(&request, 2))?;
    let highest = operations.iter().filter(|it| it.changes()).map(|it| it.field.last_bit()).max();
    match highest {
        Some(highest) => change(data, arg(&request, 1), &operations, highest, answer),
        None => read(data, arg(&request, 1), &operations, answer),
    }
}

pub(super) fn bitfield_ro(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let operations = Operation::parse_all(Options::behind(&request, 2))?;
    if operations.iter().any(Operation::changes) {
        return Err(Error::of("ERR BITFIELD_RO only supports the GET subcommand"));
    }
    read(data, arg(&request, 1), &operations, answer)
}

fn read(
    data: &mut Data<'_>,
    key: &[u8],
    operations: &[Operation],
    answer: &mut Answer<'_>,
) -> Outcome {
    let text = data.read::<Text>(key)?;
    let bytes = text.map(Text::bytes).unwrap_or_default();
    if let Some(mut items) = answer.array(operations.len()) {
        for operation in operations {
            items.add(operation.field.read(&bytes));
        }
    }
    Ok(Done::Answered)
}

fn change(
    data: &mut Data<'_>,
    key: &[u8],
    operations: &[Operation],
    highest: usize,
    answer: &mut Answer<'_>,
) -> Outcome {
    let mut text = data.edit_or_new::<Text>(key)?;
    let bytes = text.grown();
    let grows = bytes.len() <= highest / 8;
    if grows {
        bytes.resize(highest / 8 + 1, 0);
    }
    let mut is_changed = false;
    let results: Vec<Option<i64>> = operations
        .iter()
        .map(|operation| {
            let (result, changed) = operation.run(bytes);
            is_changed |= changed || grows && operation.changes() && result.is_some();
            result
        })
        .collect();
    if is_changed {
        text.done(Class::STRING, "setbit");
    } else if text.is_new() {
        // All has overflown and failed, but the key is there.
        drop(text);
        data.notify(Class::NEW, "new", key);
    }
    if let Some(mut items) = answer.array(results.len()) {
        for result in results {
            items.add(result);
        }
    }
    Ok(Done::Answered)
}

/// One of the operations of a command.
struct Operation {
    field: Field,
    kind: Kind,
    overflow: Overflow,
}

#[derive(Clone, Copy)]
enum Kind {
    Get,
    Set(i64),
    IncrBy(i64),
}

/// What becomes of a number that a field has not enough bits for.
#[derive(Clone, Copy)]
enum Overflow {
    Wrap,
    Saturate,
    Fail,
}

impl Operation {
    fn parse_all(mut arguments: Options<'_>) -> Result<Vec<Self>, Error> {
        let mut operations = Vec::new();
        let mut overflow = Overflow::Wrap;
        while let Some(name) = arguments.next() {
            let left = arguments.left();
            if is(name, "overflow") && left >= 1 {
                overflow = Overflow::parse(arguments.value()?)?;
                continue;
            }
            let has_value = is(name, "set") || is(name, "incrby");
            if !(is(name, "get") && left >= 2 || has_value && left >= 3) {
                return Err(Error::SYNTAX);
            }
            let field = Field::parse(arguments.value()?, arguments.value()?)?;
            let kind = if !has_value {
                Kind::Get
            } else if is(name, "set") {
                Kind::Set(integer(arguments.value()?)?)
            } else {
                Kind::IncrBy(integer(arguments.value()?)?)
            };
            operations.push(Self { field, kind, overflow });
        }
        Ok(operations)
    }

    fn changes(&self) -> bool {
        !matches!(self.kind, Kind::Get)
    }

    /// Runs it, and returns what it answers, and whether it has changed anything.
    fn run(&self, bytes: &mut [u8]) -> (Option<i64>, bool) {
        let old = self.field.read(bytes);
        let new = match self.kind {
            Kind::Get => return (Some(old), false),
            Kind::Set(value) => self.field.fit(value, 0, self.overflow),
            Kind::IncrBy(increment) => self.field.fit(old, increment, self.overflow),
        };
        let Some(new) = new else { return (None, false) };
        self.field.write(bytes, new);
        let result = if let Kind::Set(_) = self.kind { old } else { new };
        (Some(result), old != new)
    }
}

impl Overflow {
    fn parse(name: &[u8]) -> Result<Self, Error> {
        let names = [("wrap", Self::Wrap), ("sat", Self::Saturate), ("fail", Self::Fail)];
        let known = names.into_iter().find(|(known, _)| is(name, known));
        known.map(|(_, overflow)| overflow).ok_or(Error::of("ERR Invalid OVERFLOW type specified"))
    }
}

/// Some bits, and whether they are a signed number.
#[derive(Clone, Copy)]
struct Field {
    signed: bool,
    bits: u32,
    offset: usize,
}

impl Field {
    fn parse(name: &[u8], place: &[u8]) -> Result<Self, Error> {
        let (signed, bits) = match name {
            [b'i', bits @ ..] => (true, parse_integer(bits)),
            [b'u', bits @ ..] => (false, parse_integer(bits)),
            _ => (false, None),
        };
        let most = if signed { 64 } else { 63 };
        let bits = bits.filter(|bits| (1..=most).contains(bits)).ok_or(Error::of(
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported \
             but i64 is.",
        ))?;
        let offset = match place {
            // Counted in fields. Redis lets it overflow.
            [b'#', count @ ..] => offset(parse_integer(count).map(|it| it.wrapping_mul(bits)))?,
            place => offset(parse_integer(place))?,
        };
        Ok(Self { signed, bits: bits as u32, offset })
    }

    fn last_bit(self) -> usize {
        self.offset + self.bits as usize - 1
    }

    /// How far its last bit is from the end of the [`WINDOW`] that it begins in.
    fn shift(self) -> u32 {
        WINDOW as u32 * 8 - (self.offset % 8) as u32 - self.bits
    }

    fn read(self, bytes: &[u8]) -> i64 {
        let unused = 64 - self.bits;
        let value = ((window(bytes, self.offset / 8) >> self.shift()) as u64) << unused;
        if self.signed { value as i64 >> unused } else { (value >> unused) as i64 }
    }

    fn write(self, bytes: &mut [u8], value: i64) {
        let mask = u128::from(u64::MAX >> (64 - self.bits));
        let first = self.offset / 8;
        let kept = window(bytes, first) & !(mask << self.shift());
        let new = kept | (value as u128 & mask) << self.shift();
        let new = new.to_be_bytes();
        let new = new.iter().skip(new.len() - WINDOW);
        bytes.iter_mut().skip(first).zip(new).for_each(|(byte, new)| *byte = *new);
    }

    /// The sum as the field can have it; none if it overflows and is to fail.
    fn fit(self, value: i64, increment: i64, overflow: Overflow) -> Option<i64> {
        let Some(limit) = self.overflown(value, increment) else {
            return Some(value.wrapping_add(increment));
        };
        match overflow {
            Overflow::Wrap => Some(self.wrapped(value.wrapping_add(increment))),
            Overflow::Saturate => Some(limit),
            Overflow::Fail => None,
        }
    }

    fn wrapped(self, value: i64) -> i64 {
        let unused = 64 - self.bits;
        let value = value << unused;
        if self.signed { value >> unused } else { (value as u64 >> unused) as i64 }
    }

    /// The limit that the sum is beyond, if it is.
    ///
    /// The value of a `SET` may be out of the range itself. Redis takes a signed one that is far
    /// below it for one above it, as the distance to the upper limit overflows.
    fn overflown(self, value: i64, increment: i64) -> Option<i64> {
        let max = ((1_u64 << (self.bits - u32::from(self.signed))) - 1) as i64;
        let (min, is_above) =
            if self.signed { (-max - 1, value > max) } else { (0, value as u64 > max as u64) };
        let (most, least) = (max.wrapping_sub(value), min.wrapping_sub(value));
        let (may_go_up, may_go_down) = match (self.signed, self.bits) {
            (true, 64) => (value >= 0 && increment > 0, value < 0 && increment < 0),
            (true, _) => (true, true),
            (false, _) => (increment > 0, increment < 0),
        };
        if is_above || may_go_up && increment > most {
            Some(max)
        } else if value < min || may_go_down && increment < least {
            Some(min)
        } else {
            None
        }
    }
}

/// The bytes that a field may be in: one of 64 bits may begin with the last bit of a byte.
const WINDOW: usize = 9;

/// So many bytes from there; what is behind the end are zeros.
fn window(bytes: &[u8], first: usize) -> u128 {
    let bytes = bytes.iter().skip(first).copied().chain(std::iter::repeat(0));
    bytes.take(WINDOW).fold(0, |window, byte| window << 8 | u128::from(byte))
}
