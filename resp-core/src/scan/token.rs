//! One token: a line, or a bulk string's line and payload. Resumable after any byte.

use super::Scanner;
use super::nesting::{Level, LevelKind};
use super::number::{Number, Parsed};
use super::text::{BigNumber, Boolean, Double, Text};
use crate::error::DecodeErrorKind as Kind;

/// The input of one call and how far it has been scanned.
#[derive(Clone, Copy)]
pub(super) struct Feed<'a> {
    pub(super) input: &'a [u8],
    pub(super) at: usize,
    /// Where in the frame the current token starts.
    pub(super) token: u64,
}

impl<'a> Feed<'a> {
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }
}

/// Where the input ended, so that the next call goes on there.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// Before a type byte.
    Type,
    /// Among the digits behind a type byte.
    Number { kind: u8, number: Number },
    /// In a line of which `length` bytes have been checked.
    Line { length: u32, text: Text },
    /// Between CR and LF.
    Lf(Then),
    /// In a payload.
    Payload { kind: u8, length: u64, left: u64 },
    /// Behind a payload.
    PayloadCr { kind: u8 },
    /// Before the `;` of a streamed string's next chunk.
    Chunk,
}

/// What comes behind a line's LF.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// Nothing: an element ends here.
    Element,
    /// Nothing, and no element either: empty attributes, an empty push inside an aggregate.
    Nothing,
    /// The elements of an aggregate.
    Open(Level),
    /// So many bytes.
    Payload { kind: u8, length: u64 },
    /// A chunk of a streamed string.
    Chunk,
}

/// What a token ended with.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// An element, perhaps the last of an aggregate.
    Element,
    /// Nothing: the next token is due.
    Type,
    /// Nothing: a chunk is due.
    Chunk,
}

/// The input can't be scanned further: the scanner's `failed` or its `state` tells why.
pub(super) struct Stop;

impl Scanner {
    /// Scans on from a state to the end of its token: what the token ends with, and where. The
    /// chunks of a streamed string are one token.
    pub(super) fn rest_of_token(
        &mut self,
        mut feed: Feed<'_>,
        mut state: State,
    ) -> Result<(Step, usize), Stop> {
        loop {
            let step = match state {
                State::Type => self.type_byte(&mut feed),
                State::Number { kind, number } => self.number(&mut feed, kind, number),
                State::Line { length, text } => self.line(&mut feed, length, text),
                State::Lf(then) => self.line_feed(&mut feed, then),
                State::Payload { kind, length, left } => {
                    self.payload(&mut feed, kind, length, left)
                }
                State::PayloadCr { kind } => self.payload_cr(&mut feed, kind),
                State::Chunk => self.chunk(&mut feed),
            }?;
            match step {
                Step::Chunk => state = State::Chunk,
                _ => return Ok((step, feed.at)),
            }
        }
    }

    fn type_byte(&mut self, feed: &mut Feed<'_>) -> Result<Step, Stop> {
        let Some(kind) = self.peek(feed) else { return Err(self.starved(*feed, State::Type)) };
        let text = match kind {
            b'$' | b':' | b'*' | b'%' | b'~' | b'>' | b'|' | b'!' | b'=' => {
                feed.at += 1;
                return self.number(feed, kind, Number::START);
            }
            b'+' | b'-' => Text::Free,
            b'_' => Text::Empty,
            b',' => Text::Double(Double::Start),
            b'#' => Text::Boolean(Boolean::Start),
            b'(' => Text::BigNumber(BigNumber::Start),
            b'.' => {
                self.nesting.end_marker().map_err(|kind| self.wrong_here(*feed, kind))?;
                Text::Empty
            }
            found => return Err(self.wrong_here(*feed, Kind::UnknownType { found })),
        };
        feed.at += 1;
        self.line(feed, 0, text)
    }

    /// An integer, a length, or a count, up to its CR.
    fn number(&mut self, feed: &mut Feed<'_>, kind: u8, mut number: Number) -> Result<Step, Stop> {
        loop {
            let Some(byte) = self.peek(feed) else {
                return Err(self.starved(*feed, State::Number { kind, number }));
            };
            if byte == b'\r' {
                break;
            }
            number.push(byte).map_err(|kind| self.wrong_here(*feed, kind))?;
            feed.at += 1;
        }
        let parsed = number.finish().map_err(|kind| self.wrong_here(*feed, kind))?;
        feed.at += 1;
        let then = self.header(kind, parsed, feed.token).map_err(|kind| match kind {
            Kind::ExpectedDigit { .. } => self.wrong_at(feed.token + 1, kind),
            _ => self.wrong_at(feed.token, kind),
        })?;
        self.line_feed(feed, then)
    }

    /// What a number announces, by the type before it.
    fn header(&mut self, kind: u8, parsed: Parsed, token: u64) -> Result<Then, Kind> {
        let value = match (kind, parsed) {
            (b':', Parsed::Integer(_)) | (b'$' | b'*', Parsed::Integer(-1)) => {
                return Ok(Then::Element);
            }
            (b'$', Parsed::Unknown) => return Ok(Then::Chunk),
            (b'*' | b'~' | b'%', Parsed::Unknown) => {
                let pairs = kind == b'%';
                return self.open(if pairs { Level::STREAMED_PAIRS } else { Level::STREAMED });
            }
            (_, Parsed::Unknown) => return Err(Kind::ExpectedDigit { found: b'?' }),
            (_, Parsed::Integer(value)) => value,
        };
        let Ok(length) = u64::try_from(value) else {
            return Err(Kind::NegativeLength { length: value });
        };
        match kind {
            b'*' | b'~' => self.aggregate(length, length, LevelKind::Counted),
            b'%' => self.aggregate(length, length.saturating_mul(2), LevelKind::Counted),
            // Out of band: neither takes the place of an element.
            b'|' => self.aggregate(length, length.saturating_mul(2), LevelKind::OutOfBand),
            b'>' if self.nesting.is_empty() => self.aggregate(length, length, LevelKind::Counted),
            b'>' => {
                self.nested_push = true;
                self.aggregate(length, length, LevelKind::OutOfBand)
            }
            b';' if length == 0 => Ok(Then::Element),
            _ => self.bulk(kind, length, token),
        }
    }

    fn bulk(&self, kind: u8, length: u64, token: u64) -> Result<Then, Kind> {
        if length > self.limits.bulk {
            let limit = self.limits.bulk;
            return Err(Kind::BulkTooLong { length, limit });
        }
        if kind == b'=' && length <= VERBATIM_COLON {
            return Err(Kind::InvalidVerbatim);
        }
        // The rest of the line, the payload and its CRLF.
        let whole = (token + 1).saturating_add(length);
        if whole > self.limits.frame {
            return Err(Kind::FrameTooLong { limit: self.limits.frame });
        }
        Ok(Then::Payload { kind, length })
    }

    fn aggregate(&self, length: u64, elements: u64, kind: LevelKind) -> Result<Then, Kind> {
        if length > u64::from(self.limits.aggregate) {
            let limit = self.limits.aggregate;
            return Err(Kind::AggregateTooLong { length, limit });
        }
        if elements > 0 {
            return self.open(Level { left: elements, kind });
        }
        match kind {
            LevelKind::OutOfBand => Ok(Then::Nothing),
            _ => Ok(Then::Element),
        }
    }

    fn open(&self, level: Level) -> Result<Then, Kind> {
        if self.nesting.depth() >= u64::from(self.limits.depth) {
            return Err(Kind::TooDeep { limit: self.limits.depth });
        }
        Ok(Then::Open(level))
    }

    fn line_feed(&mut self, feed: &mut Feed<'_>, then: Then) -> Result<Step, Stop> {
        match self.peek(feed) {
            Some(b'\n') => feed.at += 1,
            Some(found) => return Err(self.wrong_here(*feed, Kind::ExpectedLf { found })),
            None => return Err(self.starved(*feed, State::Lf(then))),
        }
        match then {
            Then::Element => Ok(Step::Element),
            Then::Nothing => Ok(Step::Type),
            Then::Chunk => Ok(Step::Chunk),
            Then::Payload { kind, length } => self.payload(feed, kind, length, length),
            Then::Open(level) => {
                self.nesting.open(level);
                Ok(Step::Type)
            }
        }
    }

    fn payload(
        &mut self,
        feed: &mut Feed<'_>,
        kind: u8,
        length: u64,
        left: u64,
    ) -> Result<Step, Stop> {
        let here = left.min(feed.rest().len() as u64);
        if kind == b'=' {
            self.verbatim_colon(*feed, length - left, here)?;
        }
        feed.at += here as usize;
        if here < left {
            let left = left - here;
            return Err(self.starved(*feed, State::Payload { kind, length, left }));
        }
        self.payload_cr(feed, kind)
    }

    /// Checks the colon behind the format, if it is among the next `here` bytes of the payload.
    fn verbatim_colon(&mut self, feed: Feed<'_>, past: u64, here: u64) -> Result<(), Stop> {
        let Some(ahead) = VERBATIM_COLON.checked_sub(past).filter(|ahead| *ahead < here) else {
            return Ok(());
        };
        self.count(1);
        if feed.rest().get(ahead as usize) == Some(&b':') {
            return Ok(());
        }
        let colon = self.scanned + feed.at as u64 + ahead;
        Err(self.wrong_at(colon, Kind::InvalidVerbatim))
    }

    fn payload_cr(&mut self, feed: &mut Feed<'_>, kind: u8) -> Result<Step, Stop> {
        match self.peek(feed) {
            Some(b'\r') => feed.at += 1,
            Some(found) => return Err(self.wrong_here(*feed, Kind::ExpectedCr { found })),
            None => return Err(self.starved(*feed, State::PayloadCr { kind })),
        }
        self.line_feed(feed, if kind == b';' { Then::Chunk } else { Then::Element })
    }

    /// The head of the next chunk of a streamed string.
    fn chunk(&mut self, feed: &mut Feed<'_>) -> Result<Step, Stop> {
        feed.token = self.scanned + feed.at as u64;
        match self.peek(feed) {
            Some(b';') => feed.at += 1,
            Some(found) => return Err(self.wrong_here(*feed, Kind::ExpectedChunk { found })),
            None => return Err(self.starved(*feed, State::Chunk)),
        }
        self.number(feed, b';', Number::START)
    }

    /// A line of text up to its CR, by the grammar of its type.
    fn line(&mut self, feed: &mut Feed<'_>, length: u32, mut text: Text) -> Result<Step, Stop> {
        let room = (self.limits.line - length) as usize;
        let rest = feed.rest();
        // One byte more than may be text: the CR's.
        let window = rest.get(..room.saturating_add(1)).unwrap_or(rest);
        let (checked, ended) = text.check(window).map_err(|(at, kind)| {
            feed.at += at;
            self.wrong_here(*feed, kind)
        })?;
        self.count(checked + usize::from(ended));
        if checked > room {
            feed.at += room;
            return Err(self.wrong_here(*feed, Kind::LineTooLong { limit: self.limits.line }));
        }
        feed.at += checked;
        if !ended {
            // Within `room`, a u32.
            let length = length + checked as u32;
            return Err(self.starved(*feed, State::Line { length, text }));
        }
        feed.at += 1;
        self.line_feed(feed, Then::Element)
    }

    /// Leaves off where the input ends.
    #[inline(never)]
    fn starved(&mut self, feed: Feed<'_>, state: State) -> Stop {
        self.state = state;
        self.token_start = feed.token;
        Stop
    }

    /// Blames the byte at hand.
    #[cold]
    fn wrong_here(&mut self, feed: Feed<'_>, kind: Kind) -> Stop {
        self.wrong_at(self.scanned + feed.at as u64, kind)
    }

    /// Blames the byte at that place of the frame.
    #[cold]
    fn wrong_at(&mut self, place: u64, kind: Kind) -> Stop {
        self.fail(place, kind);
        Stop
    }

    /// The next byte, which counts as inspected.
    fn peek(&mut self, feed: &Feed<'_>) -> Option<u8> {
        let byte = feed.input.get(feed.at).copied();
        self.count(usize::from(byte.is_some()));
        byte
    }
}

/// Where the colon of a verbatim string stands, behind its three bytes of format.
const VERBATIM_COLON: u64 = 3;
