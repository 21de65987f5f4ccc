//! What can go wrong, layer by layer.
//!
//! Each error says all of what is behind it, and so has no `source` that would say it again.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use bytes::Bytes;
use resp_core::{DecodeError, FrameRef, View};

/// An error reply: the server has run the command, or refused to, and says so.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerError {
    text: Bytes,
}

impl ServerError {
    /// Takes the error out of a frame, if it is one.
    #[inline]
    pub fn of(frame: FrameRef<'_>) -> Option<Self> {
        if frame.is_error() { Self::read(frame) } else { None }
    }

    #[cold]
    fn read(frame: FrameRef<'_>) -> Option<Self> {
        match frame.view() {
            View::SimpleError(text) | View::BulkError(text) => {
                Some(Self { text: Bytes::copy_from_slice(text) })
            }
            _ => None,
        }
    }

    pub(crate) const fn new(text: Bytes) -> Self {
        Self { text }
    }

    /// The first word, by which programs tell errors apart: `ERR`, `WRONGTYPE`, `MOVED`.
    pub fn code(&self) -> &str {
        let word = self.text.split(|byte| *byte == b' ').next().unwrap_or_default();
        core::str::from_utf8(word).unwrap_or_default()
    }

    /// The whole text, code included, as the server sent it.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.text.utf8_chunks() {
            for char in part.valid().chars() {
                match char.is_control() {
                    true => write!(f, "{}", char.escape_default())?,
                    false => write!(f, "{char}")?,
                }
            }
            write!(f, "{}", part.invalid().escape_ascii())?;
        }
        Ok(())
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerError({self})")
    }
}

impl core::error::Error for ServerError {}

/// A reply that isn't what the caller asked to read it as. The command has run; only its reply
/// could not be converted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyError {
    /// Null came where a value was due: read it as an `Option`.
    Null,
    /// A reply of another type.
    Type {
        /// What was due.
        expected: &'static str,
        /// The reply's type.
        found: &'static str,
    },
    /// An aggregate with another number of elements.
    Length {
        /// How many were due.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A number that doesn't fit, or text that is no number.
    Number {
        /// The type it was read as.
        expected: &'static str,
    },
    /// `QUEUED`, as the server says of a command between `MULTI` and `EXEC`: its reply comes with that
    /// of `EXEC`.
    Queued,
    /// A map without a field that has to be there.
    Missing {
        /// The field's name.
        field: &'static str,
    },
    /// A field of a map that can't be read.
    Field {
        /// The field's name.
        field: &'static str,
        /// What doesn't fit.
        error: Box<Self>,
    },
    /// Text that is not what it should be.
    Invalid {
        /// What was due.
        expected: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Text that is not UTF-8.
    Utf8,
    /// An error among the elements.
    Server(ServerError),
}

impl ReplyError {
    /// What to say of a frame that isn't the `expected` type.
    #[cold]
    pub fn unexpected(expected: &'static str, frame: FrameRef<'_>) -> Self {
        let found = match frame.view() {
            View::SimpleError(_) | View::BulkError(_) => {
                return ServerError::of(frame).map_or(Self::Null, Self::Server);
            }
            View::Null => return Self::Null,
            View::SimpleString(b"QUEUED") => return Self::Queued,
            View::SimpleString(_) => "a simple string",
            View::Integer(_) => "an integer",
            View::BulkString(_) => "a bulk string",
            View::Double(_) => "a double",
            View::Boolean(_) => "a boolean",
            View::Verbatim { .. } => "a verbatim string",
            View::BigNumber(_) => "a big number",
            View::Array(_) => "an array",
            View::Map(_) => "a map",
            View::Set(_) => "a set",
            View::Push(_) => "a push",
            View::StreamedString(_) => "a streamed string",
        };
        Self::Type { expected, found }
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("the reply is null (read it as an Option)"),
            Self::Type { expected, found } => {
                write!(f, "the reply is {found}, not {expected}")
            }
            Self::Length { expected, found } => {
                write!(f, "the reply has {found} elements, not {expected}")
            }
            Self::Number { expected } => {
                write!(f, "the reply is no number that fits {expected}")
            }
            Self::Queued => f.write_str("queued: the reply comes with that of EXEC"),
            Self::Missing { field } => write!(f, "the reply has no field `{field}`"),
            Self::Field { field, error } => write!(f, "field `{field}`: {error}"),
            Self::Invalid { expected, reason } => {
                write!(f, "the reply is not {expected}: {reason}")
            }
            Self::Utf8 => f.write_str("the reply is not UTF-8 (read it as Bytes)"),
            Self::Server(error) => write!(f, "the reply holds an error: {error}"),
        }
    }
}

impl core::error::Error for ReplyError {}

/// Why a connection is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionError {
    /// It was closed from this side, as asked.
    Closed,
    /// The task that drove it is gone, mostly with the runtime that it was made on.
    Abandoned,
    /// The server closed it.
    ClosedByServer,
    /// The transport failed; the text is the operating system's.
    Io(String),
    /// The connection could not be encrypted, or not any more; the text says why.
    Tls(String),
    /// The server sent something that is no RESP, or that passes a limit.
    Protocol(DecodeError),
    /// A reply came that nothing asked for, so that replies can't be matched any more.
    UnexpectedReply,
    /// The server refused the handshake.
    Handshake {
        /// The step that was refused: `HELLO`, `AUTH`, `SELECT`.
        step: &'static str,
        /// What the server said.
        error: ServerError,
    },
    /// The handshake took longer than configured.
    HandshakeTimeout,
    /// The server answered a step of the handshake with something else than what Redis says.
    UnexpectedAnswer {
        /// The command's name.
        step: &'static str,
    },
    /// A command of [`Config::on_connect`](crate::Config::on_connect) can't be run there.
    Unsuitable {
        /// The command's name.
        command: &'static str,
    },
    /// The server said nothing for too long ([`Config::liveness`](crate::Config::liveness)).
    Unresponsive,
    /// The server refused to undo what the connection's last user had left behind.
    Untidy(ServerError),
    /// There is none, for now or for good; the text says why.
    NotConnected(String),
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the connection was closed"),
            Self::Abandoned => f.write_str(
                "the task that drove the connection is gone (has the runtime ended that it was made \
                 on? each #[tokio::test] has its own)",
            ),
            Self::ClosedByServer => f.write_str("the server closed the connection"),
            Self::Io(text) => write!(f, "the connection failed: {text}"),
            Self::Tls(text) => write!(f, "TLS failed: {text}"),
            Self::Protocol(error) => write!(f, "the server broke the protocol: {error}"),
            Self::UnexpectedReply => f.write_str("the server sent a reply to nothing"),
            Self::Handshake { step, error } => write!(f, "the server refused {step}: {error}"),
            Self::HandshakeTimeout => {
                f.write_str("the server did not answer the handshake in time")
            }
            Self::UnexpectedAnswer { step } => {
                write!(f, "the server's answer to {step} is not Redis's")
            }
            Self::Unsuitable { command } => {
                write!(f, "{command} can't be run at the start of each connection")
            }
            Self::Unresponsive => f.write_str("the server has fallen silent"),
            Self::Untidy(error) => write!(f, "the connection could not be tidied up: {error}"),
            Self::NotConnected(text) => write!(f, "not connected: {text}"),
        }
    }
}

impl core::error::Error for ConnectionError {}

/// Why a command has no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The reply did not come in time, or what was not sent found no room in time.
    TimedOut,
    /// Too much is under way on the connection.
    NoRoom,
    /// No connection of the pool could be leased in time: all were by others, or had to be left to
    /// those who share them.
    AllLeased,
    /// The connection ended first.
    Connection(ConnectionError),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("no reply in time"),
            Self::NoRoom => f.write_str("too much is under way"),
            Self::AllLeased => {
                f.write_str("no connection of the pool could be leased in time (see pool_size)")
            }
            Self::Connection(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Cause {}

/// How a command ended, other than in a reply that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The server answered with an error.
    Server(ServerError),
    /// The server answered, and the reply could not be read as asked.
    Reply {
        /// The command's name.
        command: &'static str,
        /// What doesn't fit.
        error: ReplyError,
    },
    /// The command never left, or not all of it: the server can't have run it.
    NotSent(Cause),
    /// The command left and no reply came: the server may have run it.
    MaybeApplied(Cause),
    /// The transaction was not run: a key watched with `WATCH` had changed.
    Aborted,
    /// The transaction was not run: the server refused to queue one of its commands, and so
    /// discarded them all (`EXECABORT`).
    Discarded {
        /// The first refused command's place, counted from 0.
        index: usize,
        /// Its name.
        command: &'static str,
        /// What the server said of it.
        error: ServerError,
    },
    /// This handle doesn't take such a command; nothing was sent.
    Refused {
        /// The command's name.
        command: &'static str,
        /// Why not, and what to do instead.
        reason: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Reply { command, error } => write!(f, "{command}: {error}"),
            Self::NotSent(Cause::TimedOut) => f.write_str("not sent: no room for it in time"),
            Self::NotSent(cause) => write!(f, "not sent: {cause}"),
            Self::MaybeApplied(cause) => write!(f, "sent, and perhaps applied: {cause}"),
            Self::Aborted => f.write_str("transaction aborted: a watched key has changed"),
            Self::Discarded { index, command, error } => {
                write!(
                    f,
                    "transaction discarded: the server refused {command} (command {index}): {error}"
                )
            }
            Self::Refused { command, reason } => write!(f, "{command} refused: {reason}"),
        }
    }
}

impl core::error::Error for Error {}

impl From<ServerError> for Error {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}
