//! Strings, numbers and booleans.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use bytes::Bytes;
use resp_core::{FrameRef, View, encode};

use super::FromReply;
use crate::error::ReplyError;

/// The text of a reply that is a string of some kind.
///
/// # Errors
///
/// [`ReplyError`] if it isn't one, comes in chunks, or is the `QUEUED` of a transaction.
#[inline]
pub fn text_of(frame: FrameRef<'_>) -> Result<&[u8], ReplyError> {
    match frame.view() {
        View::SimpleString(QUEUED) => Err(ReplyError::Queued),
        View::BulkString(text)
        | View::SimpleString(text)
        | View::Verbatim { text, .. }
        | View::BigNumber(text) => Ok(text),
        _ => Err(ReplyError::unexpected("a string", frame)),
    }
}

/// Shares the read buffer's memory where the reply is large.
impl FromReply for Bytes {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::BulkString(text) => Ok(frame.to_shared(text)),
            View::StreamedString(chunks) => Ok(chunks.to_vec().into()),
            View::Integer(value) => Ok(integer_text(value)),
            // Text in RESP2.
            View::Double(value) => Ok(Self::copy_from_slice(&encode::double_text(value))),
            _ => text_of(frame).map(|text| frame.to_shared(text)),
        }
    }
}

impl FromReply for String {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::StreamedString(_) | View::Integer(_) | View::Double(_) => {
                Self::from_utf8(Bytes::from_reply(frame)?.into()).map_err(|_| ReplyError::Utf8)
            }
            _ => {
                core::str::from_utf8(text_of(frame)?).map(Self::from).map_err(|_| ReplyError::Utf8)
            }
        }
    }
}

/// Takes anything that says yes without saying more: `OK`, 1, true. 0 and false are no.
impl FromReply for bool {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::Boolean(value) => Ok(value),
            View::Integer(1) | View::SimpleString(b"OK") | View::BulkString(b"1") => Ok(true),
            View::Integer(0) | View::BulkString(b"0") => Ok(false),
            View::Integer(_) => Err(ReplyError::Number { expected: "bool" }),
            _ => Err(ReplyError::unexpected("a boolean", frame)),
        }
    }
}

/// Whether a command waits in a transaction for `EXEC`.
#[inline]
pub(super) fn is_queued(frame: FrameRef<'_>) -> bool {
    // Without a look at what is in it, which each GET would pay for.
    frame.as_bytes().strip_prefix(b"+").and_then(|text| text.strip_suffix(b"\r\n")) == Some(QUEUED)
}

/// Takes any reply that isn't null or an error, and drops it: `OK` mostly, or `QUEUED`.
impl FromReply for () {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::Null | View::SimpleError(_) | View::BulkError(_) => {
                Err(ReplyError::unexpected("a value", frame))
            }
            _ => Ok(()),
        }
    }
}

impl FromReply for f64 {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::Double(value) => Ok(value),
            // Exact up to 2^53, as RESP's doubles are.
            View::Integer(value) => Ok(value as Self),
            _ => number_in_text(frame, "f64"),
        }
    }
}

impl FromReply for f32 {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::Double(value) => Ok(value as Self),
            View::Integer(value) => Ok(value as Self),
            _ => number_in_text(frame, "f32"),
        }
    }
}

/// Reads an integer, as such or in text.
#[inline]
fn integer<I: TryFrom<i64> + FromStr>(
    frame: FrameRef<'_>,
    expected: &'static str,
) -> Result<I, ReplyError> {
    match frame.view() {
        View::Integer(value) => I::try_from(value).map_err(|_| ReplyError::Number { expected }),
        View::Double(value) => whole(value)
            .and_then(|value| I::try_from(value).ok())
            .ok_or(ReplyError::Number { expected }),
        View::Boolean(value) => {
            I::try_from(i64::from(value)).map_err(|_| ReplyError::Number { expected })
        }
        _ => number_in_text(frame, expected),
    }
}

fn number_in_text<N: FromStr>(
    frame: FrameRef<'_>,
    expected: &'static str,
) -> Result<N, ReplyError> {
    let text = text_of(frame)?;
    core::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(ReplyError::Number { expected })
}

/// A double without a fraction: where RESP3 has a double, RESP2 has text that may be an integer's.
fn whole(value: f64) -> Option<i64> {
    let integer = value as i64;
    // 2^63 is the first double above, which the cast would make the greatest integer.
    let fits = integer as f64 == value && value < 9_223_372_036_854_775_808.0;
    fits.then_some(integer)
}

fn integer_text(value: i64) -> Bytes {
    Bytes::copy_from_slice(itoa::Buffer::new().format(value).as_bytes())
}

/// The bytes of a string, copied. (An array of small integers reads as `Vec<i64>`, not this.)
impl FromReply for Vec<u8> {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        Bytes::from_reply(frame).map(Self::from)
    }
}

impl FromReply for i8 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "i8")
    }
}

impl FromReply for i16 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "i16")
    }
}

impl FromReply for i32 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "i32")
    }
}

impl FromReply for i64 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "i64")
    }
}

impl FromReply for i128 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "i128")
    }
}

impl FromReply for isize {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "isize")
    }
}

impl FromReply for u16 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "u16")
    }
}

impl FromReply for u32 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "u32")
    }
}

impl FromReply for u64 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "u64")
    }
}

impl FromReply for u128 {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "u128")
    }
}

impl FromReply for usize {
    #[inline]
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        integer(frame, "usize")
    }
}

/// What a server says of a command between `MULTI` and `EXEC`.
const QUEUED: &[u8] = b"QUEUED";
