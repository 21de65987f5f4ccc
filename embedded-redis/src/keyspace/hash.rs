//! A hash: fields and their values.

use super::{Compact, Dict, Listpack, Rng};

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

    #[inline]
    pub(crate) fn get(&self, field: &[u8]) -> Option<&Compact> {
        self.fields.get(field)
    }

    pub(crate) fn contains(&self, field: &[u8]) -> bool {
        self.fields.contains(field)
    }

    /// Whether the field is a new one.
    #[inline]
    pub(crate) fn insert(&mut self, field: &[u8], value: &[u8], limit: Listpack) -> bool {
        if field.len() > limit.value || value.len() > limit.value {
            self.converted = true;
        }
        let value = Compact::from(value);
        self.value_bytes += value.heap_bytes();
        let old = self.fields.insert(field, value);
        self.value_bytes -= old.as_ref().map_or(0, Compact::heap_bytes);
        if self.len() > limit.entries {
            self.converted = true;
        }
        old.is_none()
    }

    pub(crate) fn remove(&mut self, field: &[u8]) -> Option<Compact> {
        let place = self.fields.find(field)?;
        // As long as it would be a listpack, its fields stay in the order in which they came.
        let (_, value) = if self.converted {
            self.fields.remove_at(place)
        } else {
            self.fields.remove_in_order(place)
        }?;
        self.value_bytes -= value.heap_bytes();
        Some(value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Compact, &Compact)> {
        self.fields.iter()
    }

    pub(crate) fn random(&self, rng: &mut Rng) -> Option<(&Compact, &Compact)> {
        self.fields.entry_at(self.fields.random(rng)?)
    }

    /// So many different ones, or all if there are not as many.
    pub(crate) fn sample(&self, count: usize, rng: &mut Rng) -> Vec<(&Compact, &Compact)> {
        let places = self.fields.sample(count, rng);
        places.into_iter().filter_map(|place| self.fields.entry_at(place)).collect()
    }

    /// See [`Dict::scan`]. What Redis would store as a listpack is seen at once, in its order.
    pub(crate) fn scan<'a>(
        &'a self,
        cursor: u64,
        count: usize,
        mut see: impl FnMut((&'a Compact, &'a Compact)),
    ) -> u64 {
        if !self.converted {
            self.iter().for_each(see);
            return 0;
        }
        let mut found = Vec::new();
        let cursor = self.fields.scan(cursor, count, &mut found);
        found.into_iter().filter_map(|place| self.fields.entry_at(place)).for_each(&mut see);
        cursor
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.converted { "hashtable" } else { "listpack" }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.value_bytes + self.fields.heap_bytes()
    }
}
