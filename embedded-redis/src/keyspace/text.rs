//! A string value.

use std::borrow::Cow;

/// What `SET` has set: a number where it looks like one, few bytes in place, and else bytes that
/// are as they came (Redis's `embstr`) or that have been changed since (`raw`).
#[derive(Clone, Debug)]
pub(crate) enum Text {
    Int(i64),
    Inline(u8, [u8; INLINE]),
    Fixed(Box<[u8]>),
    Grown(Vec<u8>),
}

/// The longest that a string may become: `proto-max-bulk-len`.
pub(crate) const MAX_TEXT: usize = 512 * 1024 * 1024;
/// As much as fits into two words.
const INLINE: usize = 15;
/// What Redis stores in one piece with the object's head, and calls `embstr`.
const EMBEDDED: usize = 44;

impl Text {
    /// What a client has sent to be stored.
    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match parse_integer(bytes) {
            Some(number) => Self::Int(number),
            None => Self::plain(bytes),
        }
    }

    /// The same without looking whether it is a number.
    pub(crate) fn plain(bytes: &[u8]) -> Self {
        let mut inline = [0; INLINE];
        match (inline.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(bytes);
                Self::Inline(len, inline)
            }
            _ if bytes.len() <= EMBEDDED => Self::Fixed(bytes.into()),
            _ => Self::Grown(bytes.to_vec()),
        }
    }

    /// Becomes what a client has sent, in the memory that is there where it fits.
    #[inline]
    pub(crate) fn assign(&mut self, bytes: &[u8]) {
        match self {
            Self::Fixed(old) if old.len() == bytes.len() && bytes.len() > LONGEST_INTEGER => {
                old.copy_from_slice(bytes);
            }
            Self::Grown(old) if bytes.len() > EMBEDDED && old.capacity() / 2 <= bytes.len() => {
                old.clear();
                old.extend_from_slice(bytes);
            }
            _ => *self = Self::new(bytes),
        }
    }

    /// The bytes; those of a number are made.
    #[inline]
    pub(crate) fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Int(number) => Cow::Owned(itoa::Buffer::new().format(*number).into()),
            _ => Cow::Borrowed(self.stored()),
        }
    }

    /// Calls with the bytes, without allocating.
    #[inline]
    pub(crate) fn with_bytes<T>(&self, use_them: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Self::Int(number) => use_them(itoa::Buffer::new().format(*number).as_bytes()),
            _ => use_them(self.stored()),
        }
    }

    #[inline]
    fn stored(&self) -> &[u8] {
        match self {
            Self::Int(_) => &[],
            Self::Inline(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Fixed(bytes) => bytes,
            Self::Grown(bytes) => bytes,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Int(number) => itoa::Buffer::new().format(*number).len(),
            _ => self.stored().len(),
        }
    }

    /// The number that it is, if it is one as Redis writes it.
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => parse_integer(self.stored()),
        }
    }

    /// The bytes to be changed: from then on it is `raw`.
    pub(crate) fn grown(&mut self) -> &mut Vec<u8> {
        if !matches!(self, Self::Grown(_)) {
            *self = Self::Grown(self.bytes().into_owned());
        }
        match self {
            Self::Grown(bytes) => bytes,
            _ => unreachable!("it has just been made so"),
        }
    }

    /// What `OBJECT ENCODING` says.
    pub(crate) fn encoding(&self) -> &'static str {
        match self {
            Self::Int(_) => "int",
            Self::Inline(..) | Self::Fixed(_) => "embstr",
            Self::Grown(_) => "raw",
        }
    }

    /// Bytes that it has allocated.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Int(_) | Self::Inline(..) => 0,
            Self::Fixed(bytes) => bytes.len(),
            Self::Grown(bytes) => bytes.capacity(),
        }
    }
}

/// An integer written as Redis itself would write it: without `+`, leading zeros and `-0`
/// (`string2ll`).
#[inline]
pub(crate) fn parse_integer(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if bytes.len() <= LONGEST_INTEGER => {}
        _ => return None,
    }
    let mut magnitude = 0_u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        magnitude = magnitude.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// What Redis sees of a text where it takes it for a string of C, which ends with the first NUL.
pub(crate) fn until_nul(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// `-9223372036854775808`
const LONGEST_INTEGER: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_those_that_redis_writes() {
        for number in [0, 1, -1, 10, i64::MAX, i64::MIN, i64::MAX - 1] {
            assert_eq!(parse_integer(number.to_string().as_bytes()), Some(number));
        }
        for text in ["", "-", "+1", "01", "-0", " 1", "1 ", "1.0", "9223372036854775808", "0x1"] {
            assert_eq!(parse_integer(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse_integer(b"-9223372036854775809"), None);
        assert_eq!(parse_integer(b"18446744073709551616"), None);
    }

    #[test]
    fn it_is_what_was_assigned_whatever_was_there() {
        let long = [b'x'; 100];
        let samples: [&[u8]; 8] =
            [b"", b"7", b"-12", b"fifteen bytes..", &long[..16], &long[..44], &long[..45], &long];
        for first in samples {
            for second in samples {
                let mut text = Text::new(first);
                text.assign(second);
                assert_eq!(*text.bytes(), *second);
                assert_eq!(text.encoding(), Text::new(second).encoding());
                assert_eq!(text.len(), second.len());
            }
        }
        assert_eq!(size_of::<Text>(), 24);
    }
}
