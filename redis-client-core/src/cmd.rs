//! The typed commands, one function each: required arguments in order, options as methods.
//!
//! ```
//! use redis_client_core::cmd;
//!
//! let commands = (cmd::set("k", "10").ex(60), cmd::incr("k"), cmd::get("k").parse::<u64>());
//! # let _ = commands;
//! ```

mod connection;
mod hash;
mod keys;
mod list;
mod pubsub;
mod string;

use crate::command::{Any, Command};

pub use connection::{Echo, Ping, echo, ping};
pub use hash::{HGetAll, HSet, hgetall, hset};
pub use keys::{Del, Expire, del, expire};
pub use list::{LRange, lrange};
pub use pubsub::{Publish, publish};
pub use string::{Get, Incr, MGet, Set, get, incr, mget, set};

/// Any command, by its name (`CONFIG GET` may be given as one), with [`Command::arg`] for its
/// arguments. The reply is any [`Frame`](resp_core::Frame) unless [`Command::parse`] says
/// otherwise.
pub fn command(name: &str) -> Command<Any> {
    Command::named(name)
}
