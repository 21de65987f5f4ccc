//! Every typed command against a real server: what is sent, what is known about it, and what comes
//! back.
//!
//! A [`Case`] is a command with some of its options. Its arguments have to fit the tree of
//! arguments that `commands/` has and that of the server's own `COMMAND DOCS`; its keys have to be
//! those of `COMMAND GETKEYS`; its facts those of `COMMAND INFO`; and its reply has to be read as
//! the declared type, in RESP2 and in RESP3.

mod case;
mod check;
mod live;
mod metadata;
mod report;
mod tree;

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

pub use case::{Case, case, gives, shows};
pub use check::run;
pub use report::{Line, Report};

/// The groups of which each command and each option has to be in a case.
const DONE: &[&str] = &[
    "bitmap",
    "cluster",
    "connection",
    "geo",
    "hash",
    "hyperloglog",
    "keys",
    "list",
    "pubsub",
    "scripting",
    "sentinel",
    "server",
    "set",
    "sorted_set",
    "stream",
    "string",
    "transactions",
];

/// All cases.
pub fn cases() -> Vec<Case> {
    let groups = [
        bitmap::cases(),
        cluster::cases(),
        connection::cases(),
        geo::cases(),
        hash::cases(),
        hyperloglog::cases(),
        keys::cases(),
        list::cases(),
        pubsub::cases(),
        scripting::cases(),
        sentinel::cases(),
        server::cases(),
        set::cases(),
        sorted_set::cases(),
        stream::cases(),
        string::cases(),
        transactions::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// A command as `commands/` has it.
#[derive(Debug)]
struct Known {
    name: &'static str,
    group: &'static str,
    /// The function that makes it.
    builder: Option<&'static str>,
    arguments: &'static [tree::Node],
}
