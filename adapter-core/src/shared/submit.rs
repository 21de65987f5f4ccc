//! How a caller submits a command, or is told to wait its turn.

use std::task::{Context, Waker};

use redis_client_core::{
    Batch, Cause, Error, Facts, Outcome, Request, Session, SubmitError, Time, Timeout,
};

use super::{Shared, Status};
use crate::later::Later;
use crate::line::Ticket;
use crate::slots::SlotKey;

/// Which connection a command may go over: any, or a lessee's own while that lasts.
pub(crate) type Pass = Option<u64>;

/// Why the session does not take something.
type Unsubmitted = SubmitError<SlotKey>;

/// What came of an attempt to submit.
pub(crate) enum Submitted {
    /// Its answer will be in the slot.
    Taken(SlotKey),
    /// There is no room, no connection, or others come first; the caller is woken when it is its
    /// turn.
    Full,
    /// Another connection of the pool should be tried; until then, if the caller was in line.
    Elsewhere(Option<Time>),
    Failed(Error),
}

impl Shared {
    /// Submits where nothing is in the way: it is the caller's turn, there is room, the driver is
    /// awake, and the command has nothing to consider. What [`submit`](Self::submit) comes to
    /// mostly, in fewer steps.
    #[inline]
    pub(crate) fn submit_at_once(
        &mut self,
        request: &Request,
        pass: Pass,
        waker: &Waker,
    ) -> Option<SlotKey> {
        let admitted = pass.map_or(self.open, |pass| self.admits(pass));
        let turn = admitted && self.line.is_turn_of(None) && self.driver.is_none();
        if !turn || !request.is_plain() {
            return None;
        }
        let key = self.slots.rent(waker);
        if self.session.submit(self.now, request, key).is_err() {
            // The waker in it is the running task's, which outlives the drop.
            drop(self.slots.release(key));
            return None;
        }
        Some(key)
    }

    pub(crate) fn submit(
        &mut self,
        request: &Request,
        ticket: &mut Option<Ticket>,
        pass: Pass,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Submitted {
        self.admit(ticket, 1, request.timeout(), pass, cx, later, |session, now, key| {
            session.submit(now, request, key)
        })
    }

    pub(crate) fn submit_batch(
        &mut self,
        batch: &mut Batch,
        ticket: &mut Option<Ticket>,
        pass: Pass,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Submitted {
        self.admit(
            ticket,
            batch.replies(),
            batch.timeout(),
            pass,
            cx,
            later,
            |session, now, key| session.submit_batch(now, batch, key),
        )
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
        let room = self.room();
        self.line.leave(ticket, room, later);
    }

    /// Submits what is in its turn, and has it wait where there is no room.
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "one for each fact; they are inlined away")]
    fn admit(
        &mut self,
        ticket: &mut Option<Ticket>,
        replies: usize,
        timeout: Timeout,
        pass: Pass,
        cx: &Context<'_>,
        later: &mut Later,
        submit: impl FnOnce(&mut Session<SlotKey>, Time, SlotKey) -> Result<(), Unsubmitted>,
    ) -> Submitted {
        let sent_away = ticket.take_if(|ticket| !self.line.holds(*ticket));
        let deadline = sent_away.and_then(|ticket| ticket.deadline);
        if deadline.is_some_and(|deadline| deadline <= self.now) {
            return Submitted::Failed(Error::NotSent(self.overdue()));
        }
        let admitted = pass.map_or(self.open, |pass| self.admits(pass));
        if !admitted && let Some(refusal) = self.refusal(pass, deadline) {
            return refusal;
        }
        if admitted && self.line.is_turn_of(*ticket) {
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
        let deadline = deadline.or_else(|| self.session.deadline(self.now, timeout));
        self.line.wait(ticket, replies, deadline, cx, later);
        Submitted::Full
    }

    /// What a caller that may not submit is told, unless it waits.
    #[cold]
    fn refusal(&self, pass: Pass, deadline: Option<Time>) -> Option<Submitted> {
        let over = self.status == Status::Over;
        match pass {
            None if self.terms.pooled => Some(Submitted::Elsewhere(deadline)),
            None if self.terms.waits && !over => None,
            _ => Some(Submitted::Failed(Error::NotSent(Cause::Connection(self.why.clone())))),
        }
    }

    /// Why a caller's turn has not come in time.
    #[cold]
    fn overdue(&self) -> Cause {
        match self.status {
            Status::Up => Cause::TimedOut,
            Status::Down | Status::Over => Cause::Connection(self.why.clone()),
        }
    }

    fn submitted(&mut self, key: SlotKey, result: Result<(), Unsubmitted>) -> Submitted {
        let Err(error) = result else { return Submitted::Taken(key) };
        // The waker in it is the running task's, which outlives the drop.
        drop(self.slots.release(key));
        match error {
            SubmitError::Closed(_, reason) => {
                let cause = Cause::Connection(reason);
                Submitted::Failed(Outcome::NotSent.to_error(cause))
            }
            SubmitError::Refused(_, facts) => Submitted::Failed(unmatchable(facts)),
            _ => Submitted::Full,
        }
    }
}

pub(super) const fn unmatchable(facts: &'static Facts) -> Error {
    Error::Refused { command: facts.name, reason: "its replies can't be matched to requests" }
}
