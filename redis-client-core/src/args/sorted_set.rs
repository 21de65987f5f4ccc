//! Arguments of commands for sorted sets.

use alloc::vec::Vec;

use super::Words;
use crate::arg::ToArg;
use crate::request::Request;

/// An end of a range of scores. A number is [`Included`](Self::Included); infinities leave the
/// range open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScoreBound {
    /// To this score, which is part of the range.
    Included(f64),
    /// To this score, which is not part of the range.
    Excluded(f64),
}

/// An end of a range of members, in the order of their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexBound<'a> {
    /// Below all members.
    Lowest,
    /// Above all members.
    Highest,
    /// To this member, which is part of the range.
    Included(&'a [u8]),
    /// To this member, which is not part of the range.
    Excluded(&'a [u8]),
}

/// The end of a sorted set to pop from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreEnd {
    /// The least scores.
    Min,
    /// The greatest scores.
    Max,
}

/// What becomes of the scores that a member has in several sorted sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Aggregate {
    /// They are added up.
    #[default]
    Sum,
    /// The least counts.
    Min,
    /// The greatest counts.
    Max,
}

impl From<f64> for ScoreBound {
    fn from(score: f64) -> Self {
        Self::Included(score)
    }
}

impl From<i32> for ScoreBound {
    fn from(score: i32) -> Self {
        Self::Included(score.into())
    }
}

impl ToArg for ScoreBound {
    fn write_arg(&self, request: &mut Request) {
        match self {
            Self::Included(score) => score.write_arg(request),
            Self::Excluded(score) => {
                let score = resp_core::encode::double_text(*score);
                request.push(&marked(b'(', &score));
            }
        }
    }
}

impl ToArg for LexBound<'_> {
    fn write_arg(&self, request: &mut Request) {
        match self {
            Self::Lowest => request.push(b"-"),
            Self::Highest => request.push(b"+"),
            Self::Included(member) => request.push(&marked(b'[', member)),
            Self::Excluded(member) => request.push(&marked(b'(', member)),
        }
    }
}

impl Words for ScoreEnd {
    fn write(self, request: &mut Request) {
        request.push(match self {
            Self::Min => b"MIN",
            Self::Max => b"MAX",
        });
    }
}

impl Words for Aggregate {
    fn write(self, request: &mut Request) {
        request.push(match self {
            Self::Sum => b"SUM",
            Self::Min => b"MIN",
            Self::Max => b"MAX",
        });
    }
}

/// Text with a mark in front.
fn marked(mark: u8, text: &[u8]) -> Vec<u8> {
    let mut marked = Vec::with_capacity(1 + text.len());
    marked.push(mark);
    marked.extend_from_slice(text);
    marked
}
