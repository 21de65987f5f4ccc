//! Streams.

mod add;
mod claim;
mod entries;
mod errors;
mod groups;
mod ids;
mod info;
mod pending;
mod read;
mod reply;
#[cfg(test)]
mod tests;

use super::{Commands, help};
use crate::engine::Runs;

pub(super) const COMMANDS: Commands = &[
    ("xadd", Runs::Data(add::xadd)),
    ("xtrim", Runs::Data(add::xtrim)),
    ("xlen", Runs::Data(entries::xlen)),
    ("xrange", Runs::Data(entries::xrange)),
    ("xrevrange", Runs::Data(entries::xrevrange)),
    ("xdel", Runs::Data(entries::xdel)),
    ("xread", Runs::Data(read::xread)),
    ("xreadgroup", Runs::Data(read::xreadgroup)),
    ("xgroup", Runs::Client(help::alone)),
    ("xgroup|create", Runs::Data(groups::create)),
    ("xgroup|setid", Runs::Data(groups::setid)),
    ("xgroup|destroy", Runs::Data(groups::destroy)),
    ("xgroup|createconsumer", Runs::Data(groups::createconsumer)),
    ("xgroup|delconsumer", Runs::Data(groups::delconsumer)),
    ("xgroup|help", Runs::Client(help::xgroup)),
    ("xack", Runs::Data(pending::xack)),
    ("xpending", Runs::Data(pending::xpending)),
    ("xclaim", Runs::Data(claim::xclaim)),
    ("xautoclaim", Runs::Data(claim::xautoclaim)),
    ("xinfo", Runs::Client(help::alone)),
    ("xinfo|stream", Runs::Data(info::stream)),
    ("xinfo|groups", Runs::Data(info::groups)),
    ("xinfo|consumers", Runs::Data(info::consumers)),
    ("xinfo|help", Runs::Client(help::xinfo)),
    ("xsetid", Runs::Data(entries::xsetid)),
];
