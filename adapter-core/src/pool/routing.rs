//! From a pool to one of its connections.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use redis_client_core::{Cause, Error, Time, Timeout};

use super::lease::closed;
use super::lobby::{Granted, Wish};
use super::{Lease, Leasing, Pool};
use crate::alarm::Alarm;
use crate::client::{Passage, Payload};
use crate::line::Ticket;
use crate::runtime::Runtime;

/// What a command awaited on the pool goes over.
pub(crate) struct Routing<'a, R: Runtime> {
    pool: &'a Pool<R>,
    stage: Stage<'a, R>,
    /// When the command is overdue, once it has had to wait.
    deadline: Option<Time>,
    alarm: Alarm<R>,
}

enum Stage<'a, R: Runtime> {
    Looking(Option<Ticket>),
    /// Beside others.
    Shared(usize),
    Leasing(Box<Leasing<'a, R>>),
    Leased(Lease<R>),
}

impl<'a, R: Runtime> Routing<'a, R> {
    pub(super) fn new(pool: &'a Pool<R>) -> Self {
        Self { pool, stage: Stage::Looking(None), deadline: None, alarm: Alarm::default() }
    }

    /// Finds a connection: one for itself where the payload blocks. Has the payload wait for its
    /// reply only for as long as it has not waited here.
    #[inline]
    pub(crate) fn poll_passage(
        &mut self,
        payload: &mut impl Payload,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Passage<'_, R>, Error>> {
        ready!(self.find(payload, cx))?;
        Poll::Ready(self.passage().ok_or_else(closed))
    }

    pub(crate) fn passage(&self) -> Option<Passage<'_, R>> {
        match &self.stage {
            Stage::Shared(index) => Some(Passage { client: self.pool.client(*index), pass: None }),
            Stage::Leased(lease) => Some(lease.passage()),
            Stage::Looking(_) | Stage::Leasing(_) => None,
        }
    }

    /// The connection has been lost, or leased by somebody else.
    pub(crate) fn leave(&mut self, deadline: Option<Time>) {
        self.deadline = self.deadline.or(deadline);
        if let Stage::Shared(index) = self.stage {
            let seat = self.pool.client(index).locked(|shared, _| shared.seat());
            self.pool.enter(|lobby, later| lobby.handle_seat(index, seat, &mut later.wake));
        }
        self.stage = Stage::Looking(None);
    }

    /// Gives the lease back, or the place in line up: nothing more is to be sent.
    #[inline]
    pub(crate) fn end(&mut self) {
        if !matches!(self.stage, Stage::Shared(_)) {
            self.stop();
        }
    }

    #[cold]
    fn stop(&mut self) {
        let stage = std::mem::replace(&mut self.stage, Stage::Looking(None));
        if let Stage::Looking(Some(ticket)) = stage {
            self.pool.enter(|lobby, later| lobby.leave(Wish::Share, ticket, later));
        }
    }

    fn find(
        &mut self,
        payload: &mut impl Payload,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Error>> {
        loop {
            match &mut self.stage {
                Stage::Shared(_) | Stage::Leased(_) => return Poll::Ready(Ok(())),
                Stage::Looking(_) if payload.blocks() => {
                    let leasing = Leasing::for_one(self.pool, self.limit(payload.timeout()));
                    self.stage = Stage::Leasing(Box::new(leasing));
                }
                Stage::Leasing(leasing) => {
                    let lease = ready!(Pin::new(leasing.as_mut()).poll(cx))?;
                    self.stage = Stage::Leased(lease);
                }
                Stage::Looking(ticket) => {
                    match self
                        .pool
                        .enter(|lobby, later| lobby.ask(Wish::Share, ticket, None, cx, later))
                    {
                        Granted::Seat(index) => {
                            self.stage = Stage::Shared(index);
                            self.hurry(payload)?;
                        }
                        Granted::Closed => return Poll::Ready(Err(closed())),
                        Granted::Offline => {
                            return Poll::Ready(Err(Error::NotSent(self.pool.shortage())));
                        }
                        Granted::Wait { .. } => ready!(self.wait(payload.timeout(), cx))?,
                    }
                }
            }
        }
    }

    /// Ready when it is time to look again, or too late.
    fn wait(&mut self, timeout: Timeout, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let (pool, runtime) = (self.pool, self.pool.runtime());
        let now = runtime.now();
        if let (None, Some(timeout)) = (self.deadline, self.limit(timeout)) {
            self.deadline = Some(now + timeout);
        }
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return Poll::Ready(Err(Error::NotSent(pool.shortage())));
        }
        self.alarm.poll(runtime, now, self.deadline, cx).map(Ok)
    }

    /// How long a command may wait that has such a timeout.
    fn limit(&self, timeout: Timeout) -> Option<Duration> {
        match timeout {
            Timeout::Default => self.pool.options().config.reply_timeout(),
            Timeout::After(timeout) => Some(timeout),
            Timeout::Never => None,
        }
    }

    /// Leaves what has waited the rest of its time.
    fn hurry(&self, payload: &mut impl Payload) -> Result<(), Error> {
        let Some(deadline) = self.deadline else { return Ok(()) };
        let left = deadline.since(self.pool.runtime().now());
        if left.is_zero() {
            return Err(Error::NotSent(Cause::TimedOut));
        }
        payload.set_timeout(Timeout::After(left));
        Ok(())
    }
}

impl<R: Runtime> Drop for Routing<'_, R> {
    fn drop(&mut self) {
        self.end();
    }
}
