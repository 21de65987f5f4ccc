//! A command's or batch's way to a connection and back, whatever handle it was sent by.

use std::task::{Context, Poll, Waker};

use redis_client_core::resp_core::Frame;
use redis_client_core::{Batch, Blocking, Cause, ConnectionError, Error, Request, Time, Timeout};

use super::{Client, refuse, refuse_blocking};
use crate::later::Later;
use crate::line::Ticket;
use crate::runtime::{Runtime, SharedCell};
use crate::shared::{Pass, Shared, Submitted};
use crate::slots::{Answer, Failure, NO_REPLY, SlotKey};
use crate::trace::Span;

/// What is sent, and where it stands.
///
/// ```text
///   Start --submitted--> Waiting --answered--> Over
///     ^                     |
///     +---- to be sent again (not sent, or harmless to repeat)
/// ```
pub(crate) struct Flight<P> {
    pub(crate) payload: P,
    state: State,
    /// How often it was sent again though it had left.
    resent: u32,
}

enum State {
    /// Not submitted; with a ticket where others come first, or there is no room.
    Start(Option<Ticket>),
    Waiting(SlotKey),
    Over,
}

/// How a flight has ended, for now or for good.
pub(crate) enum Landing {
    Answered(Answer),
    /// Another connection of the pool should be tried; until then, if that is known.
    Elsewhere(Option<Time>),
}

/// Something that can be submitted.
pub(crate) trait Payload {
    fn submit(
        &mut self,
        shared: &mut Shared,
        ticket: &mut Option<Ticket>,
        pass: Pass,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Submitted;

    fn timeout(&self) -> Timeout;

    /// Whether it may leave a second time, where the first time never left (`false`) or may have
    /// been applied (`true`).
    fn may_resend(&self, left: bool) -> bool;

    fn set_timeout(&mut self, timeout: Timeout);

    /// Refuses what can't be sent over a connection that others use too.
    fn admit(&self) -> Result<(), Error>;

    fn blocks(&self) -> bool;

    fn span(&self) -> Span;
}

impl<P: Payload> Flight<P> {
    pub(crate) const fn new(payload: P) -> Self {
        Self { payload, state: State::Start(None), resent: 0 }
    }

    #[inline]
    pub(crate) fn poll<R: Runtime>(
        &mut self,
        client: &Client<R>,
        pass: Pass,
        cx: &Context<'_>,
    ) -> Poll<Landing> {
        loop {
            let answer = match &mut self.state {
                State::Start(ticket) => {
                    let payload = &mut self.payload;
                    match client.submit(payload.timeout(), |shared, later| {
                        payload.submit(shared, ticket, pass, cx, later)
                    }) {
                        Submitted::Taken(key) => {
                            self.state = State::Waiting(key);
                            return Poll::Pending;
                        }
                        Submitted::Full => return Poll::Pending,
                        Submitted::Elsewhere(deadline) => {
                            return Poll::Ready(Landing::Elsewhere(deadline));
                        }
                        Submitted::Failed(error) => Answer::failed(self.honest(error)),
                    }
                }
                State::Waiting(key) => match std::task::ready!(client.poll_answer(*key, cx)) {
                    Answer::Failed(failure) => match self.retry(client, pass, failure) {
                        Some(answer) => answer,
                        None => continue,
                    },
                    answer => answer,
                },
                State::Over => Answer::failed(NO_REPLY),
            };
            self.state = State::Over;
            return Poll::Ready(Landing::Answered(answer));
        }
    }

    /// What the caller is told of a failure; nothing where it is sent again.
    #[cold]
    fn retry<R: Runtime>(
        &mut self,
        client: &Client<R>,
        pass: Pass,
        mut failure: Box<Failure>,
    ) -> Option<Answer> {
        let Failure { frames, error, deadline } = &*failure;
        if frames.is_empty() && self.goes_again(client, pass, error, *deadline) {
            self.state = State::Start(None);
            return None;
        }
        failure.error = self.honest(failure.error);
        Some(Answer::Failed(failure))
    }

    /// Whether it is in the session's hands.
    pub(crate) const fn is_submitted(&self) -> bool {
        matches!(self.state, State::Waiting(_))
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// The caller has lost interest.
    #[cold]
    pub(crate) fn abandon<R: Runtime>(&mut self, client: &Client<R>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Start(Some(ticket)) => {
                client.locked(|shared, later| shared.leave(ticket, later));
            }
            State::Waiting(key) => drop(client.locked(|shared, _| shared.slots.release(key))),
            State::Start(None) | State::Over => {}
        }
    }

    /// Whether to send it again instead of telling the caller of the error. A lessee is told: what
    /// it had set up on its connection is gone.
    #[cold]
    fn goes_again<R: Runtime>(
        &mut self,
        client: &Client<R>,
        pass: Pass,
        error: &Error,
        deadline: Option<Time>,
    ) -> bool {
        let terms = client.terms;
        // A pool has other connections.
        if pass.is_some() || !(terms.reconnects || terms.pooled) {
            return false;
        }
        let waits = terms.waits || terms.pooled;
        let again = match error {
            Error::NotSent(Cause::Connection(_)) => waits && self.payload.may_resend(false),
            // What the reply was, it would be again.
            Error::MaybeApplied(Cause::Connection(ConnectionError::Protocol(_))) => false,
            Error::MaybeApplied(Cause::Connection(_)) => {
                self.resent += 1;
                self.resent <= terms.resends && self.payload.may_resend(true)
            }
            _ => false,
        };
        let Some(deadline) = deadline.filter(|_| again) else { return again };
        let left = deadline.since(client.runtime.now());
        self.payload.set_timeout(Timeout::After(left));
        !left.is_zero()
    }

    /// What a command that had left once has not been, whatever became of it later.
    pub(crate) fn honest(&self, error: Error) -> Error {
        match error {
            Error::NotSent(cause) if self.resent > 0 => Error::MaybeApplied(cause),
            error => error,
        }
    }
}

impl Flight<Request> {
    /// Leaves, if nothing is in the way and nothing about it is out of the ordinary: what
    /// [`poll`](Self::poll) comes to mostly at first, in fewer steps.
    #[inline]
    pub(crate) fn leave<R: Runtime>(
        &mut self,
        client: &Client<R>,
        pass: Pass,
        waker: &Waker,
    ) -> bool {
        let State::Start(None) = self.state else { return false };
        let submitted =
            client.shared.with(|shared| shared.submit_at_once(&self.payload, pass, waker));
        let Some(key) = submitted else { return false };
        self.state = State::Waiting(key);
        true
    }

    /// Takes the reply, if that is what has come: what [`poll`](Self::poll) comes to mostly at
    /// last.
    #[inline]
    pub(crate) fn take_reply<R: Runtime>(&mut self, client: &Client<R>) -> Option<Frame> {
        let State::Waiting(key) = self.state else { return None };
        let frame = client.shared.with(|shared| shared.slots.take_reply(key))?;
        self.state = State::Over;
        Some(frame)
    }
}

impl Payload for Request {
    #[inline]
    fn submit(
        &mut self,
        shared: &mut Shared,
        ticket: &mut Option<Ticket>,
        pass: Pass,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Submitted {
        shared.submit(self, ticket, pass, cx, later)
    }

    #[inline]
    fn timeout(&self) -> Timeout {
        self.timeout()
    }

    fn may_resend(&self, left: bool) -> bool {
        !left || self.may_resend()
    }

    fn set_timeout(&mut self, timeout: Timeout) {
        self.set_timeout(timeout);
    }

    #[inline]
    fn admit(&self) -> Result<(), Error> {
        match self.blocking() {
            Blocking::No => refuse(self.facts()),
            _ => Err(refuse_blocking(self.facts())),
        }
    }

    fn blocks(&self) -> bool {
        self.blocking() != Blocking::No
    }

    #[inline]
    fn span(&self) -> Span {
        Span::of_command(self)
    }
}

impl Payload for Batch {
    fn submit(
        &mut self,
        shared: &mut Shared,
        ticket: &mut Option<Ticket>,
        pass: Pass,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Submitted {
        shared.submit_batch(self, ticket, pass, cx, later)
    }

    fn timeout(&self) -> Timeout {
        self.timeout()
    }

    /// Never: it is moved into the session, not copied.
    fn may_resend(&self, _: bool) -> bool {
        false
    }

    fn set_timeout(&mut self, timeout: Timeout) {
        self.set_timeout(timeout);
    }

    fn admit(&self) -> Result<(), Error> {
        match self.blocking() {
            None => self.facts().iter().try_for_each(|facts| refuse(facts)),
            Some(facts) => Err(refuse_blocking(facts)),
        }
    }

    fn blocks(&self) -> bool {
        self.blocking().is_some()
    }

    fn span(&self) -> Span {
        Span::of_batch(self)
    }
}

impl<R: Runtime> Client<R> {
    /// Submits something and wakes the driver to send it.
    #[inline]
    fn submit(
        &self,
        timeout: Timeout,
        submit: impl FnOnce(&mut Shared, &mut Later) -> Submitted,
    ) -> Submitted {
        let (submitted, driver) = self.locked(|shared, later| {
            let driver = shared.rouse(timeout, || self.runtime.now());
            (submit(shared, later), driver)
        });
        if let Some(driver) = driver {
            driver.wake();
        }
        submitted
    }

    #[inline]
    pub(crate) fn poll_answer(&self, key: SlotKey, cx: &Context<'_>) -> Poll<Answer> {
        self.locked(|shared, later| shared.slots.poll(key, cx, later))
    }
}
