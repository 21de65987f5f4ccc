//! The futures of a client's commands.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use redis_client_core::{
    Batch, Blocking, ConnectionError, Error, Facts, FromReply, IntoBatch, Request, Results,
    Timeout, read_reply, read_transaction,
};

use super::{Client, refuse, refuse_blocking};
use crate::later::Later;
use crate::line::Ticket;
use crate::runtime::{Runtime, SharedCell};
use crate::shared::{Shared, Submitted};
use crate::slots::{Answer, NO_REPLY, SlotKey};

/// A command on its way. It is sent when first polled; dropped after that, it is still run by the
/// server and its reply is thrown away.
#[must_use = "a command does nothing until it is awaited"]
pub struct Call<'a, R: Runtime, T> {
    client: &'a Client<R>,
    state: State<Request>,
    facts: &'static Facts,
    reply: PhantomData<fn() -> T>,
}

/// A pipeline on its way, as [`Call`].
#[must_use = "a pipeline does nothing until it is awaited"]
pub struct Pipeline<'a, R: Runtime, B> {
    client: &'a Client<R>,
    batch: Batch,
    state: State<()>,
    commands: PhantomData<fn() -> B>,
}

/// A transaction on its way, as [`Call`].
#[must_use = "a transaction does nothing until it is awaited"]
pub struct Transaction<'a, R: Runtime, B>(Pipeline<'a, R, B>);

/// The end of the handshake.
#[must_use = "nobody waits until it is awaited"]
pub struct Ready<'a, R: Runtime> {
    client: &'a Client<R>,
    ticket: Option<Ticket>,
}

enum State<S> {
    /// Not submitted yet; with a ticket where others come first, or there is no room.
    Start(S, Option<Ticket>),
    Waiting(SlotKey),
    Over,
}

impl<'a, R: Runtime, T> Call<'a, R, T> {
    #[inline]
    pub(super) fn new(client: &'a Client<R>, request: Request) -> Self {
        let facts = request.facts();
        Self { client, state: State::Start(request, None), facts, reply: PhantomData }
    }
}

impl<R: Runtime, T: FromReply> Future for Call<'_, R, T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let answer = match &mut this.state {
            State::Start(request, ticket) => {
                if let Err(error) = admit(request) {
                    this.state = State::Over;
                    return Poll::Ready(Err(error));
                }
                let submitted = this.client.submit(request.timeout(), |shared, later| {
                    shared.submit(request, ticket, cx, later)
                });
                std::task::ready!(this.state.submitted(submitted))
            }
            State::Waiting(key) => std::task::ready!(this.client.poll_answer(*key, cx)),
            State::Over => Err(NO_REPLY),
        };
        this.state = State::Over;
        let reply = answer.and_then(Answer::into_reply);
        Poll::Ready(reply.and_then(|frame| read_reply(this.facts, frame.as_frame())))
    }
}

impl<'a, R: Runtime, B> Pipeline<'a, R, B> {
    pub(super) fn new(client: &'a Client<R>, batch: Batch) -> Self {
        Self { client, batch, state: State::Start((), None), commands: PhantomData }
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Result<Answer, Error>> {
        let answer = match &mut self.state {
            State::Start((), ticket) => {
                if let Err(error) = admit_batch(&self.batch) {
                    self.state = State::Over;
                    return Poll::Ready(Err(error));
                }
                let batch = &mut self.batch;
                let submitted = self.client.submit(batch.timeout(), |shared, later| {
                    shared.submit_batch(batch, ticket, cx, later)
                });
                std::task::ready!(self.state.submitted(submitted))
            }
            State::Waiting(key) => std::task::ready!(self.client.poll_answer(*key, cx)),
            State::Over => Err(NO_REPLY),
        };
        self.state = State::Over;
        Poll::Ready(answer)
    }
}

impl<R: Runtime, B: IntoBatch> Future for Pipeline<'_, R, B> {
    type Output = Result<B::Replies, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let (frames, rest) = match std::task::ready!(this.poll_answer(cx))? {
            Answer::Reply(frame) => (vec![frame], None),
            Answer::Replies(frames) => (frames, None),
            Answer::Failed(frames, error @ Error::NotSent(_)) if frames.is_empty() => {
                return Poll::Ready(Err(error));
            }
            Answer::Failed(frames, error) => (frames, Some(error)),
        };
        Poll::Ready(Ok(B::read(Results::of_pipeline(this.batch.facts(), &frames, rest))))
    }
}

impl<'a, R: Runtime, B> Transaction<'a, R, B> {
    pub(super) fn new(client: &'a Client<R>, batch: Batch) -> Self {
        Self(Pipeline::new(client, batch))
    }
}

impl<R: Runtime, B: IntoBatch> Future for Transaction<'_, R, B> {
    type Output = Result<B::Replies, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut self.get_mut().0;
        Poll::Ready(match std::task::ready!(this.poll_answer(cx))? {
            Answer::Replies(frames) => read_transaction::<B>(this.batch.facts(), &frames),
            Answer::Failed(_, error) => Err(error),
            Answer::Reply(_) => Err(NO_REPLY),
        })
    }
}

impl<'a, R: Runtime> Ready<'a, R> {
    pub(super) const fn new(client: &'a Client<R>) -> Self {
        Self { client, ticket: None }
    }
}

impl<R: Runtime> Future for Ready<'_, R> {
    type Output = Result<(), ConnectionError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        this.client.locked(|shared, later| shared.poll_ready(&mut this.ticket, cx, later))
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
    fn poll_answer(&self, key: SlotKey, cx: &Context<'_>) -> Poll<Result<Answer, Error>> {
        let answer = self.locked(|shared, later| shared.slots.poll(key, cx, later));
        answer.map(|answer| answer.ok_or(NO_REPLY))
    }

    /// The caller has lost interest.
    fn abandon<S>(&self, state: &State<S>) {
        match *state {
            State::Start(_, Some(ticket)) => {
                self.locked(|shared, later| shared.leave(ticket, later));
            }
            State::Waiting(key) => drop(self.shared.with(|shared| shared.slots.release(key))),
            State::Start(_, None) | State::Over => {}
        }
    }

    /// Locks, and once it is unlocked again does what could not be done before.
    #[inline]
    fn locked<O>(&self, use_it: impl FnOnce(&mut Shared, &mut Later) -> O) -> O {
        let mut later = Later::default();
        let result = self.shared.with(|shared| use_it(shared, &mut later));
        later.run();
        result
    }
}

#[inline]
fn admit(request: &Request) -> Result<(), Error> {
    match request.blocking() {
        Blocking::No => refuse(request.facts()),
        _ => Err(refuse_blocking(request.facts())),
    }
}

fn admit_batch(batch: &Batch) -> Result<(), Error> {
    match batch.blocking() {
        None => batch.facts().iter().try_for_each(|facts| refuse(facts)),
        Some(facts) => Err(refuse_blocking(facts)),
    }
}

impl<S> State<S> {
    /// What follows from an attempt to submit; ready only if it failed for good.
    #[inline]
    fn submitted(&mut self, submitted: Submitted) -> Poll<Result<Answer, Error>> {
        match submitted {
            Submitted::Taken(key) => {
                *self = Self::Waiting(key);
                Poll::Pending
            }
            Submitted::Full => Poll::Pending,
            Submitted::Failed(error) => Poll::Ready(Err(error)),
        }
    }
}

impl<R: Runtime, T> Drop for Call<'_, R, T> {
    fn drop(&mut self) {
        self.client.abandon(&self.state);
    }
}

impl<R: Runtime, B> Drop for Pipeline<'_, R, B> {
    fn drop(&mut self) {
        self.client.abandon(&self.state);
    }
}

impl<R: Runtime> Drop for Ready<'_, R> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.client.locked(|shared, later| shared.unready.leave(ticket, 0, later));
        }
    }
}

impl<R: Runtime, T> fmt::Debug for Call<'_, R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.facts.name)
    }
}

impl<R: Runtime, B> fmt::Debug for Pipeline<'_, R, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pipeline").field(&self.batch).finish()
    }
}

impl<R: Runtime, B> fmt::Debug for Transaction<'_, R, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Transaction").field(&self.0.batch).finish()
    }
}

impl<R: Runtime> fmt::Debug for Ready<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ready")
    }
}
