//! The typed commands, one function each: required arguments in order, options as methods.
//!
//! ```
//! use redis_client_core::cmd;
//!
//! let commands = (cmd::set("k", "10").ex(60), cmd::incr("k"), cmd::get("k").parse::<u64>());
//! # let _ = commands;
//! ```
//!
//! Options that exclude each other can't be combined:
//!
//! ```compile_fail,E0599
//! use redis_client_core::cmd;
//!
//! let command = cmd::set("k", "v").ex(1).px(2);
//! ```
//!
//! Import the module, not its contents: some kinds have names of the prelude's, such as `Copy`.
//!
//! The source is generated from `commands/`, with facts from redis-server and Valkey, by
//! `cargo xtask generate`.

mod bitmap;
mod cluster;
mod connection;
mod geo;
mod hash;
mod hyperloglog;
mod keys;
mod list;
mod pubsub;
mod scripting;
mod sentinel;
mod server;
mod set;
mod sorted_set;
mod stream;
mod string;
mod transactions;

use crate::command::{Any, Command};

pub use bitmap::*;
pub use cluster::*;
pub use connection::*;
pub use geo::*;
pub use hash::*;
pub use hyperloglog::*;
pub use keys::*;
pub use list::*;
pub use pubsub::*;
pub use scripting::*;
pub use sentinel::*;
pub use server::*;
pub use set::*;
pub use sorted_set::*;
pub use stream::*;
pub use string::*;
pub use transactions::*;

/// Any command, by its name (`CONFIG GET` may be given as one), with [`Command::arg`] for its
/// arguments. The reply is any [`Frame`](resp_core::Frame) unless [`Command::parse`] says
/// otherwise.
pub fn command(name: &str) -> Command<Any> {
    Command::named(name)
}
