//! A hash table that never stops to grow.
//!
//! A table that doubles moves everything it has at once; with a million keys that is a pause that
//! clients notice. This one is extendible hashing: a directory points by the first bits of the hash
//! to segments of at most [`SEGMENT`] entries, and a segment that is full is split by one more bit.
//! What moves at a time is one segment, and what is left when keys go is merged in the same way.
//!
//! Entries lie side by side in their segment, so that a random one costs a random number, and an
//! iteration goes by the hash: a cursor says up to where, whatever was split, merged, added and
//! removed meanwhile. That is what `SCAN` promises.

mod segment;
mod split;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;

use siphasher::sip::SipHasher13;

use super::Compact;
use super::rng::Rng;
use segment::{SEGMENT, Segment, Slot};

/// Names with what belongs to them.
pub(crate) struct Dict<V> {
    /// What the hash depends on and clients don't know: by names of one hash they could make every
    /// command slow.
    seed: u64,
    /// By the first bits of the hash: which segment.
    directory: Vec<u32>,
    segments: Vec<Segment<V>>,
    /// How many bits of the hash the directory takes.
    depth: u8,
    len: usize,
    /// Bytes that the segments and the names in them have allocated.
    bytes: usize,
}

/// Where an entry is, until something is added or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    segment: u32,
    slot: u32,
}

impl<V> Dict<V> {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, directory: Vec::new(), segments: Vec::new(), depth: 0, len: 0, bytes: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that it has allocated itself; what the values have comes to that.
    pub(crate) fn heap_bytes(&self) -> usize {
        let segments = self.segments.capacity() * size_of::<Segment<V>>();
        self.bytes + segments + self.directory.capacity() * size_of::<u32>()
    }

    /// Bytes that an entry takes with its share of the index, beside what it has allocated itself.
    pub(crate) const ENTRY: usize = size_of::<Slot<V>>() + 2 * size_of::<u32>();

    #[inline]
    fn hash(&self, key: &[u8]) -> u32 {
        (SipHasher13::new_with_keys(self.seed, !self.seed).hash(key) >> 32) as u32
    }

    #[inline]
    fn segment_of(&self, hash: u32) -> Option<u32> {
        // A shift by 32 bits would not be one.
        let index = u64::from(hash) >> (32 - self.depth);
        self.directory.get(index as usize).copied()
    }

    #[inline]
    pub(crate) fn find(&self, key: &[u8]) -> Option<Place> {
        self.find_hashed(key, self.hash(key))
    }

    #[inline]
    fn find_hashed(&self, key: &[u8], hash: u32) -> Option<Place> {
        let segment = self.segment_of(hash)?;
        let slot = self.segments.get(segment as usize)?.find(key, hash)?;
        Some(Place { segment, slot })
    }

    #[inline]
    fn slot(&self, place: Place) -> Option<&Slot<V>> {
        self.segments.get(place.segment as usize)?.slots.get(place.slot as usize)
    }

    #[inline]
    fn slot_mut(&mut self, place: Place) -> Option<&mut Slot<V>> {
        self.segments.get_mut(place.segment as usize)?.slots.get_mut(place.slot as usize)
    }

    #[inline]
    pub(crate) fn at(&self, place: Place) -> Option<&V> {
        self.slot(place).map(|slot| &slot.value)
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, place: Place) -> Option<&mut V> {
        self.slot_mut(place).map(|slot| &mut slot.value)
    }

    pub(crate) fn entry_at(&self, place: Place) -> Option<(&Compact, &V)> {
        self.slot(place).map(|slot| (&slot.key, &slot.value))
    }

    #[inline]
    pub(crate) fn note_at(&self, place: Place) -> u32 {
        self.slot(place).map_or(0, |slot| slot.note)
    }

    #[inline]
    pub(crate) fn set_note_at(&mut self, place: Place, note: u32) {
        if let Some(slot) = self.slot_mut(place) {
            slot.note = note;
        }
    }

    #[inline]
    pub(crate) fn get(&self, key: &[u8]) -> Option<&V> {
        self.at(self.find(key)?)
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.find(key).is_some()
    }

    /// Adds an entry, or replaces the value of the one that is there.
    pub(crate) fn insert(&mut self, key: &[u8], value: V) -> Option<V> {
        let hash = self.hash(key);
        let Some(place) = self.find_hashed(key, hash) else {
            self.add(key, hash, value);
            return None;
        };
        self.at_mut(place).map(|old| std::mem::replace(old, value))
    }

    /// Where the entry is, and whether it was made just now.
    pub(crate) fn find_or_insert_with(
        &mut self,
        key: &[u8],
        value: impl FnOnce() -> V,
    ) -> (Place, bool) {
        let hash = self.hash(key);
        match self.find_hashed(key, hash) {
            Some(place) => (place, false),
            None => (self.add(key, hash, value()), true),
        }
    }

    fn add(&mut self, key: &[u8], hash: u32, value: V) -> Place {
        if self.segments.is_empty() {
            self.segments.push(Segment::new(0, 0));
            self.directory.push(0);
        }
        let mut segment = self.segment_of(hash).unwrap_or(0);
        while let Some(full) = self.segments.get(segment as usize)
            && full.slots.len() >= SEGMENT
            && (full.depth < self.depth || self.directory.len() <= self.segments.len() * SPARSE)
        {
            self.split(segment);
            segment = self.segment_of(hash).unwrap_or(0);
        }
        let key = Compact::from(key);
        self.bytes += key.heap_bytes();
        self.len += 1;
        let Some(there) = self.segments.get_mut(segment as usize) else {
            return Place { segment, slot: 0 };
        };
        let before = there.bytes();
        let slot = there.push(Slot { hash, note: 0, key, value });
        self.bytes += there.bytes() - before;
        Place { segment, slot }
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<V> {
        self.remove_at(self.find(key)?).map(|(_, value)| value)
    }

    pub(crate) fn remove_at(&mut self, place: Place) -> Option<(Compact, V)> {
        self.remove_with(place, Segment::remove)
    }

    /// The same, such that the others keep their order: for few entries, as all are moved.
    pub(crate) fn remove_in_order(&mut self, place: Place) -> Option<(Compact, V)> {
        self.remove_with(place, Segment::remove_in_order)
    }

    fn remove_with(
        &mut self,
        place: Place,
        remove: fn(&mut Segment<V>, u32) -> Option<Slot<V>>,
    ) -> Option<(Compact, V)> {
        let segment = self.segments.get_mut(place.segment as usize)?;
        let before = segment.bytes();
        let slot = remove(segment, place.slot)?;
        let given_back = before - segment.bytes();
        let (left, depth) = (segment.slots.len(), segment.depth);
        self.len -= 1;
        self.bytes -= slot.key.heap_bytes() + given_back;
        if left < SEGMENT / 8 && depth > 0 {
            self.merge(place.segment);
        }
        Some((slot.key, slot.value))
    }

    /// Entries in no certain order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Compact, &V)> {
        let slots = self.segments.iter().flat_map(|segment| &segment.slots);
        slots.map(|slot| (&slot.key, &slot.value))
    }

    /// Where all entries are, in no certain order.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        self.segments.iter().zip(0..).flat_map(|(it, segment)| {
            (0..it.slots.len() as u32).map(move |slot| Place { segment, slot })
        })
    }

    /// An entry, each as likely as the others.
    pub(crate) fn random(&self, rng: &mut Rng) -> Option<Place> {
        if self.is_empty() {
            return None;
        }
        let longest = if self.segments.len() == 1 { self.len } else { SEGMENT };
        for _ in 0..TRIES {
            let segment = rng.below(self.segments.len());
            let slot = rng.below(longest);
            if self.segments.get(segment).is_some_and(|it| slot < it.slots.len()) {
                return Some(Place { segment: segment as u32, slot: slot as u32 });
            }
        }
        // Nearly nothing is left in many segments.
        let segment = self.segments.iter().position(|it| !it.slots.is_empty())?;
        let slot = rng.below(self.segments.get(segment)?.slots.len());
        Some(Place { segment: segment as u32, slot: slot as u32 })
    }

    /// So many different entries, each as likely as the others, or all if there are not as many.
    pub(crate) fn sample(&self, count: usize, rng: &mut Rng) -> Vec<Place> {
        // Few of many are found by trying; from many, those that are too many are taken out.
        if count < self.len / 3 {
            let mut seen = HashSet::with_capacity(count);
            let mut found = Vec::with_capacity(count);
            while found.len() < count {
                found.extend(self.random(rng).filter(|place| seen.insert(*place)));
            }
            return found;
        }
        let mut all: Vec<_> = self.places().collect();
        rng.choose(&mut all, count);
        all
    }

    /// The next entries behind a cursor, at least `count` of them if there are so many, and the
    /// cursor behind these: 0 where it ends, as it begins.
    ///
    /// What is there from the beginning to the end of an iteration is seen by it.
    pub(crate) fn scan(&self, cursor: u64, count: usize, found: &mut Vec<Place>) -> u64 {
        let mut at = cursor;
        let before = found.len();
        let mut hashes = Vec::new();
        while let Ok(hash) = u32::try_from(at)
            && let Some(number) = self.segment_of(hash)
            && let Some(segment) = self.segments.get(number as usize)
        {
            let wanted = count.saturating_sub(found.len() - before).max(1);
            let slots = segment.slots.iter().enumerate();
            hashes.clear();
            hashes.extend(
                slots.filter(|(_, it)| it.hash >= hash).map(|(slot, it)| (it.hash, slot as u32)),
            );
            let last = (wanted <= hashes.len()).then(|| hashes.select_nth_unstable(wanted - 1).1.0);
            // Those of one hash are seen together, since the cursor can't part them.
            let taken = hashes.iter().filter(|(hash, _)| last.is_none_or(|last| *hash <= last));
            found.extend(taken.map(|(_, slot)| Place { segment: number, slot: *slot }));
            at = match last {
                Some(last) => u64::from(last) + 1,
                None => u64::from(segment.prefix) + (1 << (32 - segment.depth)),
            };
            if found.len() - before >= count {
                break;
            }
        }
        // The end of the hashes.
        if at > u64::from(u32::MAX) || self.segments.is_empty() { 0 } else { at }
    }
}

impl<V: Clone> Clone for Dict<V> {
    fn clone(&self) -> Self {
        let mut clone = Self {
            seed: self.seed,
            directory: self.directory.clone(),
            segments: self.segments.clone(),
            bytes: 0,
            ..*self
        };
        // There is no room to spare in what is cloned.
        let names: usize = clone.iter().map(|(key, _)| key.heap_bytes()).sum();
        clone.bytes = names + clone.segments.iter().map(Segment::bytes).sum::<usize>();
        clone
    }
}

impl<V> fmt::Debug for Dict<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dict")
            .field("len", &self.len)
            .field("segments", &self.segments.len())
            .finish_non_exhaustive()
    }
}

/// How many entries of the directory there may be for a segment. With more, hashes all begin alike,
/// and to part them would double it for nothing: rather a segment is too long.
const SPARSE: usize = 8;
const TRIES: usize = 64;
