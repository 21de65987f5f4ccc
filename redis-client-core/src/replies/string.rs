//! Replies to commands for strings.

use alloc::vec::Vec;

use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply, elements_of, next};

/// Where two strings match: the reply to [`LCS`](crate::cmd::lcs) with its option `idx`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lcs {
    /// The matches, from the end of the strings to their beginning.
    pub matches: Vec<LcsMatch>,
    /// The length of the longest common subsequence.
    pub len: u64,
}

/// A run of bytes that two strings have in common. Its ends are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LcsMatch {
    /// From where to where in the first string.
    pub first: (u64, u64),
    /// From where to where in the second string.
    pub second: (u64, u64),
    /// How long it is, if that was asked for.
    pub len: Option<u64>,
}

impl FromReply for Lcs {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self { matches: fields.read("matches")?, len: fields.read("len")? })
    }
}

impl FromReply for LcsMatch {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let first = next(&mut elements)?;
        let second = next(&mut elements)?;
        let len = elements.next().map(u64::from_reply).transpose()?;
        Ok(Self { first, second, len })
    }
}
