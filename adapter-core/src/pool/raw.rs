//! A lease without the order of one command, one reply.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use redis_client_core::{Error, Request};

use super::Lease;
use crate::client::Passage;
use crate::runtime::Runtime;
use crate::shared::Incoming;

/// The raw level of a [`Lease`]: commands are sent without waiting, and what the server sends is
/// read one piece at a time, replies and pushes as they come.
///
/// Unread, they pile up to about a mebibyte; then the server has to wait. What comes when there is
/// no `Raw`, or was asked for by an earlier one, is thrown away.
///
/// ```no_run
/// # async fn example<R: adapter_core::Runtime>(pool: adapter_core::Pool<R>)
/// # -> Result<(), adapter_core::Error> {
/// use adapter_core::{Incoming, cmd};
///
/// let mut lease = pool.lease().await?;
/// let mut raw = lease.raw();
/// raw.send(cmd::command("SUBSCRIBE").arg("news"))?;
/// while let Some(incoming) = raw.next().await {
///     match incoming? {
///         Incoming::Reply(frame) => println!("reply {frame}"),
///         Incoming::Push(frame) => println!("push {frame}"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Raw<'a, R: Runtime> {
    lease: &'a mut Lease<R>,
}

/// What comes next: see [`Raw::next`].
#[must_use = "nothing is read until it is awaited"]
pub struct Next<'a, 'b, R: Runtime>(&'a Raw<'b, R>);

impl<'a, R: Runtime> Raw<'a, R> {
    pub(super) fn new(lease: &'a mut Lease<R>) -> Self {
        lease.passage().client.locked(|shared, _| shared.inbox.set_open(true));
        Self { lease }
    }

    /// Sends a command. Its reply will be among what comes.
    ///
    /// # Errors
    ///
    /// [`Error::NotSent`] if there is no room, or the connection is lost; [`Error::Refused`] for a
    /// command whose replies can't be matched.
    pub fn send(&mut self, command: impl AsRef<Request>) -> Result<(), Error> {
        let Passage { client, pass } = self.lease.passage();
        client.locked(|shared, later| {
            let request = command.as_ref();
            later.wake.extend(shared.rouse(request.timeout(), || client.runtime().now()));
            shared.send_raw(request, pass)
        })
    }

    /// Waits for what comes next: the reply to the oldest command without one, or a push, or word
    /// that a reply will not come. None when the connection is over.
    ///
    /// Where neither a reply is due nor anything subscribed to, it waits until something happens.
    pub const fn next(&mut self) -> Next<'_, 'a, R> {
        Next(self)
    }
}

impl<R: Runtime> Future for Next<'_, '_, R> {
    type Output = Option<Result<Incoming, Error>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Passage { client, pass } = self.0.lease.passage();
        client.locked(|shared, later| shared.poll_raw(pass, cx, later))
    }
}

impl<R: Runtime> Drop for Raw<'_, R> {
    fn drop(&mut self) {
        self.lease.passage().client.locked(|shared, later| {
            shared.inbox.set_open(false);
            // It may have stopped reading.
            later.wake.extend(shared.driver.take());
        });
    }
}

impl<R: Runtime> fmt::Debug for Raw<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Raw").field(self.lease).finish()
    }
}

impl<R: Runtime> fmt::Debug for Next<'_, '_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}
