//! Strings.

mod counters;
mod expiry;
mod get;
mod lcs;
mod ranges;
mod set;
#[cfg(test)]
mod tests;

use super::Commands;
use crate::engine::Runs;

pub(super) const COMMANDS: Commands = &[
    ("append", Runs::Data(ranges::append)),
    ("decr", Runs::Data(counters::decr)),
    ("decrby", Runs::Data(counters::decrby)),
    ("get", Runs::Data(get::get)),
    ("getdel", Runs::Data(get::getdel)),
    ("getex", Runs::Data(get::getex)),
    ("getrange", Runs::Data(ranges::getrange)),
    ("getset", Runs::Data(set::getset)),
    ("incr", Runs::Data(counters::incr)),
    ("incrby", Runs::Data(counters::incrby)),
    ("incrbyfloat", Runs::Data(counters::incrbyfloat)),
    ("lcs", Runs::Data(lcs::lcs)),
    ("mget", Runs::Data(get::mget)),
    ("mset", Runs::Data(set::mset)),
    ("msetnx", Runs::Data(set::msetnx)),
    ("psetex", Runs::Data(set::psetex)),
    ("set", Runs::Data(set::set)),
    ("setex", Runs::Data(set::setex)),
    ("setnx", Runs::Data(set::setnx)),
    ("setrange", Runs::Data(ranges::setrange)),
    ("strlen", Runs::Data(ranges::strlen)),
    ("substr", Runs::Data(ranges::getrange)),
];
