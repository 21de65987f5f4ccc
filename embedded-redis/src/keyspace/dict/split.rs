//! Splitting segments, and merging them again.

use super::Dict;
use super::segment::{SEGMENT, Segment};

impl<V> Dict<V> {
    pub(super) fn split(&mut self, number: u32) {
        let Some(old) = self.segments.get_mut(number as usize) else { return };
        self.bytes -= old.bytes();
        let depth = old.depth + 1;
        let bit = 1 << (32 - depth);
        let mut upper = Segment::new(depth, old.prefix | bit);
        let mut lower = Segment::new(depth, old.prefix);
        lower.slots.reserve_exact(SEGMENT * 5 / 8);
        upper.slots.reserve_exact(SEGMENT * 5 / 8);
        for slot in old.slots.drain(..) {
            let half = if slot.hash & bit == 0 { &mut lower } else { &mut upper };
            half.slots.push(slot);
        }
        lower.reindex();
        upper.reindex();
        self.bytes += lower.bytes() + upper.bytes();
        let prefix = upper.prefix;
        *old = lower;
        let added = self.segments.len() as u32;
        self.segments.push(upper);
        if depth > self.depth {
            self.depth = depth;
            self.directory = self.directory.iter().flat_map(|it| [*it, *it]).collect();
        }
        self.point(prefix, depth, added);
    }

    /// Has the directory say where the hashes are that begin with these bits.
    fn point(&mut self, prefix: u32, depth: u8, number: u32) {
        let first = (u64::from(prefix) >> (32 - self.depth)) as usize;
        let count = 1_usize << (self.depth - depth);
        for entry in self.directory.iter_mut().skip(first).take(count) {
            *entry = number;
        }
    }

    /// Puts a segment together with the one that it was split from, as long as there is room.
    pub(super) fn merge(&mut self, mut number: u32) {
        while let Some(merged) = self.merge_once(number) {
            number = merged;
        }
        self.shrink_directory();
    }

    fn merge_once(&mut self, number: u32) -> Option<u32> {
        let one = self.segments.get(number as usize)?;
        let (depth, prefix, left) = (one.depth, one.prefix, one.slots.len());
        if depth == 0 {
            return None;
        }
        let bit = 1 << (32 - depth);
        let other = self.segment_of(prefix ^ bit)?;
        let buddy = self.segments.get(other as usize)?;
        if buddy.depth != depth || buddy.slots.len() + left > SEGMENT / 4 || other == number {
            return None;
        }
        let (keep, drop) = (number.min(other), number.max(other));
        let gone = self.segments.swap_remove(drop as usize);
        self.bytes -= gone.bytes();
        if let Some(kept) = self.segments.get_mut(keep as usize) {
            self.bytes -= kept.bytes();
            kept.slots.reserve_exact(gone.slots.len());
            kept.slots.extend(gone.slots);
            kept.depth = depth - 1;
            kept.prefix = prefix & !bit;
            kept.reindex();
            self.bytes += kept.bytes();
        }
        self.point(prefix & !bit, depth - 1, keep);
        if let Some(moved) = self.segments.get(drop as usize) {
            self.point(moved.prefix, moved.depth, drop);
        }
        if self.segments.capacity() > self.segments.len() * 4 {
            self.segments.shrink_to(self.segments.len() * 2);
        }
        Some(keep)
    }

    /// Halves the directory while half of it would do.
    fn shrink_directory(&mut self) {
        // Halving it costs as much as looking at it, so it is looked at when it should be worth it.
        if self.directory.len() < self.segments.len() * 4 {
            return;
        }
        while self.depth > 0 && self.segments.iter().all(|it| it.depth < self.depth) {
            self.depth -= 1;
            self.directory = self.directory.iter().copied().step_by(2).collect();
        }
    }
}
