//! A set of strings.

use super::text::parse_integer;
use super::{Compact, Dict, Place, Rng};

/// Members, each once.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    members: Dict<()>,
    /// Redis would not store it as an intset any more, and never again.
    converted: bool,
}

impl Set {
    pub(crate) fn new(seed: u64) -> Self {
        Self { members: Dict::new(seed), converted: false }
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn contains(&self, member: &[u8]) -> bool {
        self.members.contains(member)
    }

    /// Whether the member is a new one.
    pub(crate) fn insert(&mut self, member: &[u8]) -> bool {
        let new = self.members.insert(member, ()).is_none();
        if !self.converted && (self.len() > INTSET_ENTRIES || parse_integer(member).is_none()) {
            self.converted = true;
        }
        new
    }

    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        self.members.remove(member).is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Compact> {
        self.members.iter().map(|(member, ())| member)
    }

    pub(crate) fn random(&self, rng: &mut Rng) -> Option<&Compact> {
        self.member_at(self.members.random(rng)?)
    }

    /// Removes any.
    pub(crate) fn pop(&mut self, rng: &mut Rng) -> Option<Compact> {
        self.members.remove_at(self.members.random(rng)?).map(|(member, ())| member)
    }

    /// See [`Dict::scan`]. What Redis would store as an intset is seen at once.
    pub(crate) fn scan(&self, cursor: u64, count: usize, found: &mut Vec<Place>) -> u64 {
        let count = if self.converted { count } else { usize::MAX };
        self.members.scan(cursor, count, found)
    }

    pub(crate) fn member_at(&self, place: Place) -> Option<&Compact> {
        self.members.entry_at(place).map(|(member, ())| member)
    }

    pub(crate) fn encoding(&self) -> &'static str {
        if self.converted { "hashtable" } else { "intset" }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.members.heap_bytes()
    }
}

/// `set-max-intset-entries`
const INTSET_ENTRIES: usize = 512;
