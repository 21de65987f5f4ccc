//! What a client's handles and its driver have in common.

mod feed;
mod inbox;
mod submit;
mod tenancy;

use std::mem;
use std::task::{Context, Poll, Waker};

use redis_client_core::resp_core::Frame;
use redis_client_core::{Config, ConnectionError, Event, Session, Time};

use crate::later::Later;
use crate::line::{Line, Ticket};
use crate::options::Options;
use crate::slots::{Answer, Recipient, SlotKey, Slots};
pub(crate) use feed::{Feed, Wish};
use inbox::Inbox;
pub use inbox::Incoming;
pub(crate) use submit::{Pass, Submitted};
pub(crate) use tenancy::{Condition, Return, Seat, Tenancy};

/// The session of a connection, those who wait for it, and who drives it.
///
/// ```text
///   Up --lost--> Down --connected again, handshake done--> Up
///    |            |
///    +--closed----+--given up, closed--> Over
/// ```
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) session: Session<SlotKey>,
    pub(crate) slots: Slots,
    /// Those refused for want of room, or of a connection.
    line: Line,
    /// Those who wait for the end of the handshake, or of everything.
    unready: Line,
    /// The driver, while it sleeps.
    pub(crate) driver: Option<Waker>,
    /// The latest look at the clock, by the driver or by a caller that roused it.
    pub(crate) now: Time,
    /// How many clients there are.
    pub(crate) handles: usize,
    status: Status,
    terms: Terms,
    /// It has been closed, or will be with the end of its lease.
    retired: bool,
    /// A handshake was done.
    greeted: bool,
    /// Why there is no connection, where there is none.
    why: ConnectionError,
    /// Everybody may submit.
    open: bool,
    tenancy: Tenancy,
    pub(crate) inbox: Inbox,
    pub(crate) feed: Feed,
    /// What the connection was made from, for one who needs another one.
    pub(crate) origin: Option<Box<Options>>,
}

/// Whether there is a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// There is; the first handshake may be under way.
    Up,
    /// There will be another one.
    Down,
    /// There will be none.
    Over,
}

/// What follows the loss of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// The driver makes another one, once one of them has held.
    pub(crate) reconnects: bool,
    /// Commands wait for it.
    pub(crate) waits: bool,
    /// Commands may go over another connection of the pool instead.
    pub(crate) pooled: bool,
    /// How often a command that only reads is sent again.
    pub(crate) resends: u32,
}

impl Shared {
    /// With a session that is to be driven at once.
    pub(crate) fn new(session: Session<SlotKey>, terms: Terms, now: Time) -> Self {
        Self {
            session,
            slots: Slots::default(),
            line: Line::default(),
            unready: Line::default(),
            driver: None,
            now,
            handles: 1,
            status: Status::Up,
            terms,
            retired: false,
            greeted: false,
            why: ConnectionError::Closed,
            open: !terms.pooled,
            tenancy: Tenancy::default(),
            inbox: Inbox::default(),
            feed: Feed::default(),
            origin: None,
        }
    }

    /// Without a connection yet.
    pub(crate) fn waiting(config: Config, terms: Terms, now: Time) -> Self {
        let mut session = Session::new(now, config);
        session.close(now);
        while session.poll_event().is_some() {}
        let why = ConnectionError::NotConnected("no connection has been made yet".into());
        let mut shared = Self::new(session, terms, now);
        shared.tenancy.held = true;
        shared.status = Status::Down;
        shared.why = why;
        shared.reopen();
        shared
    }

    pub(crate) const fn status(&self) -> Status {
        self.status
    }

    pub(crate) const fn why(&self) -> &ConnectionError {
        &self.why
    }

    /// Goes on with a new connection, once its handshake is done; false where all is over. What is
    /// left in `session` is to be dropped out of the lock.
    pub(crate) const fn resume(&mut self, session: &mut Session<SlotKey>) -> bool {
        if matches!(self.status, Status::Over) {
            return false;
        }
        mem::swap(&mut self.session, session);
        true
    }

    /// Takes word that another attempt to connect has failed; `last` if there will be no more.
    pub(crate) fn handle_failed(
        &mut self,
        why: ConnectionError,
        last: bool,
        wakers: &mut Vec<Waker>,
    ) {
        self.why = why;
        if last {
            self.end(wakers);
        }
    }

    /// Reconnects no more.
    pub(crate) const fn retire(&mut self) {
        self.retired = true;
    }

    /// Closes: at once, or once everything under way is answered.
    pub(crate) fn close(&mut self, force: bool, wakers: &mut Vec<Waker>) {
        if force || self.status != Status::Up {
            // What left before counts as sent, since nobody here knows what the driver has written.
            return self.cut(&ConnectionError::Closed, 0, wakers);
        }
        self.retire();
        self.session.close(self.now);
        self.dispatch(wakers);
        wakers.extend(self.driver.take());
    }

    /// Ends everything at once. So many bytes that the session gave out were not written.
    pub(crate) fn cut(&mut self, why: &ConnectionError, unwritten: usize, wakers: &mut Vec<Waker>) {
        self.retire();
        if self.status != Status::Over {
            // Where there is no connection, another one's handshake may be under way.
            self.session.handle_disconnected(self.now, why.clone(), unwritten);
            self.dispatch(wakers);
        }
        if self.status == Status::Down {
            self.why = why.clone();
            self.end(wakers);
        }
        wakers.extend(self.driver.take());
    }

    /// Gives up a place among those who wait for the handshake.
    pub(crate) fn leave_unready(&mut self, ticket: Ticket, later: &mut Later) {
        self.unready.leave(ticket, None, later);
    }

    /// Ready when there is a connection; where the `first` is meant, also when there was one.
    pub(crate) fn poll_ready(
        &mut self,
        first: bool,
        ticket: &mut Option<Ticket>,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Poll<Result<(), ConnectionError>> {
        match self.status {
            Status::Over => return Poll::Ready(Err(self.why.clone())),
            Status::Up if self.session.is_ready() => return Poll::Ready(Ok(())),
            Status::Up | Status::Down if first && self.greeted => return Poll::Ready(Ok(())),
            Status::Up | Status::Down => {}
        }
        self.unready.wait(ticket, 0, None, cx, later);
        Poll::Pending
    }

    /// Ready when there is no connection, and will be none.
    pub(crate) fn poll_over(
        &mut self,
        ticket: &mut Option<Ticket>,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Poll<()> {
        if self.status == Status::Over {
            return Poll::Ready(());
        }
        self.unready.wait(ticket, 0, None, cx, later);
        Poll::Pending
    }

    /// Gives up on what is overdue, submitted or not.
    pub(crate) fn handle_timeout(&mut self, now: Time, wakers: &mut Vec<Waker>) {
        self.session.handle_timeout(now);
        self.dispatch(wakers);
        let room = self.room();
        self.line.handle_timeout(now, room, wakers);
        if self.feed.machine().poll_timeout().is_some_and(|due| due <= now) {
            self.feed.machine_mut().handle_timeout(now);
            self.run_feed(wakers);
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(crate) fn poll_timeout(&self) -> Option<Time> {
        let feed = self.feed.machine().poll_timeout();
        let session = self.session.poll_timeout().into_iter();
        session.chain(self.line.poll_timeout()).chain(feed).min()
    }

    /// Takes a frame to whom it is for; collects whom to wake.
    #[inline]
    pub(crate) fn handle_frame(&mut self, now: Time, frame: Frame, wakers: &mut Vec<Waker>) {
        match self.session.match_reply(now, &frame) {
            Some(tag) => self.answer(tag, Answer::Reply(frame), wakers),
            None => {
                self.session.handle_frame(now, frame);
                self.dispatch(wakers);
            }
        }
    }

    /// Hands out what the session has to say; collects whom to wake.
    pub(crate) fn dispatch(&mut self, wakers: &mut Vec<Waker>) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Reply { tag, frame } => self.answer(tag, Answer::Reply(frame), wakers),
                Event::Replies { tag, frames } => {
                    self.answer(tag, Answer::Replies(frames), wakers);
                }
                Event::Failed { tag, failure } => {
                    self.answer(tag, Answer::Failed(Box::new((*failure).into())), wakers);
                }
                Event::Ready { resp3 } => self.handle_ready(resp3, wakers),
                Event::Tidied => self.handle_tidied(wakers),
                Event::Unblocked => {
                    self.feed.machine_mut().handle_unblocked();
                    self.run_feed(wakers);
                    self.line.call(self.room(), wakers);
                }
                Event::Closed(reason) => self.handle_closed(reason, wakers),
                Event::Push(frame) => wakers.extend(self.push(frame)),
                _ => {}
            }
        }
        if self.feed.machine().has_news() {
            self.run_feed(wakers);
        }
    }

    #[inline]
    fn answer(&mut self, tag: SlotKey, answer: Answer, wakers: &mut Vec<Waker>) {
        match tag.recipient() {
            Recipient::Slot => wakers.extend(self.slots.answer(tag, answer)),
            Recipient::Inbox => wakers.extend(self.inbox.answer(tag, answer)),
            Recipient::Feed(id) => self.feed.answer(id, answer),
        }
    }

    /// To the subscribers, or to a lessee who reads everything; others bring none.
    fn push(&mut self, frame: Frame) -> Option<Waker> {
        if self.feed.push(&frame) { None } else { self.inbox.push(frame) }
    }

    fn handle_ready(&mut self, resp3: bool, wakers: &mut Vec<Waker>) {
        self.status = Status::Up;
        self.tenancy.held = true;
        self.greeted = true;
        // Before anybody else has a turn.
        self.feed.handle_ready(resp3);
        self.run_feed(wakers);
        self.unready.dissolve(wakers);
        self.reopen();
        self.line.call(self.room(), wakers);
    }

    fn handle_closed(&mut self, reason: ConnectionError, wakers: &mut Vec<Waker>) {
        // Closed, though not for good: a lease has left something on it.
        let discarded = reason == ConnectionError::Closed;
        self.why = reason;
        self.tenancy.lost();
        wakers.extend(self.inbox.end());
        // A first connection that fails is told to who asked for it.
        let again = self.tenancy.held && (self.terms.reconnects || discarded);
        if self.retired || !again {
            return self.end(wakers);
        }
        self.status = Status::Down;
        self.feed_lost(wakers);
        self.reopen();
        if self.tenancy.is_leased() || self.terms.pooled || !self.terms.waits {
            self.line.dissolve(wakers);
        }
    }

    fn end(&mut self, wakers: &mut Vec<Waker>) {
        self.status = Status::Over;
        self.feed_over(wakers);
        self.reopen();
        self.unready.dissolve(wakers);
        self.line.dissolve(wakers);
    }

    /// Says anew whether everybody may submit.
    fn reopen(&mut self) {
        self.open = self.status == Status::Up && self.tenancy.is_vacant();
        self.tenancy.changed();
    }

    /// The room for those in line; none where it is nobody's turn.
    fn room(&self) -> Option<usize> {
        let in_turn = self.open || self.tenancy.is_leased() && self.status == Status::Up;
        in_turn.then(|| self.session.room())
    }
}
