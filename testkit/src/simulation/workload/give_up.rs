//! Futures that somebody loses interest in, or that run together.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::simulation::world::Sleep;

/// Drops a future after so many polls, or at some time; then it gives none.
pub(super) struct GiveUp<F> {
    future: Option<Pin<Box<F>>>,
    polls: Option<usize>,
    alarm: Option<Sleep>,
}

impl<F> GiveUp<F> {
    pub(super) fn new(future: F, polls: Option<usize>, alarm: Option<Sleep>) -> Self {
        Self { future: Some(Box::pin(future)), polls, alarm }
    }
}

impl<F: Future> Future for GiveUp<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(future) = &mut this.future else { return Poll::Ready(None) };
        if this.polls == Some(0) {
            this.future = None;
            return Poll::Ready(None);
        }
        this.polls = this.polls.map(|polls| polls - 1);
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        let over = match &mut this.alarm {
            Some(alarm) => Pin::new(alarm).poll(cx).is_ready(),
            None => false,
        };
        if this.polls == Some(0) || over {
            this.future = None;
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

/// Runs futures at once, in one task: their results in order.
pub(super) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|cx| {
        let mut pending = false;
        for (future, result) in &mut running {
            if result.is_none() {
                match future.as_mut().poll(cx) {
                    Poll::Ready(output) => *result = Some(output),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, result)| result).collect()
}
