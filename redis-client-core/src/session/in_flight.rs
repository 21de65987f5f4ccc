//! What has been submitted and not answered.

use alloc::collections::VecDeque;

use super::subscriptions::Verb;
use crate::event::Outcome;
use crate::time::Time;

/// A command, or a batch of them, that waits for its replies.
#[derive(Debug)]
pub(super) struct InFlight<T> {
    /// The caller's; none once the caller has been told of a timeout. The entry stays as a
    /// tombstone and eats its replies.
    pub(super) tag: Option<T>,
    pub(super) expect: Expect,
    pub(super) deadline: Option<Time>,
    /// How much must have been written for the server to be able to run any of it, in bytes of
    /// commands since the session began.
    pub(super) boundary: u64,
}

/// What an entry waits for.
#[derive(Debug)]
pub(super) enum Expect {
    /// One reply.
    Reply,
    /// One reply, to `HELLO` or `RESET`.
    Switch,
    /// So many more replies.
    Replies { left: usize },
    /// So many more confirmations, or one error. None where the number is how many subscriptions
    /// are held when the first one comes.
    Confirmations { verb: Verb, left: Option<usize> },
}

impl Expect {
    /// How many replies this stands for among those in flight.
    pub(super) const fn weight(&self) -> usize {
        match self {
            Self::Replies { left } => *left,
            Self::Reply | Self::Switch | Self::Confirmations { .. } => 1,
        }
    }
}

impl<T> InFlight<T> {
    /// What may have become of it, when so many bytes of commands were written.
    pub(super) const fn outcome(&self, written: u64) -> Outcome {
        if written < self.boundary { Outcome::NotSent } else { Outcome::MaybeApplied }
    }
}

/// The earliest deadline of those whose caller still waits.
pub(super) fn next_deadline<T>(entries: &VecDeque<InFlight<T>>) -> Option<Time> {
    entries.iter().filter(|entry| entry.tag.is_some()).filter_map(|entry| entry.deadline).min()
}
