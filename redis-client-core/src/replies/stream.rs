//! Replies to commands for streams.

use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::{Elements, FrameRef, View};

use crate::args::StreamId;
use crate::error::ReplyError;
use crate::reply::{Fields, FromReply, elements_of, next};

/// An entry of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamEntry {
    /// Its id.
    pub id: StreamId,
    /// Its fields and their values. None are left where it was deleted while it was pending.
    pub fields: Vec<(Bytes, Bytes)>,
    /// How many milliseconds ago it was last delivered, if
    /// [`claim`](crate::Command::claim) was used.
    pub idle: Option<u64>,
    /// How often it was delivered before, if [`claim`](crate::Command::claim) was used.
    pub deliveries: Option<u64>,
}

/// The entries that [`XAUTOCLAIM`](crate::cmd::xautoclaim) has given to a consumer, or their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AutoClaimed<T> {
    /// Where to go on; [`StreamId::MIN`] when all have been looked at.
    pub next: StreamId,
    /// What is the consumer's now.
    pub entries: Vec<T>,
    /// Those that were pending but do not exist any more. They are pending no longer. Before
    /// 7.0.0, servers do not say them.
    pub deleted: Vec<StreamId>,
}

/// What is pending in a group: the reply to [`XPENDING`](crate::cmd::xpending).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingSummary {
    /// How many entries.
    pub count: u64,
    /// The least id of them, if there are any.
    pub first: Option<StreamId>,
    /// The greatest id of them, if there are any.
    pub last: Option<StreamId>,
    /// The consumers that have some, and how many.
    pub consumers: Vec<(Bytes, u64)>,
}

/// An entry that is pending: the reply to [`XPENDING`](crate::cmd::xpending) with a range.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingEntry {
    /// Its id.
    pub id: StreamId,
    /// Who has it.
    pub consumer: Bytes,
    /// How many milliseconds ago it was last delivered.
    pub idle: u64,
    /// How often it was delivered.
    pub deliveries: u64,
}

/// What became of an entry that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryRemoval {
    /// There is none with this id.
    NotFound,
    /// It was deleted.
    Deleted,
    /// It is still there, since other groups have not acknowledged it.
    Kept,
}

/// The reply to [`XINFO STREAM`](crate::cmd::xinfo_stream).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamInfo {
    /// What is known without looking at entries and groups.
    pub summary: StreamSummary,
    /// How many groups it has.
    pub groups: u64,
    /// The first entry, if there is one.
    pub first_entry: Option<StreamEntry>,
    /// The last entry, if there is one.
    pub last_entry: Option<StreamEntry>,
}

/// The reply to [`XINFO STREAM`](crate::cmd::xinfo_stream) with its option `full`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamDetails {
    /// What is known without looking at entries and groups.
    pub summary: StreamSummary,
    /// The first entries.
    pub entries: Vec<StreamEntry>,
    /// The groups.
    pub groups: Vec<GroupDetails>,
}

/// What both forms of [`XINFO STREAM`](crate::cmd::xinfo_stream) say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamSummary {
    /// How many entries it has.
    pub length: u64,
    /// How many keys the tree has that holds it.
    pub radix_tree_keys: u64,
    /// How many nodes that tree has.
    pub radix_tree_nodes: u64,
    /// The id of the entry that was added last, whether or not it still exists.
    pub last_generated_id: StreamId,
    /// The greatest id of the entries that were deleted. Since 7.0.0.
    pub max_deleted_entry_id: Option<StreamId>,
    /// How many entries were ever added. Since 7.0.0.
    pub entries_added: Option<u64>,
    /// The id of the first entry. Since 7.0.0.
    pub recorded_first_entry_id: Option<StreamId>,
}

/// A group, as [`XINFO GROUPS`](crate::cmd::xinfo_groups) has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupInfo {
    /// Its name.
    pub name: Bytes,
    /// How many consumers it has.
    pub consumers: u64,
    /// How many entries are pending.
    pub pending: u64,
    /// Where it reads on.
    pub last_delivered_id: StreamId,
    /// How many entries it has read, if that is known. Since 7.0.0.
    pub entries_read: Option<u64>,
    /// How many entries it has still to read, if that is known; negative where `ENTRIESREAD` was
    /// set too high. Since 7.0.0.
    pub lag: Option<i64>,
}

/// A consumer, as [`XINFO CONSUMERS`](crate::cmd::xinfo_consumers) has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerInfo {
    /// Its name.
    pub name: Bytes,
    /// How many entries are pending with it.
    pub pending: u64,
    /// How many milliseconds ago it last tried to read or claim.
    pub idle: u64,
    /// How many milliseconds ago it last got something; -1 if never. Since 7.2.0.
    pub inactive: Option<i64>,
}

/// A group, as [`XINFO STREAM`](crate::cmd::xinfo_stream) has it with its option `full`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupDetails {
    /// Its name.
    pub name: Bytes,
    /// Where it reads on.
    pub last_delivered_id: StreamId,
    /// How many entries it has read, if that is known. Since 7.0.0.
    pub entries_read: Option<u64>,
    /// How many entries it has still to read, if that is known; negative where `ENTRIESREAD` was
    /// set too high. Since 7.0.0.
    pub lag: Option<i64>,
    /// How many entries are pending, more perhaps than are listed.
    pub pending_count: u64,
    /// The first pending entries: id, consumer, Unix time of delivery in milliseconds, and how
    /// often they were delivered.
    pub pending: Vec<(StreamId, Bytes, u64, u64)>,
    /// Its consumers.
    pub consumers: Vec<ConsumerDetails>,
}

/// A consumer, as [`XINFO STREAM`](crate::cmd::xinfo_stream) has it with its option `full`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerDetails {
    /// Its name.
    pub name: Bytes,
    /// The Unix time in milliseconds when it last tried to read or claim.
    pub seen_time: u64,
    /// The Unix time in milliseconds when it last got something; -1 if never. Since 7.2.0.
    pub active_time: Option<i64>,
    /// How many entries are pending with it, more perhaps than are listed.
    pub pending_count: u64,
    /// The first entries that are pending with it: id, Unix time of delivery in milliseconds, and
    /// how often they were delivered.
    pub pending: Vec<(StreamId, u64, u64)>,
}

impl FromReply for StreamEntry {
    /// `XRANGE` with a count of 0 answers with null where the key exists.
    const NULL_IS_NO_ELEMENTS: bool = true;

    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let id = next(&mut elements)?;
        let fields: Option<_> = next(&mut elements)?;
        let mut number = || elements.next().map(u64::from_reply).transpose();
        let (idle, deliveries) = (number()?, number()?);
        Ok(Self { id, fields: fields.unwrap_or_default(), idle, deliveries })
    }

    /// Before 7.0, claimed entries that were deleted are null.
    fn from_elements(elements: Elements<'_>) -> Result<Vec<Self>, ReplyError> {
        let exist = elements.filter(|element| !matches!(element.view(), View::Null));
        exist.map(Self::from_reply).collect()
    }
}

impl<T: FromReply> FromReply for AutoClaimed<T> {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let (next_id, entries) = (next(&mut elements)?, next(&mut elements)?);
        let deleted = elements.next().map(Vec::from_reply).transpose()?;
        Ok(Self { next: next_id, entries, deleted: deleted.unwrap_or_default() })
    }
}

impl FromReply for PendingSummary {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let (count, first, last, consumers) = FromReply::from_reply(frame)?;
        // Null where nothing is pending.
        let consumers: Option<_> = consumers;
        Ok(Self { count, first, last, consumers: consumers.unwrap_or_default() })
    }
}

impl FromReply for PendingEntry {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let (id, consumer, idle, deliveries) = FromReply::from_reply(frame)?;
        Ok(Self { id, consumer, idle, deliveries })
    }
}

impl FromReply for EntryRemoval {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match i64::from_reply(frame)? {
            -1 => Ok(Self::NotFound),
            1 => Ok(Self::Deleted),
            2 => Ok(Self::Kept),
            _ => Err(ReplyError::Number { expected: "-1, 1 or 2" }),
        }
    }
}

impl FromReply for StreamInfo {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            summary: StreamSummary::of(&fields)?,
            groups: fields.read("groups")?,
            first_entry: fields.maybe("first-entry")?,
            last_entry: fields.maybe("last-entry")?,
        })
    }
}

impl FromReply for StreamDetails {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            summary: StreamSummary::of(&fields)?,
            entries: fields.read("entries")?,
            groups: fields.read("groups")?,
        })
    }
}

impl StreamSummary {
    fn of(fields: &Fields<'_>) -> Result<Self, ReplyError> {
        Ok(Self {
            length: fields.read("length")?,
            radix_tree_keys: fields.read("radix-tree-keys")?,
            radix_tree_nodes: fields.read("radix-tree-nodes")?,
            last_generated_id: fields.read("last-generated-id")?,
            max_deleted_entry_id: fields.maybe("max-deleted-entry-id")?,
            entries_added: fields.maybe("entries-added")?,
            recorded_first_entry_id: fields.maybe("recorded-first-entry-id")?,
        })
    }
}

impl FromReply for GroupInfo {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("name")?,
            consumers: fields.read("consumers")?,
            pending: fields.read("pending")?,
            last_delivered_id: fields.read("last-delivered-id")?,
            entries_read: fields.maybe("entries-read")?,
            lag: fields.maybe("lag")?,
        })
    }
}

impl FromReply for ConsumerInfo {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("name")?,
            pending: fields.read("pending")?,
            idle: fields.read("idle")?,
            inactive: fields.maybe("inactive")?,
        })
    }
}

impl FromReply for GroupDetails {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("name")?,
            last_delivered_id: fields.read("last-delivered-id")?,
            entries_read: fields.maybe("entries-read")?,
            lag: fields.maybe("lag")?,
            pending_count: fields.read("pel-count")?,
            pending: fields.read("pending")?,
            consumers: fields.read("consumers")?,
        })
    }
}

impl FromReply for ConsumerDetails {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            name: fields.read("name")?,
            seen_time: fields.read("seen-time")?,
            active_time: fields.maybe("active-time")?,
            pending_count: fields.read("pel-count")?,
            pending: fields.read("pending")?,
        })
    }
}
