//! Who goes when memory runs out.
//!
//! As Redis does it: of a few keys taken at random those are kept in a pool that are used least, and
//! the worst of the pool goes. It comes close to the exact order and costs nothing else.

#[cfg(test)]
mod tests;

use super::context::{Context, Data, Database};
use super::tracking::Cause;
use super::{Class, Engine};
use crate::keyspace::{Compact, Place};

/// What is evicted: `maxmemory-policy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Policy {
    #[default]
    NoEviction,
    AllkeysLru,
    AllkeysLfu,
    AllkeysRandom,
    VolatileLru,
    VolatileLfu,
    VolatileRandom,
    VolatileTtl,
}

impl Policy {
    /// All, with the names that `CONFIG` has for them.
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("volatile-lru", Self::VolatileLru),
        ("volatile-lfu", Self::VolatileLfu),
        ("volatile-random", Self::VolatileRandom),
        ("volatile-ttl", Self::VolatileTtl),
        ("allkeys-lru", Self::AllkeysLru),
        ("allkeys-lfu", Self::AllkeysLfu),
        ("allkeys-random", Self::AllkeysRandom),
        ("noeviction", Self::NoEviction),
    ];

    pub(crate) fn parse(name: &[u8]) -> Option<Self> {
        let known = |(it, _): &&(&str, Self)| name.eq_ignore_ascii_case(it.as_bytes());
        Self::ALL.iter().find(known).map(|(_, policy)| *policy)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, policy)| *policy == self).map_or("", |(name, _)| name)
    }

    #[inline]
    pub(crate) fn is_lfu(self) -> bool {
        matches!(self, Self::AllkeysLfu | Self::VolatileLfu)
    }

    /// Whether it matters when keys were used.
    pub(crate) fn counts_usage(self) -> bool {
        self.is_lfu() || matches!(self, Self::AllkeysLru | Self::VolatileLru)
    }

    fn is_random(self) -> bool {
        matches!(self, Self::AllkeysRandom | Self::VolatileRandom)
    }

    /// Whether only keys with a deadline are evicted.
    fn is_volatile(self) -> bool {
        use Policy::{VolatileLfu, VolatileLru, VolatileRandom, VolatileTtl};
        matches!(self, VolatileLru | VolatileLfu | VolatileRandom | VolatileTtl)
    }
}

/// Who may be evicted next.
#[derive(Debug, Default)]
pub(crate) struct Eviction {
    /// The best to keep first.
    pool: Vec<Candidate>,
    /// Where a random one is taken from next.
    next: usize,
}

#[derive(Debug)]
struct Candidate {
    /// The more, the rather it goes.
    idle: u64,
    db: usize,
    key: Compact,
}

/// How it stands with the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    Enough,
    /// There is more than there should be, which is about to go.
    Evicting,
    /// There is more than there should be, and nothing that may go.
    Lacking,
}

impl Context<'_> {
    /// Whether there is too little memory for a command that needs more, though others were evicted.
    #[inline]
    pub(crate) fn out_of_memory(&mut self) -> bool {
        self.engine.shared.settings.maxmemory > 0 && self.engine.evict_some() == Memory::Lacking
    }
}

impl Engine {
    /// Bytes that the databases take.
    pub(crate) fn used_memory(&self) -> usize {
        let databases = self.databases.iter().map(|database| database.db.heap_bytes());
        self.databases.capacity() * size_of::<Database>() + databases.sum::<usize>()
    }

    /// Evicts keys as long as there is too much, but not many at a time.
    pub(super) fn evict_some(&mut self) -> Memory {
        let settings = &self.shared.settings;
        let (bound, policy) = (settings.maxmemory, settings.maxmemory_policy);
        if bound == 0 || self.shared.pause.is_on() {
            return Memory::Enough;
        }
        for _ in 0..AT_ONCE {
            if self.used_memory() <= bound {
                return Memory::Enough;
            }
            let evicted = match policy {
                Policy::NoEviction => false,
                _ if policy.is_random() => self.evict_any(),
                _ => self.evict_worst(),
            };
            if !evicted {
                return Memory::Lacking;
            }
        }
        if self.used_memory() <= bound { Memory::Enough } else { Memory::Evicting }
    }

    /// Evicts a key from one database after the other.
    fn evict_any(&mut self) -> bool {
        for _ in 0..self.databases.len() {
            let index = self.shared.eviction.next % self.databases.len();
            self.shared.eviction.next = index + 1;
            if let Some(mut data) = Data::new(&mut self.databases, &mut self.shared, index)
                && let Some(place) = data.sample()
            {
                data.evict(place);
                return true;
            }
        }
        false
    }

    /// Evicts the worst of the pool that is still there.
    fn evict_worst(&mut self) -> bool {
        loop {
            let mut keys = 0;
            for index in 0..self.databases.len() {
                if let Some(mut data) = Data::new(&mut self.databases, &mut self.shared, index) {
                    keys += data.fill_pool();
                }
            }
            if keys == 0 {
                self.shared.eviction.pool.clear();
                return false;
            }
            while let Some(worst) = self.shared.eviction.pool.pop() {
                let data = Data::new(&mut self.databases, &mut self.shared, worst.db);
                let Some(mut data) = data else { continue };
                let place = data.database.db.find(&worst.key);
                if let Some(place) = place.filter(|place| data.may_go(*place)) {
                    data.evict(place);
                    return true;
                }
            }
        }
    }
}

impl Data<'_> {
    /// Takes some keys into the pool: how many there are.
    fn fill_pool(&mut self) -> usize {
        let db = &self.database.db;
        let volatile = self.shared.settings.maxmemory_policy.is_volatile();
        let keys = if volatile { db.volatile_len() } else { db.len() };
        for _ in 0..self.shared.settings.maxmemory_samples.min(keys) {
            if let Some(place) = self.sample() {
                self.nominate(place);
            }
        }
        keys
    }

    /// Any key that may go.
    fn sample(&mut self) -> Option<Place> {
        let rng = &mut self.shared.rng;
        if self.shared.settings.maxmemory_policy.is_volatile() {
            self.database.db.random_volatile(rng)
        } else {
            self.database.db.random(rng)
        }
    }

    /// Takes a key into the pool if it is full of better ones.
    fn nominate(&mut self, place: Place) {
        let idle = self.idleness(place);
        let pool = &mut self.shared.eviction.pool;
        let at = pool.partition_point(|other| other.idle < idle);
        if at == 0 && pool.len() >= POOL {
            return;
        }
        let Some((key, _)) = self.database.db.entry(place) else { return };
        let is_it = |other: &Candidate| other.db == self.index && other.key == *key;
        if pool.iter().skip(at).take_while(|other| other.idle == idle).any(is_it) {
            return;
        }
        pool.insert(at, Candidate { idle, db: self.index, key: key.clone() });
        if pool.len() > POOL {
            pool.remove(0);
        }
    }

    fn idleness(&self, place: Place) -> u64 {
        match self.shared.settings.maxmemory_policy {
            Policy::VolatileTtl => {
                let deadline = self.database.db.deadline(place).unwrap_or_default();
                u64::MAX - u64::try_from(deadline).unwrap_or_default()
            }
            policy if policy.is_lfu() => u64::from(u8::MAX - self.frequency(place)),
            _ => u64::from(self.idle_seconds(place)),
        }
    }

    /// Whether what has been sampled may still go.
    fn may_go(&self, place: Place) -> bool {
        !self.shared.settings.maxmemory_policy.is_volatile() || self.database.db.is_volatile(place)
    }

    fn evict(&mut self, place: Place) {
        let Some((key, _)) = self.database.db.remove_at(place) else { return };
        self.shared.stats.evicted += 1;
        self.notify(Class::EVICTED, "evicted", &key);
        self.modified_by(&key, Cause::Evicted);
    }
}

/// As large as Redis's.
const POOL: usize = 16;
/// Keys that are evicted before one command at most, so that it does not wait for long if the bound
/// was lowered: the rest goes before the next ones and between them.
const AT_ONCE: usize = 256;
