//! The typed commands as methods of whatever can send them.

use crate::arg::ToArg;
use crate::cmd;
use crate::command::{Any, Command, Execute, Kind};

/// The commands of [`cmd`], bound to the client, lease or pool they are called on, to be awaited.
///
/// Implemented for everything that implements [`Execute`].
pub trait Commands: Execute {
    /// Any command by its name: see [`cmd::command`].
    fn command(self, name: &str) -> Command<Any, <Any as Kind>::Reply, Self> {
        cmd::command(name).bind(self)
    }

    /// The value of a string: see [`cmd::get`].
    fn get(self, key: impl ToArg) -> Command<cmd::Get, <cmd::Get as Kind>::Reply, Self> {
        cmd::get(key).bind(self)
    }

    /// Sets a string's value: see [`cmd::set`].
    fn set(
        self,
        key: impl ToArg,
        value: impl ToArg,
    ) -> Command<cmd::Set, <cmd::Set as Kind>::Reply, Self> {
        cmd::set(key, value).bind(self)
    }

    /// Adds one to an integer: see [`cmd::incr`].
    fn incr(self, key: impl ToArg) -> Command<cmd::Incr, <cmd::Incr as Kind>::Reply, Self> {
        cmd::incr(key).bind(self)
    }

    /// The values of several strings: see [`cmd::mget`].
    fn mget<K: ToArg>(
        self,
        keys: impl IntoIterator<Item = K>,
    ) -> Command<cmd::MGet, <cmd::MGet as Kind>::Reply, Self> {
        cmd::mget(keys).bind(self)
    }

    /// Deletes keys: see [`cmd::del`].
    fn del<K: ToArg>(
        self,
        keys: impl IntoIterator<Item = K>,
    ) -> Command<cmd::Del, <cmd::Del as Kind>::Reply, Self> {
        cmd::del(keys).bind(self)
    }

    /// Has a key expire: see [`cmd::expire`].
    fn expire(
        self,
        key: impl ToArg,
        seconds: i64,
    ) -> Command<cmd::Expire, <cmd::Expire as Kind>::Reply, Self> {
        cmd::expire(key, seconds).bind(self)
    }

    /// Sets fields of a hash: see [`cmd::hset`].
    fn hset<F: ToArg, V: ToArg>(
        self,
        key: impl ToArg,
        fields: impl IntoIterator<Item = (F, V)>,
    ) -> Command<cmd::HSet, <cmd::HSet as Kind>::Reply, Self> {
        cmd::hset(key, fields).bind(self)
    }

    /// A whole hash: see [`cmd::hgetall`].
    fn hgetall(
        self,
        key: impl ToArg,
    ) -> Command<cmd::HGetAll, <cmd::HGetAll as Kind>::Reply, Self> {
        cmd::hgetall(key).bind(self)
    }

    /// Elements of a list: see [`cmd::lrange`].
    fn lrange(
        self,
        key: impl ToArg,
        start: i64,
        stop: i64,
    ) -> Command<cmd::LRange, <cmd::LRange as Kind>::Reply, Self> {
        cmd::lrange(key, start, stop).bind(self)
    }

    /// Sends a message to a channel: see [`cmd::publish`].
    fn publish(
        self,
        channel: impl ToArg,
        message: impl ToArg,
    ) -> Command<cmd::Publish, <cmd::Publish as Kind>::Reply, Self> {
        cmd::publish(channel, message).bind(self)
    }

    /// Asks for a sign of life: see [`cmd::ping`].
    fn ping(self) -> Command<cmd::Ping, <cmd::Ping as Kind>::Reply, Self> {
        cmd::ping().bind(self)
    }

    /// Asks for a message back: see [`cmd::echo`].
    fn echo(self, message: impl ToArg) -> Command<cmd::Echo, <cmd::Echo as Kind>::Reply, Self> {
        cmd::echo(message).bind(self)
    }
}

impl<X: Execute> Commands for X {}
