//! The commands, by Redis's own groups.

mod arguments;
mod bitmaps;
pub(crate) mod catalogue;
mod cluster;
mod connection;
mod geo;
mod hashes;
mod help;
mod hyperloglog;
mod keys;
mod lists;
mod numbers;
mod pubsub;
mod sampling;
mod scanning;
mod scripting;
mod server;
mod sets;
mod sorted_sets;
mod streams;
mod strings;
mod transactions;

use crate::engine::Runs;

/// Names with what runs them.
pub(crate) type Commands = &'static [(&'static str, Runs)];

/// All of them. Subcommands are `container|subcommand`.
pub(crate) const ALL: &[Commands] = &[
    bitmaps::COMMANDS,
    catalogue::COMMANDS,
    cluster::COMMANDS,
    connection::COMMANDS,
    geo::COMMANDS,
    hashes::COMMANDS,
    hyperloglog::COMMANDS,
    keys::COMMANDS,
    lists::COMMANDS,
    pubsub::COMMANDS,
    scripting::COMMANDS,
    server::COMMANDS,
    sets::COMMANDS,
    sorted_sets::COMMANDS,
    streams::COMMANDS,
    strings::COMMANDS,
    transactions::COMMANDS,
];

pub(crate) use connection::client_line;
pub(crate) use transactions::IN_TRANSACTION;
