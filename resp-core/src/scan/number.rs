//! Integers as Redis writes and reads them (`string2ll` in util.c), one byte at a time.

use crate::error::DecodeErrorKind as Kind;

/// An integer of which some digits have been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    magnitude: u64,
    digits: u8,
    negative: bool,
    unknown: bool,
}

/// What a line of digits says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Integer(i64),
    /// `?`: the length of something streamed.
    Unknown,
}

impl Number {
    pub(super) const START: Self =
        Self { magnitude: 0, digits: 0, negative: false, unknown: false };

    #[inline]
    pub(super) fn push(&mut self, byte: u8) -> Result<(), Kind> {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return self.push_other(byte);
        }
        // A leading zero has nothing behind it, and no minus before it.
        let leading_zero =
            self.magnitude == 0 && (self.digits > 0 || (self.negative && digit == 0));
        if leading_zero || self.unknown {
            return Err(Kind::ExpectedDigit { found: byte });
        }
        if self.digits < SAFE_DIGITS {
            self.magnitude = self.magnitude * 10 + u64::from(digit);
        } else {
            self.push_checked(digit)?;
        }
        self.digits += 1;
        Ok(())
    }

    #[cold]
    fn push_checked(&mut self, digit: u8) -> Result<(), Kind> {
        self.magnitude = self
            .magnitude
            .checked_mul(10)
            .and_then(|tens| tens.checked_add(u64::from(digit)))
            .filter(|magnitude| *magnitude <= i64::MAX as u64 + u64::from(self.negative))
            .ok_or(Kind::IntegerOverflow)?;
        Ok(())
    }

    fn push_other(&mut self, byte: u8) -> Result<(), Kind> {
        let first = self.digits == 0 && !self.negative && !self.unknown;
        match byte {
            b'-' if first => self.negative = true,
            b'?' if first => self.unknown = true,
            found => return Err(Kind::ExpectedDigit { found }),
        }
        Ok(())
    }

    #[inline]
    pub(super) fn finish(self) -> Result<Parsed, Kind> {
        if self.digits == 0 {
            return match self.unknown {
                true => Ok(Parsed::Unknown),
                false => Err(Kind::ExpectedDigit { found: b'\r' }),
            };
        }
        // `push` keeps the magnitude within the range, 2^63 included where it is negative.
        let value = self.magnitude as i64;
        Ok(Parsed::Integer(if self.negative { value.wrapping_neg() } else { value }))
    }
}

/// Digits that can't pass 63 bits whatever they are.
const SAFE_DIGITS: u8 = 18;
