//! Replies to commands for keys of any type.

use resp_core::{FrameRef, View};

use crate::error::ReplyError;
use crate::reply::FromReply;

/// What became of the keys of [`MIGRATE`](crate::cmd::migrate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrated {
    /// Those that existed were moved.
    Moved,
    /// None of them existed.
    NoKey,
}

impl FromReply for Migrated {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::SimpleString(b"OK") => Ok(Self::Moved),
            View::SimpleString(b"NOKEY") => Ok(Self::NoKey),
            _ => Err(ReplyError::unexpected("OK or NOKEY", frame)),
        }
    }
}
