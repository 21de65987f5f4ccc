//! Connections that leave their server.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::task::{Poll, Waker};

use bytes::BytesMut;
use redis_server_core::resp_core::OutBuf;

use super::inbox::Peer;
use crate::link::Link;
use crate::runtime::{Runtime, SharedCell};

/// A connection that has left its server: see [`Action::Detach`](super::Action::Detach).
///
/// Whoever has it goes on with bytes, by way of [`Transport`](crate::Transport):
///
/// ```
/// use std::future::poll_fn;
/// use std::io;
///
/// use adapter_core::resp_core::Out;
/// use adapter_core::server::Detached;
/// use adapter_core::{Link, Runtime, Transport};
///
/// /// Says what is still to be said, echoes whatever comes, and closes.
/// async fn echo<R: Runtime>(detached: Detached<R>) -> io::Result<()> {
///     let Detached { mut stream, mut input, mut output, .. } = detached;
///     loop {
///         // What was read already comes before what is read from now on.
///         output.put(&input);
///         input.clear();
///         while !output.is_empty() {
///             poll_fn(|cx| stream.poll_write(cx, &mut output)).await?;
///         }
///         input.reserve(4096);
///         if poll_fn(|cx| stream.poll_read(cx, &mut input)).await? == 0 {
///             return poll_fn(|cx| stream.poll_close(cx)).await;
///         }
///     }
/// }
///
/// /// The runtime's own stream, unless TLS is around it.
/// fn socket<R: Runtime>(detached: Detached<R>) -> Option<R::Stream> {
///     match detached.stream {
///         Link::Plain(socket) => Some(socket),
///         _ => None,
///     }
/// }
/// ```
#[non_exhaustive]
pub struct Detached<R: Runtime> {
    /// Who is at the other end.
    pub peer: Peer,
    /// The connection.
    pub stream: Link<R::Stream>,
    /// What has been read and belongs to no command that was run.
    pub input: BytesMut,
    /// Replies that have not been written, to be written first.
    pub output: OutBuf,
}

impl<R: Runtime> fmt::Debug for Detached<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detached").field("peer", &self.peer).finish_non_exhaustive()
    }
}

/// The connections that leave a server, one after the other: see
/// [`Server::detachments`](super::Server::detachments).
pub struct Detachments<R: Runtime> {
    exit: R::Cell<Exit<R>>,
}

/// Where connections leave by.
pub(crate) struct Exit<R: Runtime> {
    /// None while nobody wants them.
    waiting: Option<VecDeque<Detached<R>>>,
    waker: Option<Waker>,
    /// No more will come.
    closed: bool,
}

impl<R: Runtime> Exit<R> {
    pub(crate) fn new() -> Self {
        Self { waiting: None, waker: None, closed: false }
    }

    /// Somebody wants those who leave.
    pub(crate) fn open(exit: &R::Cell<Self>) -> Detachments<R> {
        exit.with(|exit| {
            exit.waiting.get_or_insert_default();
        });
        Detachments { exit: exit.clone() }
    }

    /// A connection leaves; if nobody wants it, it is closed.
    pub(crate) fn leave(exit: &R::Cell<Self>, detached: Detached<R>) {
        let (unwanted, waker) = exit.with(|exit| match &mut exit.waiting {
            Some(waiting) => {
                waiting.push_back(detached);
                (None, exit.waker.take())
            }
            None => (Some(detached), None),
        });
        drop(unwanted);
        waker.into_iter().for_each(Waker::wake);
    }

    /// The server has ended.
    pub(crate) fn close(exit: &R::Cell<Self>) {
        let waker = exit.with(|exit| {
            exit.closed = true;
            exit.waker.take()
        });
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<R: Runtime> Detachments<R> {
    /// The next connection that leaves; `None` when the server has ended.
    pub async fn next(&mut self) -> Option<Detached<R>> {
        poll_fn(|cx| {
            self.exit.with(|exit| match exit.waiting.as_mut().and_then(VecDeque::pop_front) {
                Some(detached) => Poll::Ready(Some(detached)),
                None if exit.closed => Poll::Ready(None),
                None => {
                    exit.waker = Some(cx.waker().clone());
                    Poll::Pending
                }
            })
        })
        .await
    }
}

/// Those who leave from now on are closed.
impl<R: Runtime> Drop for Detachments<R> {
    fn drop(&mut self) {
        drop(self.exit.with(|exit| exit.waiting.take()));
    }
}

impl<R: Runtime> fmt::Debug for Detachments<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detachments").finish_non_exhaustive()
    }
}
