//! Segments: entries whose hashes begin alike.

use hashbrown::HashTable;

use crate::keyspace::Compact;

#[derive(Clone)]
pub(super) struct Segment<V> {
    pub(super) slots: Vec<Slot<V>>,
    /// Where in `slots`, by hash; empty while they are few.
    index: HashTable<u32>,
    /// How many bits of the hash its entries share.
    pub(super) depth: u8,
    /// These bits, the first ones of a word that is otherwise 0.
    pub(super) prefix: u32,
}

#[derive(Clone)]
pub(super) struct Slot<V> {
    pub(super) hash: u32,
    /// A word that the owner may use.
    pub(super) note: u32,
    pub(super) key: Compact,
    pub(super) value: V,
}

impl<V> Segment<V> {
    pub(super) fn new(depth: u8, prefix: u32) -> Self {
        Self { slots: Vec::new(), index: HashTable::new(), depth, prefix }
    }

    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<V>>() + self.index.allocation_size()
    }

    #[inline]
    pub(super) fn find(&self, key: &[u8], hash: u32) -> Option<u32> {
        let is_it = |slot: &Slot<V>| slot.hash == hash && *slot.key == *key;
        if self.index.is_empty() {
            return self.slots.iter().position(is_it).map(|at| at as u32);
        }
        let found = |at: &u32| self.slots.get(*at as usize).is_some_and(is_it);
        self.index.find(spread(hash), found).copied()
    }

    pub(super) fn push(&mut self, slot: Slot<V>) -> u32 {
        let at = self.slots.len() as u32;
        if self.slots.len() == self.slots.capacity() {
            let more = (at / 8).clamp(2, SEGMENT as u32 / 8);
            self.slots.reserve_exact(more as usize);
        }
        let hash = slot.hash;
        self.slots.push(slot);
        if self.slots.len() == FEW + 1 {
            self.reindex();
        } else if self.slots.len() > FEW {
            let slots = &self.slots;
            let hash_of = |at: &u32| slots.get(*at as usize).map_or(0, |it| spread(it.hash));
            self.index.insert_unique(spread(hash), at, hash_of);
        }
        at
    }

    /// Removes an entry; the last one takes its place.
    pub(super) fn remove(&mut self, at: u32) -> Option<Slot<V>> {
        let last = self.slots.len().checked_sub(1)? as u32;
        let hash = self.slots.get(at as usize)?.hash;
        if !self.index.is_empty() {
            if let Ok(entry) = self.index.find_entry(spread(hash), |it| *it == at) {
                entry.remove();
            }
            let moved = self.slots.get(last as usize)?.hash;
            if let Some(entry) = self.index.find_mut(spread(moved), |it| *it == last) {
                *entry = at;
            }
        }
        let slot = self.slots.swap_remove(at as usize);
        self.shrink();
        Some(slot)
    }

    /// Removes an entry; those behind it move up.
    pub(super) fn remove_in_order(&mut self, at: u32) -> Option<Slot<V>> {
        let hash = self.slots.get(at as usize)?.hash;
        if let Ok(entry) = self.index.find_entry(spread(hash), |it| *it == at) {
            entry.remove();
        }
        self.index.iter_mut().filter(|it| **it > at).for_each(|it| *it -= 1);
        let slot = self.slots.remove(at as usize);
        self.shrink();
        Some(slot)
    }

    /// Gives back what is not needed any more.
    fn shrink(&mut self) {
        if self.slots.len() == FEW {
            self.index = HashTable::new();
        }
        if self.slots.len() * 2 < self.slots.capacity() && self.slots.capacity() > 8 {
            self.slots.shrink_to(self.slots.len() * 5 / 4);
            self.reindex();
        }
    }

    pub(super) fn reindex(&mut self) {
        self.index = HashTable::new();
        if self.slots.len() <= FEW {
            return;
        }
        let slots = &self.slots;
        let hash_of = |at: &u32| slots.get(*at as usize).map_or(0, |it| spread(it.hash));
        self.index.reserve(slots.len(), hash_of);
        for (at, slot) in slots.iter().enumerate() {
            self.index.insert_unique(spread(slot.hash), at as u32, hash_of);
        }
    }
}

/// A word of which both ends are used, from a hash that has half as many bits.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Entries of a segment: as many as 1,024 buckets take. More would move for longer, fewer would
/// have more segments to look through.
pub(super) const SEGMENT: usize = 896;
/// Entries that are compared one by one.
const FEW: usize = 8;
