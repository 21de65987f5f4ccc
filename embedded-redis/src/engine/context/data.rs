//! A command's view of one database.

use super::database::Database;
use super::edit::Edit;
use super::shared::Shared;
use crate::engine::tracking::Cause;
use crate::engine::{Class, Error};
use crate::keyspace::{Millis, Place, Typed, Value};

/// A database, with the time and whatever else a command needs that works on keys alone.
///
/// What is past its deadline is not there: whoever asks for it removes it.
#[derive(Debug)]
pub(crate) struct Data<'a> {
    pub(crate) database: &'a mut Database,
    pub(crate) shared: &'a mut Shared,
    /// The number of the database.
    pub(crate) index: usize,
}

impl<'a> Data<'a> {
    #[inline]
    pub(crate) fn new(
        databases: &'a mut [Database],
        shared: &'a mut Shared,
        index: usize,
    ) -> Option<Self> {
        Some(Self { database: databases.get_mut(index)?, shared, index })
    }

    pub(crate) fn now(&self) -> Millis {
        self.shared.now
    }

    /// Where the key is. It does not count as used.
    #[inline]
    pub(crate) fn peek(&mut self, key: &[u8]) -> Option<Place> {
        let place = self.database.db.find(key)?;
        if self.database.db.is_volatile(place) && self.is_due(place) {
            self.expire(place);
            return None;
        }
        Some(place)
    }

    /// Where the key is, which counts as used.
    #[inline]
    pub(crate) fn find(&mut self, key: &[u8]) -> Option<Place> {
        let place = self.peek(key)?;
        self.used(place);
        Some(place)
    }

    #[inline]
    pub(crate) fn exists(&mut self, key: &[u8]) -> bool {
        self.find(key).is_some()
    }

    /// The value, whatever it is.
    #[inline]
    pub(crate) fn value(&mut self, key: &[u8]) -> Option<&Value> {
        let place = self.find(key)?;
        self.database.db.value(place)
    }

    /// The value, to be read.
    ///
    /// # Errors
    ///
    /// If it is of another type.
    #[inline]
    pub(crate) fn read<T: Typed>(&mut self, key: &[u8]) -> Result<Option<&T>, Error> {
        match self.read_any(key) {
            Some(value) => T::of(value).map(Some).ok_or(Error::WRONG_TYPE),
            None => Ok(None),
        }
    }

    /// The value, to be read, whatever it is.
    #[inline]
    pub(crate) fn read_any(&mut self, key: &[u8]) -> Option<&Value> {
        let Some(place) = self.find(key) else {
            self.shared.stats.misses += 1;
            self.notify(Class::KEY_MISS, "keymiss", key);
            return None;
        };
        self.shared.stats.hits += 1;
        self.database.db.value(place)
    }

    /// The value, to be changed.
    ///
    /// # Errors
    ///
    /// If it is of another type.
    #[inline]
    pub(crate) fn edit<'e, T: Typed>(
        &'e mut self,
        key: &'e [u8],
    ) -> Result<Option<Edit<'e, T>>, Error> {
        match self.find(key) {
            Some(place) => Edit::new(self, key, place, false).map(Some),
            None => Ok(None),
        }
    }

    /// The value, to be changed; an empty one if there is none yet.
    ///
    /// # Errors
    ///
    /// If it is of another type.
    #[inline]
    pub(crate) fn edit_or_new<'e, T: Typed>(
        &'e mut self,
        key: &'e [u8],
    ) -> Result<Edit<'e, T>, Error> {
        if let Some(place) = self.find(key) {
            return Edit::new(self, key, place, false);
        }
        let (place, new) = self.database.db.find_or_insert_with(key, T::empty);
        self.start_usage(place);
        Edit::new(self, key, place, new)
    }

    /// Gives the key that value, whatever it was before, and no deadline.
    ///
    /// What has happened is for the caller to tell ([`notify`](Self::notify)).
    pub(crate) fn set(&mut self, key: &[u8], value: Value) {
        let old = self.find(key);
        self.database.db.insert(key, value);
        if let Some(place) = self.database.db.find(key) {
            self.database.db.set_deadline(place, None);
            if old.is_none() {
                self.start_usage(place);
            }
        }
        if old.is_none() {
            self.notify(Class::NEW, "new", key);
        }
        self.modified(key);
        self.offer(key);
    }

    /// Removes the key, and returns its value. What has happened is for the caller to tell. Who
    /// waits for the key may do so in vain now.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Value> {
        let place = self.peek(key)?;
        let (_, value) = self.database.db.remove_at(place)?;
        self.modified(key);
        self.offer(key);
        Some(value)
    }

    /// Removes the key, and tells.
    pub(crate) fn delete(&mut self, key: &[u8]) -> bool {
        let removed = self.remove(key).is_some();
        if removed {
            self.notify(Class::GENERIC, "del", key);
        }
        removed
    }

    /// When the key expires, if it is there and does.
    pub(crate) fn deadline(&mut self, key: &[u8]) -> Option<Millis> {
        let place = self.peek(key)?;
        self.database.db.deadline(place)
    }

    /// Sets when the key expires, or that it does not.
    pub(crate) fn set_deadline(&mut self, key: &[u8], deadline: Option<Millis>) {
        if let Some(place) = self.database.db.find(key) {
            self.database.db.set_deadline(place, deadline);
        }
    }

    /// The key has changed: those who watch it hear of that.
    #[inline]
    pub(crate) fn modified(&mut self, key: &[u8]) {
        self.modified_by(key, Cause::Command);
    }

    /// The key has changed for that reason.
    #[inline]
    pub(crate) fn modified_by(&mut self, key: &[u8], cause: Cause) {
        self.shared.changes += 1;
        self.database.touch(key);
        self.shared.invalidate(key, cause);
    }

    /// The key may have what somebody waits for.
    #[inline]
    pub(crate) fn offer(&mut self, key: &[u8]) {
        if self.database.is_awaited(key) {
            self.shared.ready.push(self.index, key);
        }
    }

    /// Tells who wants to know what has happened to a key.
    #[inline]
    pub(crate) fn notify(&mut self, class: Class, event: &str, key: &[u8]) {
        self.shared.notify(class, event, self.index, key);
    }

    /// Whether the key is past its deadline.
    pub(crate) fn is_due(&self, place: Place) -> bool {
        self.database.db.deadline(place).is_some_and(|at| at < self.shared.now)
    }

    /// Removes a key that is past its deadline, unless clients are paused.
    #[cold]
    pub(crate) fn expire(&mut self, place: Place) {
        if self.shared.frozen {
            return;
        }
        let Some((key, value)) = self.database.db.remove_at(place) else { return };
        self.shared.stats.expired += 1;
        self.database.touch(&key);
        self.shared.invalidate(&key, Cause::Expired);
        self.offer(&key);
        self.notify(Class::EXPIRED, "expired", &key);
        drop(value);
    }
}
