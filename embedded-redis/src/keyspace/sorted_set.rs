//! A sorted set: members by their scores.

mod order;

use super::{Compact, Dict, Place, Rng};
use order::Order;

/// A score: any number but NaN.
pub(crate) type Score = f64;

/// Members, each with a score, in the order of the scores and, where these are equal, of the bytes.
#[derive(Clone, Debug)]
pub(crate) struct SortedSet {
    scores: Dict<Score>,
    order: Order,
    /// Redis would not store it as a listpack any more, and never again.
    converted: bool,
}

impl SortedSet {
    pub(crate) fn new(seed: u64) -> Self {
        Self { scores: Dict::new(seed), order: Order::default(), converted: false }
    }

    pub(crate) fn len(&self) -> usize {
        self.scores.len()
    }

    pub(crate) fn score(&self, member: &[u8]) -> Option<Score> {
        self.scores.get(member).copied()
    }

    /// Gives the member that score, and returns the one that it had.
    pub(crate) fn insert(&mut self, member: &[u8], score: Score) -> Option<Score> {
        let old = self.scores.insert(member, score);
        match old {
            Some(old) if old == score => return Some(old),
            Some(old) => self.order.remove(old, member),
            None => {}
        }
        self.order.insert(score, member);
        if self.len() > LISTPACK_ENTRIES || member.len() > LISTPACK_VALUE {
            self.converted = true;
        }
        old
    }

    pub(crate) fn remove(&mut self, member: &[u8]) -> Option<Score> {
        let score = self.scores.remove(member)?;
        self.order.remove(score, member);
        Some(score)
    }

    /// How many come before the member.
    pub(crate) fn rank(&self, member: &[u8]) -> Option<usize> {
        Some(self.order.rank(self.score(member)?, member))
    }

    /// Who is at that rank.
    pub(crate) fn at(&self, rank: usize) -> Option<(&Compact, Score)> {
        self.order.at(rank)
    }

    /// The rank of the first for whom `is_before` does not hold, which holds for all in front of it.
    pub(crate) fn partition_point(&self, is_before: impl Fn(Score, &[u8]) -> bool) -> usize {
        self.order.partition_point(is_before)
    }

    /// Members from one rank to before another, in order. Both ways.
    pub(crate) fn range(
        &self,
        first: usize,
        end: usize,
    ) -> impl DoubleEndedIterator<Item = (&Compact, Score)> {
        self.order.range(first, end)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Compact, Score)> {
        self.range(0, self.len())
    }

    pub(crate) fn random(&self, rng: &mut Rng) -> Option<(&Compact, Score)> {
        self.entry_at(self.scores.random(rng)?)
    }

    /// See [`Dict::scan`]. What Redis would store as a listpack is seen at once.
    pub(crate) fn scan(&self, cursor: u64, count: usize, found: &mut Vec<Place>) -> u64 {
        let count = if self.converted { count } else { usize::MAX };
        self.scores.scan(cursor, count, found)
    }

    pub(crate) fn entry_at(&self, place: Place) -> Option<(&Compact, Score)> {
        self.scores.entry_at(place).map(|(member, score)| (member, *score))
    }

    /// Redis stores it as a skiplist from now on, whatever its size.
    pub(crate) fn convert(&mut self) {
        self.converted = true;
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.converted { "skiplist" } else { "listpack" }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.scores.heap_bytes() + self.order.heap_bytes()
    }
}

/// `zset-max-listpack-entries` and `zset-max-listpack-value`.
const LISTPACK_ENTRIES: usize = 128;
const LISTPACK_VALUE: usize = 64;
