//! Arguments of commands for the server.

use super::Words;
use crate::request::Request;

/// Which commands [`command_list`](crate::cmd::command_list) lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandFilter<'a> {
    /// Those of this module.
    Module(&'a str),
    /// Those of this category: see [`acl_cat`](crate::cmd::acl_cat).
    Aclcat(&'a str),
    /// Those whose names match this pattern.
    Pattern(&'a str),
}

/// A log of Valkey, for [`commandlog_get`](crate::cmd::commandlog_get).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandLog {
    /// Commands that took long.
    Slow,
    /// Commands that were large.
    LargeRequest,
    /// Commands whose replies were large.
    LargeReply,
}

/// Whose replica a server becomes by [`replicaof`](crate::cmd::replicaof).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplicaOf<'a> {
    /// That of the server with this host and port.
    Server(&'a str, u16),
    /// Nobody's: it is a primary.
    NoOne,
}

impl Words for CommandFilter<'_> {
    fn write(self, request: &mut Request) {
        match self {
            Self::Module(name) => request.arg("MODULE").arg(name),
            Self::Aclcat(category) => request.arg("ACLCAT").arg(category),
            Self::Pattern(pattern) => request.arg("PATTERN").arg(pattern),
        };
    }
}

impl Words for CommandLog {
    fn write(self, request: &mut Request) {
        request.arg(match self {
            Self::Slow => "SLOW",
            Self::LargeRequest => "LARGE-REQUEST",
            Self::LargeReply => "LARGE-REPLY",
        });
    }
}

impl Words for ReplicaOf<'_> {
    fn write(self, request: &mut Request) {
        match self {
            Self::Server(host, port) => request.arg(host).arg(port),
            Self::NoOne => request.arg("NO").arg("ONE"),
        };
    }
}
