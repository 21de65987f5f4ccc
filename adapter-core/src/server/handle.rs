//! The server as seen from outside its tasks.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use redis_server_core::Closed;

use super::inbox::{ConnectionId, Inbox, Order, Peer};

/// Looks after a server from anywhere: its connections, its end. Cheap to clone.
#[derive(Clone)]
pub struct ServerHandle {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    connections: BTreeMap<ConnectionId, Arc<Inbox>>,
    next: u64,
    max_clients: usize,
    /// How long the connections have to finish, once the server shuts down.
    ending: Option<Duration>,
    /// Those who run the shards.
    wakers: Vec<Option<Waker>>,
}

/// What a connection is doing: see [`ServerHandle::connections`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// Who is at the other end.
    pub peer: Peer,
    /// Commands run so far.
    pub commands: u64,
    /// Bytes that wait for the client to read them.
    pub queued: usize,
}

impl ServerHandle {
    pub(crate) fn new(shards: usize, max_clients: usize) -> Self {
        let shared = Shared {
            connections: BTreeMap::new(),
            next: 1,
            max_clients,
            ending: None,
            wakers: vec![None; shards],
        };
        Self { shared: Arc::new(Mutex::new(shared)) }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the server end: no connection is accepted any more, what has been read is run and
    /// answered, and whatever has not ended after `grace` is cut off. Asked again, the shorter
    /// time counts.
    pub fn shutdown(&self, grace: Duration) {
        let mut shared = self.shared();
        if shared.ending.is_some_and(|earlier| earlier <= grace) {
            return;
        }
        shared.ending = Some(grace);
        let wakers: Vec<_> = shared.wakers.iter().flatten().cloned().collect();
        let inboxes: Vec<_> = shared.connections.values().cloned().collect();
        drop(shared);
        for inbox in inboxes {
            inbox.order(Order::Drain(Closed::Shutdown, grace));
        }
        for waker in wakers {
            waker.wake();
        }
    }

    /// Whether the server shuts down, and how long it takes at most.
    #[must_use]
    pub fn shutting_down(&self) -> Option<Duration> {
        self.shared().ending
    }

    /// How many connections there are.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.shared().connections.len()
    }

    /// The connections, oldest first.
    #[must_use]
    pub fn connections(&self) -> Vec<ConnectionInfo> {
        self.shared().connections.values().map(|inbox| info(inbox)).collect()
    }

    /// One connection, if it is still there.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> Option<ConnectionInfo> {
        self.shared().connections.get(&id).map(|inbox| info(inbox))
    }

    /// Closes a connection at once, what waits to be written being dropped: whether it was there.
    pub fn close(&self, id: ConnectionId) -> bool {
        let inbox = self.shared().connections.get(&id).cloned();
        inbox.is_some_and(|inbox| inbox.order(Order::Abort(Closed::ByServer)))
    }

    /// Lets a connection in, unless there are too many or the server ends.
    pub(crate) fn admit(
        &self,
        peer: impl FnOnce(ConnectionId) -> Peer,
        limit: usize,
    ) -> Result<Arc<Inbox>, Peer> {
        let mut shared = self.shared();
        let id = ConnectionId(shared.next);
        shared.next += 1;
        let peer = peer(id);
        if shared.connections.len() >= shared.max_clients || shared.ending.is_some() {
            return Err(peer);
        }
        let inbox = Arc::new(Inbox::new(peer, limit));
        shared.connections.insert(id, Arc::clone(&inbox));
        Ok(inbox)
    }

    pub(crate) fn remove(&self, id: ConnectionId) {
        self.shared().connections.remove(&id);
    }

    /// Whom to wake when the server ends.
    pub(crate) fn watch(&self, shard: usize, cx: &Context<'_>) {
        if let Some(waker) = self.shared().wakers.get_mut(shard) {
            *waker = Some(cx.waker().clone());
        }
    }

    /// Cuts off what has not ended.
    pub(crate) fn abort_all(&self) {
        let inboxes: Vec<_> = self.shared().connections.values().cloned().collect();
        for inbox in inboxes {
            inbox.order(Order::Abort(Closed::Shutdown));
        }
    }
}

fn info(inbox: &Inbox) -> ConnectionInfo {
    ConnectionInfo {
        peer: inbox.peer.clone(),
        commands: inbox.commands.load(Ordering::Relaxed),
        queued: inbox.queued.load(Ordering::Relaxed),
    }
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.shared();
        f.debug_struct("ServerHandle")
            .field("connections", &shared.connections.len())
            .field("ending", &shared.ending)
            .finish_non_exhaustive()
    }
}
