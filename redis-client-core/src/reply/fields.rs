//! Replies that are structs: maps with known names.

use resp_core::{Elements, FrameRef};

use super::FromReply;
use super::collections::elements_of;
use super::scalars::text_of;
use crate::error::ReplyError;

/// A map in RESP3, names and values in turn in RESP2. Names that nobody asks for are passed over:
/// newer servers have more.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(Elements<'a>);

impl<'a> Fields<'a> {
    pub(crate) fn of(frame: FrameRef<'a>) -> Result<Self, ReplyError> {
        elements_of(frame).map(Self)
    }

    /// The value of a field.
    pub(crate) fn find(&self, name: &str) -> Option<FrameRef<'a>> {
        let mut elements = self.0;
        while let (Some(found), Some(value)) = (elements.next(), elements.next()) {
            if text_of(found) == Ok(name.as_bytes()) {
                return Some(value);
            }
        }
        None
    }

    /// Reads a field that every server sends.
    pub(crate) fn read<T: FromReply>(&self, name: &'static str) -> Result<T, ReplyError> {
        T::from_reply(self.find(name).ok_or(ReplyError::Missing { field: name })?)
    }

    /// Reads a field that not every server sends, or not always.
    pub(crate) fn maybe<T: FromReply>(&self, name: &'static str) -> Result<Option<T>, ReplyError> {
        self.find(name).map_or(Ok(None), Option::from_reply)
    }
}
