//! What the engine wants done.

use redis_server_core::{Draft, Notice};

use super::tracking::Invalidation;

/// Something that is up to whoever has the connections.
#[derive(Debug)]
pub(crate) enum Event {
    /// A client is told something, besides its replies.
    Tell(u64, Notice),
    /// A client that was blocked has its answer.
    Unblock(u64, Draft),
    /// A client's command that was put back in line is to be run.
    Resume(u64),
    /// A client that tracks keys may have to be told something. It becomes a [`Tell`](Self::Tell)
    /// when it is polled, or nothing.
    Invalidate(Invalidation),
    /// A connection is to be closed.
    Close(u64),
}
