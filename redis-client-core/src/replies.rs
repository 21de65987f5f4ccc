//! What some commands answer with besides text, numbers and lists of them.

mod cluster;
mod connection;
mod geo;
mod hash;
mod keys;
mod pubsub;
mod scripting;
mod server;
mod stream;
mod string;

pub use crate::args::StreamId;
pub use cluster::{ClusterLink, Shard, ShardNode, SlotNode, SlotRange};
pub use connection::{Hello, HelloModule, TrackingInfo};
pub use geo::{GeoMatch, GeoPosition};
pub use hash::{FieldExpiry, FieldPersistence};
pub use keys::Migrated;
pub use pubsub::Confirmation;
pub use scripting::{EngineStats, FunctionStats, Library, LibraryFunction, RunningFunction};
pub use server::{
    AclLogEntry, AclSelector, AclUser, CommandDocs, CommandInfo, CommandLogEntry, DryRun,
    LatencyEvent, LatencyHistogram, Module, Role, RoleReplica, SlowLogEntry,
};
pub use stream::{
    AutoClaimed, ConsumerDetails, ConsumerInfo, EntryRemoval, GroupDetails, GroupInfo,
    PendingEntry, PendingSummary, StreamDetails, StreamEntry, StreamInfo, StreamSummary,
};
pub use string::{Lcs, LcsMatch};
