//! Reading ids.

use std::ops::RangeInclusive;

use crate::engine::Error;
use crate::keyspace::{StreamId, until_nul};

/// An id in full, or its milliseconds alone, in which case the rest is 0.
pub(super) fn id(text: &[u8]) -> Result<StreamId, Error> {
    partial(text, 0)
}

/// Several of them.
pub(super) fn all<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Result<Vec<StreamId>, Error> {
    texts.map(id).collect()
}

/// What entries are to be added with.
#[derive(Clone, Copy, Debug)]
pub(super) enum NewId {
    /// `*`
    Auto,
    /// `123-*`
    Time(u64),
    Given(StreamId),
}

impl NewId {
    pub(super) fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = c_string(text)?;
        if let Some(ms) = text.strip_suffix(b"-*") {
            return unsigned(ms).map(Self::Time).ok_or(INVALID);
        }
        id(text).map(Self::Given)
    }

    /// The id that it comes to behind the last one; none if there is no such.
    pub(super) fn resolve(self, last: StreamId, now: i64) -> Option<StreamId> {
        match self {
            Self::Auto => last.after(now),
            Self::Time(ms) if ms == last.ms => {
                last.seq.checked_add(1).map(|seq| StreamId { ms, seq })
            }
            Self::Time(ms) => Some(StreamId { ms, seq: 0 }),
            Self::Given(id) => Some(id),
        }
    }
}

/// The bounds of a range: `-`, `+`, an id, or one that is not part of it behind a `(`.
pub(super) fn interval(first: &[u8], last: &[u8]) -> Result<RangeInclusive<StreamId>, Error> {
    Ok(lower_bound(first)?..=upper_bound(last)?)
}

pub(super) fn lower_bound(text: &[u8]) -> Result<StreamId, Error> {
    match exclusive(text) {
        Some(text) => id(text)?.next().ok_or(Error::of("ERR invalid start ID for the interval")),
        None => inclusive(text, 0),
    }
}

fn upper_bound(text: &[u8]) -> Result<StreamId, Error> {
    match exclusive(text) {
        Some(text) => partial(text, u64::MAX)?
            .previous()
            .ok_or(Error::of("ERR invalid end ID for the interval")),
        None => inclusive(text, u64::MAX),
    }
}

fn exclusive(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"(").filter(|text| !text.is_empty())
}

/// An id of which `-` and `+` are the least and the greatest.
pub(super) fn inclusive(text: &[u8], missing: u64) -> Result<StreamId, Error> {
    match c_string(text)? {
        b"-" => Ok(StreamId::MIN),
        b"+" => Ok(StreamId::MAX),
        text => partial(text, missing),
    }
}

/// An id whose number may be missing.
fn partial(text: &[u8], missing: u64) -> Result<StreamId, Error> {
    let mut parts = c_string(text)?.splitn(2, |byte| *byte == b'-');
    let ms = parts.next().and_then(unsigned).ok_or(INVALID)?;
    let seq = parts.next().map_or(Some(missing), unsigned).ok_or(INVALID)?;
    Ok(StreamId { ms, seq })
}

/// Redis reads ids as strings of C, which end with the first NUL, and none that is longer.
fn c_string(text: &[u8]) -> Result<&[u8], Error> {
    if text.len() > LONGEST {
        return Err(INVALID);
    }
    Ok(until_nul(text))
}

/// A number as `strtoull` reads it, but that what Redis writes with a minus is none.
fn unsigned(text: &[u8]) -> Option<u64> {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | 9..=13)).count();
    let (negative, digits) = match text.get(blanks..)? {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || crate::keyspace::parse_integer(text).is_some_and(|it| it < 0) {
        return None;
    }
    let number = digits.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })?;
    Some(if negative { number.wrapping_neg() } else { number })
}

const LONGEST: usize = 127;
const INVALID: Error = Error::of("ERR Invalid stream ID specified as stream command argument");
