//! Requests as a server reads them: multibulk, inline, and Tile38's native form.
//!
//! [`RequestParser`] finds requests at the start of the bytes that a client has sent so far. It
//! owns no input and remembers how far it has looked, so no byte is looked at again because more
//! have come, and any chunking of the same bytes gives the same requests and errors.
//!
//! The rules, limits and error texts are those of Redis (`processMultibulkBuffer` and
//! `processInlineBuffer` in networking.c, `sdssplitargs` in sds.c, `string2ll` in util.c), except
//! that every line end is checked.

mod args;
mod error;
mod inline;
mod inspected;
mod limits;
mod multibulk;
mod number;
#[cfg(test)]
mod tests;
mod tile38;

use core::fmt;
use core::mem;

use bytes::{Buf, Bytes, BytesMut};

use self::args::ArgBuf;
pub use self::args::{Args, OwnedRequest, Request, RequestKind};
use self::error::Fault;
pub use self::error::{RequestError, RequestErrorKind};
use self::inline::Inline;
use self::limits::Bounds;
pub use self::limits::RequestLimits;
use self::multibulk::{Begun, Multibulk};
use self::tile38::Native;

/// Which kinds of request a listener takes.
///
/// It is an option of the listener and never guessed: to Redis, a request that starts with `$` is
/// an inline command with a strange name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Multibulk after `*`, else inline: Redis and Valkey.
    #[default]
    Resp,
    /// Tile38's native form after `$`, else as [`Resp`](Self::Resp).
    Tile38,
}

/// Finds the requests in what a client sends.
///
/// Call [`parse`](Self::parse) until it finds nothing more, execute each request before the next
/// call, drop what was consumed, and read:
///
/// ```
/// use resp_core::request::{Dialect, RequestLimits, RequestParser};
///
/// let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
/// let mut unread: Vec<u8> = Vec::new();
/// let mut seen = Vec::new();
/// for chunk in [&b"*2\r\n$3\r\nGET\r\n$1"[..], b"\r\nk\r\nPING 'good day'\r", b"\n"] {
///     unread.extend_from_slice(chunk);
///     let mut consumed = 0;
///     loop {
///         let parsed = parser.parse(&unread[consumed..])?;
///         consumed += parsed.consumed;
///         let Some(request) = parsed.request else { break };
///         seen.push(request.iter().map(<[u8]>::to_vec).collect::<Vec<_>>());
///     }
///     unread.drain(..consumed);
/// }
/// assert_eq!(seen, [[&b"GET"[..], b"k"], [b"PING", b"good day"]]);
/// # Ok::<(), resp_core::request::RequestError>(())
/// ```
///
/// An error is final: every later call returns the same one. Lengths that the client declares
/// reserve no memory; [`RequestLimits`] tells what a request may cost.
pub struct RequestParser {
    state: State,
    args: ArgBuf,
    bounds: Bounds,
    limits: RequestLimits,
    dialect: Dialect,
    /// Where in the stream the input of the next call starts.
    offset: u64,
}

/// What [`RequestParser::parse`] found.
#[derive(Clone, Copy, Debug)]
#[must_use = "the consumed bytes have to be dropped from the input"]
pub struct Parsed<'a> {
    /// How many bytes to drop from the start of the input before the next call, be there a
    /// request or not: empty requests are consumed also while the next one is incomplete.
    pub consumed: usize,
    /// The request, or `None` if more bytes are needed.
    pub request: Option<Request<'a>>,
}

/// Where a request lies in the input: see [`RequestParser::find`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    start: usize,
    len: usize,
    kind: RequestKind,
}

impl Place {
    /// The bytes in front of it, which ask for nothing.
    #[inline]
    #[must_use]
    pub fn start(&self) -> usize {
        self.start
    }

    /// Its own bytes.
    #[expect(clippy::len_without_is_empty, reason = "no request is empty")]
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// In which form the request came.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }
}

impl RequestParser {
    /// A parser at the start of a stream, of a client that needs no password.
    #[must_use]
    pub fn new(dialect: Dialect, limits: RequestLimits) -> Self {
        Self {
            state: State::Start,
            args: ArgBuf::default(),
            bounds: Bounds::new(&limits, true),
            limits,
            dialect,
            offset: 0,
        }
    }

    /// Tells whether the client may run commands: `false` at first where a password is set, `true`
    /// after AUTH. Until then the lower limits apply.
    ///
    /// It takes effect at the next header line, so a pipeline of AUTH and a large request works
    /// if each request is executed before the next is parsed.
    pub fn set_authenticated(&mut self, authenticated: bool) {
        self.bounds = Bounds::new(&self.limits, authenticated);
    }

    /// Finds the next request at the start of `input`.
    ///
    /// Without one, more bytes are needed: call again with what is left of `input` and more behind
    /// it. Empty lines, `*0` and `*-10` are consumed without a request.
    ///
    /// # Errors
    ///
    /// When the bytes are no request or break a limit. Each later call returns the same error.
    #[inline]
    pub fn parse<'a>(&'a mut self, input: &'a [u8]) -> Result<Parsed<'a>, RequestError> {
        let (consumed, place) = self.find(input)?;
        let request = place.map(|place| {
            let text = input.get(place.start..).unwrap_or_default();
            self.found_in(text, &place)
        });
        Ok(Parsed { consumed, request })
    }

    /// Finds the next request as [`parse`](Self::parse) does, and only tells where it is: how many
    /// bytes to drop, and the request's place among them. [`found_in`](Self::found_in) then reads
    /// it, from wherever the caller has moved its bytes in between.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    #[inline]
    pub fn find(&mut self, input: &[u8]) -> Result<(usize, Option<Place>), RequestError> {
        let Progress { skipped, found } = self.advance(input)?;
        Ok(match found {
            Some(Found { len, kind }) => (skipped + len, Some(Place { start: skipped, len, kind })),
            None => (skipped, None),
        })
    }

    /// The request that the last [`find`](Self::find) has found, `text` being the bytes from its
    /// place on. Other bytes give other arguments, or empty ones.
    #[inline]
    #[must_use]
    pub fn found_in<'a>(&'a self, text: &'a [u8], place: &Place) -> Request<'a> {
        let text = if self.args.unquoted.is_empty() { text } else { &self.args.unquoted };
        Request::new(text, &self.args.spans, place.kind)
    }

    /// Takes the next request out of the start of `input`, without a copy: its arguments are
    /// slices of the read buffer that stay valid when stored. Only an inline request with quotes
    /// is copied.
    ///
    /// `Ok(None)`: more bytes are needed. Each request takes one allocation for its list of
    /// arguments, unless [`recycle`](Self::recycle) gives back that of an earlier one.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse). The input keeps the bytes that are at fault.
    pub fn parse_owned(
        &mut self,
        input: &mut BytesMut,
    ) -> Result<Option<OwnedRequest>, RequestError> {
        let Progress { skipped, found } = self.advance(input)?;
        if skipped > 0 {
            input.advance(skipped);
        }
        let Some(Found { len, kind }) = found else {
            return Ok(None);
        };
        let text = if self.args.unquoted.is_empty() {
            input.split_to(len).freeze()
        } else {
            input.advance(len);
            Bytes::from(mem::take(&mut self.args.unquoted))
        };
        Ok(Some(OwnedRequest::new(text, mem::take(&mut self.args.spans), kind)))
    }

    /// Takes back a request that is done, to use its list of arguments for a later one. With it,
    /// [`parse_owned`](Self::parse_owned) allocates nothing in the steady state.
    pub fn recycle(&mut self, request: OwnedRequest) {
        let spans = request.into_spans();
        if self.args.spans.capacity() == 0 {
            self.args.spans = spans;
            self.args.clear();
        }
    }

    /// Passes over empty requests to the next one.
    #[inline]
    fn advance(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        let mut skipped = 0;
        loop {
            let request = input.get(skipped..).unwrap_or_default();
            let step = match &mut self.state {
                State::Start => self.begin(request),
                State::Multibulk(machine) => machine.advance(request, &mut self.args, &self.bounds),
                State::Inline(machine) => machine.advance(request, &mut self.args, &self.bounds),
                State::Native(machine) => machine.advance(request, &mut self.args, &self.bounds),
                State::Failed(error) => return Err(*error),
            };
            match step {
                Ok(Step::Ready(found)) => {
                    self.state = State::Start;
                    self.offset += (skipped + found.len) as u64;
                    return Ok(Progress { skipped, found: Some(found) });
                }
                Ok(Step::Empty(len)) => {
                    self.state = State::Start;
                    skipped += len;
                }
                Ok(Step::Again) => {}
                Ok(Step::More) => {
                    self.offset += skipped as u64;
                    return Ok(Progress { skipped, found: None });
                }
                Err(fault) => return Err(self.fail(skipped, fault)),
            }
        }
    }

    /// Starts on a request. One that is complete never passes through `state`.
    #[inline]
    fn begin(&mut self, request: &[u8]) -> Result<Step, Fault> {
        self.args.clear();
        let Some(&first) = request.first() else {
            return Ok(Step::More);
        };
        inspected::count(1);
        if first == b'*' {
            match Multibulk::begin(request, &mut self.args, &self.bounds) {
                Begun::Complete(len) => {
                    return Ok(Step::Ready(Found { len, kind: RequestKind::Multibulk }));
                }
                Begun::Partial(machine) => self.state = State::Multibulk(machine),
            }
        } else if first == b'$' && self.dialect == Dialect::Tile38 {
            self.state = State::Native(Native::new());
        } else {
            self.state = State::Inline(Inline::default());
        }
        Ok(Step::Again)
    }

    #[cold]
    fn fail(&mut self, skipped: usize, fault: Fault) -> RequestError {
        let error = RequestError::new(fault.kind, self.offset + (skipped + fault.at) as u64);
        self.args = ArgBuf::default();
        self.state = State::Failed(error);
        error
    }
}

impl fmt::Debug for RequestParser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParser")
            .field("dialect", &self.dialect)
            .field("state", &self.state)
            .field("args", &self.args.spans.len())
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// A machine counts from the start of its own request.
#[derive(Debug)]
enum State {
    /// Between two requests.
    Start,
    Multibulk(Multibulk),
    Inline(Inline),
    Native(Native),
    Failed(RequestError),
}

/// What one look at a request comes to.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// More bytes are needed.
    More,
    /// The machine for this kind of request has been chosen.
    Again,
    /// So many bytes ask for nothing.
    Empty(usize),
    /// The arguments are all there.
    Ready(Found),
}

impl Step {
    /// The request ends after `len` bytes, and may have turned out empty.
    fn end(len: usize, kind: RequestKind, args: &ArgBuf) -> Self {
        if args.spans.is_empty() { Self::Empty(len) } else { Self::Ready(Found { len, kind }) }
    }
}

/// A complete request of `len` bytes.
#[derive(Clone, Copy, Debug)]
struct Found {
    len: usize,
    kind: RequestKind,
}

/// Empty requests passed over, and what came behind them.
struct Progress {
    skipped: usize,
    found: Option<Found>,
}
