//! Replies to commands for hashes.

use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::FromReply;

/// What became of a field of [`HEXPIRE`](crate::cmd::hexpire) and its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldExpiry {
    /// The expiry was set.
    Set,
    /// It would have been in the past: the field was deleted.
    Deleted,
    /// An option kept the expiry from being set.
    NotSet,
    /// The hash does not have the field, or does not exist.
    NoField,
}

/// What became of a field of [`HPERSIST`](crate::cmd::hpersist).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldPersistence {
    /// The expiry was taken from it.
    Persisted,
    /// It had none.
    NoExpiry,
    /// The hash does not have the field, or does not exist.
    NoField,
}

impl FromReply for FieldExpiry {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match i64::from_reply(frame)? {
            1 => Ok(Self::Set),
            2 => Ok(Self::Deleted),
            0 => Ok(Self::NotSet),
            -2 => Ok(Self::NoField),
            _ => Err(ReplyError::Number { expected: "1, 2, 0 or -2" }),
        }
    }
}

impl FromReply for FieldPersistence {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match i64::from_reply(frame)? {
            1 => Ok(Self::Persisted),
            -1 => Ok(Self::NoExpiry),
            -2 => Ok(Self::NoField),
            _ => Err(ReplyError::Number { expected: "1, -1 or -2" }),
        }
    }
}
