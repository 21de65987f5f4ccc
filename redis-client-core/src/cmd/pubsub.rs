//! Pub/sub.

use crate::arg::ToArg;
use crate::command::{Command, Kind};
use crate::facts::{Facts, Keys};

/// `PUBLISH`: sends a message to a channel.
#[derive(Debug)]
pub enum Publish {}

impl Kind for Publish {
    const FACTS: &'static Facts = &Facts::write("PUBLISH", Keys::None);
    type Reply = u64;
}

/// [`PUBLISH channel message`](https://redis.io/docs/latest/commands/publish/): sends a message to
/// those subscribed to the channel or to a pattern that matches it, and answers with how many got
/// it. In a cluster, only those on the same node are counted. O(N+M). Since 2.0.0.
pub fn publish(channel: impl ToArg, message: impl ToArg) -> Command<Publish> {
    Command::new().with(channel).with(message)
}
