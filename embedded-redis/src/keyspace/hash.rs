//! A hash: fields and their values.

use super::{Compact, Dict, Place, Rng};

/// Fields with their values.
#[derive(Clone, Debug)]
pub(crate) struct Hash {
    fields: Dict<Compact>,
    value_bytes: usize,
    /// Redis would not store it as a listpack any more, and never again.
    converted: bool,
}

impl Hash {
    pub(crate) fn new(seed: u64) -> Self {
        Self { fields: Dict::new(seed), value_bytes: 0, converted: false }
    }

    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    pub(crate) fn get(&self, field: &[u8]) -> Option<&Compact> {
        self.fields.get(field)
    }

    pub(crate) fn contains(&self, field: &[u8]) -> bool {
        self.fields.contains(field)
    }

    /// Whether the field is a new one.
    pub(crate) fn insert(&mut self, field: &[u8], value: &[u8]) -> bool {
        let value = Compact::from(value);
        if field.len() > LISTPACK_VALUE || value.len() > LISTPACK_VALUE {
            self.converted = true;
        }
        self.value_bytes += value.heap_bytes();
        let old = self.fields.insert(field, value);
        self.value_bytes -= old.as_ref().map_or(0, Compact::heap_bytes);
        if self.len() > LISTPACK_ENTRIES {
            self.converted = true;
        }
        old.is_none()
    }

    pub(crate) fn remove(&mut self, field: &[u8]) -> Option<Compact> {
        let value = self.fields.remove(field)?;
        self.value_bytes -= value.heap_bytes();
        Some(value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Compact, &Compact)> {
        self.fields.iter()
    }

    pub(crate) fn random(&self, rng: &mut Rng) -> Option<(&Compact, &Compact)> {
        self.fields.entry_at(self.fields.random(rng)?)
    }

    /// See [`Dict::scan`]. What Redis would store as a listpack is seen at once.
    pub(crate) fn scan(&self, cursor: u64, count: usize, found: &mut Vec<Place>) -> u64 {
        let count = if self.converted { count } else { usize::MAX };
        self.fields.scan(cursor, count, found)
    }

    pub(crate) fn entry_at(&self, place: Place) -> Option<(&Compact, &Compact)> {
        self.fields.entry_at(place)
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.converted { "hashtable" } else { "listpack" }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.value_bytes + self.fields.heap_bytes()
    }
}

/// `hash-max-listpack-entries` and `hash-max-listpack-value`.
const LISTPACK_ENTRIES: usize = 128;
const LISTPACK_VALUE: usize = 64;
