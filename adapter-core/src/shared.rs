//! What a client's handles and its driver have in common.

use std::task::{Context, Poll, Waker};

use redis_client_core::{
    Batch, Cause, ConnectionError, Error, Event, Outcome, Request, Session, SubmitError, Time,
    Timeout,
};

use crate::later::Later;
use crate::line::{Line, Ticket};
use crate::slots::{Answer, SlotKey, Slots};

/// The session of a connection, those who wait for it, and who drives it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) session: Session<SlotKey>,
    pub(crate) slots: Slots,
    /// Those refused for want of room.
    line: Line,
    /// Those who wait for the end of the handshake.
    pub(crate) unready: Line,
    /// The driver, while it sleeps.
    pub(crate) driver: Option<Waker>,
    /// The latest look at the clock, by the driver or by a caller that roused it.
    pub(crate) now: Time,
    /// How many clients there are.
    pub(crate) handles: usize,
}

/// What came of an attempt to submit.
pub(crate) enum Submitted {
    /// Its answer will be in the slot.
    Taken(SlotKey),
    /// There is no room, or others come first; the caller is woken when it is its turn.
    Full,
    Failed(Error),
}

impl Shared {
    pub(crate) fn new(session: Session<SlotKey>, now: Time) -> Self {
        Self {
            session,
            slots: Slots::default(),
            line: Line::default(),
            unready: Line::default(),
            driver: None,
            now,
            handles: 1,
        }
    }

    #[inline]
    pub(crate) fn submit(
        &mut self,
        request: &Request,
        ticket: &mut Option<Ticket>,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Submitted {
        self.admit(ticket, 1, request.timeout(), cx, later, |session, now, key| {
            session.submit(now, request, key)
        })
    }

    pub(crate) fn submit_batch(
        &mut self,
        batch: &mut Batch,
        ticket: &mut Option<Ticket>,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Submitted {
        self.admit(ticket, batch.replies(), batch.timeout(), cx, later, |session, now, key| {
            session.submit_batch(now, batch, key)
        })
    }

    /// Who is to be woken for a command to leave.
    ///
    /// The clock is read where the driver sleeps, and where the caller counts on a time of its
    /// own: since a busy driver's last look others may have run for long. The configured timeout
    /// is taken to be longer than that.
    #[inline]
    pub(crate) fn rouse(&mut self, timeout: Timeout, now: impl FnOnce() -> Time) -> Option<Waker> {
        let driver = self.driver.take();
        if driver.is_some() || timeout != Timeout::Default {
            self.now = now();
        }
        driver
    }

    /// Gives up a caller's place among those who wait for room.
    pub(crate) fn leave(&mut self, ticket: Ticket, later: &mut Later) {
        self.line.leave(ticket, self.session.room(), later);
    }

    pub(crate) fn poll_ready(
        &mut self,
        ticket: &mut Option<Ticket>,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Poll<Result<(), ConnectionError>> {
        if let Some(reason) = self.session.closed() {
            return Poll::Ready(Err(reason.clone()));
        }
        if self.session.is_ready() {
            return Poll::Ready(Ok(()));
        }
        self.unready.wait(ticket, 0, None, cx, later);
        Poll::Pending
    }

    /// Gives up on what is overdue, submitted or not.
    pub(crate) fn handle_timeout(&mut self, now: Time, wakers: &mut Vec<Waker>) {
        self.session.handle_timeout(now);
        self.dispatch(wakers);
        self.line.handle_timeout(now, self.session.room(), wakers);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(crate) fn poll_timeout(&self) -> Option<Time> {
        self.session.poll_timeout().into_iter().chain(self.line.poll_timeout()).min()
    }

    /// Hands out what the session has to say; collects whom to wake.
    pub(crate) fn dispatch(&mut self, wakers: &mut Vec<Waker>) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Reply { tag, frame } => {
                    wakers.extend(self.slots.answer(tag, Answer::Reply(frame)));
                }
                Event::Replies { tag, frames } => {
                    wakers.extend(self.slots.answer(tag, Answer::Replies(frames)));
                }
                Event::Failed { tag, frames, outcome, cause } => {
                    let answer = Answer::Failed(frames, outcome.to_error(cause));
                    wakers.extend(self.slots.answer(tag, answer));
                }
                Event::Ready { .. } => self.unready.dissolve(wakers),
                Event::Unblocked => self.line.call(self.session.room(), wakers),
                Event::Closed(_) => {
                    self.unready.dissolve(wakers);
                    self.line.dissolve(wakers);
                }
                // Shared handles refuse what would bring any.
                Event::Push(_) => {}
                _ => {}
            }
        }
    }

    /// Submits what is in its turn, and has it wait where there is no room.
    #[inline]
    fn admit(
        &mut self,
        ticket: &mut Option<Ticket>,
        replies: usize,
        timeout: Timeout,
        cx: &Context<'_>,
        later: &mut Later,
        submit: impl FnOnce(&mut Session<SlotKey>, Time, SlotKey) -> Result<(), SubmitError<SlotKey>>,
    ) -> Submitted {
        if ticket.take_if(|ticket| !self.line.holds(*ticket)).is_some() {
            // Sent away: closed, or overdue.
            let closed = self.session.closed().cloned();
            let cause = closed.map_or(Cause::TimedOut, Cause::Connection);
            return Submitted::Failed(Error::NotSent(cause));
        }
        if self.line.is_turn_of(*ticket) {
            let key = self.slots.rent(cx.waker());
            let result = submit(&mut self.session, self.now, key);
            let submitted = self.submitted(key, result);
            if !matches!(submitted, Submitted::Full) {
                if let Some(ticket) = ticket.take() {
                    self.leave(ticket, later);
                }
                return submitted;
            }
        }
        let deadline = self.session.deadline(self.now, timeout);
        self.line.wait(ticket, replies, deadline, cx, later);
        Submitted::Full
    }

    fn submitted(&mut self, key: SlotKey, result: Result<(), SubmitError<SlotKey>>) -> Submitted {
        let Err(error) = result else { return Submitted::Taken(key) };
        // The waker in it is the running task's, which outlives the drop.
        drop(self.slots.release(key));
        match error {
            SubmitError::Closed(_, reason) => {
                let cause = Cause::Connection(reason);
                Submitted::Failed(Outcome::NotSent.to_error(cause))
            }
            SubmitError::Refused(_, facts) => Submitted::Failed(Error::Refused {
                command: facts.name,
                reason: "its replies can't be matched to requests",
            }),
            _ => Submitted::Full,
        }
    }
}
