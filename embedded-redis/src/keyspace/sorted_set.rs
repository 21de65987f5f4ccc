//! A sorted set: members by their scores.

mod order;

use super::{Compact, Dict, Listpack, Place, Rng};
use order::Order;
pub(crate) use order::sort;

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

    /// Of members that differ, as a command that stores its result makes it.
    pub(crate) fn collect(seed: u64, mut members: Vec<(Score, Compact)>, limit: Listpack) -> Self {
        let longest = members.iter().map(|(_, member)| member.len()).max().unwrap_or(0);
        let converted = members.len() > limit.entries || longest > limit.value;
        let mut scores = Dict::new(seed);
        for (score, member) in &mut members {
            if !converted {
                *score = in_listpack(*score);
            }
            scores.insert(member, *score);
        }
        sort(&mut members);
        Self { scores, order: Order::of_sorted(members), converted }
    }

    /// Has members lose what they lose where Redis adds them one by one, in that order: until one of
    /// them has the listpack given up, -0 is 0.
    pub(crate) fn added_in_turn<'a>(
        members: impl Iterator<Item = &'a mut (Score, Compact)>,
        limit: Listpack,
    ) {
        let fits = |(_, member): &&mut (Score, Compact)| member.len() <= limit.value;
        for (score, _) in members.take(limit.entries).take_while(fits) {
            *score = in_listpack(*score);
        }
    }

    /// Gives the member that score, and returns the one that it had.
    pub(crate) fn insert(&mut self, member: &[u8], score: Score, limit: Listpack) -> Option<Score> {
        // Only one that is 0 may not be stored as it is.
        let kept = score != 0.0 || self.converted || self.converts(member, limit);
        let score = if kept { score } else { in_listpack(score) };
        let (place, new) = self.scores.find_or_insert_with(member, || score);
        if new {
            if member.len() > limit.value || self.len() > limit.entries {
                self.converted = true;
            }
            self.order.insert(score, member);
            return None;
        }
        let there = self.scores.at_mut(place)?;
        let old = *there;
        if old != score {
            *there = score;
            self.order.remove(old, member);
            self.order.insert(score, member);
        }
        Some(old)
    }

    /// Whether Redis would give up the listpack for the member.
    fn converts(&self, member: &[u8], limit: Listpack) -> bool {
        member.len() > limit.value || (self.len() >= limit.entries && !self.scores.contains(member))
    }

    pub(crate) fn remove(&mut self, member: &[u8]) -> Option<Score> {
        let score = self.scores.remove(member)?;
        self.order.remove(score, member);
        Some(score)
    }

    /// Removes those from one rank to before another, and returns them in order.
    pub(crate) fn remove_range(&mut self, first: usize, end: usize) -> Vec<(Score, Compact)> {
        let removed = self.order.remove_range(first, end);
        for (_, member) in &removed {
            self.scores.remove(member);
        }
        removed
    }

    /// How many come before the member.
    pub(crate) fn rank(&self, member: &[u8]) -> Option<usize> {
        Some(self.order.rank(self.score(member)?, member))
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

    /// See [`Dict::sample`].
    pub(crate) fn sample(&self, count: usize, rng: &mut Rng) -> Vec<(&Compact, Score)> {
        let places = self.scores.sample(count, rng);
        places.into_iter().filter_map(|place| self.entry_at(place)).collect()
    }

    /// See [`Dict::scan`].
    pub(crate) fn scan(&self, cursor: u64, count: usize, found: &mut Vec<Place>) -> u64 {
        self.scores.scan(cursor, count, found)
    }

    pub(crate) fn entry_at(&self, place: Place) -> Option<(&Compact, Score)> {
        self.scores.entry_at(place).map(|(member, score)| (member, *score))
    }

    /// Whether Redis would store it as a listpack, which it looks through from one end.
    pub(crate) fn is_listpack(&self) -> bool {
        !self.converted
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

/// A listpack has integers without a fraction, where -0 is 0.
fn in_listpack(score: Score) -> Score {
    if score == 0.0 { 0.0 } else { score }
}
