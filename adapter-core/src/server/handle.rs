//! The server as seen from outside its tasks.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use redis_server_core::{Closed, Config, Hub, Notice};

use super::inbox::{ConnectionId, Inbox, Order, Peer};
use super::options::ServerOptions;

/// Looks after a server from anywhere: its connections, its end. Cheap to clone.
#[derive(Clone)]
pub struct ServerHandle {
    shared: Arc<Mutex<Shared>>,
    hub: Arc<Mutex<Hub<ConnectionId>>>,
    max_subscriptions: usize,
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
    /// What the client calls itself (`CLIENT SETNAME`); empty until it does.
    pub name: Bytes,
    /// Commands run so far.
    pub commands: u64,
    /// Bytes that wait for the client to read them.
    pub queued: usize,
    /// Bytes that the client has sent and that wait to be run, without the command in hand.
    pub unread: usize,
}

impl ServerHandle {
    pub(crate) fn new(shards: usize, options: &ServerOptions) -> Self {
        let shared = Shared {
            connections: BTreeMap::new(),
            next: 1,
            max_clients: options.max_clients,
            ending: None,
            wakers: vec![None; shards],
        };
        let max_subscriptions = options.max_subscriptions;
        Self { shared: Arc::new(Mutex::new(shared)), hub: Arc::default(), max_subscriptions }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the server end: no connection is accepted any more, what has been read is run and
    /// answered, and whatever has not ended after `grace` is cut off. Replies that were promised are
    /// waited for, but not those to commands that [block](super::Connection::block). Asked again,
    /// the shorter time counts.
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
        self.inbox(id).map(|inbox| info(&inbox))
    }

    /// Closes a connection at once, what waits to be written being dropped: whether it was there.
    pub fn close(&self, id: ConnectionId) -> bool {
        self.inbox(id).is_some_and(|inbox| inbox.order(Order::Abort(Closed::ByServer)))
    }

    /// Tells a connection something that is no reply, for servers that keep a [`Hub`] of their own:
    /// whether it was there. Within a command's handler it comes after that command's reply.
    pub fn tell(&self, id: ConnectionId, notice: &Notice) -> bool {
        let Some(inbox) = self.inbox(id) else { return false };
        if let Some(waker) = inbox.notify(notice) {
            waker.wake();
        }
        true
    }

    /// Has a connection go on with a command that was put back in line ([`Reply::postpone`]): whether
    /// the connection was there. One that has none hears nothing of it.
    ///
    /// [`Reply::postpone`]: super::Reply::postpone
    pub fn resume(&self, id: ConnectionId) -> bool {
        self.inbox(id).is_some_and(|inbox| inbox.resume())
    }

    fn inbox(&self, id: ConnectionId) -> Option<Arc<Inbox>> {
        self.shared().connections.get(&id).cloned()
    }

    /// Lets a connection in, unless there are too many or the server ends.
    pub(crate) fn admit(
        &self,
        peer: impl FnOnce(ConnectionId) -> Peer,
        session: &Config,
    ) -> Result<Arc<Inbox>, Peer> {
        let mut shared = self.shared();
        let id = ConnectionId(shared.next);
        shared.next += 1;
        let peer = peer(id);
        if shared.connections.len() >= shared.max_clients || shared.ending.is_some() {
            return Err(peer);
        }
        let inbox = Arc::new(Inbox::new(peer, session));
        shared.connections.insert(id, Arc::clone(&inbox));
        Ok(inbox)
    }

    pub(crate) fn remove(&self, id: ConnectionId) {
        self.hub().remove(id);
        self.shared().connections.remove(&id);
    }

    pub(crate) fn max_subscriptions(&self) -> usize {
        self.max_subscriptions
    }

    pub(crate) fn hub(&self) -> MutexGuard<'_, Hub<ConnectionId>> {
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes to a channel, to the subscribers of all shards: how many receive it.
    pub fn publish(&self, channel: &[u8], payload: &[u8]) -> usize {
        self.deliver(|hub, deliver| hub.publish(channel, payload, deliver))
    }

    /// Publishes to a shard channel: how many receive it.
    pub fn publish_shard(&self, channel: &[u8], payload: &[u8]) -> usize {
        self.deliver(|hub, deliver| hub.publish_shard(channel, payload, deliver))
    }

    fn deliver(
        &self,
        publish: impl FnOnce(&Hub<ConnectionId>, &mut dyn FnMut(ConnectionId, &Notice)) -> usize,
    ) -> usize {
        let hub = self.hub();
        if hub.is_empty() {
            return 0;
        }
        let mut wakers = Vec::new();
        let shared = self.shared();
        let receivers = publish(&hub, &mut |id, notice| {
            if let Some(inbox) = shared.connections.get(&id) {
                wakers.extend(inbox.notify(notice));
            }
        });
        drop((shared, hub));
        wakers.into_iter().for_each(Waker::wake);
        receivers
    }

    /// Asks who is subscribed to what. Nothing can be published meanwhile, and `ask` may not do so
    /// either: it would wait for itself.
    pub fn subscriptions<T>(&self, ask: impl FnOnce(&Hub<ConnectionId>) -> T) -> T {
        ask(&self.hub())
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
        name: inbox.name(),
        commands: inbox.commands.load(Ordering::Relaxed),
        queued: inbox.queued.load(Ordering::Relaxed),
        unread: inbox.unread.load(Ordering::Relaxed),
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
