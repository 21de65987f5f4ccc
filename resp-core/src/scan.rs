//! The scanner: where frames begin and end, and whether they are well-formed.

mod number;
mod text;

use alloc::vec::Vec;

use memchr::memchr2;

use crate::error::{DecodeError, DecodeErrorKind as Kind};
use crate::limits::Limits;
use number::{Number, Parsed};
use text::{BigNumber, Boolean, Double, Text};

/// Finds frame boundaries in a stream, looking at each byte at most once and keeping none.
///
/// A proxy forwards what it scans; a decoder keeps the bytes and cuts them where the scanner
/// says. Everything about a frame is checked here, in one pass: types, numbers, terminators,
/// nesting and [`Limits`]. Payload bytes are skipped, not read.
///
/// ```text
///          type byte          CR                LF
///   Type ------------> Number ---> Lf ---+------------> Type   (integer, aggregate header)
///     |                                  +--> Payload ----> Type   (bulk: CR and LF checked)
///     +--------------> Line -----> Lf ------------------> Type   (simple string, error, double ..)
/// ```
///
/// Each way back to `Type` ends an element; the one that ends the outermost ends the frame.
///
/// ```
/// use resp_core::{Limits, Scan, Scanner};
///
/// let mut scanner = Scanner::new(Limits::default());
/// // Pieces of a stream as they come; none is shown twice.
/// assert_eq!(scanner.scan(b"*2\r\n:1\r"), Ok(Scan::Incomplete));
/// assert_eq!(scanner.scan(b"\n+OK\r\n:7"), Ok(Scan::Frame { length: 6 }));
/// assert_eq!(scanner.scan(b":7"), Ok(Scan::Incomplete));
/// assert_eq!(scanner.offset(), 15);
/// ```
#[derive(Clone, Debug)]
pub struct Scanner {
    limits: Limits,
    state: State,
    /// The aggregates whose elements are still coming, outermost first.
    open: Vec<Level>,
    /// Bytes of the stream before the current frame.
    frame_start: u64,
    /// Bytes of the current frame already scanned.
    scanned: u64,
    /// Where in the current frame the current token starts.
    token_start: u64,
    /// Whether the last frame has a push inside.
    nested_push: bool,
    failed: Option<DecodeError>,
    #[cfg(test)]
    pub(crate) inspected: u64,
}

/// What a call of [`Scanner::scan`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    /// The current frame ends within the input.
    Frame {
        /// How many bytes of this input belong to it. The rest has not been looked at.
        length: usize,
    },
    /// All of the input belongs to a frame that goes on.
    Incomplete,
}

impl Scanner {
    /// Starts at the beginning of a stream.
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Type,
            open: Vec::new(),
            frame_start: 0,
            scanned: 0,
            token_start: 0,
            nested_push: false,
            failed: None,
            #[cfg(test)]
            inspected: 0,
        }
    }

    /// The bytes of the stream scanned so far.
    pub const fn offset(&self) -> u64 {
        self.frame_start + self.scanned
    }

    /// Where in the stream the current frame starts.
    pub const fn frame_start(&self) -> u64 {
        self.frame_start
    }

    /// Whether a frame has begun and not ended.
    pub const fn is_mid_frame(&self) -> bool {
        self.scanned > 0
    }

    /// Whether a push stands inside the last frame found, as Redis 6 sends them between the
    /// elements of an EXEC reply. [`FrameRef::nested_pushes`](crate::FrameRef::nested_pushes)
    /// finds them.
    pub const fn has_nested_push(&self) -> bool {
        self.nested_push
    }

    /// How many bytes the frame needs at least before a further call can get anywhere: the rest
    /// of a payload, else 1.
    pub const fn missing(&self) -> u64 {
        match self.state {
            State::Payload { left, .. } => left.saturating_add(2),
            _ => 1,
        }
    }

    /// Scans input that follows what earlier calls were given, up to the end of the current frame.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for input that is no RESP or that passes a limit; the same from then on.
    #[inline]
    pub fn scan(&mut self, input: &[u8]) -> Result<Scan, DecodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.scanned == 0 {
            self.nested_push = false;
        }
        // Never looks past the frame limit, so that it holds for any chunking alike.
        let room = self.limits.frame.saturating_sub(self.scanned);
        let clipped = input.len() as u64 > room;
        let window = if clipped { input.get(..room as usize).unwrap_or(input) } else { input };
        let mut feed = Feed { input: window, at: 0 };
        match self.run(&mut feed) {
            Ok(true) => {
                self.frame_start += self.scanned + feed.at as u64;
                self.scanned = 0;
                self.token_start = 0;
                Ok(Scan::Frame { length: feed.at })
            }
            Ok(false) if !clipped => {
                self.scanned += input.len() as u64;
                Ok(Scan::Incomplete)
            }
            Ok(false) => {
                // `room` bytes were good and the next one is one too many.
                let limit = self.limits.frame;
                Err(self.fail(limit, Kind::FrameTooLong { limit }))
            }
            Err(Fault::Here(kind)) => Err(self.fail(self.scanned + feed.at as u64, kind)),
            Err(Fault::Token(kind)) => Err(self.fail(self.token_start, kind)),
        }
    }

    #[cold]
    fn fail(&mut self, at: u64, kind: Kind) -> DecodeError {
        let error = DecodeError { offset: self.frame_start + at, kind };
        self.failed = Some(error);
        error
    }

    /// Runs until the frame ends (true) or the input does (false).
    fn run(&mut self, feed: &mut Feed<'_>) -> Result<bool, Fault> {
        let mut state = self.state;
        loop {
            let step = match state {
                State::Type => {
                    self.token_start = self.scanned + feed.at as u64;
                    self.type_byte(feed)?
                }
                State::Number { kind, number } => self.number(feed, kind, number)?,
                State::Line { length, text } => self.line(feed, length, text)?,
                State::Lf(then) => self.line_feed(feed, then)?,
                State::Payload { kind, length, left } => self.payload(feed, kind, length, left)?,
                State::PayloadCr { kind } => self.payload_cr(feed, kind)?,
                State::Chunk => self.chunk(feed)?,
            };
            match step {
                Step::Go(next) => state = next,
                Step::Element => {
                    state = State::Type;
                    if self.element_done() {
                        self.state = state;
                        return Ok(true);
                    }
                }
                Step::Starved(at) => {
                    self.state = at;
                    return Ok(false);
                }
            }
        }
    }

    #[inline]
    fn type_byte(&mut self, feed: &mut Feed<'_>) -> Result<Step, Fault> {
        let Some(kind) = self.peek(feed) else { return Ok(Step::Starved(State::Type)) };
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
                self.end_stream()?;
                feed.at += 1;
                return Ok(Step::Go(State::Line { length: 0, text: Text::Empty }));
            }
            found => return Err(Fault::Here(Kind::UnknownType { found })),
        };
        feed.at += 1;
        self.line(feed, 0, text)
    }

    /// An integer, a length, or a count, up to its CR.
    #[inline]
    fn number(&mut self, feed: &mut Feed<'_>, kind: u8, mut number: Number) -> Result<Step, Fault> {
        loop {
            let Some(byte) = self.peek(feed) else {
                return Ok(Step::Starved(State::Number { kind, number }));
            };
            if byte == b'\r' {
                break;
            }
            number.push(byte).map_err(Fault::Here)?;
            feed.at += 1;
        }
        let parsed = number.finish().map_err(Fault::Here)?;
        feed.at += 1;
        let then = self.header(kind, parsed)?;
        self.line_feed(feed, then)
    }

    /// What a number announces, by the type before it.
    #[inline]
    fn header(&mut self, kind: u8, parsed: Parsed) -> Result<Then, Fault> {
        let value = match (kind, parsed) {
            (b':', Parsed::Integer(_)) | (b'$' | b'*', Parsed::Integer(-1)) => {
                return Ok(Then::Element);
            }
            (b'$', Parsed::Unknown) => return Ok(Then::Chunk),
            (b'*' | b'~' | b'%', Parsed::Unknown) => {
                let pairs = kind == b'%';
                return self.open(if pairs { Level::STREAMED_PAIRS } else { Level::STREAMED });
            }
            (_, Parsed::Unknown) => return Err(Fault::Token(Kind::ExpectedDigit { found: b'?' })),
            (_, Parsed::Integer(value)) => value,
        };
        let Ok(length) = u64::try_from(value) else {
            return Err(Fault::Token(Kind::NegativeLength { length: value }));
        };
        match kind {
            b'*' | b'~' => self.aggregate(length, length, LevelKind::Counted),
            b'%' => self.aggregate(length, length.saturating_mul(2), LevelKind::Counted),
            // Out of band: neither takes the place of an element.
            b'|' => self.aggregate(length, length.saturating_mul(2), LevelKind::OutOfBand),
            b'>' if self.open.is_empty() => self.aggregate(length, length, LevelKind::Counted),
            b'>' => {
                self.nested_push = true;
                self.aggregate(length, length, LevelKind::OutOfBand)
            }
            b';' if length == 0 => Ok(Then::Element),
            _ => self.bulk(kind, length),
        }
    }

    #[inline]
    fn bulk(&self, kind: u8, length: u64) -> Result<Then, Fault> {
        if length > self.limits.bulk {
            let limit = self.limits.bulk;
            return Err(Fault::Token(Kind::BulkTooLong { length, limit }));
        }
        if kind == b'=' && length <= VERBATIM_COLON {
            return Err(Fault::Token(Kind::InvalidVerbatim));
        }
        // The rest of the line, the payload and its CRLF.
        let whole = (self.token_start + 1).saturating_add(length);
        if whole > self.limits.frame {
            return Err(Fault::Token(Kind::FrameTooLong { limit: self.limits.frame }));
        }
        Ok(Then::Payload { kind, length })
    }

    #[inline]
    fn aggregate(&self, length: u64, elements: u64, kind: LevelKind) -> Result<Then, Fault> {
        if length > u64::from(self.limits.aggregate) {
            let limit = self.limits.aggregate;
            return Err(Fault::Token(Kind::AggregateTooLong { length, limit }));
        }
        if elements > 0 {
            return self.open(Level { left: elements, kind });
        }
        match kind {
            LevelKind::OutOfBand => Ok(Then::Nothing),
            _ => Ok(Then::Element),
        }
    }

    #[inline]
    fn open(&self, level: Level) -> Result<Then, Fault> {
        if self.open.len() as u64 >= u64::from(self.limits.depth) {
            return Err(Fault::Token(Kind::TooDeep { limit: self.limits.depth }));
        }
        Ok(Then::Open(level))
    }

    #[inline]
    fn line_feed(&mut self, feed: &mut Feed<'_>, then: Then) -> Result<Step, Fault> {
        match self.peek(feed) {
            Some(b'\n') => feed.at += 1,
            Some(found) => return Err(Fault::Here(Kind::ExpectedLf { found })),
            None => return Ok(Step::Starved(State::Lf(then))),
        }
        match then {
            Then::Element => Ok(Step::Element),
            Then::Nothing => Ok(Step::Go(State::Type)),
            Then::Chunk => Ok(Step::Go(State::Chunk)),
            Then::Payload { kind, length } => self.payload(feed, kind, length, length),
            Then::Open(level) => {
                self.open.push(level);
                Ok(Step::Go(State::Type))
            }
        }
    }

    #[inline]
    fn payload(
        &mut self,
        feed: &mut Feed<'_>,
        kind: u8,
        length: u64,
        left: u64,
    ) -> Result<Step, Fault> {
        let here = left.min(feed.rest().len() as u64);
        if kind == b'=' {
            self.verbatim_colon(feed, length - left, here)?;
        }
        feed.at += here as usize;
        if here < left {
            return Ok(Step::Starved(State::Payload { kind, length, left: left - here }));
        }
        self.payload_cr(feed, kind)
    }

    /// Checks the colon behind the format, if it is among the next `here` bytes of the payload.
    fn verbatim_colon(&mut self, feed: &mut Feed<'_>, past: u64, here: u64) -> Result<(), Fault> {
        let Some(ahead) = VERBATIM_COLON.checked_sub(past).filter(|ahead| *ahead < here) else {
            return Ok(());
        };
        self.count(1);
        if feed.rest().get(ahead as usize) == Some(&b':') {
            return Ok(());
        }
        Err(Fault::Token(Kind::InvalidVerbatim))
    }

    #[inline]
    fn payload_cr(&mut self, feed: &mut Feed<'_>, kind: u8) -> Result<Step, Fault> {
        match self.peek(feed) {
            Some(b'\r') => feed.at += 1,
            Some(found) => return Err(Fault::Here(Kind::ExpectedCr { found })),
            None => return Ok(Step::Starved(State::PayloadCr { kind })),
        }
        self.line_feed(feed, if kind == b';' { Then::Chunk } else { Then::Element })
    }

    /// The head of the next chunk of a streamed string.
    fn chunk(&mut self, feed: &mut Feed<'_>) -> Result<Step, Fault> {
        self.token_start = self.scanned + feed.at as u64;
        match self.peek(feed) {
            Some(b';') => feed.at += 1,
            Some(found) => return Err(Fault::Here(Kind::ExpectedChunk { found })),
            None => return Ok(Step::Starved(State::Chunk)),
        }
        self.number(feed, b';', Number::START)
    }

    /// A line of text up to its CR, by the grammar of its type.
    #[inline]
    fn line(&mut self, feed: &mut Feed<'_>, length: u32, mut text: Text) -> Result<Step, Fault> {
        let room = (self.limits.line - length) as usize;
        let rest = feed.rest();
        // One byte more than may be text: the CR's.
        let window = rest.get(..room.saturating_add(1)).unwrap_or(rest);
        let (checked, ended) = match text {
            Text::Free => {
                let end = memchr2(b'\r', b'\n', window);
                (end.unwrap_or(window.len()), end.is_some())
            }
            _ => text.check(window).map_err(|(at, kind)| {
                feed.at += at;
                Fault::Here(kind)
            })?,
        };
        self.count(checked as u64 + u64::from(ended));
        if checked > room {
            feed.at += room;
            return Err(Fault::Here(Kind::LineTooLong { limit: self.limits.line }));
        }
        feed.at += checked;
        if !ended {
            // Within `room`, a u32.
            let length = length + checked as u32;
            return Ok(Step::Starved(State::Line { length, text }));
        }
        if let Some(found @ b'\n') = feed.rest().first().copied() {
            return Err(Fault::Here(Kind::ExpectedCr { found }));
        }
        feed.at += 1;
        self.line_feed(feed, Then::Element)
    }

    /// Closes the innermost aggregate at its end marker, whose line then ends the aggregate as an
    /// element of the one around it.
    fn end_stream(&mut self) -> Result<(), Fault> {
        match self.open.last_mut() {
            Some(Level { kind: LevelKind::Streamed, .. }) => {}
            Some(Level { kind: LevelKind::StreamedPairs, left: 0 }) => {}
            _ => return Err(Fault::Here(Kind::UnexpectedEnd)),
        }
        self.open.pop();
        Ok(())
    }

    /// Counts an element where it belongs; true when it was the frame itself.
    #[inline]
    fn element_done(&mut self) -> bool {
        while let Some(level) = self.open.last_mut() {
            match level.kind {
                LevelKind::Streamed => return false,
                LevelKind::StreamedPairs => {
                    level.left ^= 1;
                    return false;
                }
                LevelKind::Counted | LevelKind::OutOfBand => {}
            }
            level.left -= 1;
            if level.left > 0 {
                return false;
            }
            let out_of_band = level.kind == LevelKind::OutOfBand;
            self.open.pop();
            if out_of_band {
                return false;
            }
        }
        true
    }

    /// The next byte, which counts as inspected.
    #[inline]
    fn peek(&mut self, feed: &Feed<'_>) -> Option<u8> {
        let byte = feed.input.get(feed.at).copied();
        if byte.is_some() {
            self.count(1);
        }
        byte
    }

    /// Counts inspected bytes, in tests only.
    #[inline]
    fn count(&mut self, bytes: u64) {
        #[cfg(test)]
        {
            self.inspected += bytes;
        }
        let _ = bytes;
    }
}

/// The input of one call and how far it has been scanned.
struct Feed<'a> {
    input: &'a [u8],
    at: usize,
}

impl<'a> Feed<'a> {
    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }
}

/// Where the input ended, so that the next call goes on there.
#[derive(Clone, Copy, Debug)]
enum State {
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
enum Then {
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

enum Step {
    Go(State),
    Element,
    Starved(State),
}

/// An aggregate whose elements are still coming.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// Elements still to come; for streamed pairs, 1 between key and value.
    left: u64,
    kind: LevelKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LevelKind {
    /// An array, a set, a map, a push at the top.
    Counted,
    /// Attributes, or a push between the elements of an aggregate: not an element itself.
    OutOfBand,
    /// Ends at an end marker.
    Streamed,
    /// Ends at an end marker, in front of a key.
    StreamedPairs,
}

impl Level {
    const STREAMED: Self = Self { left: 0, kind: LevelKind::Streamed };
    const STREAMED_PAIRS: Self = Self { left: 0, kind: LevelKind::StreamedPairs };
}

/// Where to blame: the byte at hand, or the token it is in.
enum Fault {
    Here(Kind),
    Token(Kind),
}

/// Where the colon of a verbatim string stands, behind its three bytes of format.
const VERBATIM_COLON: u64 = 3;
