//! A Redis-compatible server without I/O: the state machine of a connection, its replies, the
//! command table, and who hears what of pub/sub.
//!
//! [`Session`] is one connection's life as the server sees it. It is given what has arrived, hands
//! out one [`Command`] after the other with a [`Reply`] to fill in, and gathers what is to be
//! written. It has no socket, no clock, no thread and no lock (`no_std`), so that it can be tested
//! in virtual time and driven by anything: the `adapter-*` crates do so for tokio and others.
//!
//! # Features
//!
//! `std` (on by default) adds replies from `HashMap` and `HashSet`, and nothing else.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod command;
mod config;
mod double;
mod glob;
mod hub;
mod output;
mod reply;
mod session;
mod table;
mod terms;
mod value;

pub use command::Command;
pub use config::{Config, OutputLimit};
pub use double::double_text;
pub use glob::{glob_matches, glob_matches_ignore_case};
pub use hub::{Hub, Notice, Topic, Unsubscribed};
pub use output::{Draft, Ticket};
pub use reply::{Action, Answering, Item, Items, Pairs, Reply, Whole};
pub use resp_core;
pub use resp_core::Time;
pub use session::{Closed, Next, Session};
pub use table::{Arity, Entry, Flags, KeyPositions, Refused, Spec, Table};
pub use terms::{Protocol, Terms};
pub use value::{Null, Simple, ToReply};
