//! The text of a double, as redis-server prints it.

use core::fmt::{self, Write};

/// A double in 17 significant digits, which always give the same double back: `%.17g`, with `inf`,
/// `-inf` and `nan` for what is no number (`addReplyDouble` in Redis's networking.c, 7.0).
///
/// ```
/// assert_eq!(redis_server_core::double_text(0.1).as_ref(), b"0.10000000000000001");
/// ```
#[must_use]
pub fn double_text(value: f64) -> impl AsRef<[u8]> {
    Text::of(value)
}

#[derive(Debug)]
struct Text {
    bytes: [u8; LONGEST],
    len: usize,
}

/// `-1.2345678901234567e-308`, or as much without an exponent.
const LONGEST: usize = 24;
const DIGITS: i32 = 17;

impl Text {
    fn of(value: f64) -> Self {
        let mut text = Self { bytes: [0; LONGEST], len: 0 };
        if value.is_nan() {
            text.push(b"nan");
        } else if value.is_infinite() {
            text.push(if value < 0.0 { b"-inf" } else { b"inf" });
        } else if let Some(integer) = integer(value) {
            text.push(itoa::Buffer::new().format(integer).as_bytes());
        } else {
            text.digits(value);
        }
        text
    }

    fn digits(&mut self, value: f64) {
        let mut scientific = Self { bytes: [0; LONGEST], len: 0 };
        let written = write!(scientific, "{:.*e}", DIGITS as usize - 1, value.abs());
        debug_assert!(written.is_ok(), "a double fits");
        let scientific = scientific.as_ref();
        let at = scientific.iter().position(|byte| *byte == b'e').unwrap_or(scientific.len());
        let (mantissa, exponent) = scientific.split_at(at);
        let exponent = core::str::from_utf8(exponent).unwrap_or_default();
        let exponent: i32 = exponent.strip_prefix('e').and_then(|it| it.parse().ok()).unwrap_or(0);
        let significant = mantissa.iter().rposition(|byte| !matches!(byte, b'0' | b'.'));
        let digits = mantissa.iter().take(significant.map_or(1, |last| last + 1));
        let digits = digits.copied().filter(|byte| *byte != b'.');
        if value.is_sign_negative() {
            self.push(b"-");
        }
        if (-4..DIGITS).contains(&exponent) {
            self.plain(digits, exponent);
        } else {
            self.plain(digits, 0);
            let sign = if exponent < 0 { '-' } else { '+' };
            let written = write!(self, "e{sign}{:02}", exponent.abs());
            debug_assert!(written.is_ok(), "a double fits");
        }
    }

    /// Digits, with the point behind the one that stands for that power of ten.
    fn plain(&mut self, digits: impl Iterator<Item = u8>, exponent: i32) {
        if exponent < 0 {
            self.push(b"0.");
            (exponent + 1..0).for_each(|_| self.push(b"0"));
        }
        let mut power = exponent;
        for digit in digits {
            if power == -1 && exponent >= 0 {
                self.push(b".");
            }
            self.push(&[digit]);
            power -= 1;
        }
        (0..=power).for_each(|_| self.push(b"0"));
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if let Some(place) = self.bytes.get_mut(self.len..end) {
            place.copy_from_slice(bytes);
            self.len = end;
        }
    }
}

/// An integer that is printed with all its digits. -0 is not one: it keeps its sign.
fn integer(value: f64) -> Option<i64> {
    let integer = value as i64;
    let same = integer as f64 == value && integer.unsigned_abs() < MANY;
    (same && (integer != 0 || value.is_sign_positive())).then_some(integer)
}

/// The first of 18 digits.
const MANY: u64 = 100_000_000_000_000_000;

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn text(value: f64) -> String {
        String::from_utf8(Text::of(value).as_ref().to_vec()).unwrap()
    }

    /// What redis-server 7.0.15 answers to `ZSCORE`.
    #[test]
    fn doubles_are_printed_as_redis_server_prints_them() {
        for (value, expected) in [
            (0.1, "0.10000000000000001"),
            (1e300, "1.0000000000000001e+300"),
            (3.0, "3"),
            (-120.0, "-120"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (1.234_567_890_123_456_8e17, "1.2345678901234568e+17"),
            (5e-324, "4.9406564584124654e-324"),
            (-2.225_073_858_507_201_4e-308, "-2.2250738585072014e-308"),
            (-0.0, "-0"),
            (0.0, "0"),
            (2.5, "2.5"),
            (-123_456.75, "-123456.75"),
            (1e-4, "0.0001"),
            (1.2345e-4, "0.00012344999999999999"),
            (1e-5, "1.0000000000000001e-05"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    #[test]
    fn every_double_comes_back() {
        let mut bits = 1_u64;
        for _ in 0..100_000 {
            bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                assert_eq!(text(value).parse(), Ok(value));
            }
        }
    }
}
