//! What an application implements: what to do with commands.

use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use redis_server_core::{
    Action, Closed, Command, Draft, Notice, Refused, Reply, Terms, ToReply, Topic,
};

use super::handle::ServerHandle;
use super::inbox::{ConnectionId, Deferred, Inbox, Peer};
use crate::runtime::Spawn;

/// What a server does with its connections and their commands.
///
/// The methods run on the connections' tasks, one at a time for all of a shard, with the service
/// at hand: no locks are needed in it. They must not block; what takes long is promised
/// ([`Connection::defer`]) and answered from elsewhere.
///
/// ```
/// use adapter_core::server::{Action, Command, Connection, Peer, Refusal, Reply, Service};
///
/// /// Echoes, and counts for each connection what it has echoed.
/// struct Echo;
///
/// impl Service for Echo {
///     type Context = u64;
///
///     fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<u64, Refusal> {
///         Ok(0)
///     }
///
///     fn on_command(
///         &mut self,
///         command: Command<'_>,
///         connection: &mut Connection<'_, u64>,
///         reply: Reply<'_>,
///     ) -> Action {
///         *connection.context += 1;
///         reply.bulk(command.arg(1))
///     }
/// }
/// ```
pub trait Service: 'static {
    /// What the service knows of each connection.
    type Context: 'static;

    /// A connection has come. The greeting may stay unwritten.
    ///
    /// # Errors
    ///
    /// A [`Refusal`], after which the connection is closed.
    fn on_open(&mut self, peer: &Peer, greeting: Reply<'_>) -> Result<Self::Context, Refusal>;

    /// Runs a command. By default there is none, and the answer the standard error: for services
    /// whose commands all stand in a [`Mux`](super::Mux).
    ///
    /// Behind a `Mux` it gets what that doesn't know, also while the client is subscribed to
    /// something: in RESP2 a reply could then be taken for a message
    /// ([`Terms::subscriptions`](super::Terms::subscriptions)).
    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, Self::Context>,
        reply: Reply<'_>,
    ) -> Action {
        let _ = connection;
        reply.error(Refused::UnknownCommand(command.request()).text())
    }

    /// The client has sent `RESET`: the context is to be as that of a new connection.
    fn on_reset(&mut self, connection: &mut Connection<'_, Self::Context>) {
        let _ = connection;
    }

    /// A connection has ended: called once for each that [`on_open`](Self::on_open) has let in.
    fn on_close(&mut self, context: Self::Context, peer: &Peer, reason: &Closed) {
        let _ = (context, peer, reason);
    }

    /// The time between two ticks has passed: see
    /// [`ServerOptions::tick`](super::ServerOptions::tick).
    fn on_tick(&mut self, server: &ServerHandle) -> Action {
        let _ = server;
        Action::Continue
    }
}

/// The word with which a connection is turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    error: String,
}

impl Refusal {
    /// With an error for the client, its code first: `ERR come back later`.
    pub fn new(error: impl Into<String>) -> Self {
        Self { error: error.into() }
    }

    /// The error for the client.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }
}

/// The connection that a command came from, for as long as its handler runs.
#[derive(Debug)]
pub struct Connection<'a, C> {
    /// What the service knows of it.
    pub context: &'a mut C,
    begins_batch: bool,
    inbox: &'a Arc<Inbox>,
    terms: &'a Terms,
    server: &'a ServerHandle,
}

impl<'a, C> Connection<'a, C> {
    pub(crate) fn new(
        begins_batch: bool,
        context: &'a mut C,
        inbox: &'a Arc<Inbox>,
        terms: &'a Terms,
        server: &'a ServerHandle,
    ) -> Self {
        Self { context, begins_batch, inbox, terms, server }
    }

    /// Whether the command is the first of those that have come together. Of its service no other
    /// connection's run between them, so what is the same for all of them, such as the time, may be
    /// found out now and kept.
    #[must_use]
    pub fn begins_batch(&self) -> bool {
        self.begins_batch
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        self.inbox.peer.id
    }

    /// Who is at the other end.
    #[must_use]
    pub fn peer(&self) -> &'a Peer {
        &self.inbox.peer
    }

    /// What has been agreed on: the protocol, whether the client is authenticated.
    #[must_use]
    pub fn terms(&self) -> &'a Terms {
        self.terms
    }

    /// The server: to publish, to look at other connections, to shut down.
    #[must_use]
    pub fn server(&self) -> &'a ServerHandle {
        self.server
    }

    /// Promises the reply for later, while the commands behind it run.
    pub fn defer(&self, reply: Reply<'_>) -> Deferred {
        let draft = Draft::new(reply.protocol());
        Deferred::new(Arc::clone(self.inbox), reply.promise(), draft)
    }

    /// Promises the reply for later, and has the commands behind it wait.
    pub fn hold(&self, reply: Reply<'_>) -> Deferred {
        let draft = Draft::new(reply.protocol());
        Deferred::new(Arc::clone(self.inbox), reply.hold(), draft)
    }

    /// As [`hold`](Self::hold), for a command that blocks until something happens: the connection
    /// of a client that hangs up meanwhile is closed, and a server that shuts down does not wait
    /// for the reply.
    pub fn block(&self, reply: Reply<'_>) -> Deferred {
        let draft = Draft::new(reply.protocol());
        Deferred::new(Arc::clone(self.inbox), reply.block(), draft)
    }

    /// Gives what the future does as the reply, and has the commands behind this one wait for it.
    /// The future runs on the executor, beside the connection. If it panics, the client gets an
    /// error.
    ///
    /// ```
    /// # use adapter_core::server::{Action, Connection, Reply, Responding};
    /// # use adapter_core::Spawn;
    /// # async fn look_up() -> u64 { 1 }
    /// fn count<R>(runtime: &R, connection: &mut Connection<'_, ()>, reply: Reply<'_>) -> Action
    /// where
    ///     R: Spawn<Responding<std::future::Ready<u64>>>,
    /// {
    ///     connection.respond(runtime, reply, std::future::ready(1))
    /// }
    /// ```
    pub fn respond<R, F>(&self, runtime: &R, reply: Reply<'_>, future: F) -> Action
    where
        F: Future<Output: ToReply>,
        R: Spawn<Responding<F>>,
    {
        let deferred = Some(self.hold(reply));
        runtime.spawn(Responding { future: Box::pin(future), deferred });
        Action::Continue
    }

    /// Answers `SUBSCRIBE` and its kin: subscribes to each name, and announces it.
    ///
    /// More names than the server lets a connection hold are refused with an error.
    pub fn subscribe<'n>(
        &self,
        mut reply: Reply<'_>,
        topic: Topic,
        names: impl ExactSizeIterator<Item = &'n [u8]>,
    ) -> Action {
        let mut hub = self.server.hub();
        let held = hub.subscriptions(self.id());
        if held.saturating_add(names.len()) > self.server.max_subscriptions() {
            return reply.error("ERR too many subscriptions of one connection");
        }
        for name in names {
            let held = hub.subscribe(self.id(), topic, name);
            reply.push_first(&Notice::subscribed(topic, name, held));
        }
        self.terms.set_subscriptions(hub.subscriptions(self.id()));
        reply.none()
    }

    /// Answers `UNSUBSCRIBE` and its kin: ends the subscriptions, all of the kind if no name is
    /// given, and announces it. What was published before has been said then.
    pub fn unsubscribe<'n>(
        &self,
        mut reply: Reply<'_>,
        topic: Topic,
        names: impl ExactSizeIterator<Item = &'n [u8]>,
    ) -> Action {
        let mut hub = self.server.hub();
        // Nothing can be published meanwhile, and nothing comes after the announcement.
        self.tell_first(&mut reply);
        if names.len() == 0 {
            for (name, held) in hub.unsubscribe_all(self.id(), topic) {
                reply.push_first(&Notice::unsubscribed(topic, name.as_deref(), held));
            }
        }
        for name in names {
            let held = hub.unsubscribe(self.id(), topic, name);
            reply.push_first(&Notice::unsubscribed(topic, Some(name), held));
        }
        self.terms.set_subscriptions(hub.subscriptions(self.id()));
        reply.none()
    }

    /// Ends all subscriptions without a word, as `RESET` does.
    pub fn forget_subscriptions(&self) {
        let mut hub = self.server.hub();
        drop(self.inbox.take_notices());
        hub.remove(self.id());
        self.terms.set_subscriptions(0);
    }

    /// Says what the connection was [told](ServerHandle::tell) before the reply to this command, as
    /// is due where that ends a subscription: nothing may come after the announcement.
    pub fn tell_first(&self, reply: &mut Reply<'_>) {
        for notice in self.inbox.take_notices() {
            reply.push_first(&notice);
        }
    }

    /// Whether the listener wants clients to authenticate.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        self.inbox.needs_password
    }

    /// What the client calls itself.
    #[must_use]
    pub fn name(&self) -> Bytes {
        self.inbox.name()
    }

    /// Notes what the client calls itself.
    pub fn set_name(&self, name: Bytes) {
        self.inbox.set_name(name);
    }
}

/// A future whose output is a reply: see [`Connection::respond`].
#[derive(Debug)]
#[must_use = "the client waits until it is spawned"]
pub struct Responding<F> {
    future: Pin<Box<F>>,
    deferred: Option<Deferred>,
}

impl<F: Future<Output: ToReply>> Future for Responding<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { future, deferred } = &mut *self;
        let respond = || {
            let value = ready!(future.as_mut().poll(cx));
            if let Some(deferred) = deferred.take() {
                deferred.answer(|reply| reply.any(value));
            }
            Poll::Ready(())
        };
        // An executor of one thread would end with it, and the server.
        panic::catch_unwind(AssertUnwindSafe(respond)).unwrap_or_else(|_| {
            *deferred = None;
            Poll::Ready(())
        })
    }
}
