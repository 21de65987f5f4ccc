//! Clients that hear of all keys that begin as they want.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Concerns, Invalidation, Tracking};
use crate::engine::context::Shared;

/// Who hears of the keys that begin so.
#[derive(Debug, Default)]
pub(super) struct Prefix {
    clients: BTreeSet<u64>,
    /// What has changed since they were last told, and by whom.
    changed: BTreeMap<Box<[u8]>, u64>,
}

/// Whether one begins with the other, so that the same key would be told twice.
pub(crate) fn overlap(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

impl Tracking {
    pub(super) fn join_prefix(&mut self, prefix: &[u8], client: u64) {
        self.prefixes.entry(prefix.into()).or_default().clients.insert(client);
    }

    pub(super) fn leave_prefix(&mut self, prefix: &[u8], client: u64) {
        let Some(left) = self.prefixes.get_mut(prefix) else { return };
        left.clients.remove(&client);
        if left.clients.is_empty() {
            self.prefixes.remove(prefix);
        }
    }

    /// A key has changed.
    pub(super) fn note_change(&mut self, key: &[u8], by: u64) {
        for (prefix, heard) in &mut self.prefixes {
            if key.starts_with(prefix) {
                heard.changed.insert(key.into(), by);
            }
        }
    }
}

impl Shared {
    /// Tells what has changed to those who wanted to hear of such keys.
    pub(super) fn broadcast(&mut self, spares: impl Fn(u64) -> bool) {
        for prefix in self.tracking.prefixes.values_mut() {
            if prefix.changed.is_empty() {
                continue;
            }
            let changed = std::mem::take(&mut prefix.changed);
            let all: Arc<[Box<[u8]>]> = changed.keys().cloned().collect();
            for client in prefix.clients.iter().copied() {
                let keys = if spares(client) {
                    let others = changed.iter().filter(|(_, by)| **by != client);
                    others.map(|(key, _)| key.clone()).collect()
                } else {
                    Arc::clone(&all)
                };
                if !keys.is_empty() {
                    let (keys, concerns) = (Some(keys), Concerns::All);
                    let it = Invalidation { client, keys, concerns, by: 0 };
                    self.events.push_back(it.into());
                }
            }
        }
    }
}
