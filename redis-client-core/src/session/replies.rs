//! The way out of a session: each frame to whom it is for.

use resp_core::{Frame, FrameRef, View};

use super::handshake::Progress;
use super::in_flight::{Confirmed, Expect};
use super::subscriptions::{Announcement, News, Subscriptions, Verb};
use super::{Session, State};
use crate::error::{ConnectionError, ServerError};
use crate::event::Event;
use crate::facts::Subscription;
use resp_core::Time;

impl<T> Session<T> {
    /// Takes one frame that a [`Receiver`](super::Receiver) found, in place of
    /// [`handle_input`](Self::handle_input).
    #[inline]
    pub fn handle_frame(&mut self, now: Time, frame: Frame) {
        self.handle_activity(now);
        match &mut self.state {
            State::Ready | State::Draining => {
                if self.may_be_news(&frame) {
                    self.handle_news(frame);
                } else {
                    self.handle_reply(frame);
                }
            }
            State::Handshaking { handshake, .. } => {
                if frame.as_frame().type_byte() == b'>' {
                    return self.events.push_back(Event::Push(frame));
                }
                match handshake.answer(&self.config, frame.as_frame(), &mut self.greeting) {
                    Progress::Going => {}
                    Progress::Done { resp3 } => self.ready(now, resp3),
                    Progress::Failed(error) => self.fail(error, self.taken),
                }
            }
            State::Closed(_) => {}
        }
    }

    /// Whose reply a frame is, if it is no more than the reply to one command: the command's tag, and
    /// the command is done. What [`handle_frame`](Self::handle_frame) comes to mostly, without an
    /// event. None where it is not so; nothing has happened then, and the frame is for
    /// `handle_frame`.
    #[inline]
    #[must_use = "a tag lost is a reply lost"]
    pub fn match_reply(&mut self, now: Time, frame: &Frame) -> Option<T> {
        let ready = matches!(self.state, State::Ready | State::Draining);
        let reply = match frame.as_bytes().first() {
            // News, and what has attributes: perhaps news.
            Some(b'>' | b'|') | None => false,
            Some(b'*') => self.resp3,
            Some(_) => true,
        };
        if !ready || !reply || self.surplus_due || !self.events.is_empty() {
            return None;
        }
        let tag = self.in_flight.pop_plain()?;
        self.handle_activity(now);
        self.answered();
        Some(tag)
    }

    /// Whether a frame may be something else than the next reply.
    #[inline]
    fn may_be_news(&self, frame: &Frame) -> bool {
        match frame.as_frame().type_byte() {
            b'>' => true,
            // In RESP2 messages and confirmations are arrays, as replies are.
            b'*' if !self.resp3 => {
                let confirmations =
                    matches!(self.in_flight.expected(), Some(Expect::Confirmations { .. }));
                confirmations
                    || !self.subscriptions.is_empty()
                    || (self.surplus_due && News::ends_shard(frame.as_frame()))
            }
            _ => false,
        }
    }

    fn handle_news(&mut self, frame: Frame) {
        let push = frame.as_frame().type_byte() == b'>';
        match News::read(frame.as_frame()) {
            News::Announcement(announcement) => self.handle_announcement(announcement, frame),
            News::Message => self.events.push_back(Event::Push(frame)),
            News::Other if push => self.events.push_back(Event::Push(frame)),
            News::Other => self.handle_reply(frame),
        }
    }

    fn handle_announcement(&mut self, announcement: Announcement, frame: Frame) {
        let verb = announcement.verb;
        let held = self.subscriptions.held(verb.kind());
        match self.in_flight.confirm(&announcement, held, frame, &mut self.events) {
            Ok(Confirmed::Last) => {
                self.subscriptions.apply(announcement);
                self.surplus_due = verb == Verb::Unsubscribe(Subscription::Shard);
                self.answered();
            }
            Ok(Confirmed::OneOfSeveral) => self.subscriptions.apply(announcement),
            Err(frame) => {
                // Unasked: a shard's slot has moved away, a RESET has ended all. Nothing begins
                // unasked, or a server could fill the memory with names.
                if matches!(verb, Verb::Unsubscribe(_)) {
                    self.subscriptions.apply(announcement);
                }
                self.events.push_back(Event::Push(frame));
            }
        }
    }

    #[inline]
    fn handle_reply(&mut self, frame: Frame) {
        if self.surplus_due && is_of_moved_slot(&frame) {
            // The end that was counted as the confirmation came by itself, because the slot has
            // moved; this is the answer. Whose it is otherwise, nobody can tell.
            return self.fail(ConnectionError::UnexpectedReply, self.taken);
        }
        self.surplus_due = false;
        let Some(oldest) = self.in_flight.oldest() else {
            return self.fail(ConnectionError::UnexpectedReply, self.taken);
        };
        match oldest.expect {
            Expect::Switch => self.switch(frame.as_frame()),
            Expect::Settled { all } => self.settle(frame.as_frame(), all, oldest.boundary),
            Expect::Replies { left: 1, atomic: true } => {
                self.settle(frame.as_frame(), true, oldest.boundary);
            }
            Expect::Tidied { last } => {
                self.in_flight.drop_oldest();
                self.handle_tidied(frame.as_frame(), last);
                return self.answered();
            }
            Expect::Reply | Expect::Replies { .. } | Expect::Confirmations { .. } => {}
        }
        self.in_flight.answer(frame, &mut self.events);
        self.answered();
    }

    /// Goes on in the protocol of a reply to `HELLO`, or after `RESET`, which ends subscriptions
    /// without a word about them.
    fn switch(&mut self, frame: FrameRef<'_>) {
        match frame.view() {
            View::Map(_) => self.resp3 = true,
            View::Array(_) => self.resp3 = false,
            View::SimpleString(b"RESET") => {
                self.resp3 = false;
                self.subscriptions = Subscriptions::default();
            }
            _ => {}
        }
    }

    /// Says what follows from there being one reply less to wait for.
    #[inline]
    fn answered(&mut self) {
        if self.in_flight.is_empty() && matches!(self.state, State::Draining) {
            return self.fail(ConnectionError::Closed, self.taken);
        }
        self.unblock();
    }
}

/// Whether it says that a slot is served elsewhere, or not at all.
#[cold]
fn is_of_moved_slot(frame: &Frame) -> bool {
    let error = ServerError::of(frame.as_frame());
    error.is_some_and(|error| matches!(error.code(), "MOVED" | "CLUSTERDOWN"))
}
