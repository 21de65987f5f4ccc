//! Replies to commands for the server.

mod acl;
mod commands;
mod latency;
mod logs;
mod role;

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply};
pub use acl::{AclLogEntry, AclSelector, AclUser, DryRun};
pub use commands::{CommandDocs, CommandInfo};
pub use latency::{LatencyEvent, LatencyHistogram};
pub use logs::{CommandLogEntry, SlowLogEntry};
pub use role::{Role, RoleReplica};

/// A loaded module: the reply to [`MODULE LIST`](crate::cmd::module_list).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: i64,
    /// The file it was loaded from. Since 7.0.
    pub path: Option<String>,
    /// The arguments it was loaded with. Since 7.0.
    pub args: Vec<Bytes>,
}

impl FromReply for Module {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("name")?,
            version: fields.read("ver")?,
            path: fields.maybe("path")?,
            args: fields.maybe("args")?.unwrap_or_default(),
        })
    }
}
