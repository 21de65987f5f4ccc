//! A value that is being changed.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::data::Data;
use super::database::Database;
use super::shared::Shared;
use crate::engine::tracking::Cause;
use crate::engine::{Class, Error};
use crate::keyspace::{Hash, Millis, Place, Score, Set, SortedSet, Typed, Value};

/// The value of a key while a command changes it.
///
/// When it is [`done`](Self::done), whoever wants to know hears of it. A collection that has nothing
/// left is removed with its key.
#[derive(Debug)]
pub(crate) struct Edit<'a, T: Typed> {
    database: &'a mut Database,
    shared: &'a mut Shared,
    index: usize,
    key: &'a [u8],
    place: Place,
    new: bool,
    /// What the value had allocated.
    before: usize,
    typed: PhantomData<T>,
}

impl<'a, T: Typed> Edit<'a, T> {
    #[inline]
    pub(super) fn new(
        data: &'a mut Data<'_>,
        key: &'a [u8],
        place: Place,
        new: bool,
    ) -> Result<Self, Error> {
        let Data { database, shared, index } = data;
        let value = database.db.value(place);
        if value.and_then(T::of).is_none() {
            return Err(Error::WRONG_TYPE);
        }
        let before = value.map_or(0, Value::heap_bytes);
        Ok(Self { database, shared, index: *index, key, place, new, before, typed: PhantomData })
    }

    /// Whether the key has been made for it.
    pub(crate) fn is_new(&self) -> bool {
        self.new
    }

    /// Sets when the key expires, or that it does not.
    pub(crate) fn set_deadline(&mut self, deadline: Option<Millis>) {
        self.database.db.set_deadline(self.place, deadline);
    }

    /// The value has been changed: tells who watches the key, who waits for it, and who wants to
    /// know of such events.
    #[inline]
    pub(crate) fn done(self, class: Class, event: &str) {
        self.shared.changes += 1;
        self.database.touch(self.key);
        self.shared.invalidate(self.key, Cause::Command);
        if self.new {
            self.shared.notify(Class::NEW, "new", self.index, self.key);
        }
        self.shared.notify(class, event, self.index, self.key);
        if self.is_empty() {
            self.shared.notify(Class::GENERIC, "del", self.index, self.key);
        } else if self.database.is_awaited(self.key) {
            self.shared.ready.push(self.index, self.key);
        }
    }
}

/// What puts members into collections, within the limits of encodings that are set.
impl Edit<'_, Hash> {
    /// Whether the field is a new one.
    #[inline]
    pub(crate) fn insert(&mut self, field: &[u8], value: &[u8]) -> bool {
        let limit = self.shared.settings.limits.hash;
        Hash::insert(self, field, value, limit)
    }
}

impl Edit<'_, Set> {
    /// Whether the member is a new one.
    #[inline]
    pub(crate) fn insert(&mut self, member: &[u8]) -> bool {
        let limit = self.shared.settings.limits.integers;
        Set::insert(self, member, limit)
    }

    /// Stores anew what is left of it, as an intset if it can be.
    pub(crate) fn renew(&mut self, seed: u64) {
        let limit = self.shared.settings.limits.integers;
        **self = Set::of_members(seed, self.iter(), limit);
    }
}

impl Edit<'_, SortedSet> {
    /// Gives the member that score, and returns the one that it had.
    #[inline]
    pub(crate) fn insert(&mut self, member: &[u8], score: Score) -> Option<Score> {
        let limit = self.shared.settings.limits.sorted_set;
        SortedSet::insert(self, member, score, limit)
    }
}

impl<T: Typed> Deref for Edit<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self.database.db.value(self.place).and_then(T::of) {
            Some(value) => value,
            None => unreachable!("its type was looked at"),
        }
    }
}

impl<T: Typed> DerefMut for Edit<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        match self.database.db.value_mut(self.place).and_then(T::of_mut) {
            Some(value) => value,
            None => unreachable!("its type was looked at"),
        }
    }
}

impl<T: Typed> Drop for Edit<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let after = self.database.db.value(self.place).map_or(0, Value::heap_bytes);
        self.database.db.resized(self.before, after);
        if self.is_empty() {
            self.database.db.remove_at(self.place);
        }
    }
}
