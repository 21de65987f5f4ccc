//! Logs of commands.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{FromReply, elements_of, next};

/// A slow command: the reply to [`SLOWLOG GET`](crate::cmd::slowlog_get).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlowLogEntry {
    /// Which entry it is.
    pub id: u64,
    /// The Unix time in seconds at which it ran.
    pub time: u64,
    /// How many microseconds it took.
    pub micros: u64,
    /// Its words, at most 32 of them, and of each at most 128 bytes.
    pub command: Vec<Bytes>,
    /// Where the connection came from. Since 4.0.
    pub client_addr: Option<String>,
    /// The name of the connection. Since 4.0.
    pub client_name: Option<String>,
}

/// A command that was slow or large: the reply to [`COMMANDLOG GET`](crate::cmd::commandlog_get).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandLogEntry {
    /// Which entry it is.
    pub id: u64,
    /// The Unix time in seconds at which it ran.
    pub time: u64,
    /// How many microseconds it took, or how many bytes it or its reply had.
    pub amount: u64,
    /// Its words, at most 32 of them, and of each at most 128 bytes.
    pub command: Vec<Bytes>,
    /// Where the connection came from.
    pub client_addr: String,
    /// The name of the connection.
    pub client_name: String,
}

impl FromReply for SlowLogEntry {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        Ok(Self {
            id: next(&mut elements)?,
            time: next(&mut elements)?,
            micros: next(&mut elements)?,
            command: next(&mut elements)?,
            client_addr: elements.next().map(String::from_reply).transpose()?,
            client_name: elements.next().map(String::from_reply).transpose()?,
        })
    }
}

impl FromReply for CommandLogEntry {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        Ok(Self {
            id: next(&mut elements)?,
            time: next(&mut elements)?,
            amount: next(&mut elements)?,
            command: next(&mut elements)?,
            client_addr: next(&mut elements)?,
            client_name: next(&mut elements)?,
        })
    }
}
