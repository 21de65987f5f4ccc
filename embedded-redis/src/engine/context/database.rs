//! A database, and who looks at its keys.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::ClientKey;
use crate::keyspace::Db;

/// Who watches a key, and what it is told by when the key changes.
type Watcher = (ClientKey, Arc<AtomicBool>);

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
    pub(crate) fn watch(&mut self, key: &[u8], client: ClientKey, broken: &Arc<AtomicBool>) {
        self.watchers.entry(key.into()).or_default().push((client, Arc::clone(broken)));
    }

    pub(crate) fn unwatch(&mut self, key: &[u8], client: ClientKey) {
        if let Some(watchers) = self.watchers.get_mut(key) {
            watchers.retain(|(watcher, _)| *watcher != client);
            if watchers.is_empty() {
                self.watchers.remove(key);
            }
        }
    }

    /// The key has changed.
    #[inline]
    pub(crate) fn touch(&self, key: &[u8]) {
        if !self.watchers.is_empty()
            && let Some(watchers) = self.watchers.get(key)
        {
            watchers.iter().for_each(|(_, broken)| broken.store(true, Ordering::Relaxed));
        }
    }

    /// All keys have changed that `is_changed` says.
    pub(crate) fn touch_all(&self, is_changed: impl Fn(&[u8]) -> bool) {
        for (key, watchers) in &self.watchers {
            if is_changed(key) {
                watchers.iter().for_each(|(_, broken)| broken.store(true, Ordering::Relaxed));
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
