//! Waiting for the server's confirmations.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use redis_client_core::Error;
use redis_client_core::pubsub::OrderId;

use super::Subscriber;
use crate::runtime::Runtime;
use crate::shared::Wish;
use crate::slots::{Answer, NO_REPLY, SlotKey};

/// Subscriptions that begin or end: see [`Subscriber::subscribe`].
#[must_use = "nothing is subscribed to until it is awaited"]
pub struct Subscribing<'a, R: Runtime> {
    subscriber: &'a Subscriber<R>,
    wish: Wish,
    names: Vec<Vec<u8>>,
    state: State,
}

enum State {
    Start,
    Waiting(SlotKey, OrderId),
    Over,
}

impl<'a, R: Runtime> Subscribing<'a, R> {
    pub(super) const fn new(
        subscriber: &'a Subscriber<R>,
        wish: Wish,
        names: Vec<Vec<u8>>,
    ) -> Self {
        Self { subscriber, wish, names, state: State::Start }
    }
}

impl<R: Runtime> Future for Subscribing<'_, R> {
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Subscriber { client, id } = this.subscriber;
        if let State::Start = this.state {
            let names = std::mem::take(&mut this.names);
            let ordered =
                client.roused(|shared, later| shared.order(*id, this.wish, &names, cx, later));
            match ordered {
                Ok((key, order)) => this.state = State::Waiting(key, order),
                Err(error) => {
                    this.state = State::Over;
                    return Poll::Ready(Err(error));
                }
            }
        }
        let State::Waiting(key, _) = this.state else { return Poll::Ready(Err(NO_REPLY)) };
        let answer = ready!(client.poll_answer(key, cx));
        this.state = State::Over;
        Poll::Ready(match answer {
            Answer::Failed(failure) => Err(failure.error),
            Answer::Reply(_) | Answer::Replies(_) => Ok(()),
        })
    }
}

impl<R: Runtime> Drop for Subscribing<'_, R> {
    fn drop(&mut self) {
        if let State::Waiting(key, order) = self.state {
            let unread = self.subscriber.client.locked(|shared, _| {
                shared.feed.machine_mut().abandon(order);
                shared.slots.release(key)
            });
            drop(unread);
        }
    }
}

impl<R: Runtime> fmt::Debug for Subscribing<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subscribing").field(&self.wish.command()).finish()
    }
}
