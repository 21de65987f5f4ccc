//! What a server is to others.

use alloc::string::String;
use alloc::vec::Vec;

use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{FromReply, elements_of, next, text_of};

/// What a server is: the reply to [`ROLE`](crate::cmd::role).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// A primary.
    #[non_exhaustive]
    Primary {
        /// How many bytes it has written for its replicas.
        offset: i64,
        /// The replicas that are connected.
        replicas: Vec<RoleReplica>,
    },
    /// A replica.
    #[non_exhaustive]
    Replica {
        /// Its primary's host.
        host: String,
        /// Its primary's port.
        port: u16,
        /// `connect`, `connecting`, `sync` or `connected`; `handshake` or `none` between them.
        state: String,
        /// How many bytes it has of its primary; -1 before any.
        offset: i64,
    },
    /// A Sentinel.
    #[non_exhaustive]
    Sentinel {
        /// The names of the primaries it looks after.
        primaries: Vec<String>,
    },
}

/// A replica, as its primary knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoleReplica {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How many bytes it has said it has.
    pub offset: i64,
}

impl FromReply for Role {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let role = elements.next().ok_or(ReplyError::Null)?;
        match text_of(role)? {
            b"master" => {
                let (offset, replicas) = (next(&mut elements)?, next(&mut elements)?);
                Ok(Self::Primary { offset, replicas })
            }
            b"slave" => {
                let (host, port) = (next(&mut elements)?, next(&mut elements)?);
                let (state, offset) = (next(&mut elements)?, next(&mut elements)?);
                Ok(Self::Replica { host, port, state, offset })
            }
            b"sentinel" => Ok(Self::Sentinel { primaries: next(&mut elements)? }),
            _ => Err(ReplyError::unexpected("master, slave or sentinel", role)),
        }
    }
}

impl FromReply for RoleReplica {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        Ok(Self {
            host: next(&mut elements)?,
            port: next(&mut elements)?,
            offset: next(&mut elements)?,
        })
    }
}
