//! Removing what has expired.

use super::Engine;
use super::context::Data;

/// How far the search for expired keys has come: from database to database, round and round.
#[derive(Debug, Default)]
pub(crate) struct Expiry {
    next: usize,
    /// Databases in a row in which few keys were past their deadline.
    calm: usize,
}

impl Engine {
    /// Looks at some of the keys that have a deadline, and removes those past it: whether so many
    /// were in any database that it is worth while to go on at once.
    pub(super) fn expire_some(&mut self) -> bool {
        if !self.shared.settings.active_expire || self.shared.pause.is_on() {
            return false;
        }
        let mut left = LOOKED_AT;
        while left > 0 {
            if self.shared.expiry.calm >= self.databases.len() {
                self.shared.expiry.calm = 0;
                return false;
            }
            let index = self.shared.expiry.next % self.databases.len();
            self.shared.expiry.next = index + 1;
            let Some(mut data) = Data::new(&mut self.databases, &mut self.shared, index) else {
                return false;
            };
            let (removed, looked_at) = data.expire_some(SHARE);
            let expiry = &mut self.shared.expiry;
            expiry.calm = if removed * 10 > looked_at { 0 } else { expiry.calm + 1 };
            left = left.saturating_sub(looked_at);
        }
        true
    }
}

impl Data<'_> {
    /// How many keys were removed, of how many.
    fn expire_some(&mut self, count: usize) -> (usize, usize) {
        if self.database.db.volatile_len() == 0 {
            return (0, 0);
        }
        let (cursor, now) = (self.database.expiry_cursor, self.now());
        let (due, looked_at, cursor) = self.database.db.scan_due(cursor, count, now);
        self.database.expiry_cursor = cursor;
        for key in &due {
            self.peek(key);
        }
        (due.len(), looked_at)
    }
}

/// Keys that are looked at in one go: removing all of them takes about 100 microseconds.
const LOOKED_AT: usize = 256;
/// How many of them in one database.
const SHARE: usize = 64;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::testing::Rig;

    fn keys(rig: &Rig) -> usize {
        rig.engine.databases.iter().map(|database| database.db.len()).sum()
    }

    fn bytes(rig: &Rig) -> usize {
        rig.engine.databases.iter().map(|database| database.db.heap_bytes()).sum()
    }

    #[test]
    fn many_that_are_due_at_once_go_in_slices() {
        const COUNT: usize = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };
        let mut rig = Rig::new();
        for number in 0..COUNT {
            rig.run(&format!("setex key:{number} 10 {:032}", number + (1 << 60)));
        }
        for number in 0..1_000 {
            rig.run(&format!("set stays:{number} x"));
        }
        rig.run("select 9");
        rig.run("setex late 1000 x");
        rig.run("setex soon 10 x");
        assert!(!rig.engine.handle_timeout(rig.now));
        assert_eq!(keys(&rig), COUNT + 1_002);
        rig.now += Duration::from_millis(10_001);
        let mut before = keys(&rig);
        while rig.engine.handle_timeout(rig.now) {
            assert!(before - keys(&rig) <= super::LOOKED_AT + super::SHARE);
            before = keys(&rig);
        }
        // It may leave some, since a few are not worth while.
        assert!(keys(&rig) < 1_001 + COUNT / 50, "{}", keys(&rig));
        (0..COUNT / 100).for_each(|_| _ = rig.engine.handle_timeout(rig.now));
        assert_eq!(keys(&rig), 1_001);
        assert!(bytes(&rig) < 200_000, "{}", bytes(&rig));
        assert_eq!(rig.engine.shared.stats.expired as usize, COUNT + 1);
        assert_eq!(rig.run("ttl late"), ":990");
    }

    #[test]
    fn a_database_full_of_what_is_due_waits_for_no_other() {
        let mut rig = Rig::new();
        for db in 0..16 {
            rig.run(&format!("select {db}"));
            for number in 0..500 {
                rig.run(&format!("setex key:{number} {} x", if db == 11 { 1 } else { 100 }));
            }
        }
        rig.now += Duration::from_secs(2);
        while rig.engine.handle_timeout(rig.now) {}
        assert!(rig.engine.databases[11].db.len() < 50);
        assert_eq!(rig.engine.databases[0].db.len(), 500);
    }

    #[test]
    fn who_asks_for_a_key_that_is_due_removes_it() {
        let mut rig = Rig::new();
        rig.engine.shared.settings.notify = crate::engine::Class::parse(b"KEA").unwrap();
        rig.run_as(1, "ping");
        rig.engine.shared.hub.subscribe(2, redis_server_core::Topic::Pattern, b"__keyevent*");
        rig.run("set a 1 px 10");
        rig.now += Duration::from_millis(10);
        assert_eq!(rig.run("exists a"), ":1", "on the dot it is still there");
        rig.now += Duration::from_millis(1);
        rig.heard(1);
        assert_eq!(rig.run("exists a"), ":0");
        assert!(rig.heard(1).ends_with("__keyevent@0__:expired $1 a"));
    }
}
