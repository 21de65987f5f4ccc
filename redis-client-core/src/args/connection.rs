//! Arguments of commands for the connection itself.

use alloc::string::String;

use super::Words;
use crate::request::Request;

/// Whether something is so from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOff {
    /// It is.
    On,
    /// It isn't.
    Off,
}

/// Whether something is so, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YesNo {
    /// It is.
    Yes,
    /// It isn't.
    No,
}

/// What the server replies to, for [`client_reply`](crate::cmd::client_reply).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyMode {
    /// Every command.
    On,
    /// No command, this one included.
    Off,
    /// Not this command and not the next one.
    Skip,
}

/// What a connection is to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientType {
    /// A client like any other.
    Normal,
    /// The server's primary.
    Master,
    /// The server's primary, as Valkey 8.0 says it.
    Primary,
    /// One of the server's replicas.
    Replica,
    /// One of the server's replicas, as servers before 5.0 say it.
    Slave,
    /// A client that has subscribed to channels.
    Pubsub,
}

/// Which connections [`client_kill`](crate::cmd::client_kill) closes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KillFilter {
    /// The one with this id.
    Id(u64),
    /// Those of this type.
    Type(ClientType),
    /// Those that are logged in as this user.
    User(String),
    /// The one that comes from this `address:port`, or from this `path:0`.
    Addr(String),
    /// Those that came to this `address:port` of the server. Since 6.2.0.
    Laddr(String),
    /// Whether the connection that asks for it is left alone; so it is unless told otherwise.
    Skipme(YesNo),
    /// Those that are older than so many seconds. Since Redis 7.4 and Valkey 8.0.
    Maxage(u64),
}

/// What a library says of itself, for [`client_setinfo`](crate::cmd::client_setinfo). Spaces are
/// not allowed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LibraryInfo<'a> {
    /// Its name.
    Name(&'a str),
    /// Its version.
    Version(&'a str),
}

impl Words for OnOff {
    fn write(self, request: &mut Request) {
        request.arg(match self {
            Self::On => "ON",
            Self::Off => "OFF",
        });
    }
}

impl Words for YesNo {
    fn write(self, request: &mut Request) {
        request.arg(self.word());
    }
}

impl YesNo {
    const fn word(self) -> &'static str {
        match self {
            Self::Yes => "YES",
            Self::No => "NO",
        }
    }
}

impl Words for ReplyMode {
    fn write(self, request: &mut Request) {
        request.arg(match self {
            Self::On => "ON",
            Self::Off => "OFF",
            Self::Skip => "SKIP",
        });
    }
}

impl Words for ClientType {
    fn write(self, request: &mut Request) {
        request.arg(self.word());
    }
}

impl ClientType {
    const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Master => "master",
            Self::Primary => "primary",
            Self::Replica => "replica",
            Self::Slave => "slave",
            Self::Pubsub => "pubsub",
        }
    }
}

impl Words for KillFilter {
    fn write(self, request: &mut Request) {
        match self {
            Self::Id(id) => request.arg("ID").arg(id),
            Self::Type(of) => request.arg("TYPE").arg(of.word()),
            Self::User(name) => request.arg("USER").arg(name),
            Self::Addr(address) => request.arg("ADDR").arg(address),
            Self::Laddr(address) => request.arg("LADDR").arg(address),
            Self::Skipme(skip) => request.arg("SKIPME").arg(skip.word()),
            Self::Maxage(seconds) => request.arg("MAXAGE").arg(seconds),
        };
    }
}

impl Words for LibraryInfo<'_> {
    fn write(self, request: &mut Request) {
        match self {
            Self::Name(name) => request.arg("lib-name").arg(name),
            Self::Version(version) => request.arg("lib-ver").arg(version),
        };
    }
}
