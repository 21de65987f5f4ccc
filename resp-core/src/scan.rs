//! The scanner: where frames begin and end, and whether they are well-formed.

mod nesting;
mod number;
mod plain;
#[cfg(test)]
mod tests;
mod text;
mod token;

use crate::error::{DecodeError, DecodeErrorKind as Kind};
use crate::limits::Limits;
use nesting::Nesting;
use plain::{Plain, Unclear};
use token::{Feed, State, Step, Stop};

/// Finds frame boundaries in a stream, in one pass that keeps no bytes.
///
/// Each call is given what has come since the last one, unlike a [`Decoder`](crate::Decoder), which
/// is shown an unfinished frame from its start.
///
/// A proxy forwards what it scans; a decoder keeps the bytes and cuts them where the scanner
/// says. Everything about a frame is checked here: types, numbers, terminators, nesting and
/// [`Limits`]. Payload bytes are skipped, not read.
///
/// No byte is looked at again because more have come, so the work grows with the length of the
/// stream, however it is cut. Within a call, the start of a token may be looked at twice where it
/// turns out to be incomplete, wrong or rare.
///
/// ```text
///          type byte          CR                LF
///   Type ------------> Number ---> Lf ---+------------> Type   (integer, aggregate header)
///     |                                  +--> Payload ----> Type   (bulk: CR and LF checked)
///     +--------------> Line -----> Lf ------------------> Type   (simple string, error, double ..)
/// ```
///
/// A token that is whole and right is stepped over without going through these states.
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
    /// Where the input ended.
    state: State,
    /// Where in the current frame the token that `state` is in starts.
    token_start: u64,
    nesting: Nesting,
    /// Bytes of the stream before the current frame.
    frame_start: u64,
    /// Bytes of the current frame already scanned.
    scanned: u64,
    /// Whether the last frame, or what has come of the current one, has a push inside.
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
            token_start: 0,
            nesting: Nesting::new(),
            frame_start: 0,
            scanned: 0,
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

    /// Where in the stream the current frame starts; once one was found, where the next one does,
    /// which is where that one has ended.
    pub const fn frame_start(&self) -> u64 {
        self.frame_start
    }

    /// The bytes of the current frame scanned so far.
    #[inline]
    pub(crate) const fn scanned(&self) -> usize {
        // They have been in the caller's memory.
        self.scanned as usize
    }

    /// Whether a frame has begun and not ended.
    pub const fn is_mid_frame(&self) -> bool {
        self.scanned > 0
    }

    /// Whether a push stands inside the frame just found, as Redis 6 sends them between the
    /// elements of an EXEC reply. [`FrameRef::nested_pushes`](crate::FrameRef::nested_pushes)
    /// finds them. Any further call of [`scan`](Self::scan) may change the answer.
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
    // Always inlined for frames of one plain token, which take little more than a call would.
    #[inline(always)]
    pub fn scan(&mut self, input: &[u8]) -> Result<Scan, DecodeError> {
        if self.scanned > 0 || self.failed.is_some() {
            return self.resume(input);
        }
        self.nested_push = false;
        let window = self.window(input);
        match self.plain_scalar(window) {
            Ok(length) => {
                self.frame_start += length as u64;
                Ok(Scan::Frame { length })
            }
            Err(Unclear { length: 0, .. }) => self.tokens(window, 0, input),
            Err(Unclear { length, state }) => {
                self.go_on(Feed { input: window, at: length, token: 0 }, state, input)
            }
        }
    }

    /// Scans on where the last input ended.
    fn resume(&mut self, input: &[u8]) -> Result<Scan, DecodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let feed = Feed { input: self.window(input), at: 0, token: self.token_start };
        self.go_on(feed, self.state, input)
    }

    /// Scans from within a token until the frame ends or the input does.
    fn go_on(&mut self, feed: Feed<'_>, state: State, input: &[u8]) -> Result<Scan, DecodeError> {
        match self.rest_of_token(feed, state) {
            Ok((Step::Element, at)) if self.nesting.element_ends() => Ok(self.frame_ends(at)),
            Ok((_, at)) => self.tokens(feed.input, at, input),
            Err(Stop) => self.input_ends(feed.input, input),
        }
    }

    /// Scans token by token until the frame ends or the input does.
    fn tokens(&mut self, window: &[u8], mut at: usize, input: &[u8]) -> Result<Scan, DecodeError> {
        loop {
            match self.plain_token(window.get(at..).unwrap_or_default()) {
                Ok(Plain::Element { length }) => {
                    at += length;
                    if self.nesting.element_ends() {
                        return Ok(self.frame_ends(at));
                    }
                }
                Ok(Plain::Open { length, level }) => {
                    at += length;
                    self.nesting.open(level);
                }
                Err(Unclear { length, state }) => {
                    let token = self.scanned + at as u64;
                    let feed = Feed { input: window, at: at + length, token };
                    match self.rest_of_token(feed, state) {
                        Ok((Step::Element, end)) if self.nesting.element_ends() => {
                            return Ok(self.frame_ends(end));
                        }
                        Ok((_, end)) => at = end,
                        Err(Stop) => return self.input_ends(window, input),
                    }
                }
            }
        }
    }

    /// The part of the input that can belong to the frame.
    #[inline]
    fn window<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        // Never looks past the frame limit, so that it holds for any chunking alike.
        let room = self.limits.frame.saturating_sub(self.scanned);
        let clipped = usize::try_from(room).ok().and_then(|room| input.get(..room));
        clipped.unwrap_or(input)
    }

    fn frame_ends(&mut self, length: usize) -> Scan {
        self.frame_start += self.scanned + length as u64;
        self.scanned = 0;
        self.state = State::Type;
        Scan::Frame { length }
    }

    fn input_ends(&mut self, window: &[u8], input: &[u8]) -> Result<Scan, DecodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if window.len() < input.len() {
            // What may be looked at was good, and the next byte is one too many.
            let limit = self.limits.frame;
            return Err(self.fail(limit, Kind::FrameTooLong { limit }));
        }
        self.scanned += input.len() as u64;
        Ok(Scan::Incomplete)
    }

    /// Remembers an error at an offset in the frame.
    #[cold]
    fn fail(&mut self, at: u64, kind: Kind) -> DecodeError {
        let error = DecodeError { offset: self.frame_start + at, kind };
        self.failed = Some(error);
        error
    }

    /// Counts inspected bytes, in tests only.
    #[inline]
    fn count(&mut self, bytes: usize) {
        #[cfg(test)]
        {
            self.inspected += bytes as u64;
        }
        let _ = bytes;
    }
}
