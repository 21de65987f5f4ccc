//! How long things took.

use alloc::collections::BTreeMap;
use alloc::string::String;

use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply, elements_of, next};

/// An event that was slow: the reply to [`LATENCY LATEST`](crate::cmd::latency_latest).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatencyEvent {
    /// Its name, as `command` or `fork`.
    pub name: String,
    /// The Unix time in seconds at which it was slow last.
    pub time: u64,
    /// How many milliseconds it took then.
    pub latest_ms: u64,
    /// How many it took at most.
    pub max_ms: u64,
}

/// How long the calls of a command took: the reply to
/// [`LATENCY HISTOGRAM`](crate::cmd::latency_histogram).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatencyHistogram {
    /// How many calls there were.
    pub calls: u64,
    /// How many of them took at most so many microseconds.
    pub micros: BTreeMap<u64, u64>,
}

impl FromReply for LatencyEvent {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        Ok(Self {
            name: next(&mut elements)?,
            time: next(&mut elements)?,
            latest_ms: next(&mut elements)?,
            max_ms: next(&mut elements)?,
        })
    }
}

impl FromReply for LatencyHistogram {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self { calls: fields.read("calls")?, micros: fields.read("histogram_usec")? })
    }
}
