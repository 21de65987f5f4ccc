//! Arguments of commands for streams.

use alloc::string::ToString;
use core::fmt;
use core::str::FromStr;

use resp_core::FrameRef;

use super::Words;
use crate::arg::ToArg;
use crate::error::ReplyError;
use crate::reply::{FromReply, text_of};
use crate::request::Request;

/// The id of an entry of a stream: `1526919030474-0`. Ids are in the order of their entries.
///
/// ```
/// use redis_client_core::args::StreamId;
///
/// let id: StreamId = "1526919030474-3".parse().unwrap();
/// assert_eq!(id, StreamId::new(1526919030474, 3));
/// assert!(id < StreamId::MAX);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Unix time in milliseconds, unless whoever added the entry chose otherwise.
    pub ms: u64,
    /// Which of the entries of that millisecond.
    pub seq: u64,
}

/// The text is not the id of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseStreamIdError(());

/// The id that a new entry gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewId {
    /// The server's time, and a number that makes it greater than the last one: `*`.
    #[default]
    Auto,
    /// This time, and a number that makes it greater than the last one: `5-*`. Since 7.0.0.
    AutoAt(u64),
    /// This one, which has to be greater than the last one.
    Id(StreamId),
}

/// Where [`xread`](crate::cmd::xread) begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadFrom {
    /// Behind this entry, whether or not it exists.
    After(StreamId),
    /// Behind the last entry that there is now: `$`.
    New,
    /// With the last entry: `+`. Since Redis 7.4.
    Last,
}

/// What [`xreadgroup`](crate::cmd::xreadgroup) reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupRead {
    /// What no consumer of the group has got yet: `>`.
    New,
    /// What is pending with this consumer, behind this entry.
    PendingAfter(StreamId),
}

/// Where a group begins to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupStart {
    /// Behind this entry, whether or not it exists; [`StreamId::MIN`] for all entries.
    After(StreamId),
    /// Behind the last entry that there is now: `$`.
    End,
}

/// An end of a range of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdBound {
    /// Before all entries: `-`.
    Lowest,
    /// Behind all entries: `+`.
    Highest,
    /// To this entry, which is part of the range.
    Included(StreamId),
    /// To this entry, which is not part of the range. Since 6.2.0.
    Excluded(StreamId),
    /// To this time in milliseconds, all of whose entries are part of the range.
    Time(u64),
}

/// What to remove from the beginning of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trim {
    keep: Keep,
    approximately: bool,
    limit: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Last(u64),
    From(StreamId),
}

impl StreamId {
    /// Less than the ids of all entries: `0-0`.
    pub const MIN: Self = Self::new(0, 0);
    /// The greatest id.
    pub const MAX: Self = Self::new(u64::MAX, u64::MAX);

    /// The id with this time in milliseconds and this number.
    pub const fn new(ms: u64, seq: u64) -> Self {
        Self { ms, seq }
    }
}

impl Trim {
    /// Keeps the last entries, so many of them.
    pub const fn maxlen(entries: u64) -> Self {
        Self { keep: Keep::Last(entries), approximately: false, limit: None }
    }

    /// Keeps the entries from this id on. Since 6.2.0.
    pub const fn minid(id: StreamId) -> Self {
        Self { keep: Keep::From(id), approximately: false, limit: None }
    }

    /// Lets the server keep some more, which is a lot faster: it removes entries only where it can
    /// free a piece of memory as a whole.
    pub const fn approximately(mut self) -> Self {
        self.approximately = true;
        self
    }

    /// Removes so many entries at most, and [approximately](Self::approximately), without which
    /// servers take no limit. 0 is no limit. Since 6.2.0.
    pub const fn limit(mut self, entries: u64) -> Self {
        self.limit = Some(entries);
        self.approximately()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}

impl fmt::Display for ParseStreamIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the id of a stream's entry")
    }
}

impl core::error::Error for ParseStreamIdError {}

/// Without a number behind the time, it is 0, as for the server.
impl FromStr for StreamId {
    type Err = ParseStreamIdError;

    fn from_str(text: &str) -> Result<Self, ParseStreamIdError> {
        let (ms, seq) = text.split_once('-').unwrap_or((text, "0"));
        let number = |text: &str| text.parse().map_err(|_| ParseStreamIdError(()));
        Ok(Self { ms: number(ms)?, seq: number(seq)? })
    }
}

impl FromReply for StreamId {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let text = core::str::from_utf8(text_of(frame)?).map_err(|_| ReplyError::Utf8)?;
        text.parse().map_err(|_| ReplyError::Number { expected: "the id of an entry" })
    }
}

impl From<StreamId> for NewId {
    fn from(id: StreamId) -> Self {
        Self::Id(id)
    }
}

impl From<StreamId> for GroupStart {
    fn from(id: StreamId) -> Self {
        Self::After(id)
    }
}

impl From<StreamId> for IdBound {
    fn from(id: StreamId) -> Self {
        Self::Included(id)
    }
}

impl ToArg for StreamId {
    fn write_arg(&self, request: &mut Request) {
        request.push(self.to_string().as_bytes());
    }
}

impl Words for NewId {
    fn write(self, request: &mut Request) {
        match self {
            Self::Auto => request.push(b"*"),
            Self::AutoAt(ms) => request.push(alloc::format!("{ms}-*").as_bytes()),
            Self::Id(id) => id.write_arg(request),
        }
    }
}

impl ToArg for ReadFrom {
    fn write_arg(&self, request: &mut Request) {
        match self {
            Self::After(id) => id.write_arg(request),
            Self::New => request.push(b"$"),
            Self::Last => request.push(b"+"),
        }
    }
}

impl ToArg for GroupRead {
    fn write_arg(&self, request: &mut Request) {
        match self {
            Self::New => request.push(b">"),
            Self::PendingAfter(id) => id.write_arg(request),
        }
    }
}

impl Words for GroupStart {
    fn write(self, request: &mut Request) {
        match self {
            Self::After(id) => id.write_arg(request),
            Self::End => request.push(b"$"),
        }
    }
}

impl ToArg for IdBound {
    fn write_arg(&self, request: &mut Request) {
        match self {
            Self::Lowest => request.push(b"-"),
            Self::Highest => request.push(b"+"),
            Self::Included(id) => id.write_arg(request),
            Self::Excluded(id) => request.push(alloc::format!("({id}").as_bytes()),
            // The server takes the missing half for the least or the greatest, at either end.
            Self::Time(ms) => ms.write_arg(request),
        }
    }
}

impl Words for Trim {
    fn write(self, request: &mut Request) {
        let operator = if self.approximately { "~" } else { "=" };
        match self.keep {
            Keep::Last(entries) => request.arg("MAXLEN").arg(operator).arg(entries),
            Keep::From(id) => request.arg("MINID").arg(operator).arg(id),
        };
        if let Some(limit) = self.limit {
            request.arg("LIMIT").arg(limit);
        }
    }
}
