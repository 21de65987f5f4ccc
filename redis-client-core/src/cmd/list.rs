//! Lists.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::arg::ToArg;
use crate::command::{Command, Kind};
use crate::facts::{Facts, Keys};

/// `LRANGE`: elements of a list.
#[derive(Debug)]
pub enum LRange {}

impl Kind for LRange {
    const FACTS: &'static Facts = &Facts::read("LRANGE", Keys::FIRST);
    type Reply = Vec<Bytes>;
}

/// [`LRANGE key start stop`](https://redis.io/docs/latest/commands/lrange/): the elements from
/// `start` to `stop`, both included, counted from 0; from the end where negative. O(S+N), S being
/// the way to `start`. Since 1.0.0.
pub fn lrange(key: impl ToArg, start: i64, stop: i64) -> Command<LRange> {
    Command::new().with(key).with(start).with(stop)
}
