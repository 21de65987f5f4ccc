//! The data: databases of keys with values, without commands, clients and I/O.

mod compact;
mod db;
mod dict;
mod hash;
mod hyperloglog;
mod limits;
mod list;
mod long_double;
mod rdb;
mod rng;
mod set;
mod sorted_set;
mod stream;
mod text;
mod value;

pub(crate) use compact::Compact;
pub(crate) use db::{Db, Millis};
pub(crate) use dict::{Dict, Place};
pub(crate) use hash::Hash;
pub(crate) use hyperloglog::{Corrupt, HyperLogLog, Registers};
pub(crate) use limits::{Limits, Listpack};
pub(crate) use list::{List, Side};
pub(crate) use long_double::LongDouble;
pub(crate) use rdb::{Broken, dump, restore};
pub(crate) use rng::Rng;
pub(crate) use set::{Member, Set};
pub(crate) use sorted_set::{Score, SortedSet, sort};
pub(crate) use stream::{
    ConsumerNumber, Delivery, Entry, Group, Pending, Stream, StreamId, Trim, Until,
};
pub(crate) use text::{MAX_TEXT, Text, parse_integer, until_nul};
pub(crate) use value::{Typed, Value};
