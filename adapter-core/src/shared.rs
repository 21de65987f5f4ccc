//! What a client's handles and its driver have in common.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use redis_client_core::{
    Batch, Cause, ConnectionError, Error, Event, Outcome, Request, Session, SubmitError, Time,
};

use crate::slots::{Answer, SlotKey, Slots};

/// The session of a connection, those who wait for it, and who drives it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) session: Session<SlotKey>,
    pub(crate) slots: Slots,
    /// Those to be woken when there is room, or when the session is ready or over.
    waiting: VecDeque<Waker>,
    /// The driver, while it sleeps.
    pub(crate) driver: Option<Waker>,
    /// When the driver last looked at the clock.
    pub(crate) now: Time,
    /// How many clients there are.
    pub(crate) handles: usize,
}

/// Tells that a command was refused for want of room; the caller is woken when there is some.
pub(crate) enum Submitted {
    Taken(SlotKey),
    Full,
    Failed(Error),
}

impl Shared {
    pub(crate) fn new(session: Session<SlotKey>, now: Time) -> Self {
        Self {
            session,
            slots: Slots::default(),
            waiting: VecDeque::new(),
            driver: None,
            now,
            handles: 1,
        }
    }

    #[inline]
    pub(crate) fn submit(&mut self, request: &Request, cx: &Context<'_>) -> Submitted {
        let key = self.slots.rent(cx.waker());
        let result = self.session.submit(self.now, request, key);
        self.submitted(key, result, cx)
    }

    pub(crate) fn submit_batch(&mut self, batch: &mut Batch, cx: &Context<'_>) -> Submitted {
        let key = self.slots.rent(cx.waker());
        let result = self.session.submit_batch(self.now, batch, key);
        self.submitted(key, result, cx)
    }

    /// Who is to be woken for a command to leave. The clock is read only where the driver may not
    /// have looked at it for long.
    #[inline]
    pub(crate) fn rouse(&mut self, now: impl FnOnce() -> Time) -> Option<Waker> {
        let driver = self.driver.take()?;
        self.now = now();
        Some(driver)
    }

    pub(crate) fn poll_ready(&mut self, cx: &Context<'_>) -> Poll<Result<(), ConnectionError>> {
        if let Some(reason) = self.session.closed() {
            return Poll::Ready(Err(reason.clone()));
        }
        if self.session.is_ready() {
            return Poll::Ready(Ok(()));
        }
        self.wait(cx);
        Poll::Pending
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
                Event::Ready { .. } | Event::Unblocked | Event::Closed(_) => {
                    wakers.extend(self.waiting.drain(..));
                }
                // Shared handles refuse what would bring any.
                Event::Push(_) => {}
                _ => {}
            }
        }
    }

    fn submitted(
        &mut self,
        key: SlotKey,
        result: Result<(), SubmitError<SlotKey>>,
        cx: &Context<'_>,
    ) -> Submitted {
        let Err(error) = result else { return Submitted::Taken(key) };
        self.slots.release(key);
        match error {
            SubmitError::Closed(_, reason) => {
                let cause = Cause::Connection(reason);
                Submitted::Failed(Outcome::NotSent.to_error(cause))
            }
            SubmitError::Refused(_, facts) => Submitted::Failed(Error::Refused {
                command: facts.name,
                reason: "its replies can't be matched to requests",
            }),
            _ => {
                self.wait(cx);
                Submitted::Full
            }
        }
    }

    fn wait(&mut self, cx: &Context<'_>) {
        if !self.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            self.waiting.push_back(cx.waker().clone());
        }
    }
}
