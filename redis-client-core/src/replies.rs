//! What some commands answer with besides text, numbers and lists of them.

mod geo;
mod hash;
mod keys;
mod pubsub;
mod stream;
mod string;

pub use crate::args::StreamId;
pub use geo::{GeoMatch, GeoPosition};
pub use hash::{FieldExpiry, FieldPersistence};
pub use keys::Migrated;
pub use pubsub::Confirmation;
pub use stream::{
    AutoClaimed, ConsumerDetails, ConsumerInfo, EntryRemoval, GroupDetails, GroupInfo,
    PendingEntry, PendingSummary, StreamDetails, StreamEntry, StreamInfo, StreamSummary,
};
pub use string::{Lcs, LcsMatch};
