//! Waiting for the next notice.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use redis_client_core::Notice;

use super::Subscriber;
use crate::runtime::Runtime;

/// What a subscriber is told next: see [`Subscriber::next`].
#[must_use = "nothing is read until it is awaited"]
pub struct NextNotice<'a, R: Runtime>(&'a Subscriber<R>);

impl<'a, R: Runtime> NextNotice<'a, R> {
    pub(super) const fn new(subscriber: &'a mut Subscriber<R>) -> Self {
        Self(subscriber)
    }
}

impl<R: Runtime> Future for NextNotice<'_, R> {
    type Output = Option<Notice>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

impl<R: Runtime> fmt::Debug for NextNotice<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NextNotice").field(self.0).finish()
    }
}
