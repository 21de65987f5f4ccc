//! Waiting for a connection's beginning and end.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use redis_client_core::ConnectionError;

use super::Client;
use crate::line::Ticket;
use crate::runtime::Runtime;

/// The end of the handshake.
#[must_use = "nobody waits until it is awaited"]
pub struct Ready<'a, R: Runtime> {
    client: &'a Client<R>,
    /// One that was and is no more will do.
    first: bool,
    ticket: Option<Ticket>,
}

/// The end of the connection.
pub struct Closing<'a, R: Runtime>(Ready<'a, R>);

impl<'a, R: Runtime> Ready<'a, R> {
    pub(super) const fn new(client: &'a Client<R>) -> Self {
        Self { client, first: false, ticket: None }
    }

    pub(super) const fn first(client: &'a Client<R>) -> Self {
        Self { client, first: true, ticket: None }
    }
}

impl<'a, R: Runtime> Closing<'a, R> {
    pub(super) const fn new(client: &'a Client<R>) -> Self {
        Self(Ready::new(client))
    }
}

impl<R: Runtime> Future for Ready<'_, R> {
    type Output = Result<(), ConnectionError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        this.client
            .locked(|shared, later| shared.poll_ready(this.first, &mut this.ticket, cx, later))
    }
}

impl<R: Runtime> Future for Closing<'_, R> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self(this) = self.get_mut();
        this.client.locked(|shared, later| shared.poll_over(&mut this.ticket, cx, later))
    }
}

impl<R: Runtime> Drop for Ready<'_, R> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.client.locked(|shared, later| shared.leave_unready(ticket, later));
        }
    }
}

impl<R: Runtime> fmt::Debug for Ready<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ready")
    }
}

impl<R: Runtime> fmt::Debug for Closing<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closing")
    }
}
