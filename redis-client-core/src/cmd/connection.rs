//! The connection itself.

use bytes::Bytes;

use crate::arg::ToArg;
use crate::command::{Command, Kind};
use crate::facts::{Facts, Keys};

/// `PING`: asks for a sign of life.
#[derive(Debug)]
pub enum Ping {}

impl Kind for Ping {
    const FACTS: &'static Facts = &Facts::read("PING", Keys::None);
    type Reply = Bytes;
}

/// [`PING`](https://redis.io/docs/latest/commands/ping/): answers with `PONG`. O(1). Since 1.0.0.
pub fn ping() -> Command<Ping> {
    Command::new()
}

impl<T, X> Command<Ping, T, X> {
    /// Has the server answer with this message instead. Since 2.8.0.
    pub fn message(self, message: impl ToArg) -> Self {
        self.with(message)
    }
}

/// `ECHO`: asks for a message back.
#[derive(Debug)]
pub enum Echo {}

impl Kind for Echo {
    const FACTS: &'static Facts = &Facts::read("ECHO", Keys::None);
    type Reply = Bytes;
}

/// [`ECHO message`](https://redis.io/docs/latest/commands/echo/): answers with the message. O(1).
/// Since 1.0.0.
pub fn echo(message: impl ToArg) -> Command<Echo> {
    Command::new().with(message)
}
