//! Replies to commands for scripts and functions.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::FrameRef;

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply};

/// A library of functions: the reply to [`FUNCTION LIST`](crate::cmd::function_list).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Library {
    /// Its name.
    pub name: String,
    /// What runs it: `LUA`.
    pub engine: String,
    /// Its functions.
    pub functions: Vec<LibraryFunction>,
    /// Its source, if that was asked for.
    pub code: Option<Bytes>,
}

/// A function of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryFunction {
    /// Its name.
    pub name: String,
    /// What it says of itself, if anything.
    pub description: Option<String>,
    /// What it may do: `no-writes` and the like.
    pub flags: Vec<String>,
}

/// What [`FUNCTION STATS`](crate::cmd::function_stats) answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionStats {
    /// The function that runs, if any.
    pub running: Option<RunningFunction>,
    /// What there is, by what runs it.
    pub engines: BTreeMap<String, EngineStats>,
}

/// A function that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunningFunction {
    /// Its name.
    pub name: String,
    /// The command that called it.
    pub command: Vec<Bytes>,
    /// For how many milliseconds it has run.
    pub duration_ms: u64,
}

/// How many libraries and functions there are for an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineStats {
    /// How many libraries.
    pub libraries: u64,
    /// How many functions they have together.
    pub functions: u64,
}

impl FromReply for Library {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("library_name")?,
            engine: fields.read("engine")?,
            functions: fields.read("functions")?,
            code: fields.maybe("library_code")?,
        })
    }
}

impl FromReply for LibraryFunction {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("name")?,
            description: fields.maybe("description")?,
            flags: fields.read("flags")?,
        })
    }
}

impl FromReply for FunctionStats {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self { running: fields.read("running_script")?, engines: fields.read("engines")? })
    }
}

impl FromReply for RunningFunction {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("name")?,
            command: fields.read("command")?,
            duration_ms: fields.read("duration_ms")?,
        })
    }
}

impl FromReply for EngineStats {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            libraries: fields.read("libraries_count")?,
            functions: fields.read("functions_count")?,
        })
    }
}
