//! Subscribers beside the commands of a connection.

use std::collections::BTreeMap;
use std::task::{Context, Poll, Waker};

use redis_client_core::pubsub::{CommandId, OrderId, PubSub, PubSubEvent, SubscriberId};
use redis_client_core::resp_core::Frame;
use redis_client_core::{
    Backlog, Cause, ConnectionError, Error, Notice, SubmitError, Subscription, Timeout,
};

use super::{Shared, Status};
use crate::later::Later;
use crate::slots::{Answer, SlotKey};

/// What the subscribers of a connection want, and who of them waits.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    machine: PubSub<SlotKey>,
    readers: BTreeMap<SubscriberId, Waker>,
    /// Whether the server speaks RESP3, once that is known.
    resp3: Option<bool>,
    /// Nobody sends other commands over this connection.
    dedicated: bool,
    /// Something was submitted that the driver may not have seen.
    submitted: bool,
}

/// What a subscriber asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Subscribe(Subscription),
    Unsubscribe(Subscription),
}

impl Wish {
    pub(crate) const fn command(self) -> &'static str {
        match self {
            Self::Subscribe(Subscription::Channel) => "SUBSCRIBE",
            Self::Subscribe(Subscription::Pattern) => "PSUBSCRIBE",
            Self::Subscribe(Subscription::Shard) => "SSUBSCRIBE",
            Self::Unsubscribe(Subscription::Channel) => "UNSUBSCRIBE",
            Self::Unsubscribe(Subscription::Pattern) => "PUNSUBSCRIBE",
            Self::Unsubscribe(Subscription::Shard) => "SUNSUBSCRIBE",
        }
    }
}

impl Feed {
    pub(crate) const fn machine(&self) -> &PubSub<SlotKey> {
        &self.machine
    }

    pub(crate) fn machine_mut(&mut self) -> &mut PubSub<SlotKey> {
        &mut self.machine
    }

    /// Whether the server speaks RESP3, once that is known.
    pub(crate) const fn resp3(&self) -> Option<bool> {
        self.resp3
    }

    /// Has the connection to itself.
    pub(crate) const fn dedicate(&mut self) {
        self.dedicated = true;
    }

    /// Whether something was submitted since the last time.
    pub(crate) const fn take_submitted(&mut self) -> bool {
        std::mem::replace(&mut self.submitted, false)
    }

    #[cold]
    pub(super) fn handle_ready(&mut self, resp3: bool) {
        self.resp3 = Some(resp3);
        if resp3 || self.dedicated {
            self.machine.handle_ready();
        } else if !self.machine.is_idle() {
            self.machine.handle_resp2();
        }
    }

    #[cold]
    pub(super) fn answer(&mut self, id: CommandId, answer: Answer) {
        match answer {
            Answer::Reply(frame) => self.machine.handle_replies(id, &[frame]),
            Answer::Replies(frames) => self.machine.handle_replies(id, &frames),
            Answer::Failed(failure) => match failure.error {
                Error::MaybeApplied(cause) | Error::NotSent(cause) => {
                    self.machine.handle_failed(id, &cause);
                }
                // A failure has one of these outcomes.
                _ => self.machine.handle_failed(id, &Cause::TimedOut),
            },
        }
    }

    /// Whether it was a subscriber's.
    #[cold]
    pub(super) fn push(&mut self, frame: &Frame) -> bool {
        self.machine.handle_push(frame)
    }
}

impl Shared {
    pub(crate) fn open_subscriber(&mut self, backlog: Backlog) -> SubscriberId {
        let id = self.feed.machine.open(backlog);
        if self.status == Status::Over {
            self.feed.machine.handle_over(&self.why);
        } else if self.feed.resp3 == Some(false) && !self.feed.dedicated {
            // It was RESP3 when the caller looked.
            self.feed.machine.handle_resp2();
        }
        id
    }

    /// Ends a subscriber. What it has not read is to be dropped out of the lock.
    #[must_use = "it is to be dropped out of the lock"]
    pub(crate) fn close_subscriber(&mut self, id: SubscriberId, later: &mut Later) -> Vec<Notice> {
        later.drop_later(self.feed.readers.remove(&id));
        let unread = self.feed.machine.close(id);
        self.run_feed(&mut later.wake);
        unread
    }

    /// Begins to subscribe, or to unsubscribe. The answer comes to the slot.
    pub(crate) fn order(
        &mut self,
        id: SubscriberId,
        wish: Wish,
        names: &[Vec<u8>],
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Result<(SlotKey, OrderId), Error> {
        let fails = self.status == Status::Down && !self.terms.waits;
        // Nobody has to be there for a subscription to be given up.
        if self.status == Status::Over || fails && matches!(wish, Wish::Subscribe(_)) {
            return Err(Error::NotSent(Cause::Connection(self.why.clone())));
        }
        let key = self.slots.rent(cx.waker());
        let deadline = self.session.deadline(self.now, Timeout::Default);
        let machine = &mut self.feed.machine;
        let order = match wish {
            Wish::Subscribe(kind) => machine.subscribe(id, kind, names, deadline, key),
            Wish::Unsubscribe(kind) => machine.unsubscribe(id, kind, names, deadline, key),
        };
        self.run_feed(&mut later.wake);
        Ok((key, order))
    }

    pub(crate) fn poll_notice(
        &mut self,
        id: SubscriberId,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Poll<Option<Notice>> {
        let polled = self.feed.machine.poll_notice(id);
        if polled.is_pending() {
            let same = |waker: &Waker| waker.will_wake(cx.waker());
            if !self.feed.readers.get(&id).is_some_and(same) {
                later.drop_later(self.feed.readers.insert(id, cx.waker().clone()));
            }
        }
        polled
    }

    /// Submits what subscribers have to say to the server, and tells them what has happened.
    pub(super) fn run_feed(&mut self, wakers: &mut Vec<Waker>) {
        while let Some(event) = self.feed.machine.poll_event() {
            match event {
                PubSubEvent::Done { tag, result } => {
                    let answer = match result {
                        Ok(()) => Answer::Replies(Vec::new()),
                        Err(error) => Answer::failed(error),
                    };
                    wakers.extend(self.slots.answer(tag, answer));
                }
                PubSubEvent::Readable(id) => wakers.extend(self.feed.readers.remove(&id)),
                _ => {}
            }
        }
        while let Some((id, request)) = self.feed.machine.poll_command() {
            match self.session.submit(self.now, &request, SlotKey::of_feed(id)) {
                Ok(()) => self.feed.submitted = true,
                // Without a connection, word of that is on its way.
                Err(SubmitError::Full(_) | SubmitError::Closed(..)) => {
                    self.feed.machine.handle_unsent(id);
                }
                Err(_) => {
                    let reason = ConnectionError::UnexpectedReply;
                    self.feed.machine.handle_failed(id, &Cause::Connection(reason));
                }
            }
        }
    }

    /// Takes word that the connection is for subscribers alone from now on.
    pub(crate) fn feed_ready(&mut self, wakers: &mut Vec<Waker>) {
        if self.status == Status::Up && self.session.is_ready() {
            self.feed.machine.handle_ready();
            self.run_feed(wakers);
        }
    }

    /// Tells the subscribers what becomes of the connection.
    #[cold]
    pub(super) fn feed_lost(&mut self, wakers: &mut Vec<Waker>) {
        self.feed.machine.handle_lost(&self.why, !self.terms.waits);
        self.run_feed(wakers);
    }

    #[cold]
    pub(super) fn feed_over(&mut self, wakers: &mut Vec<Waker>) {
        self.feed.machine.handle_over(&self.why);
        self.run_feed(wakers);
    }
}
