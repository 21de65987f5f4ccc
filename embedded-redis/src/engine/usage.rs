//! When and how often keys are used.
//!
//! As Redis has it, 24 bits of each key: the second of its last use, or, where the policy counts
//! uses, the minute in 16 bits and the logarithm of their number in 8.

use super::context::Data;
use super::context::Shared;
use crate::keyspace::Place;

impl Data<'_> {
    /// The key was used.
    #[inline]
    pub(crate) fn used(&mut self, place: Place) {
        if self.shared.settings.maxmemory_policy.is_lfu() {
            self.count_use(place);
            return;
        }
        let clock = self.shared.seconds();
        if self.database.db.usage(place) != clock {
            self.database.db.set_usage(place, clock);
        }
    }

    /// The key is new.
    #[inline]
    pub(crate) fn start_usage(&mut self, place: Place) {
        let usage = if self.shared.settings.maxmemory_policy.is_lfu() {
            self.shared.minutes() << 8 | u32::from(FIRST_COUNT)
        } else {
            self.shared.seconds()
        };
        self.database.db.set_usage(place, usage);
    }

    #[cold]
    fn count_use(&mut self, place: Place) {
        let count = self.frequency(place);
        let count = count.saturating_add(self.shared.one_more(count).into());
        let usage = self.shared.minutes() << 8 | u32::from(count);
        self.database.db.set_usage(place, usage);
    }

    /// For how many seconds the key was not used.
    pub(crate) fn idle_seconds(&self, place: Place) -> u32 {
        self.shared.seconds().wrapping_sub(self.database.db.usage(place)) & CLOCK
    }

    /// Has the key not been used for so long.
    pub(crate) fn set_idle_seconds(&mut self, place: Place, idle: i64) {
        let idle = idle.clamp(0, CLOCK.into()) as u32;
        self.database.db.set_usage(place, self.shared.seconds().wrapping_sub(idle) & CLOCK);
    }

    pub(crate) fn set_frequency(&mut self, place: Place, frequency: u8) {
        let usage = self.shared.minutes() << 8 | u32::from(frequency);
        self.database.db.set_usage(place, usage);
    }

    /// About how often the key was used, as the logarithm that has decayed since.
    pub(crate) fn frequency(&self, place: Place) -> u8 {
        let usage = self.database.db.usage(place);
        let minutes = self.shared.minutes().wrapping_sub(usage >> 8) & MINUTES;
        let decayed = minutes.checked_div(self.shared.settings.lfu_decay_time).unwrap_or(0);
        (usage & 0xff).saturating_sub(decayed) as u8
    }
}

impl Shared {
    fn seconds(&self) -> u32 {
        self.time.as_secs() as u32 & CLOCK
    }

    fn minutes(&self) -> u32 {
        (self.time.as_secs() / 60) as u32 & MINUTES
    }

    /// Whether one more use of so many is to be counted: the more, the seldomer.
    fn one_more(&mut self, count: u8) -> bool {
        let count = f64::from(count.saturating_sub(FIRST_COUNT));
        let chance = 1.0 / (count * f64::from(self.settings.lfu_log_factor) + 1.0);
        (self.rng.next() as f64) < chance * u64::MAX as f64
    }
}

/// What a new key has, so that it is not evicted at once.
const FIRST_COUNT: u8 = 5;
const CLOCK: u32 = (1 << 24) - 1;
const MINUTES: u32 = (1 << 16) - 1;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::testing::Rig;
    use crate::engine::{Policy, Settings};

    #[test]
    fn what_is_not_used_is_idle() {
        let mut rig = Rig::new();
        rig.run("set a 1");
        rig.advance(Duration::from_secs(100));
        assert_eq!(rig.run("object idletime a"), ":100");
        rig.run("ttl a");
        rig.run("exists a");
        rig.run("type a");
        assert_eq!(rig.run("object idletime a"), ":100", "to ask about it is no use");
        rig.run("rename a b");
        assert_eq!(rig.run("object idletime b"), ":0");
        rig.advance(Duration::from_secs(3));
        assert_eq!(rig.run("touch b"), ":1");
        assert_eq!(rig.run("object idletime b"), ":0");
        // The clock comes round after half a year.
        rig.now = Duration::from_secs((1 << 24) * 102 - 3);
        rig.run("set b 1");
        rig.advance(Duration::from_secs(5));
        assert_eq!(rig.run("object idletime b"), ":5");
        assert!(rig.run("object freq b").starts_with("-ERR An LFU maxmemory policy is not sel"));
    }

    #[test]
    fn frequency_grows_by_its_logarithm_and_decays() {
        let settings = Settings { maxmemory_policy: Policy::AllkeysLfu, ..Settings::default() };
        let mut rig = Rig::with(settings);
        rig.run("set a 1");
        assert_eq!(rig.run("object freq a"), ":5");
        (0..100).for_each(|_| drop(rig.run("get a")));
        let hundred: u8 = rig.run("object freq a")[1..].parse().unwrap();
        assert!((8..=14).contains(&hundred), "{hundred}");
        (0..10_000).for_each(|_| drop(rig.run("get a")));
        let thousands: u8 = rig.run("object freq a")[1..].parse().unwrap();
        assert!((35..=60).contains(&thousands), "{thousands}");
        rig.advance(Duration::from_secs(600));
        assert_eq!(rig.run("object freq a"), format!(":{}", thousands - 10));
        assert!(rig.run("object idletime a").starts_with("-ERR An LFU maxmemory policy is sel"));
        assert_eq!(rig.run("object freq none"), "$-1");
    }
}
