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
    /// A connection is to be closed.
    Close(u64),
}

/// What is in line to come out.
#[derive(Debug)]
pub(crate) enum Queued {
    Event(Event),
    /// A client that tracks keys may have to be told something: it becomes an [`Event::Tell`] when its
    /// turn comes, or nothing.
    Invalidation(Invalidation),
}

impl From<Event> for Queued {
    #[inline]
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl From<Invalidation> for Queued {
    fn from(invalidation: Invalidation) -> Self {
        Self::Invalidation(invalidation)
    }
}
