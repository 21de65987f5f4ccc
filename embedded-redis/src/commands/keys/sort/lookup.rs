//! What patterns find.

use std::borrow::Cow;

use super::options::until_nul;
use crate::engine::Data;
use crate::keyspace::{Hash, Text, Typed};

/// The value that the pattern leads to from an element: `#` is the element itself, `*` stands for
/// it in a key, and what follows `->` is a field of the hash there.
///
/// What is found is owned, what is the element is not.
pub(super) fn look_up_pattern<'e>(
    data: &mut Data<'_>,
    pattern: &[u8],
    element: &'e [u8],
) -> Option<Cow<'e, [u8]>> {
    if until_nul(pattern) == b"#" {
        return Some(Cow::Borrowed(element));
    }
    let visible = until_nul(pattern);
    let star = visible.iter().position(|byte| *byte == b'*')?;
    let arrow = visible.windows(2).skip(star + 1).position(|two| two == b"->");
    let arrow = arrow.map(|at| star + 1 + at).filter(|at| at + 2 < visible.len());
    let prefix = pattern.get(..star)?;
    let postfix = pattern.get(star + 1..arrow.unwrap_or(pattern.len()))?;
    let key = [prefix, element, postfix].concat();
    let place = super::super::look_up_used(data, &key)?;
    let value = data.database.db.value(place)?;
    match arrow {
        Some(at) => {
            let field = pattern.get(at + 2..)?;
            Hash::of(value)?.get(field).map(|value| Cow::Owned(value.to_vec()))
        }
        None => Text::of(value).map(|text| Cow::Owned(text.bytes().into_owned())),
    }
}

/// A number as `strtod` reads it, all of it up to a NUL; of nothing it makes 0.
pub(super) fn number(text: &[u8]) -> Option<f64> {
    let text = until_nul(text);
    if text.is_empty() {
        return Some(0.0);
    }
    let text = std::str::from_utf8(text).ok()?;
    let text = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => hexadecimal(digits)?,
        None if digits.starts_with(['+', '-']) => return None,
        None => decimal(digits)?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

fn decimal(digits: &str) -> Option<f64> {
    let number = digits.parse::<f64>().ok()?;
    // What is too large or too small for a double is an error, infinity by its name is not.
    let named = digits.starts_with(['i', 'I']);
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    let zero = !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    let in_range = named || zero || number.is_normal();
    (!number.is_nan() && in_range).then_some(number)
}

/// Without an exponent: nobody writes weights in that way, but `strtod` reads them.
fn hexadecimal(digits: &str) -> Option<f64> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut number = 0.0;
    for digit in whole.chars() {
        number = number * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let mut share = 1.0;
    for digit in fraction.chars() {
        share /= 16.0;
        number += share * f64::from(digit.to_digit(16)?);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_strtod() {
        let numbers: [(&[u8], f64); 11] = [
            (b"", 0.0),
            (b"12", 12.0),
            (b" \t-1.5e3", -1500.0),
            (b"+.5", 0.5),
            (b"5.", 5.0),
            (b"inf", f64::INFINITY),
            (b"-Infinity", f64::NEG_INFINITY),
            (b"0x1F", 31.0),
            (b"0x.8", 0.5),
            (b"7\0rubbish", 7.0),
            (b"0e-999", 0.0),
        ];
        for (text, expected) in numbers {
            assert_eq!(number(text), Some(expected), "{}", text.escape_ascii());
        }
        for text in ["nan", "1 ", "x", "--1", "+-1", "1e400", "1e-400", "0x", " ", "1,5"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }
}
