//! Clients that hear of the keys that they have read.

use redis_server_core::Entry;
use redis_server_core::resp_core::request::Request;

use super::{Concerns, Invalidation, Tracking};
use crate::commands::catalogue::{key_specs, keys_of};
use crate::engine::context::{Context, Shared};
use crate::engine::table::Runs;

impl Tracking {
    /// A client has read a key. Which others are still there is asked when there are more of them than
    /// before, so that those that come and go don't pile up.
    fn add_reader(&mut self, key: &[u8], client: u64, is_there: impl Fn(u64) -> bool) {
        let (place, _) = self.readers.find_or_insert_with(key, Vec::new);
        let Some(readers) = self.readers.at_mut(place) else { return };
        if readers.binary_search(&client).is_ok() {
            return;
        }
        if readers.len() >= FEW && readers.len() == readers.capacity() {
            let before = readers.len();
            readers.retain(|reader| is_there(*reader));
            self.items -= before - readers.len();
        }
        let at = readers.partition_point(|reader| *reader < client);
        readers.insert(at, client);
        self.items += 1;
    }

    /// Who has read the key; they are forgotten.
    pub(super) fn take_readers(&mut self, key: &[u8]) -> Option<Vec<u64>> {
        let readers = self.readers.remove(key)?;
        self.items -= readers.len();
        self.see_if_on();
        Some(readers)
    }
}

impl Shared {
    /// Forgets some keys, any, if too many were read, and tells their readers that they have changed:
    /// the more the longer there are too many.
    pub(super) fn limit_readers(&mut self) {
        let most = self.settings.tracking_table_max_keys;
        let tries = 100 * (self.tracking.over_limit + 1);
        for _ in 0..tries {
            if most == 0 || self.tracking.readers.len() <= most {
                self.tracking.over_limit = 0;
                return;
            }
            let readers = &self.tracking.readers;
            let any = readers.random(&mut self.rng).and_then(|place| readers.entry_at(place));
            let Some(key) = any.map(|(key, _)| key.clone()) else { return };
            self.evict_readers(&key);
        }
        self.tracking.over_limit += 1;
    }

    fn evict_readers(&mut self, key: &[u8]) {
        for client in self.tracking.take_readers(key).into_iter().flatten() {
            let keys = Some([key.into()].into());
            let it = Invalidation { client, keys, concerns: Concerns::Reader, by: 0 };
            self.events.push_back(it.into());
        }
    }
}

impl Context<'_> {
    /// The client has run a command that only reads: remembers which keys.
    #[cold]
    pub(in crate::engine) fn remember_reading(
        &mut self,
        entry: &Entry<Runs>,
        request: Request<'_>,
    ) {
        let clients = &self.engine.clients;
        let Some(client) = clients.get(self.key()) else { return };
        if !client.tracks.as_ref().is_some_and(|tracks| tracks.remembers()) {
            return;
        }
        let is_there = |id| clients.key_of(id).is_some();
        let shared = &mut self.engine.shared;
        if shared.in_script {
            // Whatever a script reads, Redis remembers all keys that it was given.
            let declared = std::mem::take(&mut shared.tracking.declared);
            for key in &declared {
                shared.tracking.add_reader(key, client.id, is_there);
            }
            shared.tracking.declared = declared;
        } else if !SCRIPTS.contains(&entry.spec.name()) {
            let (specs, arguments) =
                (key_specs(entry.spec.name()), request.iter().collect::<Vec<_>>());
            for (key, _) in keys_of(specs, &arguments) {
                shared.tracking.add_reader(key, client.id, is_there);
            }
        }
    }

    /// A script begins that was given these keys.
    #[cfg(feature = "lua")]
    #[inline]
    pub(crate) fn declare(&mut self, keys: &[&[u8]]) {
        let tracking = &mut self.engine.shared.tracking;
        if tracking.on {
            tracking.declared = keys.iter().copied().map(Box::from).collect();
        }
    }
}

/// They read nothing themselves.
const SCRIPTS: [&str; 3] = ["eval_ro", "evalsha_ro", "fcall_ro"];

/// Readers of a key that may as well be gone.
const FEW: usize = 8;
