//! Bits from one to another.

use crate::commands::arguments::is;
use crate::engine::Error;

/// Bits of a string, from the first to the last, which are both in it.
#[derive(Clone, Copy)]
pub(super) struct BitRange {
    first: usize,
    last: usize,
}

/// Whether the unit that a client has given, if any, is bits.
pub(super) fn in_bits(unit: Option<&[u8]>) -> Result<bool, Error> {
    match unit {
        None => Ok(false),
        Some(unit) if is(unit, "byte") => Ok(false),
        Some(unit) if is(unit, "bit") => Ok(true),
        Some(_) => Err(Error::SYNTAX),
    }
}

impl BitRange {
    /// Whole bytes; none if there is none of them.
    pub(super) fn of_bytes(first: i64, last: i64) -> Option<Self> {
        Self::of_bits(first * 8, last * 8 + 7)
    }

    fn of_bits(first: i64, last: i64) -> Option<Self> {
        let (first, last) = (usize::try_from(first).ok()?, usize::try_from(last).ok()?);
        (first <= last).then_some(Self { first, last })
    }

    /// What of a string of so many bytes is from one index to another, both inclusive, of which
    /// negative ones count from the end.
    pub(super) fn within(len: usize, start: i64, end: i64, in_bits: bool) -> Option<Self> {
        let len = if in_bits { len * 8 } else { len } as i64;
        let from_start = |index: i64| if index < 0 { (len + index).max(0) } else { index };
        let (first, last) = (from_start(start), from_start(end).min(len - 1));
        if first > last {
            return None;
        }
        if in_bits { Self::of_bits(first, last) } else { Self::of_bytes(first, last) }
    }

    /// The bytes that it is in; of the first and the last, it may not be all.
    fn bytes(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.first / 8..=self.last / 8).unwrap_or_default()
    }

    /// How many bits are 1.
    pub(super) fn count(self, bytes: &[u8]) -> usize {
        let bytes = self.bytes(bytes);
        let ones: usize = bytes.iter().map(|byte| byte.count_ones() as usize).sum();
        let before = bytes.first().map_or(0, |byte| byte & !self.mask_of_first());
        let after = bytes.last().map_or(0, |byte| byte & !self.mask_of_last());
        ones - before.count_ones() as usize - after.count_ones() as usize
    }

    /// Where the first such bit is.
    pub(super) fn first(self, bytes: &[u8], bit: bool) -> Option<usize> {
        let bytes = self.bytes(bytes);
        // What a byte is that has no such bit.
        let without = if bit { 0 } else { 0xff };
        let mut chunks = bytes.chunks_exact(CHUNK);
        let skipped = chunks
            .position(|chunk| *chunk != [without; CHUNK])
            .map_or_else(|| bytes.len() - bytes.len() % CHUNK, |chunk| chunk * CHUNK);
        let rest = bytes.iter().enumerate().skip(skipped);
        let mut masked =
            rest.map(|(index, byte)| (index, self.masked(byte ^ without, index, bytes)));
        let (index, byte) = masked.find(|(_, byte)| *byte != 0)?;
        Some((self.first / 8 + index) * 8 + byte.leading_zeros() as usize)
    }

    fn masked(self, byte: u8, index: usize, bytes: &[u8]) -> u8 {
        let first = if index == 0 { self.mask_of_first() } else { 0xff };
        let last = if index + 1 == bytes.len() { self.mask_of_last() } else { 0xff };
        byte & first & last
    }

    fn mask_of_first(self) -> u8 {
        0xff >> (self.first % 8)
    }

    fn mask_of_last(self) -> u8 {
        0xff << (7 - self.last % 8)
    }
}

/// Bytes that are looked at as one.
const CHUNK: usize = 8;
