//! Replies to commands for pub/sub.

use bytes::Bytes;
use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{FromReply, elements_of, next, text_of};

/// The server's word that a subscription has begun or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confirmation {
    /// The channel or the pattern. None where there was no subscription to take back.
    pub name: Option<Bytes>,
    /// How many subscriptions the connection has now: to channels and patterns, or by shard.
    pub held: u64,
}

impl FromReply for Confirmation {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let word = text_of(elements.next().ok_or(ReplyError::Null)?)?;
        if !word.ends_with(b"subscribe") {
            return Err(ReplyError::unexpected("a confirmation", frame));
        }
        Ok(Self { name: next(&mut elements)?, held: next(&mut elements)? })
    }
}
