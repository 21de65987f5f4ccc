//! A pool's connection in one hand.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use redis_client_core::{
    Cause, ConnectionError, Error, Execute, FromReply, IntoBatch, Request, Time,
};

use super::lobby::{Granted, Wish};
use super::{Pool, Raw};
use crate::alarm::Alarm;
use crate::client::{Call, Flight, Landing, Passage, Pipeline, Transaction, Way};
use crate::later::Later;
use crate::line::Ticket;
use crate::runtime::Runtime;
use crate::shared::{Condition, Return};
use crate::slots::Answer;

/// A connection of a [`Pool`] that nobody else uses.
///
/// It takes all commands but those that leave replies nobody can match (`MONITOR`,
/// `CLIENT REPLY`). Blocking ones hold up nobody else, and wait for as long as they say.
///
/// When the connection is lost the lease is over: what was set up on it, a `WATCH` or an open
/// `MULTI`, is gone, so nothing is sent again and every later command ends as [`Error::NotSent`].
///
/// Dropping it gives the connection back. An open transaction, `WATCH` and another database are
/// undone; after a blocking command that was not waited for, a subscription or anything else that
/// changed the connection, it is closed and replaced.
#[must_use = "the connection goes back when this is dropped"]
pub struct Lease<R: Runtime> {
    pool: Pool<R>,
    index: usize,
    pass: u64,
    how: Return,
}

/// A lease to come: see [`Pool::lease`].
#[must_use = "nobody leases until it is awaited"]
pub struct Leasing<'a, R: Runtime> {
    pool: &'a Pool<R>,
    wish: Wish,
    /// Kept to the end, so that a connection that turns out to be dead doesn't cost the place.
    ticket: Option<Ticket>,
    /// How long to wait, and until when that is.
    limit: Duration,
    deadline: Option<Time>,
    alarm: Alarm<R>,
    checking: Option<Check<R>>,
}

/// A connection that can't be handed out at once, and the question that is to be answered first.
/// It is unused until then.
struct Check<R: Runtime> {
    lease: Lease<R>,
    ping: Flight<Request>,
    /// When it is taken to be dead; none where the question only waits behind others' commands,
    /// which must not share the lease's fate.
    until: Option<Time>,
}

/// What comes next for a lease to come.
enum Step<R: Runtime> {
    Done(Lease<R>),
    Again,
    /// Not before somebody wakes it, or then.
    Wait {
        until: Time,
    },
}

impl<R: Runtime> Lease<R> {
    /// Sends several commands in one write: see [`Client::pipeline`](crate::Client::pipeline).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn pipeline<B: IntoBatch>(&self, commands: B) -> Pipeline<'_, R, B> {
        Pipeline::new(Way::Lease(self), commands)
    }

    /// Has the server run several commands with no others in between: see
    /// [`Client::transaction`](crate::Client::transaction).
    ///
    /// # Errors
    ///
    /// As there; [`Error::Aborted`] if a key watched with `WATCH` has changed.
    pub fn transaction<B: IntoBatch>(&self, commands: B) -> Transaction<'_, R, B> {
        Transaction::new(Way::Lease(self), commands)
    }

    /// Sends without waiting, and reads replies and pushes one at a time.
    pub fn raw(&mut self) -> Raw<'_, R> {
        Raw::new(self)
    }

    /// Gives the connection up: it is closed, and the pool makes another one.
    pub fn discard(mut self) {
        self.how = Return::Discarded;
    }

    pub(crate) fn passage(&self) -> Passage<'_, R> {
        Passage { client: self.pool.client(self.index), pass: Some(self.pass) }
    }
}

impl<R: Runtime> Drop for Lease<R> {
    fn drop(&mut self) {
        let client = self.pool.client(self.index);
        let seat = client.locked(|shared, later| {
            shared.now = client.runtime().now();
            shared.give_back(self.pass, self.how, later);
            shared.seat()
        });
        self.pool.enter(|lobby, later| lobby.give_back(self.index, seat, &mut later.wake));
    }
}

impl<'a, R: Runtime> Leasing<'a, R> {
    pub(super) fn new(pool: &'a Pool<R>) -> Self {
        Self {
            pool,
            wish: Wish::Take,
            ticket: None,
            limit: pool.options().lease_timeout,
            deadline: None,
            alarm: Alarm::default(),
            checking: None,
        }
    }

    /// For one command that may take so long; leaves a connection to the others.
    pub(super) fn for_one(pool: &'a Pool<R>, limit: Option<Duration>) -> Self {
        let mut leasing = Self::new(pool);
        leasing.wish = Wish::TakeOneOfSeveral;
        leasing.limit = limit.map_or(leasing.limit, |limit| limit.min(leasing.limit));
        leasing
    }

    /// Takes the connection, if it is still to be had.
    fn take(&mut self, index: usize) -> Option<Lease<R>> {
        let client = self.pool.client(index);
        let now = client.runtime().now();
        let leased = client.locked(|shared, later| {
            shared.now = now;
            shared.lease(&mut later.wake).ok_or_else(|| shared.seat())
        });
        match leased {
            Ok((pass, condition)) => {
                let mut lease = Lease { pool: self.pool.clone(), index, pass, how: Return::Used };
                let until = match condition {
                    Condition::Quiet { since } if now.since(since) < FRESH => return Some(lease),
                    Condition::Quiet { .. } => Some(now + CHECK),
                    Condition::Busy => None,
                };
                lease.how = Return::Unused;
                let ping = Flight::new(Request::new("PING"));
                self.checking = Some(Check { lease, ping, until });
                None
            }
            Err(seat) => {
                self.pool.enter(|lobby, later| lobby.give_back(index, seat, &mut later.wake));
                None
            }
        }
    }

    /// Hears whether the connection is alive, and others' commands answered; nothing if it is dead.
    fn check(&mut self, now: Time, cx: &Context<'_>) -> Poll<Option<Lease<R>>> {
        let Some(Check { lease, ping, until }) = &mut self.checking else {
            return Poll::Ready(None);
        };
        let Passage { client, pass } = lease.passage();
        let alive = match ping.poll(client, pass, cx) {
            // An error is an answer, too.
            Poll::Ready(landing) => matches!(landing, Landing::Answered(Answer::Reply(_))),
            Poll::Pending if until.is_none_or(|until| now < until) => return Poll::Pending,
            Poll::Pending => {
                ping.abandon(client);
                false
            }
        };
        let Some(Check { mut lease, .. }) = self.checking.take() else { return Poll::Ready(None) };
        lease.how = if alive { Return::Used } else { Return::Discarded };
        Poll::Ready(alive.then_some(lease))
    }

    fn step(&mut self, now: Time, deadline: Time, cx: &Context<'_>) -> Result<Step<R>, Error> {
        if let Some(until) = self.checking.as_ref().map(|check| check.until.unwrap_or(deadline)) {
            return Ok(match self.check(now, cx) {
                Poll::Ready(Some(lease)) => Step::Done(lease),
                Poll::Ready(None) => Step::Again,
                Poll::Pending => Step::Wait { until },
            });
        }
        let (wish, ticket) = (self.wish, &mut self.ticket);
        match self.pool.enter(|lobby, later| {
            lobby.handle_timeout(wish, now, &mut later.wake);
            lobby.ask(wish, ticket, Some(deadline), cx, later)
        }) {
            Granted::Seat(index) => Ok(self.take(index).map_or(Step::Again, Step::Done)),
            Granted::Closed => Err(closed()),
            Granted::Offline => Err(Error::NotSent(self.pool.shortage())),
            Granted::Wait { look_again } => {
                let until = look_again.filter(|at| *at > now).unwrap_or(deadline);
                Ok(Step::Wait { until })
            }
        }
    }

    /// Why there is no lease in time.
    fn overdue(&self) -> Error {
        Error::NotSent(match self.checking {
            Some(_) => Cause::TimedOut,
            None => self.pool.shortage(),
        })
    }

    /// Gives up what it has come to so far.
    fn give_up(&mut self) {
        if let Some(Check { lease, mut ping, .. }) = self.checking.take() {
            ping.abandon(lease.passage().client);
        }
        if let Some(ticket) = self.ticket.take() {
            self.pool.enter(|lobby, later: &mut Later| lobby.leave(self.wish, ticket, later));
        }
    }
}

impl<R: Runtime> Future for Leasing<'_, R> {
    type Output = Result<Lease<R>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let runtime = this.pool.runtime();
        loop {
            let now = runtime.now();
            let deadline = *this.deadline.get_or_insert(now + this.limit);
            let end = match this.step(now, deadline, cx) {
                Ok(Step::Done(lease)) => Ok(lease),
                Ok(Step::Again) => continue,
                Ok(Step::Wait { until }) if now < deadline => {
                    let until = until.min(deadline);
                    std::task::ready!(this.alarm.poll(runtime, now, Some(until), cx));
                    continue;
                }
                Ok(Step::Wait { .. }) => Err(this.overdue()),
                Err(error) => Err(error),
            };
            this.give_up();
            return Poll::Ready(end);
        }
    }
}

impl<R: Runtime> Drop for Leasing<'_, R> {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl<'a, R: Runtime> Execute for &'a Lease<R> {
    type Call<T: FromReply> = Call<'a, R, T>;

    fn execute<T: FromReply>(self, request: Request) -> Self::Call<T> {
        Call::new(Way::Lease(self), request)
    }
}

impl<R: Runtime> fmt::Debug for Lease<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lease").field(&self.index).field(self.pool.client(self.index)).finish()
    }
}

impl<R: Runtime> fmt::Debug for Leasing<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Leasing")
    }
}

/// What a closed pool says.
pub(super) const fn closed() -> Error {
    Error::NotSent(Cause::Connection(ConnectionError::Closed))
}

/// A server heard so lately is taken to be alive.
const FRESH: Duration = Duration::from_secs(5);

/// How long it may take to give a sign of life. Replacing a connection that is only slow costs
/// little.
const CHECK: Duration = Duration::from_secs(1);
