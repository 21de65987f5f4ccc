//! The futures of commands and batches, by whatever handle they are sent.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use redis_client_core::resp_core::Frame;
use redis_client_core::{
    Batch, Error, FromReply, IntoBatch, Request, Results, read_reply, read_transaction,
};

use super::{Flight, Landing, Passage, Payload, Way};
use crate::runtime::Runtime;
use crate::slots::{Answer, NO_REPLY};
use crate::trace::Span;

/// A command on its way. It is sent when first polled; dropped after that, it is still run by the
/// server and its reply is thrown away.
#[must_use = "a command does nothing until it is awaited"]
pub struct Call<'a, R: Runtime, T> {
    journey: Journey<'a, R, Request>,
    reply: PhantomData<fn() -> T>,
}

/// A pipeline on its way, as [`Call`].
#[must_use = "a pipeline does nothing until it is awaited"]
pub struct Pipeline<'a, R: Runtime, B> {
    journey: Journey<'a, R, Batch>,
    commands: PhantomData<fn() -> B>,
}

/// A transaction on its way, as [`Call`].
#[must_use = "a transaction does nothing until it is awaited"]
pub struct Transaction<'a, R: Runtime, B>(Pipeline<'a, R, B>);

/// A pipeline whose replies nobody waits for: see [`Pipeline::send`].
#[must_use = "a pipeline does nothing until it is awaited"]
pub struct Sending<'a, R: Runtime>(Journey<'a, R, Batch>);

/// What is sent, and by what way.
struct Journey<'a, R: Runtime, P: Payload> {
    way: Way<'a, R>,
    flight: Flight<P>,
    admitted: bool,
    span: Span,
}

impl<'a, R: Runtime, P: Payload> Journey<'a, R, P> {
    #[inline]
    fn new(way: Way<'a, R>, payload: P) -> Self {
        let span = payload.span();
        Self { way, flight: Flight::new(payload), admitted: false, span }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        let answer = ready!(self.travel(cx));
        // The future may be kept for long.
        self.way.end();
        Poll::Ready(answer)
    }

    #[inline]
    fn travel(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        let Self { way, flight, admitted, span } = self;
        let _entered = span.enter();
        if !*admitted {
            if let Err(error) = way.admit(&flight.payload) {
                return Poll::Ready(Answer::failed(error));
            }
            *admitted = true;
        }
        loop {
            let passage = match ready!(way.poll_passage(&mut flight.payload, cx)) {
                Ok(passage) => passage,
                Err(error) => return Poll::Ready(Answer::failed(flight.honest(error))),
            };
            match ready!(flight.poll(passage.client, passage.pass, cx)) {
                Landing::Answered(answer) => return Poll::Ready(answer),
                Landing::Elsewhere(deadline) => way.leave(deadline),
            }
        }
    }

    /// Makes a note of what came of it.
    #[inline]
    fn ended<T>(&self, result: Result<T, Error>) -> Poll<Result<T, Error>> {
        if let Err(error) = &result {
            self.span.failed(error);
        }
        Poll::Ready(result)
    }
}

impl<R: Runtime> Journey<'_, R, Request> {
    /// Has it leave, if nothing is in the way and nothing about it is out of the ordinary.
    #[inline]
    fn leave(&mut self, cx: &Context<'_>) -> bool {
        let _entered = self.span.enter();
        match self.way.passage() {
            Some(Passage { client, pass }) => self.flight.leave(client, pass, cx.waker()),
            None => false,
        }
    }

    /// Takes the reply, if that is what has come.
    #[inline]
    fn take_reply(&mut self) -> Option<Frame> {
        let frame = self.flight.take_reply(self.way.passage()?.client)?;
        self.way.end();
        Some(frame)
    }
}

impl<R: Runtime> Journey<'_, R, Batch> {
    /// Ready once it is on its way.
    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.flight.payload.blocks() {
            return self.ended(Err(Error::Refused {
                command: self.flight.payload.blocking().map_or("command", |facts| facts.name),
                reason: "it waits, and nobody would wait for it (await the pipeline itself)",
            }));
        }
        let end = match self.poll(cx) {
            Poll::Pending if self.flight.is_submitted() => Ok(()),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Answer::Failed(failure)) if failure.nothing_left() => Err(failure.error),
            Poll::Ready(_) => Ok(()),
        };
        self.ended(end)
    }
}

impl<R: Runtime, P: Payload> Drop for Journey<'_, R, P> {
    fn drop(&mut self) {
        if !self.flight.is_over()
            && let Some(passage) = self.way.passage()
        {
            self.flight.abandon(passage.client);
        }
    }
}

impl<'a, R: Runtime, T> Call<'a, R, T> {
    #[inline]
    pub(crate) fn new(way: Way<'a, R>, request: Request) -> Self {
        Self { journey: Journey::new(way, request), reply: PhantomData }
    }
}

impl<R: Runtime, T: FromReply> Future for Call<'_, R, T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let journey = &mut self.get_mut().journey;
        let facts = journey.flight.payload.facts();
        if journey.leave(cx) {
            return Poll::Pending;
        }
        if let Some(frame) = journey.take_reply() {
            return journey.ended(read_reply(facts, frame.as_frame()));
        }
        let result = match &ready!(journey.poll(cx)) {
            Answer::Reply(frame) => read_reply(facts, frame.as_frame()),
            Answer::Replies(frames) => match frames.last() {
                Some(frame) => read_reply(facts, frame.as_frame()),
                None => Err(NO_REPLY),
            },
            Answer::Failed(failure) => Err(failure.error.clone()),
        };
        journey.ended(result)
    }
}

impl<'a, R: Runtime, B: IntoBatch> Pipeline<'a, R, B> {
    pub(crate) fn new(way: Way<'a, R>, commands: B) -> Self {
        let mut batch = Batch::new();
        commands.into_batch(&mut batch);
        Self::of(way, batch)
    }

    /// Sends the commands, waits for room if there is none, and doesn't wait for the replies.
    ///
    /// Nobody hears of them: what the server refuses is refused without a word, and what is lost
    /// with the connection is lost, or with a program that ends without [`Client::close`]. The order
    /// of replies is kept all the same, so that whatever is sent next finds its own. Blocking
    /// commands are refused.
    ///
    /// [`Client::close`]: crate::Client::close
    ///
    /// ```no_run
    /// # async fn example<R: adapter_core::Runtime>(client: &adapter_core::Client<R>)
    /// # -> Result<(), adapter_core::Error> {
    /// use adapter_core::cmd;
    ///
    /// client.pipeline([cmd::incr("hits"), cmd::incr("hits:today")]).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If nothing was sent.
    pub fn send(self) -> Sending<'a, R> {
        Sending(self.journey)
    }

    /// Waits for the values of all commands, which are of one type, or for the first error among them.
    ///
    /// ```no_run
    /// # async fn example<R: adapter_core::Runtime>(client: &adapter_core::Client<R>)
    /// # -> Result<(), adapter_core::Error> {
    /// use adapter_core::cmd;
    ///
    /// let hits: Vec<i64> = client.pipeline([cmd::incr("hits"), cmd::incr("hits:today")]).all().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If nothing was sent, or for the first command that has failed; others behind it may have been
    /// run.
    pub async fn all<T>(self) -> Result<Vec<T>, Error>
    where
        B::Replies: IntoIterator<Item = Result<T, Error>>,
    {
        self.await?.into_iter().collect()
    }

    fn of(way: Way<'a, R>, batch: Batch) -> Self {
        Self { journey: Journey::new(way, batch), commands: PhantomData }
    }
}

impl<R: Runtime, B: IntoBatch> Future for Pipeline<'_, R, B> {
    type Output = Result<B::Replies, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let journey = &mut self.get_mut().journey;
        let (frames, rest) = match ready!(journey.poll(cx)) {
            Answer::Reply(frame) => (vec![frame], None),
            Answer::Replies(frames) => (frames, None),
            Answer::Failed(failure) if failure.nothing_left() => {
                return journey.ended(Err(failure.error));
            }
            Answer::Failed(failure) => (failure.frames, Some(failure.error)),
        };
        if let Some(error) = &rest {
            journey.span.failed(error);
        }
        let facts = journey.flight.payload.facts();
        Poll::Ready(Ok(B::read(Results::of_pipeline(facts, &frames, rest))))
    }
}

impl<R: Runtime> Future for Sending<'_, R> {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.poll_sent(cx)
    }
}

impl<'a, R: Runtime, B: IntoBatch> Transaction<'a, R, B> {
    pub(crate) fn new(way: Way<'a, R>, commands: B) -> Self {
        let mut batch = Batch::transaction();
        commands.into_batch(&mut batch);
        Self(Pipeline::of(way, batch))
    }

    /// Waits for the values of all commands, which are of one type, or for the first error among them;
    /// the transaction has been run then all the same. See [`Pipeline::all`].
    ///
    /// # Errors
    ///
    /// If the transaction was not run, or for the first of its commands that has failed.
    pub async fn all<T>(self) -> Result<Vec<T>, Error>
    where
        B::Replies: IntoIterator<Item = Result<T, Error>>,
    {
        self.await?.into_iter().collect()
    }
}

impl<R: Runtime, B: IntoBatch> Future for Transaction<'_, R, B> {
    type Output = Result<B::Replies, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let journey = &mut self.get_mut().0.journey;
        let result = match ready!(journey.poll(cx)) {
            Answer::Replies(frames) => {
                read_transaction::<B>(journey.flight.payload.facts(), &frames)
            }
            Answer::Failed(failure) => Err(failure.error),
            Answer::Reply(_) => Err(NO_REPLY),
        };
        journey.ended(result)
    }
}

impl<R: Runtime, T> fmt::Debug for Call<'_, R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.journey.flight.payload.facts().name)
    }
}

impl<R: Runtime, B> fmt::Debug for Pipeline<'_, R, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pipeline").field(&self.journey.flight.payload).finish()
    }
}

impl<R: Runtime> fmt::Debug for Sending<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sending").field(&self.0.flight.payload).finish()
    }
}

impl<R: Runtime, B> fmt::Debug for Transaction<'_, R, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Transaction").field(&self.0.journey.flight.payload).finish()
    }
}
