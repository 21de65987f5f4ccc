//! Numbers as C's `strtod` reads them.

use crate::engine::Error;
use crate::keyspace::{Score, until_nul};

/// A number that is all of the text: no space in front of it, and none that a double can't hold
/// (`string2d` in Redis's util.c).
///
/// # Errors
///
/// If it is none, or NaN.
pub(in crate::commands) fn float(text: &[u8]) -> Result<f64, Error> {
    let plain = std::str::from_utf8(text).ok().and_then(|it| it.parse::<f64>().ok());
    if let Some(number) = plain
        && number.is_normal()
    {
        return Ok(number);
    }
    let spaced = text.first().is_some_and(|byte| is_space(*byte));
    match strtod(text) {
        Some((number, [])) if !spaced && number.is_fit() => Ok(number.value),
        _ => Err(Error::NOT_A_FLOAT),
    }
}

/// One end of a range of scores. What is behind a zero byte is not seen, and no text at all is 0,
/// as `strtod` has it (`zslParseRange` in Redis's t_zset.c).
pub(in crate::commands) fn bound(text: &[u8]) -> Option<Score> {
    let text = until_nul(text);
    if text.is_empty() {
        return Some(0.0);
    }
    let (number, rest) = strtod(text)?;
    (rest.is_empty() && !number.value.is_nan()).then_some(number.value)
}

/// What `SORT` sorts by: all of the text up to a zero byte, and 0 where there is none. Unlike scores
/// it may not be so small that a double holds it with few digits (`sortCommandGeneric`).
pub(in crate::commands) fn weight(text: &[u8]) -> Option<f64> {
    let text = until_nul(text);
    if text.is_empty() {
        return Some(0.0);
    }
    let (number, rest) = strtod(text)?;
    let exact = !number.ordinary || number.value.is_normal();
    (rest.is_empty() && exact && !number.value.is_nan()).then_some(number.value)
}

struct Number {
    value: f64,
    /// It is written as a number that is neither 0 nor infinite.
    ordinary: bool,
}

impl Number {
    /// Whether a double can hold it.
    fn is_fit(&self) -> bool {
        let lost = self.value == 0.0 || self.value.is_infinite();
        !(self.value.is_nan() || (self.ordinary && lost))
    }
}

/// The number that the text begins with, and what follows it.
fn strtod(text: &[u8]) -> Option<(Number, &[u8])> {
    let spaces = text.iter().take_while(|byte| is_space(**byte)).count();
    let text = text.get(spaces..)?;
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (mut number, rest) = word(text).or_else(|| hexadecimal(text)).or_else(|| decimal(text))?;
    if negative {
        number.value = -number.value;
    }
    Some((number, rest))
}

fn word(text: &[u8]) -> Option<(Number, &[u8])> {
    let after = |name: &str| {
        let (head, rest) = text.split_at_checked(name.len())?;
        head.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
    };
    let infinite = after("infinity").or_else(|| after("inf"));
    let value = if infinite.is_some() { f64::INFINITY } else { f64::NAN };
    let rest = infinite.or_else(|| after("nan"))?;
    Some((Number { value, ordinary: false }, rest))
}

fn decimal(text: &[u8]) -> Option<(Number, &[u8])> {
    let (mantissa, rest) = mantissa(text, u8::is_ascii_digit)?;
    let ordinary = mantissa.iter().any(|byte| matches!(byte, b'1'..=b'9'));
    let rest = exponent(rest, b'e').map_or(rest, |(_, rest)| rest);
    let number = text.get(..text.len() - rest.len())?;
    let value = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((Number { value, ordinary }, rest))
}

fn hexadecimal(text: &[u8]) -> Option<(Number, &[u8])> {
    let [b'0', b'x' | b'X', text @ ..] = text else { return None };
    let (mantissa, rest) = mantissa(text, u8::is_ascii_hexdigit)?;
    let (power, rest) = exponent(rest, b'p').unwrap_or((0, rest));
    let (mut bits, mut shift, mut behind_point) = (0_u64, 0_i64, false);
    for byte in mantissa {
        let Some(digit) = char::from(*byte).to_digit(16) else {
            behind_point = true;
            continue;
        };
        shift -= if behind_point { 4 } else { 0 };
        if bits >> 60 == 0 {
            bits = bits << 4 | u64::from(digit);
        } else {
            // Too far behind to count, but for the rounding of what lies between two doubles.
            bits |= u64::from(digit != 0);
            shift += 4;
        }
    }
    let power = power.saturating_add(shift).clamp(-3_000, 3_000) as i32;
    // In two steps: the power of 2 alone may be out of range.
    let value = bits as f64 * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2);
    Some((Number { value, ordinary: bits != 0 }, rest))
}

/// Digits, among which there may be one point.
fn mantissa(text: &[u8], is_digit: impl Fn(&u8) -> bool) -> Option<(&[u8], &[u8])> {
    let whole = text.iter().take_while(|byte| is_digit(byte)).count();
    let fraction = match text.get(whole..) {
        Some([b'.', rest @ ..]) => Some(rest.iter().take_while(|byte| is_digit(byte)).count()),
        _ => None,
    };
    if whole + fraction.unwrap_or(0) == 0 {
        return None;
    }
    text.split_at_checked(whole + fraction.map_or(0, |digits| digits + 1))
}

/// An exponent and what follows it; none if there are no digits.
fn exponent(text: &[u8], letter: u8) -> Option<(i64, &[u8])> {
    let [first, text @ ..] = text else { return None };
    if first.to_ascii_lowercase() != letter {
        return None;
    }
    let (sign, text) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let (digits, rest) = text.split_at(text.iter().take_while(|it| it.is_ascii_digit()).count());
    let add = |sum: i64, digit: &u8| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    (!digits.is_empty()).then(|| (digits.iter().fold(0, add) * sign, rest))
}

/// C's `isspace`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_may_have_spaces_in_front() {
        for (text, expected) in [
            (&b""[..], 0.0),
            (b" \t-1.5e3", -1500.0),
            (b"-Infinity", f64::NEG_INFINITY),
            (b"0x1p3", 8.0),
            (b"7\0rubbish", 7.0),
            (b"0e-999", 0.0),
        ] {
            assert_eq!(weight(text), Some(expected), "{}", text.escape_ascii());
        }
        for text in ["nan", "1 ", "x", "+-1", "1e400", "5e-324", "0x", " ", "1,5"] {
            assert_eq!(weight(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn scores_are_what_redis_takes_for_such() {
        for (text, expected) in [
            ("1", 1.0),
            ("-1.5e3", -1_500.0),
            ("+.5", 0.5),
            ("5.", 5.0),
            ("0", 0.0),
            ("0e9999", 0.0),
            ("inf", f64::INFINITY),
            ("+Infinity", f64::INFINITY),
            ("-INF", f64::NEG_INFINITY),
            ("0x10", 16.0),
            ("-0X1.8p1", -3.0),
            ("0x1p-1", 0.5),
            ("0x1fffffffffffffff", 2_305_843_009_213_693_951.0),
            ("0x10000000000000800000000001", 1.267_650_600_228_229_7e30),
            ("1e-310", 1e-310),
        ] {
            assert_eq!(float(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in [
            "", " 1", "1 ", "nan", "-NaN", "1e", "e1", ".", "-", "0x", "1e400", "-1e400", "1e-400",
            "0x1p5000", "1_0", "1\0", "infi", "1d", "--1",
        ] {
            assert_eq!(float(text.as_bytes()), Err(Error::NOT_A_FLOAT), "{text}");
        }
    }

    #[test]
    fn bounds_are_read_as_far_as_a_c_string_goes() {
        assert_eq!(bound(b""), Some(0.0));
        assert_eq!(bound(b" 16"), Some(16.0));
        assert_eq!(bound(b"1\0x"), Some(1.0));
        assert_eq!(bound(b"1e400"), Some(f64::INFINITY));
        for text in ["nan", "a", " ", "1 ", "(1"] {
            assert_eq!(bound(text.as_bytes()), None, "{text}");
        }
    }
}
