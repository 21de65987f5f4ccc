//! What an application implements: what to do with commands.

use std::sync::Arc;

use redis_server_core::{Action, Closed, Command, Draft, Reply, Terms};

use super::handle::ServerHandle;
use super::inbox::{ConnectionId, Deferred, Inbox, Peer};

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

    /// Runs a command.
    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, Self::Context>,
        reply: Reply<'_>,
    ) -> Action;

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
    inbox: &'a Arc<Inbox>,
    terms: &'a Terms,
    server: &'a ServerHandle,
}

impl<'a, C> Connection<'a, C> {
    pub(crate) fn new(
        context: &'a mut C,
        inbox: &'a Arc<Inbox>,
        terms: &'a Terms,
        server: &'a ServerHandle,
    ) -> Self {
        Self { context, inbox, terms, server }
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
    /// of a client that hangs up meanwhile is closed.
    pub fn block(&self, reply: Reply<'_>) -> Deferred {
        let draft = Draft::new(reply.protocol());
        Deferred::new(Arc::clone(self.inbox), reply.block(), draft)
    }

    pub(crate) fn inbox(&self) -> &'a Arc<Inbox> {
        self.inbox
    }
}
