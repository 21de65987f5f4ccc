//! Tokens that hold no surprise, in few steps: nearly all there are.
//!
//! What is here only says yes. All that can be wrong or missing is the state machine's, which goes
//! on at the byte where a token stops being plain, or begins the token again. Always inlined, twice:
//! for the first token of a frame and for those behind it.

use super::Scanner;
use super::nesting::Level;
use super::number::{self, Number};
use super::text::Text;
use super::token::State;

/// A token that is all there and right.
pub(super) enum Plain {
    /// An element of so many bytes.
    Element { length: usize },
    /// The head, of so many bytes, of an aggregate with elements.
    Open { length: usize, level: Level },
}

/// A token that is incomplete, or wrong, or of a rare kind, behind so many bytes: the state
/// machine goes on from there.
pub(super) struct Unclear {
    pub(super) length: usize,
    pub(super) state: State,
}

impl Unclear {
    const FROM_THE_START: Self = Self { length: 0, state: State::Type };
}

impl Scanner {
    /// Looks at the token at the start of the input.
    #[inline(always)]
    pub(super) fn plain_token(&mut self, input: &[u8]) -> Result<Plain, Unclear> {
        match input.split_first() {
            Some((&kind @ (b'*' | b'%' | b'~'), rest)) => self.plain_aggregate(kind, rest),
            _ => self.plain_scalar(input).map(|length| Plain::Element { length }),
        }
    }

    /// Looks at the token at the start of the input, if it is of the types that are most often
    /// frames by themselves.
    #[inline(always)]
    pub(super) fn plain_scalar(&mut self, input: &[u8]) -> Result<usize, Unclear> {
        match input.split_first() {
            Some((b'$', rest)) => self.plain_bulk(rest),
            Some((b'+' | b'-', rest)) => self.plain_line(rest),
            Some((b':', rest)) => self.plain_integer(rest),
            Some((b'_', [b'\r', b'\n', ..])) => Ok(self.plain_element(3, 0)),
            _ => Err(Unclear::FROM_THE_START),
        }
    }

    #[inline(always)]
    fn plain_bulk(&mut self, rest: &[u8]) -> Result<usize, Unclear> {
        let (length, digits) = number::length(rest);
        let head = 1 + digits + CRLF.len();
        if let Some([b'\r', b'\n', behind @ ..]) = rest.get(digits..)
            && digits > 0
            && length <= self.limits.bulk
            && let Ok(length) = usize::try_from(length)
            && let Some([b'\r', b'\n', ..]) = behind.get(length..)
        {
            return Ok(self.plain_element(head + CRLF.len(), length));
        }
        if rest.starts_with(b"-1\r\n") {
            return Ok(self.plain_element(5, 0));
        }
        Err(self.unclear_number(b'$', length, digits))
    }

    #[inline(always)]
    fn plain_aggregate(&mut self, kind: u8, rest: &[u8]) -> Result<Plain, Unclear> {
        let (length, digits) = number::length(rest);
        if let Some([b'\r', b'\n', ..]) = rest.get(digits..)
            && length > 0
            && length <= u64::from(self.limits.aggregate)
            && self.nesting.depth() < u64::from(self.limits.depth)
        {
            let head = 1 + digits + CRLF.len();
            self.count(head);
            let left = if kind == b'%' { 2 * length } else { length };
            return Ok(Plain::Open { length: head, level: Level::counted(left) });
        }
        Err(self.unclear_number(kind, length, digits))
    }

    #[inline(always)]
    fn plain_integer(&mut self, rest: &[u8]) -> Result<usize, Unclear> {
        let digits = number::few_digits(rest).unwrap_or_else(|| number::signed_digits(rest));
        match rest.get(digits..) {
            Some([b'\r', b'\n', ..]) if digits > 0 => {
                Ok(self.plain_element(1 + digits + CRLF.len(), 0))
            }
            _ => {
                self.count(1 + digits);
                Err(Unclear::FROM_THE_START)
            }
        }
    }

    #[inline(always)]
    fn plain_line(&mut self, rest: &[u8]) -> Result<usize, Unclear> {
        let short = rest.get(..SHORT).unwrap_or(rest);
        let length = short.iter().position(|&byte| byte < b' ').unwrap_or(short.len());
        if length as u64 > u64::from(self.limits.line) {
            return Err(Unclear::FROM_THE_START);
        }
        if let Some([b'\r', b'\n', ..]) = rest.get(length..) {
            return Ok(self.plain_element(1 + length + CRLF.len(), 0));
        }
        self.count(1 + length);
        let state = State::Line { length: length as u32, text: Text::Free };
        Err(Unclear { length: 1 + length, state })
    }

    #[inline(always)]
    fn plain_element(&mut self, inspected: usize, payload: usize) -> usize {
        self.count(inspected);
        inspected + payload
    }

    #[inline(always)]
    fn unclear_number(&mut self, kind: u8, value: u64, digits: usize) -> Unclear {
        self.count(1 + digits);
        let number = Number::read(value, digits);
        Unclear { length: 1 + digits, state: State::Number { kind, number } }
    }
}

const CRLF: &[u8] = b"\r\n";

/// Lines up to this length are searched byte by byte: `OK`, `PONG` and `QUEUED` end before a
/// vector search has begun.
const SHORT: usize = 8;
