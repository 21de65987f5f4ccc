//! How anybody reaches a connection's task.

use std::fmt;
use std::mem;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use redis_server_core::{Action, Closed, Config, Draft, Item, Notice, Reply, Ticket};

use crate::endpoint::Address;

/// The number of a connection, unique within its server.
///
/// It can be made from the number that a client names: whoever asks with one that no connection has
/// hears so, as from [`ServerHandle::close`](super::ServerHandle::close).
///
/// ```
/// use adapter_core::server::{ConnectionId, ServerHandle};
///
/// /// `KICK 5`
/// fn kick(server: &ServerHandle, number: u64) -> bool {
///     server.close(ConnectionId::from(number))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u64);

impl ConnectionId {
    /// The number as `CLIENT ID` has it.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl From<u64> for ConnectionId {
    /// The number as [`get`](ConnectionId::get) tells it. Whether there is such a connection is
    /// another question.
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Peer {
    /// The connection's number.
    pub id: ConnectionId,
    /// The client's address; none where it came over a Unix socket.
    pub address: Option<SocketAddr>,
    /// Where the server listens for it.
    pub listener: Address,
    /// Whether the connection is encrypted.
    pub tls: bool,
}

/// What others leave for a connection's task, and what it lets them know.
pub(crate) struct Inbox {
    pub(crate) peer: Peer,
    /// Whether there is anything in it.
    news: AtomicBool,
    letters: Mutex<Letters>,
    pub(crate) commands: AtomicU64,
    pub(crate) queued: AtomicUsize,
    pub(crate) unread: AtomicUsize,
    /// What the client calls itself.
    name: Mutex<Bytes>,
    pub(crate) needs_password: bool,
    /// Bytes of notices that it may hold.
    limit: usize,
}

#[derive(Default)]
pub(crate) struct Letters {
    waker: Option<Waker>,
    pub(crate) completed: Vec<(Ticket, Draft)>,
    pub(crate) notices: Vec<Notice>,
    noticed: usize,
    pub(crate) order: Option<Order>,
    /// A command that was put back in line is to be run.
    pub(crate) resumed: bool,
    /// The connection is gone: nothing is taken any more.
    gone: bool,
}

/// What the connection is told to do.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Run what has been read, and close, within that time.
    Drain(Closed, Duration),
    /// Close now.
    Abort(Closed),
}

impl Inbox {
    pub(crate) fn new(peer: Peer, session: &Config) -> Self {
        let limit = session.subscriber_output_limit().map_or(usize::MAX, |limit| limit.hard);
        Self {
            peer,
            news: AtomicBool::new(false),
            letters: Mutex::default(),
            commands: AtomicU64::new(0),
            queued: AtomicUsize::new(0),
            unread: AtomicUsize::new(0),
            name: Mutex::default(),
            needs_password: session.password_required(),
            limit,
        }
    }

    fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn name(&self) -> Bytes {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_name(&self, name: Bytes) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    fn leave(&self, write: impl FnOnce(&mut Letters)) -> bool {
        let mut letters = self.letters();
        if letters.gone {
            return false;
        }
        write(&mut letters);
        self.news.store(true, Ordering::Release);
        let waker = letters.waker.clone();
        drop(letters);
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Gives a promised reply: whether the connection is there to take it.
    pub(crate) fn complete(&self, ticket: Ticket, draft: Draft) -> bool {
        self.leave(|letters| letters.completed.push((ticket, draft)))
    }

    /// Tells a subscriber something; whom to wake then. A connection that holds too much already is
    /// closed instead.
    pub(crate) fn notify(&self, notice: &Notice) -> Option<Waker> {
        let mut letters = self.letters();
        if letters.gone {
            return None;
        }
        letters.noticed += notice.len();
        if letters.noticed > self.limit {
            letters.notices = Vec::new();
            let bytes = letters.noticed;
            letters.order = Some(Order::Abort(Closed::OutputLimit { bytes }));
        } else {
            letters.notices.push(notice.clone());
        }
        // Whoever was there before has woken it.
        let told = self.news.swap(true, Ordering::Release);
        letters.waker.clone().filter(|_| !told)
    }

    /// Has the connection go on with a command that was put back in line.
    pub(crate) fn resume(&self) -> bool {
        self.leave(|letters| letters.resumed = true)
    }

    /// Tells the connection to end. The stricter of two orders counts.
    pub(crate) fn order(&self, order: Order) -> bool {
        self.leave(|letters| {
            if !matches!(letters.order, Some(Order::Abort(_))) {
                letters.order = Some(order);
            }
        })
    }

    pub(crate) fn has_news(&self) -> bool {
        self.news.load(Ordering::Acquire)
    }

    /// Takes everything out.
    pub(crate) fn take(&self) -> Letters {
        let mut letters = self.letters();
        self.news.store(false, Ordering::Release);
        letters.noticed = 0;
        Letters {
            waker: None,
            completed: mem::take(&mut letters.completed),
            notices: mem::take(&mut letters.notices),
            noticed: 0,
            order: letters.order.take(),
            resumed: mem::take(&mut letters.resumed),
            gone: false,
        }
    }

    /// Takes out what is to be said, and leaves the rest.
    pub(crate) fn take_notices(&self) -> Vec<Notice> {
        if !self.has_news() {
            return Vec::new();
        }
        let mut letters = self.letters();
        letters.noticed = 0;
        mem::take(&mut letters.notices)
    }

    /// Whom to wake from now on.
    pub(crate) fn watch(&self, cx: &Context<'_>) {
        self.letters().waker = Some(cx.waker().clone());
    }

    /// Nobody reads it any more.
    pub(crate) fn close(&self) {
        let left = mem::replace(&mut *self.letters(), Letters { gone: true, ..Letters::default() });
        drop(left);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.letters().gone
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("peer", &self.peer).finish_non_exhaustive()
    }
}

/// A promised reply, to be given from anywhere: another task, another thread, a later command.
///
/// Dropped without one, the client is answered with an error, so that nothing waits for ever.
#[derive(Debug)]
#[must_use = "the client is answered with an error if it is dropped"]
pub struct Deferred {
    inbox: Arc<Inbox>,
    promise: Option<(Ticket, Draft)>,
}

impl Deferred {
    pub(crate) fn new(inbox: Arc<Inbox>, ticket: Ticket, draft: Draft) -> Self {
        Self { inbox, promise: Some((ticket, draft)) }
    }

    /// Whose reply it is.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        self.inbox.peer.id
    }

    /// Whether the connection has ended, and nobody waits for the reply.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.inbox.is_closed()
    }

    /// Gives the reply: whether the connection was still there to take it. Whether the client got
    /// it nobody can know. The action is not acted on: the command is over.
    pub fn answer(mut self, write: impl FnOnce(Reply<'_, Item<'_>>) -> Action) -> bool {
        // It stays in place meanwhile: if this panics, the client gets the error of `drop`.
        if let Some((_, draft)) = &mut self.promise {
            let _ = write(draft.reply());
        }
        self.promise.take().is_some_and(|(ticket, draft)| self.inbox.complete(ticket, draft))
    }

    /// Gives a reply that was written elsewhere, in the version of the protocol that the client
    /// spoke when it was promised: whether the connection was still there to take it.
    pub fn complete(mut self, draft: Draft) -> bool {
        self.promise.take().is_some_and(|(ticket, _)| self.inbox.complete(ticket, draft))
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        if let Some((ticket, mut draft)) = self.promise.take() {
            let _ = draft.reply().error("ERR the command was given up");
            self.inbox.complete(ticket, draft);
        }
    }
}
