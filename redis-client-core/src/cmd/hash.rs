//! Hashes.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::arg::ToArg;
use crate::command::{Command, Kind};
use crate::facts::{Facts, Keys};

/// `HSET`: sets fields of a hash.
#[derive(Debug)]
pub enum HSet {}

impl Kind for HSet {
    const FACTS: &'static Facts = &Facts::write("HSET", Keys::FIRST);
    type Reply = u64;
}

/// [`HSET key field value [field value ...]`](https://redis.io/docs/latest/commands/hset/): sets
/// fields of a hash and answers with how many of them are new. O(N). Since 2.0.0.
///
/// ```
/// # use redis_client_core::cmd;
/// let command = cmd::hset("user:1", [("name", "Ada"), ("born", "1815")]);
/// # let _ = command;
/// ```
pub fn hset<F: ToArg, V: ToArg>(
    key: impl ToArg,
    fields: impl IntoIterator<Item = (F, V)>,
) -> Command<HSet> {
    fields
        .into_iter()
        .fold(Command::new().with(key), |command, (field, value)| command.with(field).with(value))
}

/// `HGETALL`: a whole hash.
#[derive(Debug)]
pub enum HGetAll {}

impl Kind for HGetAll {
    const FACTS: &'static Facts = &Facts::read("HGETALL", Keys::FIRST);
    type Reply = Vec<(Bytes, Bytes)>;
}

/// [`HGETALL key`](https://redis.io/docs/latest/commands/hgetall/): the fields of a hash and their
/// values, none where the key does not exist. Parse it as a map where you look fields up. O(N).
/// Since 2.0.0.
pub fn hgetall(key: impl ToArg) -> Command<HGetAll> {
    Command::new().with(key)
}
