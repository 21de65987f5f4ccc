//! How many random elements a client wants.

use super::arguments::integer_within;
use crate::engine::Error;

/// The count of `SRANDMEMBER`, `HRANDFIELD` and `ZRANDMEMBER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    /// At most so many, none of them twice.
    Distinct(usize),
    /// Exactly so many, whatever comes.
    Any(usize),
}

impl Sample {
    pub(super) fn parse(text: &[u8]) -> Result<Self, Error> {
        let count = integer_within(text, -i64::MAX, i64::MAX)?;
        let many = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        Ok(if count < 0 { Self::Any(many) } else { Self::Distinct(many) })
    }

    /// Whether there are so many pairs that Redis doesn't count them.
    pub(super) fn is_too_much_for_pairs(self) -> bool {
        let (Self::Distinct(count) | Self::Any(count)) = self;
        count > (i64::MAX / 2) as usize
    }

    /// That many, if they can be answered: Redis would try it until it has no memory.
    pub(super) fn bounded(count: usize) -> Result<usize, Error> {
        if count > MOST { Err(Error::of("ERR value is out of range")) } else { Ok(count) }
    }
}

/// Some hundred megabytes of answer.
const MOST: usize = 1 << 24;
