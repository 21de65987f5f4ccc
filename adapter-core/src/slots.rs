//! Where replies wait for their callers.

use std::task::{Context, Poll, Waker};

use redis_client_core::pubsub::CommandId;
use redis_client_core::resp_core::Frame;
use redis_client_core::{Error, Facts, Time};

use crate::later::Later;

/// A place in [`Slots`], and which of its tenants is meant: a place is used again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotKey {
    index: u32,
    generation: u32,
}

/// What became of a command or a batch.
#[derive(Debug)]
pub(crate) enum Answer {
    Reply(Frame),
    Replies(Vec<Frame>),
    /// Elsewhere, so that an answer is no larger than a reply.
    Failed(Box<Failure>),
}

/// How a command or a batch has failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The replies that had come.
    pub(crate) frames: Vec<Frame>,
    /// What became of the rest.
    pub(crate) error: Error,
    /// When that would have been overdue.
    pub(crate) deadline: Option<Time>,
}

/// Whom an answer is for.
pub(crate) enum Recipient {
    Slot,
    Inbox,
    /// The subscribers, whose command it was.
    Feed(CommandId),
}

/// The callers that wait, each in a slot that it is told the key of. Slots are never given back,
/// only used again, so that a steady load allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    state: State,
}

/// What a slot holds.
#[derive(Debug)]
pub(crate) enum State {
    Free,
    Waiting(Option<Waker>),
    Done(Answer),
}

impl SlotKey {
    /// No slot: what comes is for the [inbox](crate::shared::Incoming) while it has that reader.
    pub(crate) const fn inbox(reader: u32) -> Self {
        Self { index: INBOX, generation: reader }
    }

    /// No slot: what comes is for the subscribers.
    pub(crate) const fn of_feed(command: CommandId) -> Self {
        Self { index: FEED, generation: command.number() }
    }

    #[inline]
    pub(crate) const fn recipient(self) -> Recipient {
        match self.index {
            INBOX => Recipient::Inbox,
            FEED => Recipient::Feed(CommandId::from_number(self.generation)),
            _ => Recipient::Slot,
        }
    }
}

impl Slots {
    /// Rents a slot.
    #[inline]
    pub(crate) fn rent(&mut self, waker: &Waker) -> SlotKey {
        let waiting = State::Waiting(Some(waker.clone()));
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(index as usize)
        {
            slot.state = waiting;
            return SlotKey { index, generation: slot.generation };
        }
        // One for each future that waits at the same time: memory ends far below 2^32.
        let index = self.slots.len() as u32;
        self.slots.push(Slot { generation: 0, state: waiting });
        SlotKey { index, generation: 0 }
    }

    /// Leaves an answer, unless the tenant has gone. The waker is to be called, out of the lock.
    #[inline]
    pub(crate) fn answer(&mut self, key: SlotKey, answer: Answer) -> Option<Waker> {
        let slot = self.of(key)?;
        match std::mem::replace(&mut slot.state, State::Done(answer)) {
            State::Waiting(waker) => waker,
            State::Free | State::Done(_) => None,
        }
    }

    /// Takes the answer and gives the slot back, if it is a reply and there.
    #[inline]
    pub(crate) fn take_reply(&mut self, key: SlotKey) -> Option<Frame> {
        let slot = self.of(key)?;
        let State::Done(Answer::Reply(_)) = &slot.state else { return None };
        match self.release(key) {
            Some(State::Done(Answer::Reply(frame))) => Some(frame),
            _ => None,
        }
    }

    /// Takes the answer and gives the slot back, or notes whom to wake.
    #[inline]
    pub(crate) fn poll(
        &mut self,
        key: SlotKey,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Poll<Answer> {
        let Some(slot) = self.of(key) else { return Poll::Ready(Answer::failed(NO_REPLY)) };
        match &mut slot.state {
            State::Waiting(waker) => {
                if !waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                    let stale = waker.replace(cx.waker().clone());
                    later.drop_later(stale);
                }
                Poll::Pending
            }
            State::Done(_) | State::Free => Poll::Ready(match self.release(key) {
                Some(State::Done(answer)) => answer,
                _ => Answer::failed(NO_REPLY),
            }),
        }
    }

    /// Gives the slot back. An answer that comes later finds nobody. What was in it is to be
    /// dropped out of the lock: an unread answer may be large, and a waker may run foreign code.
    #[must_use = "it is to be dropped out of the lock"]
    #[inline]
    pub(crate) fn release(&mut self, key: SlotKey) -> Option<State> {
        let slot = self.of(key)?;
        slot.generation = slot.generation.wrapping_add(1);
        let state = std::mem::replace(&mut slot.state, State::Free);
        self.free.push(key.index);
        Some(state)
    }

    #[inline]
    fn of(&mut self, key: SlotKey) -> Option<&mut Slot> {
        self.slots.get_mut(key.index as usize).filter(|slot| slot.generation == key.generation)
    }
}

impl Answer {
    /// That there is none, and why.
    #[cold]
    pub(crate) fn failed(error: Error) -> Self {
        Self::Failed(Box::new(Failure { frames: Vec::new(), error, deadline: None }))
    }
}

impl Failure {
    /// Whether nothing of it has been sent, or not to its last byte.
    pub(crate) fn nothing_left(&self) -> bool {
        self.frames.is_empty() && !matches!(self.error, Error::MaybeApplied(_))
    }
}

impl From<redis_client_core::Failure> for Failure {
    fn from(failure: redis_client_core::Failure) -> Self {
        let redis_client_core::Failure { frames, outcome, cause, deadline } = failure;
        Self { frames, error: outcome.to_error(cause), deadline }
    }
}

/// The indices of those that are no slots.
const INBOX: u32 = u32::MAX;
const FEED: u32 = u32::MAX - 1;

/// What a caller gets in place of an answer that can't be missing.
pub(crate) const NO_REPLY: Error =
    Error::Reply { command: Facts::UNKNOWN.name, error: redis_client_core::ReplyError::Null };
