//! Numbers as `INCRBYFLOAT` adds them.
//!
//! Redis adds them as C's `long double`, which on the machines that it is mostly run on is the
//! x87's format of 80 bits: a mantissa of 64 bits, the first one written out, and an exponent of
//! 15. That is what makes 0.1 + 0.2 the 0.3 that people expect once 17 decimals are printed. Rust
//! has no such type, so here it is, with just what these commands do: read, add, write.

mod decimal;
mod natural;

use std::fmt;

use natural::Natural;

/// A number in the x87's format of 80 bits, infinities included, but not NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LongDouble {
    negative: bool,
    magnitude: Magnitude,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Magnitude {
    /// `mantissa * 2^exponent`; the first bit of the mantissa is 1 where the exponent is not the
    /// least one.
    Finite {
        mantissa: u64,
        exponent: i32,
    },
    Infinite,
}

impl LongDouble {
    pub(crate) const ZERO: Self = Self {
        negative: false,
        magnitude: Magnitude::Finite { mantissa: 0, exponent: LEAST_EXPONENT },
    };

    /// A number as `strtold` reads it, in all of the text; not NaN, and neither what is so small
    /// that it comes to 0 nor what is so large that it comes to infinity.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        // Redis reads it into a buffer of that size.
        if text.len() >= LONGEST_TEXT {
            return None;
        }
        decimal::parse(text)
    }

    pub(crate) fn is_infinite(self) -> bool {
        self.magnitude == Magnitude::Infinite
    }

    /// The sum; none if it is infinite, or no number.
    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        let (Magnitude::Finite { .. }, Magnitude::Finite { .. }) =
            (self.magnitude, other.magnitude)
        else {
            return None;
        };
        let (large, small) = if self.is_below(other) { (other, self) } else { (self, other) };
        let (
            Magnitude::Finite { mantissa, exponent },
            Magnitude::Finite { mantissa: other, exponent: lower },
        ) = (large.magnitude, small.magnitude)
        else {
            return None;
        };
        // Two bits in front are left for the sum to grow into, and 62 behind for what the smaller
        // one has less than the larger. What it has behind these only matters by being there.
        let distance = (exponent - lower).unsigned_abs();
        let (large_bits, wide) = (u128::from(mantissa) << 62, u128::from(other) << 62);
        let small_bits = wide.checked_shr(distance).unwrap_or(0);
        let is_exact = other == 0 || other.trailing_zeros() + 62 >= distance;
        let (bits, is_exact) = match (large.negative == small.negative, is_exact) {
            (true, _) => (large_bits + small_bits, is_exact),
            (false, true) => (large_bits - small_bits, true),
            // Somewhat more is taken away than these bits: what is left is between the two.
            (false, false) => (large_bits - small_bits - 1, false),
        };
        // What is 0 by subtraction is positive, but two negative zeros are one.
        let negative = if bits == 0 { large.negative && small.negative } else { large.negative };
        let sum = Self::rounded(negative, bits, exponent - 62, !is_exact);
        Some(sum).filter(|sum| !sum.is_infinite())
    }

    /// Whether its magnitude is less.
    fn is_below(self, other: Self) -> bool {
        match (self.magnitude, other.magnitude) {
            (
                Magnitude::Finite { mantissa, exponent },
                Magnitude::Finite { mantissa: other, exponent: other_exponent },
            ) => (exponent, mantissa) < (other_exponent, other),
            (_, Magnitude::Infinite) => true,
            (Magnitude::Infinite, _) => false,
        }
    }

    /// The nearest to `bits * 2^exponent`, or to somewhat more than that, to less than the next
    /// `bits`; of two that are equally near, the one that ends in 0.
    fn rounded(negative: bool, bits: u128, exponent: i32, is_more: bool) -> Self {
        let length = 128 - bits.leading_zeros() as i32;
        // How many bits are left out: all behind the first 64, and what is below the least.
        let surplus = (length - 64).max(LEAST_EXPONENT - exponent);
        if surplus <= 0 {
            let mantissa = (bits as u64).checked_shl(surplus.unsigned_abs()).unwrap_or(0);
            return Self::finite(negative, mantissa, exponent + surplus);
        }
        let kept = bits.checked_shr(surplus.unsigned_abs()).unwrap_or(0) as u64;
        let half = 1_u128.checked_shl(surplus.unsigned_abs() - 1);
        let left_out = bits - (u128::from(kept).checked_shl(surplus.unsigned_abs()).unwrap_or(0));
        let round_up = half
            .is_some_and(|half| left_out > half || left_out == half && (is_more || kept & 1 == 1));
        match kept.checked_add(round_up.into()) {
            Some(mantissa) => Self::finite(negative, mantissa, exponent + surplus),
            None => Self::finite(negative, 1 << 63, exponent + surplus + 1),
        }
    }

    fn finite(negative: bool, mantissa: u64, exponent: i32) -> Self {
        let magnitude = match mantissa {
            0 => Magnitude::Finite { mantissa, exponent: LEAST_EXPONENT },
            _ if exponent > GREATEST_EXPONENT => Magnitude::Infinite,
            _ => Magnitude::Finite { mantissa, exponent },
        };
        Self { negative, magnitude }
    }
}

impl From<i64> for LongDouble {
    fn from(number: i64) -> Self {
        Self::rounded(number < 0, number.unsigned_abs().into(), 0, false)
    }
}

/// As Redis writes it for people to read: 17 decimals, of which zeros at the end are left out.
impl fmt::Display for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.magnitude {
            Magnitude::Infinite => "inf".to_owned(),
            Magnitude::Finite { mantissa, exponent } => decimal::text(mantissa, exponent),
        };
        let sign = if self.negative && text != "0" { "-" } else { "" };
        write!(f, "{sign}{text}")
    }
}

/// Exponents of the least and the greatest numbers, if the mantissa is taken as an integer.
const LEAST_EXPONENT: i32 = -16_445;
const GREATEST_EXPONENT: i32 = 16_383 - 63;
/// `MAX_LONG_DOUBLE_CHARS`
const LONGEST_TEXT: usize = 5 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(one: &str, other: &str) -> String {
        let [one, other] = [one, other].map(|it| LongDouble::parse(it.as_bytes()).unwrap());
        one.checked_add(other).map_or("infinite".to_owned(), |sum| sum.to_string())
    }

    /// What redis-server 7.0.15 answers to `SET k <one>` and `INCRBYFLOAT k <other>`.
    #[test]
    fn sums_are_those_of_redis() {
        let known = include_str!("long_double/sums.txt");
        for line in known.lines().filter(|line| !line.is_empty()) {
            let [one, other, expected] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("not three numbers: {line}");
            };
            assert_eq!(sum(one, other), expected, "{one} + {other}");
        }
    }

    #[test]
    fn what_strtold_reads_is_read() {
        for (text, expected) in [
            ("3.0e3", "3000"),
            ("+.5", "0.5"),
            ("5.", "5"),
            ("-0", "0"),
            ("0x10", "16"),
            ("0X1.8P+1", "3"),
            ("0x.8", "0.5"),
            ("0e99999999999999999999", "0"),
            ("inf", "inf"),
            ("-Infinity", "-inf"),
        ] {
            let number = LongDouble::parse(text.as_bytes()).map(|it| it.to_string());
            assert_eq!(number.as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            ".",
            "-",
            "+-1",
            "1e",
            "1e+",
            "e1",
            " 1",
            "1 ",
            "0x",
            "0x.",
            "0x1p",
            "1_0",
            "nan",
            "infin",
            "1e4933",
            "1e-5000",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "1,5",
        ] {
            assert_eq!(LongDouble::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(LongDouble::parse(&[b'1'; LONGEST_TEXT]), None);
    }

    #[test]
    fn integers_are_exact() {
        for number in [0, 1, -1, i64::MAX, i64::MIN, 1 << 53 | 1] {
            assert_eq!(LongDouble::from(number).to_string(), number.to_string());
            assert_eq!(LongDouble::parse(number.to_string().as_bytes()), Some(number.into()));
        }
    }
}
