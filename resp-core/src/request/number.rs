//! Header lines: a type byte, a number, CRLF.

use super::inspected;

/// Reads the header line at the start of `bytes` if it is of the common kind: all there, the type
/// byte `marker`, one to four digits. Returns the number and what follows the line.
///
/// `None` means nothing but that [`HeaderLine`] has to look.
#[inline(always)]
pub(super) fn short_header(marker: u8, bytes: &[u8]) -> Option<(usize, &[u8])> {
    inspected::count(bytes.len().min(7));
    let (&first, digits) = bytes.split_first()?;
    if first != marker {
        return None;
    }
    match *digits {
        [a @ b'0'..=b'9', b'\r', b'\n', ref rest @ ..] => Some((digit(a), rest)),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', b'\r', b'\n', ref rest @ ..] => {
            Some((digit(a) * 10 + digit(b), rest))
        }
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b'\r', b'\n', ref rest @ ..] => {
            Some((digit(a) * 100 + digit(b) * 10 + digit(c), rest))
        }
        [
            a @ b'1'..=b'9',
            b @ b'0'..=b'9',
            c @ b'0'..=b'9',
            d @ b'0'..=b'9',
            b'\r',
            b'\n',
            ref rest @ ..,
        ] => Some((digit(a) * 1000 + digit(b) * 100 + digit(c) * 10 + digit(d), rest)),
        _ => None,
    }
}

/// A header line that may come in pieces, of any length and content.
#[derive(Clone, Debug)]
pub(super) struct HeaderLine {
    /// Where the line starts in the request.
    pub(super) start: usize,
    /// What follows the first byte, up to the carriage return.
    pub(super) number: Number,
    cursor: usize,
}

/// What [`HeaderLine::scan`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineScan {
    /// The line is complete; its carriage return stands here, and one more byte after it.
    End(usize),
    /// More bytes are needed.
    More,
    /// There is no carriage return before `window`.
    Overflow,
}

impl HeaderLine {
    pub(super) fn new(start: usize) -> Self {
        Self { start, number: Number::default(), cursor: start }
    }

    /// Goes on looking for the end of the line in `request[..window]`.
    ///
    /// A line ends at the first carriage return, and counts as complete when one more byte has
    /// come, whichever: Redis looks at the line at that moment (`processMultibulkBuffer`).
    pub(super) fn scan(&mut self, request: &[u8], window: usize) -> LineScan {
        let visible = request.get(..window).unwrap_or(request);
        let mut rest = visible.get(self.cursor..).unwrap_or_default();
        if self.cursor == self.start
            && let Some((first, after)) = rest.split_first()
            && *first != b'\r'
        {
            inspected::count(1);
            rest = after;
        }
        while let Some((&byte, after)) = rest.split_first() {
            inspected::count(1);
            if byte == b'\r' {
                break;
            }
            self.number.push(byte);
            rest = if self.number.valid { after } else { skip_to_return(after) };
        }
        // Everything up to `rest` has been seen; `rest` is empty or starts with the return.
        self.cursor = visible.len() - rest.len();
        if rest.is_empty() {
            if visible.len() == window { LineScan::Overflow } else { LineScan::More }
        } else if request.len() > self.cursor + 1 {
            LineScan::End(self.cursor)
        } else {
            LineScan::More
        }
    }
}

/// A decimal number that comes byte by byte, as strict as Redis's `string2ll` (util.c): an
/// optional `-`, no `+`, no leading zeros, no `-0`, at least one digit, in the range of `i64`.
#[derive(Clone, Debug)]
pub(super) struct Number {
    magnitude: u64,
    /// Characters; no more than 21 are valid, as the magnitude overflows before.
    len: u8,
    negative: bool,
    valid: bool,
}

impl Number {
    pub(super) fn push(&mut self, byte: u8) {
        let digits = self.len - u8::from(self.negative);
        let leading_zero = digits > 0 && self.magnitude == 0;
        self.valid &= !leading_zero;
        if !self.valid {
            return;
        }
        self.len += 1;
        match byte {
            b'-' if self.len == 1 => self.negative = true,
            b'0' if self.negative && digits == 0 => self.valid = false,
            b'0'..=b'9' => {
                let next =
                    self.magnitude.checked_mul(10).and_then(|m| m.checked_add(digit(byte) as u64));
                self.valid = next.is_some();
                self.magnitude = next.unwrap_or_default();
            }
            _ => self.valid = false,
        }
    }

    /// The number, if all that was pushed makes one.
    pub(super) fn value(&self) -> Option<i64> {
        if !self.valid || self.len == u8::from(self.negative) {
            None
        } else if self.negative {
            0i64.checked_sub_unsigned(self.magnitude)
        } else {
            i64::try_from(self.magnitude).ok()
        }
    }
}

impl Default for Number {
    fn default() -> Self {
        Self { magnitude: 0, len: 0, negative: false, valid: true }
    }
}

/// What is left of `bytes` from the first carriage return on.
fn skip_to_return(bytes: &[u8]) -> &[u8] {
    let at = memchr::memchr(b'\r', bytes).unwrap_or(bytes.len());
    inspected::count(at);
    bytes.get(at..).unwrap_or_default()
}

#[inline(always)]
fn digit(byte: u8) -> usize {
    usize::from(byte - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<i64> {
        let mut number = Number::default();
        text.bytes().for_each(|byte| number.push(byte));
        number.value()
    }

    #[test]
    fn numbers_are_those_of_string2ll() {
        for good in [0, 1, -1, 9, 10, -10, 2147483647, 2147483648, 4294967296, i64::MAX, i64::MIN] {
            assert_eq!(number(&alloc::format!("{good}")), Some(good));
        }
        for bad in [
            "",
            "-",
            "+1",
            "-0",
            "00",
            "01",
            "-01",
            "--1",
            "1-",
            " 1",
            "1 ",
            "1a",
            "a",
            "0x1",
            "1.0",
            "\0",
            "1\0",
            "0\0",
            "1\n",
            "\u{661}",
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "-18446744073709551615",
            "99999999999999999999",
            "100000000000000000000",
            "000000000000000000001",
        ] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_bad_number_stays_bad() {
        for good_again in ["+1", "-0", "00", "1x2", "999999999999999999999"] {
            assert_eq!(number(&alloc::format!("{good_again}1")), None);
        }
    }

    #[test]
    fn short_headers_agree_with_header_lines() {
        let digits =
            ["", "0", "5", "10", "05", "99", "100", "099", "9999", "1000", "0999", "12345"];
        let endings = ["\r\n", "\r", "", "\n", "\rx", "\r\nrest", "x\r\n"];
        for text in digits.iter().flat_map(|d| endings.map(|e| alloc::format!("${d}{e}"))) {
            let mut line = HeaderLine::new(0);
            let slow = match line.scan(text.as_bytes(), usize::MAX) {
                LineScan::End(end) if text.as_bytes()[end + 1] == b'\n' => {
                    line.number.value().map(|value| (value as usize, &text.as_bytes()[end + 2..]))
                }
                _ => None,
            };
            let slow = slow.filter(|(value, _)| *value < 10_000);
            assert_eq!(short_header(b'$', text.as_bytes()), slow, "{text:?}");
            assert_eq!(short_header(b'*', text.as_bytes()), None);
        }
    }
}
