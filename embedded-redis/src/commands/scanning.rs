//! What the commands have in common that go through a collection with a cursor.

use redis_server_core::glob_matches;
use redis_server_core::resp_core::request::Request;

use super::arguments::{Options, count, integer, is};
use crate::engine::{Answer, Done, Error, Outcome};
use crate::keyspace::until_nul;

/// The options of `SCAN`, `SSCAN`, `HSCAN` and `ZSCAN`.
pub(super) struct Scan<'a> {
    pub(super) count: usize,
    pattern: Option<&'a [u8]>,
}

impl<'a> Scan<'a> {
    /// Reads the options behind the cursor.
    pub(super) fn parse(request: &Request<'a>) -> Result<Self, Error> {
        let mut scan = Self { count: 10, pattern: None };
        let mut options = Options::behind(request, 3);
        while let Some(option) = options.next() {
            scan.take(option, options.value()?)?;
        }
        Ok(scan)
    }

    /// The same of `SCAN`, which has a type, too, if that is said.
    pub(super) fn parse_with_type(
        request: &Request<'a>,
    ) -> Result<(Self, Option<&'a [u8]>), Error> {
        let (mut scan, mut kind) = (Self { count: 10, pattern: None }, None);
        let mut options = Options::behind(request, 2);
        while let Some(option) = options.next() {
            let value = options.value()?;
            if is(option, "type") {
                kind = Some(value);
            } else {
                scan.take(option, value)?;
            }
        }
        Ok((scan, kind))
    }

    fn take(&mut self, option: &[u8], value: &'a [u8]) -> Result<(), Error> {
        if is(option, "count") {
            integer(value)?;
            self.count = count(value, 1, Error::SYNTAX)?;
        } else if is(option, "match") {
            // Not even the empty name is kept out by this one.
            self.pattern = Some(value).filter(|pattern| *pattern != b"*");
        } else {
            return Err(Error::SYNTAX);
        }
        Ok(())
    }

    /// Whether what is so named is asked for.
    pub(super) fn wants(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob_matches(pattern, name))
    }
}

/// A cursor, as `strtoul` reads it: up to a NUL, with a sign if need be, and 0 where there is none.
pub(super) fn cursor(text: &[u8]) -> Result<u64, Error> {
    let text = until_nul(text);
    let (negative, digits) = match text {
        [] => return Ok(0),
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let digits = digits.first().filter(|it| it.is_ascii_digit()).and(Some(digits));
    let number = digits.and_then(|it| std::str::from_utf8(it).ok()?.parse::<u64>().ok());
    let number = number.ok_or(Error::of("ERR invalid cursor"))?;
    Ok(if negative { number.wrapping_neg() } else { number })
}

/// Answers with where to go on, and what was found.
pub(super) fn page<T: AsRef<[u8]>>(answer: &mut Answer<'_>, cursor: u64, found: &[T]) -> Outcome {
    if let Some(mut page) = answer.array(2) {
        page.add(itoa::Buffer::new().format(cursor).as_bytes());
        let mut items = page.item().array(found.len());
        for text in found {
            items.add(text.as_ref());
        }
    }
    Ok(Done::Answered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_redis_reads_them() {
        for (text, number) in
            [("", 0), ("0", 0), ("007", 7), ("+1", 1), ("-1", u64::MAX), ("-0", 0), ("5\0x", 5)]
        {
            assert_eq!(cursor(text.as_bytes()), Ok(number), "{text}");
        }
        for text in ["a", "-", "+", "+-1", " 1", "1 ", "18446744073709551616", "0x1", "++1"] {
            assert!(cursor(text.as_bytes()).is_err(), "{text}");
        }
    }
}
