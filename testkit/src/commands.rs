//! Every typed command against a real server: what is sent, what is known about it, and what comes
//! back.
//!
//! A [`Case`] is a command with some of its options. Its arguments have to fit the tree of
//! arguments that `commands/` has and that of the server's own `COMMAND DOCS`; its keys have to be
//! those of `COMMAND GETKEYS`; its facts those of `COMMAND INFO`; and its reply has to be read as
//! the declared type, in RESP2 and in RESP3. Each command and each option has to be in a case.

mod case;
mod check;
mod known;
mod live;
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
