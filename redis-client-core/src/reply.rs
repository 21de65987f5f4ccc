//! Replies as Rust values.

mod collections;
mod fields;
mod scalars;
mod tuples;

use alloc::vec::Vec;

use resp_core::{Elements, Frame, FrameRef};

use crate::error::{Error, ReplyError, ServerError};
use crate::facts::Facts;
pub(crate) use collections::elements_of;
pub(crate) use fields::Fields;
pub use scalars::text_of;
pub(crate) use tuples::next;

/// A type that a reply can be read as.
///
/// Implementations take each form in which servers send the same thing: maps are flat arrays in
/// RESP2, numbers may come as text. What doesn't fit is a [`ReplyError`], never a guess.
///
/// ```
/// use redis_client_core::{FromReply, ReplyError, text_of};
/// use resp_core::{Frame, FrameRef};
///
/// #[derive(Debug, PartialEq)]
/// struct Colour(u32);
///
/// impl FromReply for Colour {
///     fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
///         let hex = text_of(frame)?.strip_prefix(b"#").unwrap_or_default();
///         let hex = str::from_utf8(hex).map_err(|_| ReplyError::Utf8)?;
///         let value = u32::from_str_radix(hex, 16);
///         value.map(Colour).map_err(|_| ReplyError::Number { expected: "a colour" })
///     }
/// }
///
/// let frame = Frame::parse("$7\r\n#ff8800\r\n").unwrap();
/// assert_eq!(Colour::from_reply(frame.as_frame()), Ok(Colour(0xff8800)));
/// ```
#[diagnostic::on_unimplemented(
    message = "no reply can be read as `{Self}`",
    note = "`Frame` takes any reply; implement `FromReply` for your own types"
)]
pub trait FromReply: Sized {
    /// Whether an error reply is a value of this type, instead of an error of the command.
    const TAKES_ERRORS: bool = false;

    /// Whether null is a list of these without any.
    #[doc(hidden)]
    const NULL_IS_NO_ELEMENTS: bool = false;

    /// Reads the reply.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] if the reply holds something else.
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError>;

    /// Reads the elements of an aggregate. Pairs do it otherwise: they take flat lists too.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] of the first element that holds something else.
    #[doc(hidden)]
    fn from_elements(elements: Elements<'_>) -> Result<Vec<Self>, ReplyError> {
        elements.map(Self::from_reply).collect()
    }

    /// What stands for a field that a map lacks, if anything may.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    /// Whether the reply says that there is nothing to read.
    #[doc(hidden)]
    #[inline]
    fn is_nothing(frame: FrameRef<'_>) -> bool {
        frame.is_null()
    }
}

/// Reads the reply to one command: an error reply becomes the command's error.
///
/// # Errors
///
/// [`Error::Server`] or [`Error::Reply`].
#[inline]
pub fn read_reply<T: FromReply>(facts: &'static Facts, frame: FrameRef<'_>) -> Result<T, Error> {
    if !T::TAKES_ERRORS
        && let Some(error) = ServerError::of(frame)
    {
        return Err(Error::Server(error));
    }
    T::from_reply(frame).map_err(|error| Error::Reply { command: facts.name, error })
}

/// Any reply at all.
impl FromReply for Frame {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        Ok(frame.to_frame())
    }
}

/// An element that may be an error of its own.
impl<T: FromReply> FromReply for Result<T, ServerError> {
    const TAKES_ERRORS: bool = true;

    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match ServerError::of(frame) {
            Some(error) => Ok(Err(error)),
            None => T::from_reply(frame).map(Ok),
        }
    }
}

/// Null is `None`, and so is an empty hash for a struct with a derived implementation. `QUEUED`
/// does not say which it will be.
impl<T: FromReply> FromReply for Option<T> {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match T::is_nothing(frame) {
            true => Ok(None),
            false if scalars::is_queued(frame) => Err(ReplyError::Queued),
            false => T::from_reply(frame).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}
