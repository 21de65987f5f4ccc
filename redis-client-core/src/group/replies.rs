//! Replies to `XREADGROUP` and `XAUTOCLAIM`.

use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::{FrameRef, View};

use crate::error::ReplyError;
use crate::reply::{FromReply, elements_of};

/// Ids and fields; none where the entry has been deleted.
pub(super) type Entries = Vec<(Bytes, Option<Vec<(Bytes, Bytes)>>)>;

/// Streams and entries; null where there are none.
pub(super) struct Read(pub(super) Vec<(Bytes, Entries)>);

/// Where to go on, and what was claimed.
pub(super) struct Claimed {
    pub(super) cursor: Bytes,
    pub(super) entries: Entries,
}

impl Read {
    pub(super) fn of(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        Option::from_reply(frame).map(|streams| Self(streams.unwrap_or_default()))
    }
}

impl Claimed {
    pub(super) fn of(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let (Some(cursor), Some(entries)) = (elements.next(), elements.next()) else {
            return Err(ReplyError::Length { expected: 2, found: elements.len() });
        };
        // Redis 6.2 has null in the place of a deleted entry; later ones have its id in a third
        // element, and it is pending no more.
        let entries: Entries = elements_of(entries)?
            .filter(|entry| !matches!(entry.view(), View::Null))
            .map(FromReply::from_reply)
            .collect::<Result<_, _>>()?;
        Ok(Self { cursor: Bytes::from_reply(cursor)?, entries })
    }
}
