//! What all databases have in common.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use redis_server_core::Hub;

use crate::engine::{ClientKey, Event, Eviction, Expiry, Settings, millis};
use crate::keyspace::{Millis, Rng};

/// The time, the settings, and what is to be said.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    /// The time of the command that runs: the same for all of a transaction and of a script.
    pub(crate) now: Millis,
    /// The same, exactly.
    pub(crate) time: Duration,
    pub(crate) rng: Rng,
    pub(crate) hub: Hub<u64>,
    pub(crate) events: VecDeque<Event>,
    /// Keys that have got something that clients wait for, with their databases.
    pub(crate) ready: VecDeque<(usize, Box<[u8]>)>,
    /// When clients have waited long enough.
    pub(crate) deadlines: BTreeSet<(Millis, ClientKey)>,
    /// Changes since the beginning.
    pub(crate) changes: u64,
    pub(crate) stats: Stats,
    /// How far the search for expired keys has come.
    pub(crate) expiry: Expiry,
    /// Who may be evicted next.
    pub(crate) eviction: Eviction,
}

/// What `INFO` counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) commands: u64,
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) expired: u64,
    pub(crate) evicted: u64,
}

impl Shared {
    pub(crate) fn new(settings: Settings, seed: u64) -> Self {
        Self {
            settings,
            now: 0,
            time: Duration::ZERO,
            rng: Rng::new(seed),
            hub: Hub::new(),
            events: VecDeque::new(),
            ready: VecDeque::new(),
            deadlines: BTreeSet::new(),
            changes: 0,
            stats: Stats::default(),
            expiry: Expiry::default(),
            eviction: Eviction::default(),
        }
    }

    #[inline]
    pub(crate) fn set_now(&mut self, time: Duration) {
        self.time = time;
        self.now = millis(time);
    }
}
