//! What an entry of a stream is called.

use crate::keyspace::Millis;

/// An entry's id: the milliseconds at which it was added, and a number among those of the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamId {
    pub(crate) ms: u64,
    pub(crate) seq: u64,
}

impl StreamId {
    pub(crate) const MIN: Self = Self { ms: 0, seq: 0 };
    pub(crate) const MAX: Self = Self { ms: u64::MAX, seq: u64::MAX };

    /// The one behind it; none behind the last.
    pub(crate) fn next(self) -> Option<Self> {
        match self.seq.checked_add(1) {
            Some(seq) => Some(Self { seq, ..self }),
            None => Some(Self { ms: self.ms.checked_add(1)?, seq: 0 }),
        }
    }

    /// The one in front of it; none in front of the first.
    pub(crate) fn previous(self) -> Option<Self> {
        match self.seq.checked_sub(1) {
            Some(seq) => Some(Self { seq, ..self }),
            None => Some(Self { ms: self.ms.checked_sub(1)?, seq: u64::MAX }),
        }
    }

    /// The id of what is added at that time behind this one: time never runs backwards.
    pub(crate) fn after(self, now: Millis) -> Option<Self> {
        match u64::try_from(now) {
            Ok(ms) if ms > self.ms => Some(Self { ms, seq: 0 }),
            _ => self.next(),
        }
    }
}
