//! Replies to commands for the connection itself.

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply};

/// What the server says of itself and of the connection: the reply to
/// [`HELLO`](crate::cmd::hello).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hello {
    /// `redis` or `valkey`.
    pub server: String,
    /// The server's version.
    pub version: String,
    /// The version of the protocol that the connection speaks: 2 or 3.
    pub proto: u64,
    /// The connection's id.
    pub id: u64,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: String,
    /// `master` or `replica`; a Sentinel does not say.
    pub role: Option<String>,
    /// The modules that are loaded.
    pub modules: Vec<HelloModule>,
}

/// A module, as [`Hello`] has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HelloModule {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: i64,
}

/// How keys are tracked: the reply to [`CLIENT TRACKINGINFO`](crate::cmd::client_trackinginfo).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackingInfo {
    /// `on`, or `off`; `bcast`, `optin` and so on.
    pub flags: Vec<String>,
    /// The id of the connection that gets the invalidations; 0 where it is this one, -1 where keys
    /// are not tracked.
    pub redirect: i64,
    /// How the keys begin that are tracked, where that was said.
    pub prefixes: Vec<Bytes>,
}

impl FromReply for Hello {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            server: fields.read("server")?,
            version: fields.read("version")?,
            proto: fields.read("proto")?,
            id: fields.read("id")?,
            mode: fields.read("mode")?,
            role: fields.maybe("role")?,
            modules: fields.read("modules")?,
        })
    }
}

impl FromReply for HelloModule {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self { name: fields.read("name")?, version: fields.read("ver")? })
    }
}

impl FromReply for TrackingInfo {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            flags: fields.read("flags")?,
            redirect: fields.read("redirect")?,
            prefixes: fields.read("prefixes")?,
        })
    }
}
