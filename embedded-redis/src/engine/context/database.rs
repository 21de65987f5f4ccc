//! A database, and who looks at its keys.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::ClientKey;
use crate::keyspace::{Db, Millis};

/// Who watches a key.
#[derive(Debug)]
struct Watcher {
    client: ClientKey,
    /// What it is told by when the key changes.
    broken: Arc<AtomicBool>,
    /// The key was past its deadline already, so that its end is no change.
    expired: bool,
}

impl Watcher {
    fn tell(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }
}

/// A database with those who watch keys and those who wait for them.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) db: Db,
    /// Up to where the search for expired keys has come.
    pub(crate) expiry_cursor: u64,
    watchers: HashMap<Box<[u8]>, Vec<Watcher>>,
    /// In the order in which they have come.
    waiters: HashMap<Box<[u8]>, VecDeque<ClientKey>>,
}

impl Database {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            db: Db::new(seed),
            expiry_cursor: 0,
            watchers: HashMap::new(),
            waiters: HashMap::new(),
        }
    }

    /// Has a client told when the key changes.
    pub(crate) fn watch(
        &mut self,
        key: &[u8],
        client: ClientKey,
        broken: &Arc<AtomicBool>,
        now: Millis,
    ) {
        let expired = self.has_expired(key, now);
        let watcher = Watcher { client, broken: Arc::clone(broken), expired };
        self.watchers.entry(key.into()).or_default().push(watcher);
    }

    /// Whether the key that a client watches has come to its end since it began to.
    pub(crate) fn has_expired_since(&self, key: &[u8], client: ClientKey, now: Millis) -> bool {
        let mut watchers = self.watchers.get(key).into_iter().flatten();
        let watcher = watchers.find(|watcher| watcher.client == client);
        watcher.is_some_and(|watcher| !watcher.expired) && self.has_expired(key, now)
    }

    fn has_expired(&self, key: &[u8], now: Millis) -> bool {
        self.db.find(key).is_some_and(|place| self.db.is_due(place, now))
    }

    pub(crate) fn unwatch(&mut self, key: &[u8], client: ClientKey) {
        if let Some(watchers) = self.watchers.get_mut(key) {
            watchers.retain(|watcher| watcher.client != client);
            if watchers.is_empty() {
                self.watchers.remove(key);
            }
        }
    }

    /// The key has changed.
    #[inline]
    pub(crate) fn touch(&mut self, key: &[u8]) {
        if !self.watchers.is_empty()
            && let Some(watchers) = self.watchers.get_mut(key)
        {
            let is_gone = self.db.find(key).is_none();
            for watcher in watchers {
                if watcher.expired && is_gone {
                    watcher.expired = false;
                } else {
                    watcher.tell();
                }
            }
        }
    }

    /// All keys are about to be removed, or replaced with those of another database.
    pub(crate) fn touch_all(&mut self, replacement: Option<&Db>, now: Millis) {
        for (key, watchers) in &mut self.watchers {
            let new = replacement.and_then(|db| Some((db, db.find(key)?)));
            let new_is_due = new.is_some_and(|(db, place)| db.is_due(place, now));
            let was_there = self.db.find(key).is_some();
            if !was_there && new.is_none() {
                continue;
            }
            for watcher in watchers {
                if new_is_due && (watcher.expired || !was_there) {
                    watcher.expired = true;
                } else if watcher.expired && new.is_none() {
                    watcher.expired = false;
                } else {
                    watcher.tell();
                }
            }
        }
    }

    pub(crate) fn wait_for(&mut self, key: &[u8], client: ClientKey) {
        let waiters = self.waiters.entry(key.into()).or_default();
        if !waiters.contains(&client) {
            waiters.push_back(client);
        }
    }

    pub(crate) fn unawait(&mut self, key: &[u8], client: ClientKey) {
        if let Some(waiters) = self.waiters.get_mut(key) {
            waiters.retain(|waiter| *waiter != client);
            if waiters.is_empty() {
                self.waiters.remove(key);
            }
        }
    }

    /// Whether anybody waits for the key.
    #[inline]
    pub(crate) fn is_awaited(&self, key: &[u8]) -> bool {
        !self.waiters.is_empty() && self.waiters.contains_key(key)
    }

    /// Who waits for the key, the first first.
    pub(crate) fn who_waits_for(&self, key: &[u8]) -> Vec<ClientKey> {
        self.waiters.get(key).map(|waiters| waiters.iter().copied().collect()).unwrap_or_default()
    }

    /// The keys that somebody waits for.
    pub(crate) fn awaited(&self) -> impl Iterator<Item = &[u8]> {
        self.waiters.keys().map(|key| &**key)
    }
}
