//! What commands for bits take.

use alloc::format;

use super::Words;
use crate::arg::ToArg;
use crate::request::Request;

/// A part of a string. Its ends are counted from 0, from the end of the string where negative, and
/// are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BitRange {
    /// From this byte to the end. [`BITCOUNT`](crate::cmd::bitcount) takes it since Valkey 8.0.0
    /// only.
    From(i64),
    /// From this byte to that.
    Between(i64, i64),
    /// From here to there, counted in this unit. Since 7.0.0.
    In(BitUnit, i64, i64),
}

/// What the ends of a [`BitRange`] count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitUnit {
    /// Bytes.
    Byte,
    /// Bits.
    Bit,
}

/// What [`BITOP`](crate::cmd::bitop) makes of the strings, bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BitOperation {
    /// Bits that are set in all.
    And,
    /// Bits that are set in any.
    Or,
    /// Bits that are set in an odd number of them.
    Xor,
    /// Bits that are not set; of one string only.
    Not,
    /// Bits that are set in the first and in none of the others. Since Redis 8.2.0.
    Diff,
    /// Bits that are not set in the first but in any of the others. Since Redis 8.2.0.
    Diff1,
    /// Bits that are set in the first and in any of the others. Since Redis 8.2.0.
    AndOr,
    /// Bits that are set in exactly one. Since Redis 8.2.0.
    One,
}

/// A step of [`BITFIELD`](crate::cmd::bitfield). Each but `Overflow` has an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BitfieldOperation {
    /// Answers with the number.
    Get(BitType, BitOffset),
    /// Sets the number, and answers with the one before.
    Set(BitType, BitOffset, i64),
    /// Adds to the number, and answers with the sum.
    IncrBy(BitType, BitOffset, i64),
    /// What the steps behind do with numbers that don't fit, which wrap around unless told.
    Overflow(Overflow),
}

/// How many bits a number of [`BITFIELD`](crate::cmd::bitfield) has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitType {
    /// So many with the sign, 1 to 64.
    Signed(u8),
    /// So many, 1 to 63.
    Unsigned(u8),
}

/// Where a number of [`BITFIELD`](crate::cmd::bitfield) begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitOffset {
    /// At this bit.
    Bit(u64),
    /// Where it begins if so many numbers of its type are before it.
    Index(u64),
}

/// What is done with a number that doesn't fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Its higher bits are dropped.
    Wrap,
    /// It becomes the greatest or the least that fits.
    Saturate,
    /// Nothing is changed, and the answer is null.
    Fail,
}

impl Words for BitRange {
    fn write(self, request: &mut Request) {
        let (start, end, unit) = match self {
            Self::From(start) => return start.write_arg(request),
            Self::Between(start, end) => (start, end, None),
            Self::In(BitUnit::Byte, start, end) => (start, end, Some("BYTE")),
            Self::In(BitUnit::Bit, start, end) => (start, end, Some("BIT")),
        };
        start.write_arg(request);
        end.write_arg(request);
        if let Some(unit) = unit {
            unit.write_arg(request);
        }
    }
}

impl Words for BitOperation {
    fn write(self, request: &mut Request) {
        request.push(match self {
            Self::And => b"AND",
            Self::Or => b"OR",
            Self::Xor => b"XOR",
            Self::Not => b"NOT",
            Self::Diff => b"DIFF",
            Self::Diff1 => b"DIFF1",
            Self::AndOr => b"ANDOR",
            Self::One => b"ONE",
        });
    }
}

impl Words for BitfieldOperation {
    fn write(self, request: &mut Request) {
        let (word, of, at, value) = match self {
            Self::Get(of, at) => ("GET", of, at, None),
            Self::Set(of, at, value) => ("SET", of, at, Some(value)),
            Self::IncrBy(of, at, value) => ("INCRBY", of, at, Some(value)),
            Self::Overflow(overflow) => return overflow.write(request),
        };
        word.write_arg(request);
        of.write_arg(request);
        at.write_arg(request);
        if let Some(value) = value {
            value.write_arg(request);
        }
    }
}

impl Words for Overflow {
    fn write(self, request: &mut Request) {
        request.push(b"OVERFLOW");
        request.push(match self {
            Self::Wrap => b"WRAP",
            Self::Saturate => b"SAT",
            Self::Fail => b"FAIL",
        });
    }
}

impl ToArg for BitType {
    fn write_arg(&self, request: &mut Request) {
        match self {
            Self::Signed(bits) => format!("i{bits}").write_arg(request),
            Self::Unsigned(bits) => format!("u{bits}").write_arg(request),
        }
    }
}

impl ToArg for BitOffset {
    fn write_arg(&self, request: &mut Request) {
        match self {
            Self::Bit(bit) => bit.write_arg(request),
            Self::Index(index) => format!("#{index}").write_arg(request),
        }
    }
}
