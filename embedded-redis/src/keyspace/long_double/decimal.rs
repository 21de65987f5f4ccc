//! Long doubles from text, and to text.

use super::{LongDouble, Magnitude, Natural};

/// Reads a number as `strtold` does.
pub(super) fn parse(text: &[u8]) -> Option<LongDouble> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        return Some(LongDouble { negative, magnitude: Magnitude::Infinite });
    }
    let number = match text {
        [b'0', b'x' | b'X', rest @ ..] => Digits::read(rest, 16, b'p')?.binary(negative),
        rest => Digits::read(rest, 10, b'e')?.decimal(negative),
    };
    number.filter(|number| !number.is_infinite())
}

/// Digits with the exponent behind them.
struct Digits {
    /// All digits, as if there was no point.
    number: Natural,
    /// How many of them stand behind the point.
    decimals: i64,
    /// How many stand in front of it or behind, zeros at the beginning left out.
    length: i64,
    exponent: i64,
}

impl Digits {
    fn read(text: &[u8], base: u32, exponent_mark: u8) -> Option<Self> {
        let end = text.iter().position(|byte| byte.eq_ignore_ascii_case(&exponent_mark));
        let (digits, exponent) = text.split_at(end.unwrap_or(text.len()));
        let exponent = exponent.get(1..).map_or(Some(0), read_exponent)?;
        let mut read = Self { number: Natural::default(), decimals: 0, length: 0, exponent };
        let (mut point, mut any) = (false, false);
        for byte in digits {
            if *byte == b'.' && !point {
                point = true;
                continue;
            }
            let digit = char::from(*byte).to_digit(base)?;
            any = true;
            read.number.multiply_add(base, digit);
            read.decimals += i64::from(point);
            read.length += i64::from(!read.number.is_zero());
        }
        any.then_some(read)
    }

    /// The nearest number; none if there is none but 0.
    fn decimal(self, negative: bool) -> Option<LongDouble> {
        let exponent = self.exponent.saturating_sub(self.decimals);
        if self.number.is_zero() {
            return Some(LongDouble { negative, ..LongDouble::ZERO });
        }
        // Far out of the range, whatever the digits are.
        if self.length.saturating_add(exponent).unsigned_abs() > 6_000 {
            return None;
        }
        let Ok(exponent) = i32::try_from(exponent) else { return None };
        let power = exponent.unsigned_abs();
        let mut number = self.number;
        let (bits, shift, is_more) = if exponent >= 0 {
            number.multiply_by_power_of_five(power);
            number.leading()
        } else {
            let mut divisor = Natural::from(1);
            divisor.multiply_by_power_of_five(power);
            number.divided(divisor)
        };
        nonzero(LongDouble::rounded(negative, bits, shift + exponent, is_more))
    }

    /// The same of hexadecimal digits, whose exponent is one of 2.
    fn binary(self, negative: bool) -> Option<LongDouble> {
        if self.number.is_zero() {
            return Some(LongDouble { negative, ..LongDouble::ZERO });
        }
        let exponent = self.exponent.saturating_sub(self.decimals.saturating_mul(4));
        let exponent = exponent.clamp(-100_000, 100_000) as i32;
        let (bits, shift, is_more) = self.number.leading();
        nonzero(LongDouble::rounded(negative, bits, shift + exponent, is_more))
    }
}

fn nonzero(number: LongDouble) -> Option<LongDouble> {
    Some(number).filter(|it| it.magnitude != LongDouble::ZERO.magnitude)
}

/// An exponent; what is too large for any number stays so.
fn read_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return None;
    }
    let exponent = digits.iter().try_fold(0_i64, |exponent, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        Some(exponent.saturating_mul(10).saturating_add(digit.into()))
    })?;
    Some(if negative { -exponent } else { exponent })
}

/// `mantissa * 2^exponent` with 17 decimals, of which zeros at the end are left out.
pub(super) fn text(mantissa: u64, exponent: i32) -> String {
    let by = exponent.unsigned_abs();
    if exponent >= 0 {
        return match u128::from(mantissa) << by.min(64) {
            number if by <= 64 => number.to_string(),
            _ => long_text(mantissa, by as usize),
        };
    }
    // As many bits as 10^17 and the mantissa have together fit.
    let scaled = u128::from(mantissa) * DECIMALS_FACTOR;
    let whole = scaled.checked_shr(by).unwrap_or(0);
    let rest = scaled - whole.checked_shl(by).unwrap_or(0);
    let half = 1_u128.checked_shl(by - 1);
    let round_up = half.is_some_and(|half| rest > half || rest == half && whole & 1 == 1);
    let rounded = whole + u128::from(round_up);
    let (integer, decimals) = (rounded / DECIMALS_FACTOR, rounded % DECIMALS_FACTOR);
    let text = format!("{integer}.{decimals:017}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The same of an integer of any size.
fn long_text(mantissa: u64, exponent: usize) -> String {
    let mut number = Natural::from(mantissa);
    number.shift_left(exponent);
    let mut groups = Vec::new();
    while !number.is_zero() {
        groups.push(number.divide_by(1_000_000_000));
    }
    let mut groups = groups.iter().rev();
    let first = groups.next().map(u32::to_string).unwrap_or_default();
    groups.fold(first, |text, group| text + &format!("{group:09}"))
}

/// 17 decimals.
const DECIMALS_FACTOR: u128 = 100_000_000_000_000_000;
