//! One database: keys, their values, and when they expire.

use super::{Compact, Dict, Place, Rng, Value};

/// Milliseconds since the beginning of 1970.
pub(crate) type Millis = i64;

/// Keys with their values, some of which have a deadline.
///
/// It neither looks at a clock nor forgets anything by itself: what is past its deadline is there
/// until it is removed.
#[derive(Debug)]
pub(crate) struct Db {
    keys: Dict<Value>,
    /// Of the keys that have one, which their notes say.
    deadlines: Dict<Millis>,
    value_bytes: usize,
    seed: u64,
}

impl Db {
    pub(crate) fn new(seed: u64) -> Self {
        Self { keys: Dict::new(seed), deadlines: Dict::new(seed), value_bytes: 0, seed }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// How many keys have a deadline.
    pub(crate) fn volatile_len(&self) -> usize {
        self.deadlines.len()
    }

    /// Bytes that keys and values have allocated.
    #[inline]
    pub(crate) fn heap_bytes(&self) -> usize {
        self.keys.heap_bytes() + self.deadlines.heap_bytes() + self.value_bytes
    }

    /// Those of the values.
    pub(crate) fn value_bytes(&self) -> usize {
        self.value_bytes
    }

    /// Those of one key with its value.
    pub(crate) fn bytes_at(&self, place: Place) -> usize {
        let Some((key, value)) = self.keys.entry_at(place) else { return 0 };
        let own = Dict::<Value>::ENTRY + key.heap_bytes() + value.heap_bytes();
        let deadline = Dict::<Millis>::ENTRY + key.heap_bytes();
        if self.is_volatile(place) { own + deadline } else { own }
    }

    #[inline]
    pub(crate) fn find(&self, key: &[u8]) -> Option<Place> {
        self.keys.find(key)
    }

    #[inline]
    pub(crate) fn value(&self, place: Place) -> Option<&Value> {
        self.keys.at(place)
    }

    /// The value, to be changed. What it has allocated then more or less than before is to be
    /// [said](Self::resized).
    #[inline]
    pub(crate) fn value_mut(&mut self, place: Place) -> Option<&mut Value> {
        self.keys.at_mut(place)
    }

    pub(crate) fn entry(&self, place: Place) -> Option<(&Compact, &Value)> {
        self.keys.entry_at(place)
    }

    /// A value has been changed that had allocated so much.
    #[inline]
    pub(crate) fn resized(&mut self, before: usize, after: usize) {
        self.value_bytes = (self.value_bytes + after).saturating_sub(before);
    }

    /// Where the key is, made with that value if it is not there; and whether it was made.
    pub(crate) fn find_or_insert_with(
        &mut self,
        key: &[u8],
        value: impl FnOnce(u64) -> Value,
    ) -> (Place, bool) {
        let seed = self.seed;
        let (place, new) = self.keys.find_or_insert_with(key, || value(seed));
        if new {
            self.value_bytes += self.keys.at(place).map_or(0, Value::heap_bytes);
        }
        (place, new)
    }

    /// Gives the key that value, and returns the one that it had. A deadline stays as it was.
    pub(crate) fn insert(&mut self, key: &[u8], value: Value) -> Option<Value> {
        self.value_bytes += value.heap_bytes();
        let old = self.keys.insert(key, value);
        self.value_bytes -= old.as_ref().map_or(0, Value::heap_bytes);
        old
    }

    pub(crate) fn remove_at(&mut self, place: Place) -> Option<(Compact, Value)> {
        let volatile = self.keys.note_at(place) & VOLATILE != 0;
        let (key, value) = self.keys.remove_at(place)?;
        if volatile {
            self.deadlines.remove(&key);
        }
        self.value_bytes -= value.heap_bytes();
        Some((key, value))
    }

    #[inline]
    pub(crate) fn is_volatile(&self, place: Place) -> bool {
        self.keys.note_at(place) & VOLATILE != 0
    }

    /// When it expires.
    pub(crate) fn deadline(&self, place: Place) -> Option<Millis> {
        if !self.is_volatile(place) {
            return None;
        }
        let (key, _) = self.keys.entry_at(place)?;
        self.deadlines.get(key).copied()
    }

    /// Whether it is past its deadline.
    pub(crate) fn is_due(&self, place: Place, now: Millis) -> bool {
        self.deadline(place).is_some_and(|at| at < now)
    }

    /// Sets when it expires, or that it does not.
    pub(crate) fn set_deadline(&mut self, place: Place, deadline: Option<Millis>) {
        let Some((key, _)) = self.keys.entry_at(place) else { return };
        let note = self.keys.note_at(place);
        match deadline {
            Some(at) => {
                self.deadlines.insert(key, at);
                self.keys.set_note_at(place, note | VOLATILE);
            }
            None if note & VOLATILE != 0 => {
                self.deadlines.remove(key);
                self.keys.set_note_at(place, note & !VOLATILE);
            }
            None => {}
        }
    }

    /// When the key was used, in whatever way the eviction policy counts it: 24 bits.
    #[inline]
    pub(crate) fn usage(&self, place: Place) -> u32 {
        self.keys.note_at(place) & USAGE
    }

    #[inline]
    pub(crate) fn set_usage(&mut self, place: Place, usage: u32) {
        let note = self.keys.note_at(place);
        self.keys.set_note_at(place, note & !USAGE | usage & USAGE);
    }

    pub(crate) fn random(&self, rng: &mut Rng) -> Option<Place> {
        self.keys.random(rng)
    }

    /// Any of the keys that have a deadline.
    pub(crate) fn random_volatile(&self, rng: &mut Rng) -> Option<Place> {
        let (key, _) = self.deadlines.entry_at(self.deadlines.random(rng)?)?;
        self.keys.find(key)
    }

    /// See [`Dict::scan`].
    pub(crate) fn scan(&self, cursor: u64, count: usize, found: &mut Vec<Place>) -> u64 {
        self.keys.scan(cursor, count, found)
    }

    /// Goes on through the keys that have a deadline, and says which of them are past it, how many
    /// it has looked at, and the cursor to go on with.
    pub(crate) fn scan_due(
        &self,
        cursor: u64,
        count: usize,
        now: Millis,
    ) -> (Vec<Compact>, usize, u64) {
        let mut places = Vec::new();
        let cursor = self.deadlines.scan(cursor, count, &mut places);
        let entries = places.iter().filter_map(|place| self.deadlines.entry_at(*place));
        let due = entries.filter(|(_, at)| **at < now).map(|(key, _)| key.clone()).collect();
        (due, places.len(), cursor)
    }

    /// Where all keys are, in no certain order.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        self.keys.places()
    }

    /// Removes everything, and returns what is to be dropped.
    pub(crate) fn clear(&mut self) -> Self {
        let seed = self.seed;
        std::mem::replace(self, Self::new(seed))
    }
}

/// The note says that the key has a deadline.
const VOLATILE: u32 = 1 << 31;
const USAGE: u32 = (1 << 24) - 1;
