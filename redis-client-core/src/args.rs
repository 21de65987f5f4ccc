//! What some commands take besides text and numbers: one of several words, or words that belong
//! together.

mod bitmap;
mod cluster;
mod connection;
mod geo;
mod list;
mod scripting;
mod sentinel;
mod server;
mod sorted_set;
mod stream;

use crate::request::Request;

pub use bitmap::{
    BitOffset, BitOperation, BitRange, BitType, BitUnit, BitfieldOperation, Overflow,
};
pub use cluster::{Order, SlotState, SlotStats};
pub use connection::{ClientType, KillFilter, LibraryInfo, OnOff, ReplyMode, YesNo};
pub use geo::{GeoArea, GeoOrigin, GeoUnit};
pub use list::{Place, Side};
pub use scripting::ScriptDebug;
pub use sentinel::{SentinelConfig, SimulatedFailure};
pub use server::{CommandFilter, CommandLog, ReplicaOf};
pub use sorted_set::{Aggregate, LexBound, ScoreBound, ScoreEnd};
pub use stream::{
    GroupRead, GroupStart, IdBound, NewId, ParseStreamIdError, ReadFrom, StreamId, Trim,
};

/// An argument that may be several words.
pub(crate) trait Words {
    /// Appends them.
    fn write(self, request: &mut Request);
}
