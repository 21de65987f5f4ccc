//! What clients have cached, so that they hear when it changes (`CLIENT TRACKING`).
//!
//! Of each key it is known who has read it since it last changed, whatever the database, as in Redis.
//! When it changes its readers are told once, and forgotten. Who broadcasts is told of every key that
//! begins as wanted.

mod prefixes;
mod readers;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::context::{Context, Shared};
use crate::keyspace::Dict;
use prefixes::Prefix;
pub(crate) use prefixes::overlap;

/// What a client tracks, and how.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    /// The client that is told in its place; 0 is none.
    pub(crate) redirect: u64,
    /// That client is gone, and would have been told something.
    pub(crate) redirect_broken: bool,
    /// It hears of all keys that have one of its prefixes, whether it has read them or not.
    pub(crate) broadcasts: bool,
    pub(crate) prefixes: BTreeSet<Box<[u8]>>,
    /// Which of the keys that it reads are remembered.
    pub(crate) reads: Reads,
    /// The next command is an exception (`CLIENT CACHING`).
    pub(crate) caching: bool,
    /// It does not hear of what it changes itself.
    pub(crate) no_loop: bool,
}

/// Which of the keys that a client reads are remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reads {
    #[default]
    All,
    /// Those that it says.
    OptIn,
    /// All but those that it says.
    OptOut,
}

impl Tracks {
    /// Whether what it reads just now is remembered.
    fn remembers(&self) -> bool {
        !self.broadcasts
            && match self.reads {
                Reads::All => true,
                Reads::OptIn => self.caching,
                Reads::OptOut => !self.caching,
            }
    }
}

/// Who is to hear of which keys.
#[derive(Debug)]
pub(crate) struct Tracking {
    /// Whether anybody is to hear of anything: otherwise this costs nothing.
    on: bool,
    /// How many track.
    clients: usize,
    /// Who has read each key, in order.
    readers: Dict<Vec<u64>>,
    /// How many readers there are of all keys together.
    items: usize,
    prefixes: BTreeMap<Box<[u8]>, Prefix>,
    /// Whose command runs; 0 is none.
    current: u64,
    /// What that client is to be told when it has its answer.
    own: Vec<Invalidation>,
    /// The keys that the script that runs was given.
    pub(crate) declared: Vec<Box<[u8]>>,
    /// How often in a row there were more keys than there should be.
    over_limit: usize,
    seed: u64,
}

/// Something that a client may have cached is true no more.
#[derive(Clone, Debug)]
pub(crate) struct Invalidation {
    client: u64,
    /// None is all there are.
    keys: Option<Arc<[Box<[u8]>]>>,
    concerns: Concerns,
    /// Who has changed it; 0 where that is nobody to be spared.
    by: u64,
}

/// Whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Concerns {
    /// A client that has read the key.
    Reader,
    /// Any that tracks.
    All,
}

/// Why a key has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Command,
    Expired,
    Evicted,
}

impl Tracking {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            on: false,
            clients: 0,
            readers: Dict::new(seed),
            items: 0,
            prefixes: BTreeMap::new(),
            current: 0,
            own: Vec::new(),
            declared: Vec::new(),
            over_limit: 0,
            seed,
        }
    }

    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.on
    }

    /// How many clients track.
    pub(crate) fn clients(&self) -> usize {
        self.clients
    }

    /// How many keys somebody has read.
    pub(crate) fn keys(&self) -> usize {
        self.readers.len()
    }

    /// How many readers they have, one that has read two keys counted twice.
    pub(crate) fn items(&self) -> usize {
        self.items
    }

    pub(crate) fn prefixes(&self) -> usize {
        self.prefixes.len()
    }

    fn see_if_on(&mut self) {
        self.on = self.clients > 0 || !self.readers.is_empty();
    }

    /// A client tracks no more.
    pub(super) fn stop(&mut self, client: u64, tracks: &Tracks) {
        for prefix in &tracks.prefixes {
            self.leave_prefix(prefix, client);
        }
        self.clients = self.clients.saturating_sub(1);
        self.see_if_on();
    }

    /// A client is gone. What the last one has read concerns nobody any more.
    pub(super) fn forget(&mut self, client: u64, tracks: &Tracks) {
        self.stop(client, tracks);
        if self.clients == 0 {
            self.forget_readers();
        }
    }

    fn forget_readers(&mut self) {
        self.readers = Dict::new(self.seed);
        self.items = 0;
        self.see_if_on();
    }
}

impl Shared {
    /// A key has changed: those who have read it, or want to know in any case, are to hear of that.
    #[inline]
    pub(crate) fn invalidate(&mut self, key: &[u8], cause: Cause) {
        if self.tracking.on {
            self.invalidate_tracked(key, cause);
        }
    }

    #[cold]
    fn invalidate_tracked(&mut self, key: &[u8], cause: Cause) {
        // As in Redis, nobody is spared what a script has changed if it broadcasts.
        let is_own = cause == Cause::Command && !self.in_script;
        self.tracking.note_change(key, if is_own { self.tracking.current } else { 0 });
        let Some(readers) = self.tracking.take_readers(key) else { return };
        let keys: Arc<[Box<[u8]>]> = Arc::new([key.into()]);
        let current = self.tracking.current;
        let by = if cause == Cause::Evicted { 0 } else { current };
        for client in readers {
            let keys = Some(Arc::clone(&keys));
            let it = Invalidation { client, keys, concerns: Concerns::Reader, by };
            if client == current && cause != Cause::Evicted {
                self.tracking.own.push(it);
            } else {
                self.events.push_back(it.into());
            }
        }
    }
}

impl Context<'_> {
    /// The client tracks from now on, or in another way than before.
    pub(crate) fn start_tracking(&mut self, tracks: Tracks) {
        let Some(client) = self.engine.clients.get_mut(self.key()) else { return };
        let tracking = &mut self.engine.shared.tracking;
        for prefix in &tracks.prefixes {
            tracking.join_prefix(prefix, client.id);
        }
        if client.tracks.is_none() {
            tracking.clients += 1;
        }
        client.tracks = Some(Box::new(tracks));
        tracking.on = true;
        tracking.current = client.id;
    }

    pub(crate) fn stop_tracking(&mut self) {
        let Some(client) = self.engine.clients.get_mut(self.key()) else { return };
        if let Some(tracks) = client.tracks.take() {
            self.engine.shared.tracking.stop(client.id, &tracks);
        }
    }
}
