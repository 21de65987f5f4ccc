//! Keys of any type.

use crate::arg::ToArg;
use crate::command::{Command, Kind};
use crate::facts::{Facts, Keys};

/// `DEL`: deletes keys.
#[derive(Debug)]
pub enum Del {}

impl Kind for Del {
    const FACTS: &'static Facts = &Facts::write("DEL", Keys::ALL);
    type Reply = u64;
}

/// [`DEL key [key ...]`](https://redis.io/docs/latest/commands/del/): deletes keys and answers
/// with how many of them existed. O(N), and the size of what is deleted. Since 1.0.0.
///
/// ```
/// # use redis_client_core::cmd;
/// let one = cmd::del(["k"]);
/// let many = cmd::del((1..=3).map(|id| format!("user:{id}")));
/// # let _ = (one, many);
/// ```
pub fn del<K: ToArg>(keys: impl IntoIterator<Item = K>) -> Command<Del> {
    Command::new().with_all(keys)
}

/// `EXPIRE`: has a key expire.
#[derive(Debug)]
pub enum Expire {}

impl Kind for Expire {
    const FACTS: &'static Facts = &Facts::write("EXPIRE", Keys::FIRST);
    type Reply = bool;
}

/// [`EXPIRE key seconds`](https://redis.io/docs/latest/commands/expire/): has a key expire after
/// so many seconds; at once where they are negative. True when the time was set, false where the
/// key does not exist or an option kept it from being set. O(1). Since 1.0.0.
pub fn expire(key: impl ToArg, seconds: i64) -> Command<Expire> {
    Command::new().with(key).with(seconds)
}

impl<T, X> Command<Expire, T, X> {
    /// Only where the key has no expiry. Since 7.0.0.
    pub fn nx(self) -> Self {
        self.with("NX")
    }

    /// Only where the key has an expiry. Since 7.0.0.
    pub fn xx(self) -> Self {
        self.with("XX")
    }

    /// Only where the new expiry is later. Since 7.0.0.
    pub fn gt(self) -> Self {
        self.with("GT")
    }

    /// Only where the new expiry is earlier. Since 7.0.0.
    pub fn lt(self) -> Self {
        self.with("LT")
    }
}
