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

use std::collections::HashSet;
use std::fmt;

use hashbrown::HashTable;
use siphasher::sip::SipHasher13;

use super::Compact;
use super::rng::Rng;

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

#[derive(Clone)]
struct Segment<V> {
    slots: Vec<Slot<V>>,
    /// Where in `slots`, by hash; empty while they are few.
    index: HashTable<u32>,
    /// How many bits of the hash its entries share.
    depth: u8,
    /// These bits, the first ones of a word that is otherwise 0.
    prefix: u32,
}

#[derive(Clone)]
struct Slot<V> {
    hash: u32,
    /// A word that the owner may use.
    note: u32,
    key: Compact,
    value: V,
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

    fn split(&mut self, number: u32) {
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
    fn merge(&mut self, mut number: u32) {
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

impl<V> Segment<V> {
    fn new(depth: u8, prefix: u32) -> Self {
        Self { slots: Vec::new(), index: HashTable::new(), depth, prefix }
    }

    fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<V>>() + self.index.allocation_size()
    }

    #[inline]
    fn find(&self, key: &[u8], hash: u32) -> Option<u32> {
        let is_it = |slot: &Slot<V>| slot.hash == hash && *slot.key == *key;
        if self.index.is_empty() {
            return self.slots.iter().position(is_it).map(|at| at as u32);
        }
        let found = |at: &u32| self.slots.get(*at as usize).is_some_and(is_it);
        self.index.find(spread(hash), found).copied()
    }

    fn push(&mut self, slot: Slot<V>) -> u32 {
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
    fn remove(&mut self, at: u32) -> Option<Slot<V>> {
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
    fn remove_in_order(&mut self, at: u32) -> Option<Slot<V>> {
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

    fn reindex(&mut self) {
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

/// A word of which both ends are used, from a hash that has half as many bits.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Entries of a segment: as many as 1,024 buckets take. More would move for longer, fewer would
/// have more segments to look through.
const SEGMENT: usize = 896;
/// Entries that are compared one by one.
const FEW: usize = 8;
/// How many entries of the directory there may be for a segment. With more, hashes all begin alike,
/// and to part them would double it for nothing: rather a segment is too long.
const SPARSE: usize = 8;
const TRIES: usize = 64;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn name(number: usize) -> Vec<u8> {
        format!("key:{number}").into_bytes()
    }

    fn counted<V>(dict: &Dict<V>) -> usize {
        let names = dict.iter().map(|(name, _)| name.heap_bytes());
        dict.segments.iter().map(Segment::bytes).chain(names).sum()
    }

    #[test]
    fn it_has_what_a_map_has() {
        let mut rng = Rng::new(7);
        let (mut dict, mut map) = (Dict::new(1), HashMap::new());
        for step in 0..300_000 {
            // It grows, and then it shrinks.
            let number = rng.below(20_000);
            let adds = rng.below(10) < if step < 150_000 { 7 } else { 2 };
            let key = name(number);
            if adds {
                assert_eq!(dict.insert(&key, step), map.insert(key, step));
            } else {
                assert_eq!(dict.remove(&key), map.remove(&key));
            }
            assert_eq!(dict.len(), map.len());
            if step % 10_000 == 0 {
                assert_eq!(dict.bytes, counted(&dict));
                assert_eq!(dict.clone().bytes, counted(&dict.clone()));
            }
        }
        for (key, value) in &map {
            assert_eq!(dict.get(key), Some(value));
        }
        let seen = dict.iter().map(|(key, value)| (key.to_vec(), *value));
        assert_eq!(seen.collect::<HashMap<_, _>>(), map);
    }

    #[test]
    fn what_is_removed_gives_its_segments_back() {
        let mut dict = Dict::new(1);
        (0..100_000).for_each(|number| _ = dict.insert(&name(number), ()));
        assert!(dict.segments.len() > 100);
        (0..99_990).for_each(|number| _ = dict.remove(&name(number)));
        assert!(dict.segments.len() < 10, "{dict:?}");
        assert!(dict.directory.len() < 64, "{}", dict.directory.len());
        (99_990..100_000).for_each(|number| assert!(dict.contains(&name(number))));
        assert!(dict.heap_bytes() < 10_000, "{}", dict.heap_bytes());
        (99_990..100_000).for_each(|number| _ = dict.remove(&name(number)));
        assert_eq!(dict.segments.len(), 1);
    }

    #[test]
    fn a_scan_sees_what_was_there_all_the_time() {
        for (from, to) in [(10_000, 40_000), (40_000, 10_000), (5, 5), (20_000, 0)] {
            let mut dict = Dict::new(3);
            let stays = |number: usize| number.is_multiple_of(7);
            (0..from).for_each(|number| _ = dict.insert(&name(number), number));
            let (mut cursor, mut seen, mut calls) = (0, HashMap::new(), 0);
            loop {
                let mut found = Vec::new();
                cursor = dict.scan(cursor, 10, &mut found);
                for place in found {
                    *seen.entry(*dict.at(place).unwrap()).or_insert(0) += 1;
                }
                if cursor == 0 {
                    break;
                }
                calls += 1;
                // In the middle the table grows, or shrinks.
                if calls == from / 30 {
                    (from..to).for_each(|number| _ = dict.insert(&name(number), number));
                    for number in (to..from).filter(|number| !stays(*number)) {
                        dict.remove(&name(number));
                    }
                }
            }
            for number in (0..from).filter(|number| *number < to || stays(*number)) {
                assert!(seen.contains_key(&number), "{number} of {from} to {to}");
            }
            assert!(seen.values().all(|times| *times == 1), "nothing is seen twice");
        }
    }

    #[test]
    fn the_order_is_kept_where_that_is_wanted() {
        let mut dict = Dict::new(1);
        (0..40).for_each(|number| _ = dict.insert(&name(number), number));
        let mut left: Vec<_> = (0..40).collect();
        for at in [0, 20, 37, 5, 5, 30, 0, 3].into_iter().cycle().take(36) {
            let number = left.remove(at % left.len());
            let place = dict.find(&name(number)).unwrap();
            dict.remove_in_order(place);
            assert_eq!(dict.iter().map(|(_, number)| *number).collect::<Vec<_>>(), left);
            left.iter().for_each(|number| assert_eq!(dict.get(&name(*number)), Some(number)));
        }
    }

    #[test]
    fn a_sample_has_nothing_twice_and_everything_as_likely() {
        let mut dict = Dict::new(3);
        (0..1_200).for_each(|number| _ = dict.insert(&name(number), number));
        let mut rng = Rng::new(1);
        for (count, found) in [(0, 0), (30, 30), (900, 900), (1_200, 1_200), (usize::MAX, 1_200)] {
            let mut times = vec![0; 1_200];
            for _ in 0..20 {
                let sample = dict.sample(count, &mut rng);
                let distinct = sample.iter().collect::<HashSet<_>>();
                assert_eq!((sample.len(), distinct.len()), (found, found));
                sample.iter().for_each(|place| times[*dict.at(*place).unwrap()] += 1);
            }
            let often = found / 60;
            assert!(times.iter().all(|times| (often / 4..=often + 10).contains(times)));
        }
    }

    /// Names that a multiplying hash, whatever its seed, gives one value; and few that share many
    /// bits do not make the directory grow without end.
    #[test]
    fn no_names_are_known_to_collide() {
        let mut dict = Dict::new(3);
        for number in 0..5_000_u64 {
            let name = [number.to_le_bytes(), 0x3f84_d5b5_b547_0917_u64.to_le_bytes()].concat();
            dict.insert(&name, ());
        }
        assert!(dict.segments.iter().all(|segment| segment.slots.len() <= SEGMENT));
        assert!(dict.directory.len() <= dict.segments.len() * 2 * SPARSE, "{dict:?}");
    }

    #[test]
    fn each_entry_is_as_likely() {
        let mut dict = Dict::new(3);
        (0..2_000).for_each(|number| _ = dict.insert(&name(number), number));
        let mut rng = Rng::new(1);
        let mut times = vec![0; 2_000];
        for _ in 0..400_000 {
            let place = dict.random(&mut rng).unwrap();
            times[*dict.at(place).unwrap()] += 1;
        }
        assert!(times.iter().all(|times| (100..=300).contains(times)), "{times:?}");
    }
}
