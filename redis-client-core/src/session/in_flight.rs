//! What has been submitted and not answered.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use resp_core::Frame;

use super::subscriptions::{Announcement, Verb};
use crate::error::{Cause, ConnectionError};
use crate::event::{Event, Failure, Outcome};
use resp_core::Time;

/// What is under way, oldest first: a reply is always the oldest one's.
///
/// ```text
///   push --> awaited --reply, or the last of several--> answered
///               |
///               +--overdue--> tombstone --the same replies, thrown away--> gone
/// ```
#[derive(Debug)]
pub(super) struct InFlight<T> {
    entries: VecDeque<Entry<T>>,
    /// Replies that the entries stand for.
    replies: usize,
    /// The replies that have come for the oldest entry, where it waits for several.
    collected: Vec<Frame>,
    /// At or before the earliest deadline of all.
    deadline: Option<Time>,
}

/// A command, or a batch of them, that waits for its replies.
#[derive(Debug)]
pub(super) struct Entry<T> {
    /// The caller's; none once the caller has been told of a timeout. The entry stays as a
    /// tombstone and eats its replies.
    pub(super) tag: Option<T>,
    pub(super) expect: Expect,
    pub(super) deadline: Option<Time>,
    /// It has a time of its own: until then silence is no bad sign.
    pub(super) patient: bool,
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
    /// One reply, to `EXEC` or `DISCARD` (`all`), or to `UNWATCH`.
    Settled { all: bool },
    /// So many more replies; the last one to the `EXEC` of an `atomic` batch.
    Replies { left: usize, atomic: bool },
    /// One reply, to a command of the session's own that puts the connection in order.
    Tidied { last: bool },
    /// So many more confirmations, or one error. None where the number is how many subscriptions
    /// are held when the first one comes.
    Confirmations { verb: Verb, left: Option<usize> },
}

/// What a confirmation was.
pub(super) enum Confirmed {
    OneOfSeveral,
    Last,
}

impl<T> InFlight<T> {
    pub(super) const fn new() -> Self {
        Self { entries: VecDeque::new(), replies: 0, collected: Vec::new(), deadline: None }
    }

    /// How many replies are outstanding.
    pub(super) const fn replies(&self) -> usize {
        self.replies
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether any caller still waits.
    pub(super) fn is_awaited(&self) -> bool {
        self.entries.iter().any(|entry| entry.tag.is_some())
    }

    /// Whether something is under way that can't be waited for, or that changes the connection.
    pub(super) fn is_entangled(&self) -> bool {
        let entangled = |entry: &Entry<T>| {
            entry.patient || matches!(entry.expect, Expect::Switch | Expect::Confirmations { .. })
        };
        self.entries.iter().any(entangled)
    }

    /// The oldest entry.
    pub(super) fn oldest(&self) -> Option<&Entry<T>> {
        self.entries.front()
    }

    /// What the oldest entry waits for.
    #[inline]
    pub(super) fn expected(&self) -> Option<&Expect> {
        self.entries.front().map(|entry| &entry.expect)
    }

    /// When to look for what is overdue.
    pub(super) const fn poll_timeout(&self) -> Option<Time> {
        self.deadline
    }

    #[inline]
    pub(super) fn push(&mut self, entry: Entry<T>) {
        self.deadline = self.deadline.into_iter().chain(entry.deadline).min();
        self.replies += entry.expect.weight();
        self.entries.push_back(entry);
    }

    /// Takes a reply to the oldest entry.
    #[inline]
    pub(super) fn answer(&mut self, frame: Frame, events: &mut VecDeque<Event<T>>) {
        let Some(oldest) = self.entries.front_mut() else { return };
        match &mut oldest.expect {
            Expect::Reply | Expect::Switch | Expect::Settled { .. } | Expect::Tidied { .. } => {
                if let Some(tag) = self.pop() {
                    events.push_back(Event::Reply { tag, frame });
                }
            }
            Expect::Replies { left, .. } => {
                if oldest.tag.is_some() {
                    if self.collected.is_empty() {
                        self.collected.reserve_exact(*left);
                    }
                    self.collected.push(frame);
                }
                *left -= 1;
                self.replies -= 1;
                if *left == 0 {
                    self.finish(events);
                }
            }
            // One refusal stands for all the confirmations.
            Expect::Confirmations { .. } => {
                if oldest.tag.is_some() {
                    self.collected.push(frame);
                }
                self.finish(events);
            }
        }
    }

    /// Takes off the oldest entry, which nobody waits for.
    pub(super) fn drop_oldest(&mut self) {
        let _ = self.pop();
    }

    /// Takes a confirmation; `held` of them are due where the request named none.
    ///
    /// # Errors
    ///
    /// The frame, if the oldest entry waits for none of the kind.
    pub(super) fn confirm(
        &mut self,
        announcement: &Announcement,
        held: usize,
        frame: Frame,
        events: &mut VecDeque<Event<T>>,
    ) -> Result<Confirmed, Frame> {
        let Some(Entry { tag, expect: Expect::Confirmations { verb, left }, .. }) =
            self.entries.front_mut()
        else {
            return Err(frame);
        };
        if *verb != announcement.verb {
            return Err(frame);
        }
        let due = left.unwrap_or(held);
        // Without a name there was nothing to end, and nothing follows.
        let rest = if announcement.name.is_some() { due.saturating_sub(1) } else { 0 };
        *left = Some(rest);
        if tag.is_some() {
            self.collected.push(frame);
        }
        if rest > 0 {
            return Ok(Confirmed::OneOfSeveral);
        }
        self.finish(events);
        Ok(Confirmed::Last)
    }

    /// Tells the callers of what is overdue, and makes tombstones of it.
    pub(super) fn handle_timeout(&mut self, now: Time, events: &mut VecDeque<Event<T>>) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        let mut next = None;
        for (index, entry) in self.entries.iter_mut().enumerate() {
            if entry.deadline.is_none_or(|deadline| now < deadline) {
                // A tombstone has been overdue already.
                next = next.into_iter().chain(entry.deadline).min();
                continue;
            }
            let Some(tag) = entry.tag.take() else { continue };
            // Only the oldest entry can have had replies.
            let frames = if index == 0 { core::mem::take(&mut self.collected) } else { Vec::new() };
            // What is still queued will leave all the same.
            let outcome = Outcome::MaybeApplied;
            let (cause, deadline) = (Cause::TimedOut, entry.deadline);
            let failure = Box::new(Failure { frames, outcome, cause, deadline });
            events.push_back(Event::Failed { tag, failure });
        }
        self.deadline = next;
    }

    /// Ends everything under way; `written` bytes of commands have left.
    #[cold]
    pub(super) fn fail(
        &mut self,
        reason: &ConnectionError,
        written: u64,
        events: &mut VecDeque<Event<T>>,
    ) {
        let mut collected = core::mem::take(&mut self.collected);
        for entry in self.entries.drain(..) {
            // The oldest entry's, whether or not its caller still waits.
            let frames = core::mem::take(&mut collected);
            let outcome = entry.outcome(written);
            if let Some(tag) = entry.tag {
                let cause = Cause::Connection(reason.clone());
                let deadline = entry.deadline;
                let failure = Box::new(Failure { frames, outcome, cause, deadline });
                events.push_back(Event::Failed { tag, failure });
            }
        }
        self.replies = 0;
        self.deadline = None;
    }

    /// Takes off the oldest entry, if it waits for one reply and no more, and has a caller.
    #[inline]
    pub(super) fn pop_plain(&mut self) -> Option<T> {
        match self.entries.front()? {
            Entry { tag: Some(_), expect: Expect::Reply, .. } => self.pop(),
            _ => None,
        }
    }

    /// Hands out what has been collected for the oldest entry.
    fn finish(&mut self, events: &mut VecDeque<Event<T>>) {
        let frames = core::mem::take(&mut self.collected);
        if let Some(tag) = self.pop() {
            events.push_back(Event::Replies { tag, frames });
        }
    }

    /// Takes off the oldest entry: its caller, if that still waits.
    #[inline]
    fn pop(&mut self) -> Option<T> {
        let oldest = self.entries.pop_front()?;
        self.replies -= oldest.expect.weight();
        if self.entries.is_empty() {
            self.deadline = None;
        }
        oldest.tag
    }
}

impl<T> Entry<T> {
    /// What may have become of it, when so many bytes of commands were written.
    const fn outcome(&self, written: u64) -> Outcome {
        if written < self.boundary { Outcome::NotSent } else { Outcome::MaybeApplied }
    }
}

impl Expect {
    /// How many replies this stands for among those in flight.
    const fn weight(&self) -> usize {
        match self {
            Self::Replies { left, .. } => *left,
            Self::Reply
            | Self::Switch
            | Self::Settled { .. }
            | Self::Tidied { .. }
            | Self::Confirmations { .. } => 1,
        }
    }
}
