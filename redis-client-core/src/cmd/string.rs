//! Strings.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::arg::ToArg;
use crate::command::{Command, Kind};
use crate::facts::{Facts, Keys};

/// `GET`: the value of a string.
#[derive(Debug)]
pub enum Get {}

impl Kind for Get {
    const FACTS: &'static Facts = &Facts::read("GET", Keys::FIRST);
    type Reply = Option<Bytes>;
}

/// [`GET key`](https://redis.io/docs/latest/commands/get/): the value of a string; null where the
/// key does not exist. O(1). Since 1.0.0.
pub fn get(key: impl ToArg) -> Command<Get> {
    Command::new().with(key)
}

/// `SET`: sets a string's value.
#[derive(Debug)]
pub enum Set {}

impl Kind for Set {
    const FACTS: &'static Facts = &Facts::write("SET", Keys::FIRST);
    type Reply = ();
}

/// [`SET key value`](https://redis.io/docs/latest/commands/set/): sets a string's value, whatever
/// the key held before. O(1). Since 1.0.0.
///
/// With [`nx`](Command::nx) or [`xx`](Command::xx) the reply is `Some(())` when the value was set
/// and `None` when it was not.
pub fn set(key: impl ToArg, value: impl ToArg) -> Command<Set> {
    Command::new().with(key).with(value)
}

impl<T, X> Command<Set, T, X> {
    /// Expires the key after so many seconds. Since 2.6.12.
    pub fn ex(self, seconds: u64) -> Self {
        self.with("EX").with(seconds)
    }

    /// Expires the key after so many milliseconds. Since 2.6.12.
    pub fn px(self, milliseconds: u64) -> Self {
        self.with("PX").with(milliseconds)
    }

    /// Expires the key at this Unix time in seconds. Since 6.2.0.
    pub fn exat(self, seconds: u64) -> Self {
        self.with("EXAT").with(seconds)
    }

    /// Expires the key at this Unix time in milliseconds. Since 6.2.0.
    pub fn pxat(self, milliseconds: u64) -> Self {
        self.with("PXAT").with(milliseconds)
    }

    /// Keeps the time to live that the key has. Since 6.0.0.
    pub fn keepttl(self) -> Self {
        self.with("KEEPTTL")
    }

    /// Answers with the value that the key had before, null where it did not exist. Since 6.2.0.
    pub fn get(self) -> Command<Set, Option<Bytes>, X> {
        self.with("GET").parse()
    }
}

impl<X> Command<Set, (), X> {
    /// Sets only where the key does not exist. Since 2.6.12.
    pub fn nx(self) -> Command<Set, Option<()>, X> {
        self.with("NX").parse()
    }

    /// Sets only where the key exists. Since 2.6.12.
    pub fn xx(self) -> Command<Set, Option<()>, X> {
        self.with("XX").parse()
    }
}

/// `INCR`: adds one to an integer.
#[derive(Debug)]
pub enum Incr {}

impl Kind for Incr {
    const FACTS: &'static Facts = &Facts::write("INCR", Keys::FIRST);
    type Reply = i64;
}

/// [`INCR key`](https://redis.io/docs/latest/commands/incr/): adds one to the integer that the
/// string holds, 0 where the key does not exist, and answers with the sum. O(1). Since 1.0.0.
pub fn incr(key: impl ToArg) -> Command<Incr> {
    Command::new().with(key)
}

/// `MGET`: the values of several strings.
#[derive(Debug)]
pub enum MGet {}

impl Kind for MGet {
    const FACTS: &'static Facts = &Facts::read("MGET", Keys::ALL);
    type Reply = Vec<Option<Bytes>>;
}

/// [`MGET key [key ...]`](https://redis.io/docs/latest/commands/mget/): the values of several
/// strings, in order; null for what does not exist or is no string. O(N). Since 1.0.0.
pub fn mget<K: ToArg>(keys: impl IntoIterator<Item = K>) -> Command<MGet> {
    Command::new().with_all(keys)
}
