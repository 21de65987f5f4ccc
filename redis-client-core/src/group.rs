//! A consumer of a stream's group.

mod consumer;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

use crate::args::{GroupStart, StreamId};
use crate::cmd;
use crate::request::Request;
pub use consumer::Consumer;

/// A consumer group of one or several streams, and one consumer of it.
///
/// ```
/// use std::time::Duration;
///
/// use redis_client_core::Group;
/// use redis_client_core::args::StreamId;
///
/// let group = Group::new("billing", "worker-1", ["orders"])
///     .create(StreamId::MIN)
///     .claim(Duration::from_secs(60))
///     .count(50);
/// # let _ = group;
/// ```
#[derive(Clone, Debug)]
pub struct Group {
    name: String,
    consumer: String,
    streams: Vec<Bytes>,
    create: Option<GroupStart>,
    claim: Option<Duration>,
    block: Duration,
    count: u32,
}

/// An entry of a stream, for this consumer to work on and then to acknowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupEntry {
    /// The stream's key.
    pub stream: Bytes,
    /// Its id in the stream.
    pub id: StreamId,
    /// Its fields and their values, in order; names may repeat.
    pub fields: Vec<(Bytes, Bytes)>,
    /// It has been delivered before, to this consumer or to another one: some of the work may have
    /// been done.
    pub redelivered: bool,
}

impl Group {
    /// The consumer of that name in the group of that name, reading from streams with these keys.
    ///
    /// A name has to be one process's own, and the same when that starts again: what was delivered
    /// to it and not acknowledged is found by it.
    pub fn new<S: AsRef<[u8]>>(
        name: impl Into<String>,
        consumer: impl Into<String>,
        streams: impl IntoIterator<Item = S>,
    ) -> Self {
        let keys = streams.into_iter().map(|key| Bytes::copy_from_slice(key.as_ref()));
        let mut streams = Vec::new();
        for key in keys {
            // Twice the same would be two places to read on from.
            if !streams.contains(&key) {
                streams.push(key);
            }
        }
        Self {
            name: name.into(),
            consumer: consumer.into(),
            streams,
            create: None,
            claim: None,
            block: BLOCK,
            count: COUNT,
        }
    }

    /// Has groups created that don't exist, and streams too, to begin behind this entry:
    /// [`StreamId::MIN`] for all there are, [`GroupStart::End`] for only those to come.
    ///
    /// A group that is destroyed later is created again the same way; where it began at the end,
    /// what was added meanwhile is never seen.
    pub fn create(mut self, start: impl Into<GroupStart>) -> Self {
        self.create = Some(start.into());
        self
    }

    /// Takes over what other consumers have not acknowledged for so long, at the beginning and then
    /// once in that time (`XAUTOCLAIM`, since Redis 6.2). It should be well above what work takes on
    /// all that is asked for at once, [`count`](Self::count) entries of each stream: their time
    /// begins when they are read, and two will work on the same one when it is over.
    pub const fn claim(mut self, idle: Duration) -> Self {
        self.claim = Some(idle);
        self
    }

    /// How long to wait for entries in one go, 5 s unless set.
    pub const fn block(mut self, time: Duration) -> Self {
        self.block = time;
        self
    }

    /// How many entries of a stream to ask for in one go, 100 unless set. All of them are pending
    /// until they are acknowledged.
    pub const fn count(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// The command that acknowledges entries of one stream.
    pub fn acknowledge(&self, stream: &Bytes, ids: impl IntoIterator<Item = StreamId>) -> Request {
        // To acknowledge twice is to acknowledge once.
        cmd::xack(stream, &self.name, ids).resend().into_request()
    }
}

impl GroupEntry {
    /// The first value of that name.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&Bytes> {
        let name = name.as_ref();
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

/// Long enough that an idle consumer costs nothing, short enough to notice within it that a server
/// has gone.
const BLOCK: Duration = Duration::from_secs(5);

/// Enough to make a round trip worth it, few enough that what a consumer has pending when it dies is
/// little.
const COUNT: u32 = 100;

#[cfg(test)]
mod tests;
