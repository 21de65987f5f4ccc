//! Removing what has expired.

use super::Engine;
use super::context::Data;

impl Engine {
    /// Looks at some of the keys that have a deadline, and removes those past it: whether so many
    /// were that it is worth while to go on at once.
    pub(crate) fn expire_some(&mut self) -> bool {
        if !self.shared.settings.active_expire {
            return false;
        }
        let mut worth_while = false;
        for index in 0..self.databases.len() {
            let Some(mut data) = Data::new(&mut self.databases, &mut self.shared, index) else {
                continue;
            };
            if data.database.db.volatile_len() == 0 {
                continue;
            }
            let now = data.now();
            let cursor = data.database.expiry_cursor;
            let (cursor, due) = data.database.db.scan_due(cursor, LOOKED_AT, now);
            data.database.expiry_cursor = cursor;
            worth_while |= due.len() * 10 > LOOKED_AT;
            for key in due {
                if let Some(place) = data.database.db.find(&key) {
                    data.expire(place);
                }
            }
        }
        worth_while
    }
}

/// Keys that are looked at in one go, in each database.
const LOOKED_AT: usize = 512;
