//! What makes a request unreadable.

use core::fmt;

use crate::Out;

/// A request that can't be read, and with it the end of the connection.
///
/// Nothing after the offending bytes can be trusted, so a server writes the replies already due,
/// then [`write_reply`](Self::write_reply), and closes. [`Display`](fmt::Display) gives the text
/// that Redis sends after `-ERR Protocol error: `.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestError {
    kind: RequestErrorKind,
    offset: u64,
}

impl RequestError {
    pub(super) fn new(kind: RequestErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// Which rule was broken.
    #[must_use]
    pub fn kind(&self) -> RequestErrorKind {
        self.kind
    }

    /// Where in the stream, in bytes since the parser was created: the start of the line that
    /// breaks a rule, the byte that stands where a line end was due, or, for
    /// [`QueryTooBig`](RequestErrorKind::QueryTooBig), the start of the request.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Appends `-ERR Protocol error: TEXT\r\n`, or nothing where Redis closes without a word
    /// ([`QueryTooBig`](RequestErrorKind::QueryTooBig)).
    ///
    /// A byte of the peer in the text stays one byte and never ends the line: CR, LF and NUL
    /// become a space, as in Redis's `addReplyErrorFormat` (networking.c).
    pub fn write_reply(&self, out: &mut impl Out) {
        match self.kind {
            RequestErrorKind::QueryTooBig => return,
            RequestErrorKind::ExpectedBulk { found } => {
                out.put(REPLY_PREFIX);
                out.put(EXPECTED_BULK.as_bytes());
                out.put(&[printable(found), b'\'']);
            }
            kind => {
                out.put(REPLY_PREFIX);
                out.put(kind.text().as_bytes());
            }
        }
        out.put(b"\r\n");
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl core::error::Error for RequestError {}

/// The rule that a request broke; the text of each is Redis's own where Redis has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestErrorKind {
    /// An inline request goes on without a line feed beyond the line limit.
    InlineTooBig,
    /// An inline request has a quote that isn't closed, or that closes in mid-word.
    UnbalancedQuotes,
    /// An inline request holds a NUL, which Redis waits on until the line limit is reached. Most
    /// often it is another protocol, such as TLS on the plain port.
    NulInInline,
    /// A `*` line goes on without a carriage return beyond the line limit.
    CountLineTooBig,
    /// The argument count is no integer, or above the limit.
    InvalidCount,
    /// The argument count is above the limit for clients that haven't authenticated.
    UnauthenticatedCount,
    /// A `$` line goes on without a carriage return beyond the line limit.
    LengthLineTooBig,
    /// An argument doesn't start with `$`.
    ExpectedBulk {
        /// The byte that stands there instead.
        found: u8,
    },
    /// The length of an argument is no integer, negative, or above the limit.
    InvalidLength,
    /// The length of an argument is above the limit for clients that haven't authenticated.
    UnauthenticatedLength,
    /// The carriage return of a header line isn't followed by a line feed. Redis doesn't look.
    ExpectedLineFeed,
    /// An argument isn't followed by CRLF, so that its length was wrong. Redis doesn't look.
    ExpectedCrlf,
    /// A Tile38 native message has a bad length, or doesn't end where the length says.
    InvalidMessage,
    /// One request is larger than the query buffer may become. Closed without a reply.
    QueryTooBig,
}

impl RequestErrorKind {
    fn text(self) -> &'static str {
        match self {
            Self::InlineTooBig => "too big inline request",
            Self::UnbalancedQuotes => "unbalanced quotes in request",
            Self::NulInInline => "unexpected nul in inline request",
            Self::CountLineTooBig => "too big mbulk count string",
            Self::InvalidCount => "invalid multibulk length",
            Self::UnauthenticatedCount => "unauthenticated multibulk length",
            Self::LengthLineTooBig => "too big bulk count string",
            Self::ExpectedBulk { .. } => EXPECTED_BULK,
            Self::InvalidLength => "invalid bulk length",
            Self::UnauthenticatedLength => "unauthenticated bulk length",
            Self::ExpectedLineFeed => "expected line feed after carriage return",
            Self::ExpectedCrlf => "expected line end after bulk string",
            Self::InvalidMessage => "invalid message",
            Self::QueryTooBig => "query buffer limit reached",
        }
    }
}

impl fmt::Display for RequestErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())?;
        match *self {
            Self::ExpectedBulk { found } => {
                let found = printable(found);
                let found =
                    if found.is_ascii() { char::from(found) } else { char::REPLACEMENT_CHARACTER };
                write!(f, "{found}'")
            }
            _ => Ok(()),
        }
    }
}

/// A broken rule inside the request at hand; `at` counts from the start of that request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: RequestErrorKind,
    pub(super) at: usize,
}

impl Fault {
    pub(super) fn new(kind: RequestErrorKind, at: usize) -> Self {
        Self { kind, at }
    }
}

fn printable(byte: u8) -> u8 {
    match byte {
        b'\r' | b'\n' | 0 => b' ',
        byte => byte,
    }
}

const REPLY_PREFIX: &[u8] = b"-ERR Protocol error: ";
/// Followed by the byte and a closing quote.
const EXPECTED_BULK: &str = "expected '$', got '";
