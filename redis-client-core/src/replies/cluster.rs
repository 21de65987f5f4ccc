//! Replies to commands for Redis Cluster.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply, elements_of, next};

/// Slots and who serves them: the reply to [`CLUSTER SLOTS`](crate::cmd::cluster_slots).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotRange {
    /// The first slot.
    pub start: u16,
    /// The last slot.
    pub end: u16,
    /// The primary, and behind it the replicas.
    pub nodes: Vec<SlotNode>,
}

/// A node that serves slots.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotNode {
    /// Its host; none where that is the host that the command was sent to. It may be empty, or `?`,
    /// where the node does not know.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// Its id. Since 4.0.
    pub id: Option<String>,
    /// Other ways to reach it, as `ip` or `hostname`. Since 7.0.
    pub metadata: BTreeMap<String, String>,
}

/// Nodes with the same slots: the reply to [`CLUSTER SHARDS`](crate::cmd::cluster_shards).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shard {
    /// Ranges of slots, whose ends are included.
    pub slots: Vec<(u16, u16)>,
    /// The nodes.
    pub nodes: Vec<ShardNode>,
}

/// A node of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShardNode {
    /// Its id.
    pub id: String,
    /// Its port without TLS, if it has one.
    pub port: Option<u16>,
    /// Its port with TLS, if it has one.
    pub tls_port: Option<u16>,
    /// Its IP address.
    pub ip: String,
    /// The host by which it wants to be reached; none where that is the host that the command was
    /// sent to.
    pub endpoint: Option<String>,
    /// Its name, if it has one.
    pub hostname: Option<String>,
    /// `master` or `replica`.
    pub role: String,
    /// How many bytes it has written or has taken over.
    pub replication_offset: i64,
    /// `online`, `failed` or `loading`.
    pub health: String,
}

/// A connection of the cluster bus: the reply to [`CLUSTER LINKS`](crate::cmd::cluster_links).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterLink {
    /// `to` or `from`.
    pub direction: String,
    /// The id of the other node.
    pub node: String,
    /// The Unix time in milliseconds at which it was made.
    pub create_time: u64,
    /// `r` and `w` for what it waits for.
    pub events: String,
    /// How many bytes there is room for.
    pub send_buffer_allocated: u64,
    /// How many bytes of that are used.
    pub send_buffer_used: u64,
}

impl FromReply for SlotRange {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let (start, end) = (next(&mut elements)?, next(&mut elements)?);
        let nodes: Result<_, _> = elements.map(SlotNode::from_reply).collect();
        Ok(Self { start, end, nodes: nodes? })
    }
}

impl FromReply for SlotNode {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        Ok(Self {
            host: next(&mut elements)?,
            port: next(&mut elements)?,
            id: elements.next().map(String::from_reply).transpose()?,
            metadata: elements.next().map(BTreeMap::from_reply).transpose()?.unwrap_or_default(),
        })
    }
}

impl FromReply for Shard {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self { slots: fields.read("slots")?, nodes: fields.read("nodes")? })
    }
}

impl FromReply for ShardNode {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            id: fields.read("id")?,
            port: fields.maybe("port")?,
            tls_port: fields.maybe("tls-port")?,
            ip: fields.read("ip")?,
            endpoint: fields.maybe("endpoint")?,
            hostname: fields.maybe("hostname")?,
            role: fields.read("role")?,
            replication_offset: fields.read("replication-offset")?,
            health: fields.read("health")?,
        })
    }
}

impl FromReply for ClusterLink {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            direction: fields.read("direction")?,
            node: fields.read("node")?,
            create_time: fields.read("create-time")?,
            events: fields.read("events")?,
            send_buffer_allocated: fields.read("send-buffer-allocated")?,
            send_buffer_used: fields.read("send-buffer-used")?,
        })
    }
}
