//! What a session has to say.

use alloc::boxed::Box;
use alloc::vec::Vec;

use resp_core::Frame;

use crate::error::{Cause, ConnectionError, Error};
use crate::facts::Facts;
use resp_core::Time;

/// Something that happened in a session. `T` is the caller's tag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<T> {
    /// The handshake is done; what was submitted meanwhile goes out now.
    Ready {
        /// Whether the server speaks RESP3 to this session.
        resp3: bool,
    },
    /// The reply to a command; an error reply too.
    Reply {
        /// The tag it was submitted with.
        tag: T,
        /// The reply.
        frame: Frame,
    },
    /// The replies to a batch, or the confirmations of a `SUBSCRIBE` and its kin. A refused
    /// `SUBSCRIBE` ends with the error.
    Replies {
        /// The tag it was submitted with.
        tag: T,
        /// The replies, in order.
        frames: Vec<Frame>,
    },
    /// A command or batch that gets no reply, or not all of them.
    Failed {
        /// The tag it was submitted with.
        tag: T,
        /// What is known of it. Elsewhere, so that an event is no larger than a reply.
        failure: Box<Failure>,
    },
    /// News that no command asked for: a message, an invalidation. In RESP2 messages come as
    /// arrays.
    Push(Frame),
    /// The connection is clean, after [`Tidy::Pending`](crate::Tidy::Pending).
    Tidied,
    /// There is room again, after [`SubmitError::Full`].
    Unblocked,
    /// The session is over; nothing comes behind this.
    Closed(ConnectionError),
}

/// What is known of a command or batch that gets no reply, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The replies of a batch that had come.
    pub frames: Vec<Frame>,
    /// What may have become of the rest.
    pub outcome: Outcome,
    /// Why.
    pub cause: Cause,
    /// When it would have been overdue, for one who wants to submit it again.
    pub deadline: Option<Time>,
}

/// What may have become of a command that got no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It never left, or not to its last byte: the server can't have run it.
    NotSent,
    /// It left: the server may have run it.
    MaybeApplied,
}

impl Outcome {
    /// The same as a caller's error.
    pub fn to_error(self, cause: Cause) -> Error {
        match self {
            Self::NotSent => Error::NotSent(cause),
            Self::MaybeApplied => Error::MaybeApplied(cause),
        }
    }
}

/// A command that was not taken, and the tag it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubmitError<T> {
    /// Too much is under way. [`Event::Unblocked`] tells when to try again.
    Full(T),
    /// The session is over, or about to be.
    Closed(T, ConnectionError),
    /// The command would leave replies that can't be matched.
    Refused(T, &'static Facts),
}

impl<T> SubmitError<T> {
    /// The tag.
    pub fn into_tag(self) -> T {
        match self {
            Self::Full(tag) | Self::Closed(tag, _) | Self::Refused(tag, _) => tag,
        }
    }
}

impl<T> core::fmt::Display for SubmitError<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Full(_) => f.write_str("too many commands under way"),
            Self::Closed(_, error) => write!(f, "session closed: {error}"),
            Self::Refused(_, facts) => {
                write!(f, "{} would end the order of requests and replies", facts.name)
            }
        }
    }
}

impl<T: core::fmt::Debug> core::error::Error for SubmitError<T> {}
