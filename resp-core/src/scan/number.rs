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

    /// Digits that have been read without any surprise: no leading zero, [`SAFE_DIGITS`] at most.
    pub(super) const fn read(magnitude: u64, digits: usize) -> Self {
        Self { magnitude, digits: digits as u8, negative: false, unknown: false }
    }

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

/// Reads the digits of a length, as far as they are clearly right: their value, and how many they
/// are.
#[inline(always)]
pub(super) fn length(bytes: &[u8]) -> (u64, usize) {
    let (mut value, mut digits) = (0, 0);
    for &byte in bytes.get(..usize::from(SAFE_DIGITS)).unwrap_or(bytes) {
        let digit = byte.wrapping_sub(b'0');
        let leading_zero = value == 0 && digits > 0;
        if digit > 9 || leading_zero {
            break;
        }
        value = value * 10 + u64::from(digit);
        digits += 1;
    }
    (value, digits)
}

/// How many digits come, one to seven without a leading zero, if it is that simple: they are
/// looked at all at once.
#[inline(always)]
pub(super) fn few_digits(bytes: &[u8]) -> Option<usize> {
    let word = u64::from_le_bytes(*bytes.first_chunk()?) ^ ZEROS;
    // The high bit of each byte above 9; a carry from one of those only reaches bytes behind it.
    let others = (word.wrapping_add(ABOVE_NINE) | word) & HIGH_BITS;
    let digits = others.trailing_zeros() as usize / 8;
    let zero = word.trailing_zeros() >= 8;
    ((1..8).contains(&digits) && (digits == 1 || !zero)).then_some(digits)
}

/// How many bytes an integer's sign and digits are, up to where they are clearly right.
#[inline(never)]
pub(super) fn signed_digits(bytes: &[u8]) -> usize {
    match bytes {
        [b'-', digits @ ..] if matches!(digits.first(), Some(b'1'..=b'9')) => 1 + length(digits).1,
        _ => length(bytes).1,
    }
}

const ZEROS: u64 = u64::from_le_bytes(*b"00000000");
const ABOVE_NINE: u64 = u64::from_le_bytes([0x80 - 10; 8]);
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// Digits that can't pass 63 bits whatever they are.
const SAFE_DIGITS: u8 = 18;
