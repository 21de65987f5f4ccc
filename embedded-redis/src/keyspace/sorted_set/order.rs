//! Members in order, each found by its rank.

use std::cmp::Ordering;

use super::{Compact, Score};

/// A row of sorted chunks: what is added or removed moves the rest of one chunk, and a rank is a sum
/// over the chunks in front. A skip list takes a dozen jumps through memory where this adds up
/// bytes that lie side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    /// None of them is empty.
    chunks: Vec<Chunk>,
    /// Of each chunk, side by side: a rank is found by adding them up.
    lengths: Vec<u8>,
    len: usize,
    member_bytes: usize,
}

type Chunk = Vec<(Score, Compact)>;

/// Where an element is or would be: the chunk, and the place in it.
type Spot = (usize, usize);

impl Order {
    /// Of elements that are in order.
    pub(super) fn of_sorted(elements: Vec<(Score, Compact)>) -> Self {
        let len = elements.len();
        let member_bytes = elements.iter().map(|(_, member)| member.heap_bytes()).sum();
        let mut chunks = Vec::with_capacity(len.div_ceil(CHUNK));
        let mut elements = elements.into_iter();
        while elements.len() > 0 {
            chunks.push(elements.by_ref().take(CHUNK).collect());
        }
        let lengths = chunks.iter().map(length).collect();
        Self { chunks, lengths, len, member_bytes }
    }

    pub(super) fn insert(&mut self, score: Score, member: &[u8]) {
        let (mut at, mut within) = self.spot(|other, name| precedes(other, name, score, member));
        // At the end of a chunk rather than before the next, and in the last where there is none.
        if at > 0 && (within == 0 || at == self.chunks.len()) {
            at -= 1;
            within = self.chunks.get(at).map_or(0, Vec::len);
        }
        let member = Compact::from(member);
        self.member_bytes += member.heap_bytes();
        self.len += 1;
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(vec![(score, member)]);
            self.lengths.push(1);
            return;
        };
        if chunk.len() == chunk.capacity() {
            chunk.reserve_exact((chunk.len() / 4).clamp(2, CHUNK));
        }
        chunk.insert(within, (score, member));
        if chunk.len() > CHUNK {
            // Scores often only grow: what is full at the end stays full.
            let ascending = within + 1 == chunk.len();
            let upper = chunk.split_off(if ascending { CHUNK } else { CHUNK / 2 });
            chunk.shrink_to(CHUNK * 5 / 8);
            self.lengths.insert(at + 1, length(&upper));
            self.chunks.insert(at + 1, upper);
        }
        self.measure(at);
    }

    /// The chunk has more or less elements than before.
    fn measure(&mut self, at: usize) {
        if let (Some(kept), Some(chunk)) = (self.lengths.get_mut(at), self.chunks.get(at)) {
            *kept = length(chunk);
        }
    }

    pub(super) fn remove(&mut self, score: Score, member: &[u8]) {
        let (at, within) = self.spot(|other, name| precedes(other, name, score, member));
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        if within >= chunk.len() {
            return;
        }
        let (_, gone) = chunk.remove(within);
        self.member_bytes -= gone.heap_bytes();
        self.len -= 1;
        let left = chunk.len();
        if left * 2 < chunk.capacity() && chunk.capacity() > 8 {
            chunk.shrink_to(left * 5 / 4);
        }
        if left == 0 {
            self.chunks.remove(at);
            self.lengths.remove(at);
            return;
        }
        if left < CHUNK / 8
            && let Some(next) = self.chunks.get(at + 1)
            && next.len() + left <= CHUNK / 2
        {
            let next = self.chunks.remove(at + 1);
            self.lengths.remove(at + 1);
            if let Some(chunk) = self.chunks.get_mut(at) {
                chunk.extend(next);
            }
        }
        self.measure(at);
    }

    pub(super) fn remove_range(&mut self, first: usize, end: usize) -> Vec<(Score, Compact)> {
        let mut removed = Vec::new();
        let mut left = end.min(self.len).saturating_sub(first);
        let Some((at, mut within)) = self.spot_of(first) else { return removed };
        let mut behind = at;
        while left > 0
            && let Some(chunk) = self.chunks.get_mut(behind)
        {
            let end = chunk.len().min(within + left);
            left -= end - within;
            removed.extend(chunk.drain(within..end));
            self.measure(behind);
            (within, behind) = (0, behind + 1);
        }
        self.len -= removed.len();
        self.member_bytes -= removed.iter().map(|(_, member)| member.heap_bytes()).sum::<usize>();
        self.drop_empty(at, behind);
        removed
    }

    /// Removes the chunks from one to before another that have nothing left: all but the first and the
    /// last, which may have.
    fn drop_empty(&mut self, first: usize, end: usize) {
        let is_empty = |at: usize| self.lengths.get(at).is_none_or(|len| *len == 0);
        let from = if is_empty(first) { first } else { first + 1 };
        let to = if end > from && !is_empty(end - 1) { end - 1 } else { end };
        if from < to {
            self.chunks.drain(from..to);
            self.lengths.drain(from..to);
        }
    }

    pub(super) fn rank(&self, score: Score, member: &[u8]) -> usize {
        self.partition_point(|other, name| precedes(other, name, score, member))
    }

    pub(super) fn partition_point(&self, is_before: impl Fn(Score, &[u8]) -> bool) -> usize {
        let (at, within) = self.spot(is_before);
        self.lengths.get(..at).map_or(0, sum) + within
    }

    pub(super) fn range(
        &self,
        first: usize,
        end: usize,
    ) -> impl DoubleEndedIterator<Item = (&Compact, Score)> {
        let count = end.min(self.len).saturating_sub(first);
        let (at, within) = self.spot_of(first).unwrap_or((self.chunks.len(), 0));
        let (mut last, mut behind) = (at, within + count);
        while let Some(len) = self.lengths.get(last).map(|len| usize::from(*len))
            && behind > len
        {
            behind -= len;
            last += 1;
        }
        let chunks = self.chunks.iter().enumerate().take(last + 1).skip(at);
        let elements = chunks.flat_map(move |(number, chunk)| {
            let from = if number == at { within } else { 0 };
            let to = if number == last { behind } else { chunk.len() };
            chunk.get(from..to).unwrap_or_default()
        });
        elements.map(|(score, member)| (member, *score))
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.member_bytes
            + self.len * size_of::<(Score, Compact)>() * 9 / 8
            + self.chunks.capacity() * (size_of::<Chunk>() + 1)
    }

    /// The spot of the first for which `is_before` does not hold; behind the last chunk if there is
    /// none.
    fn spot(&self, is_before: impl Fn(Score, &[u8]) -> bool) -> Spot {
        let holds = |(score, member): &(Score, Compact)| is_before(*score, member);
        let at = self.chunks.partition_point(|chunk| chunk.last().is_some_and(holds));
        let within = self.chunks.get(at).map_or(0, |chunk| chunk.partition_point(holds));
        (at, within)
    }

    /// The spot of the one of that rank, looked for from the end that is nearer.
    fn spot_of(&self, rank: usize) -> Option<Spot> {
        let from_end = self.len.checked_sub(rank)?;
        if rank < from_end { self.spot_from_front(rank) } else { self.spot_from_back(from_end) }
    }

    fn spot_from_front(&self, rank: usize) -> Option<Spot> {
        let mut left = rank;
        for (number, block) in self.lengths.chunks(BLOCK).enumerate() {
            let total = sum(block);
            if left >= total {
                left -= total;
                continue;
            }
            for (at, len) in block.iter().enumerate() {
                if left < usize::from(*len) {
                    return Some((number * BLOCK + at, left));
                }
                left -= usize::from(*len);
            }
        }
        None
    }

    /// The same of the one behind which there are so many, itself among them.
    fn spot_from_back(&self, from_end: usize) -> Option<Spot> {
        let (mut left, mut end) = (from_end, self.lengths.len());
        for block in self.lengths.rchunks(BLOCK) {
            let total = sum(block);
            if left > total {
                (left, end) = (left - total, end - block.len());
                continue;
            }
            for (back, len) in block.iter().rev().enumerate() {
                let len = usize::from(*len);
                if left <= len {
                    return (left > 0).then(|| (end - back - 1, len - left));
                }
                left -= len;
            }
        }
        None
    }
}

/// There are never more than [`CHUNK`].
fn length(chunk: &Chunk) -> u8 {
    chunk.len() as u8
}

/// Blocks of lengths have sums of 16 bits, of which the processor adds many at once.
fn sum(lengths: &[u8]) -> usize {
    let sum = |block: &[u8]| block.iter().map(|len| u16::from(*len)).sum::<u16>();
    lengths.chunks(BLOCK).map(|block| usize::from(sum(block))).sum()
}

const BLOCK: usize = 64;

/// Puts elements in order.
pub(crate) fn sort(elements: &mut [(Score, Compact)]) {
    elements.sort_unstable_by(|(score, member), (other, name)| {
        score.partial_cmp(other).unwrap_or(Ordering::Equal).then_with(|| member.cmp(name))
    });
}

/// Whether the first comes before the second.
fn precedes(score: Score, member: &[u8], than: Score, name: &[u8]) -> bool {
    match score.partial_cmp(&than) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => member < name,
        _ => false,
    }
}

/// Elements of a chunk: half of them move when one is added, 2 KiB.
const CHUNK: usize = 128;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::keyspace::Rng;

    #[test]
    fn it_is_in_order_and_every_rank_is_right() {
        let mut rng = Rng::new(11);
        let (mut order, mut model) = (Order::default(), BTreeSet::new());
        for step in 0..40_000 {
            let (score, name) = (rng.below(50) as u64, format!("{}", rng.below(100)));
            let member = name.as_bytes();
            let grows = rng.below(10) < if step < 20_000 { 7 } else { 3 };
            if grows && model.insert((score, member.to_vec())) {
                order.insert(score as f64, member);
            } else if !grows && model.remove(&(score, member.to_vec())) {
                order.remove(score as f64, member);
            }
            if step % 500 != 0 {
                continue;
            }
            assert_eq!(order.len, model.len());
            let rows = |it: (&Compact, Score)| (it.1 as u64, it.0.to_vec());
            assert!(order.range(0, usize::MAX).map(rows).eq(model.iter().cloned()));
            let reversed = order.range(0, usize::MAX).rev().map(rows);
            assert!(reversed.eq(model.iter().rev().cloned()));
            for (rank, (score, member)) in model.iter().enumerate() {
                assert_eq!(order.rank(*score as f64, member), rank);
            }
            let (first, end) = (rng.below(model.len() + 2), rng.below(model.len() + 2));
            let expected = model.iter().skip(first).take(end.saturating_sub(first));
            assert!(order.range(first, end).map(rows).eq(expected.cloned()), "{first}..{end}");
        }
    }

    #[test]
    fn a_range_is_removed_from_wherever_it_lies() {
        let elements: Vec<_> = (0..20_000)
            .map(|it| (f64::from(it / 3), Compact::from(format!("{it:0>5}").as_bytes())))
            .collect();
        let mut rng = Rng::new(12);
        for _ in 0..30 {
            let (first, end) = (rng.below(20_002), rng.below(20_002));
            let mut order = Order::of_sorted(elements.clone());
            let mut model = elements.clone();
            let range = first.min(end.min(20_000))..end.min(20_000);
            let row = |(member, score): (&Compact, Score)| (score, member.clone());
            assert!(order.range(first, end).map(row).eq(model[range.clone()].iter().cloned()));
            assert!(range.clone().all(|rank| order.rank(model[rank].0, &model[rank].1) == rank));
            let expected: Vec<_> = model.drain(range).collect();
            assert_eq!(order.remove_range(first, end), expected, "{first}..{end}");
            assert_eq!(order.len, model.len());
            assert!(order.chunks.iter().all(|chunk| !chunk.is_empty()));
            assert!(order.lengths.iter().copied().eq(order.chunks.iter().map(length)));
            assert!(order.range(0, usize::MAX).map(row).eq(model));
        }
    }

    #[test]
    fn to_pop_one_of_many_touches_no_chunk_but_its_own() {
        let elements = (0..100_000).map(|it| (f64::from(it), Compact::from(&b"m"[..]))).collect();
        let mut order = Order::of_sorted(elements);
        assert!(order.chunks.len() > 100);
        let places = |order: &Order| order.chunks.iter().map(Vec::as_ptr).collect::<Vec<_>>();
        for _ in 0..1_000 {
            let before = places(&order);
            let last = order.len - 1;
            assert_eq!(order.remove_range(last, last + 1).len(), 1);
            assert_eq!(order.remove_range(0, 1).len(), 1);
            let after = places(&order);
            let (kept, gone) = (after.len(), before.len() - after.len());
            assert!(gone <= 2, "{gone} chunks at once");
            assert!(before.windows(kept).any(|window| window == after), "moved");
        }
    }
}
