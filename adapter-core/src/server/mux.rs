//! The command table of a service.

mod client;
mod connection;
mod docs;
mod pubsub;

use std::borrow::Cow;
use std::fmt;

use redis_server_core::{
    Action, Arity, Closed, Command, Flags, Protocol, Refused, Reply, Spec, Table,
};

use self::connection::Builtin;
use super::handle::ServerHandle;
use super::inbox::Peer;
use super::service::{Connection, Refusal, Service};

/// Runs a command of a service: a plain function, or a closure that captures nothing.
pub type Handler<S> =
    fn(&mut S, Command<'_>, &mut Connection<'_, <S as Service>::Context>, Reply<'_>) -> Action;

/// Checks a password: the user's name, where one is given, and the password.
pub type Authenticator<S> = fn(&mut S, Option<&[u8]>, &[u8]) -> bool;

/// A service with a command table in front: finds a command's handler, and refuses in Redis's own
/// words what is unknown, has a wrong number of arguments, or may not be run yet.
///
/// What the table doesn't have goes to the service's own
/// [`on_command`](Service::on_command), which by default refuses it.
///
/// ```
/// use adapter_core::server::{Action, Mux, Peer, Refusal, Reply, Service};
///
/// #[derive(Default)]
/// struct Counter {
///     count: i64,
/// }
///
/// impl Service for Counter {
///     type Context = ();
///
///     fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
///         Ok(())
///     }
/// }
///
/// let service = Mux::new(Counter::default())
///     .with_connection_commands()
///     .with_pubsub()
///     .command("count", 1, |counter, _, _, reply| {
///         counter.count += 1;
///         reply.int(counter.count)
///     });
/// # let _ = service;
/// ```
pub struct Mux<S: Service> {
    service: S,
    table: Table<Runs<S>>,
    authenticator: Option<Authenticator<S>>,
    /// What `HELLO` says that the server is.
    name: Cow<'static, str>,
    version: Cow<'static, str>,
}

/// Who runs a command.
enum Runs<S: Service> {
    Service(Handler<S>),
    Mux(Builtin),
}

impl<S: Service> Mux<S> {
    /// A table without commands.
    pub fn new(service: S) -> Self {
        Self {
            service,
            table: Table::new(),
            authenticator: None,
            name: "redis".into(),
            version: COMPATIBLE_VERSION.into(),
        }
    }

    /// Adds a command, or replaces the one of that name. The arity counts the name: `2` is exactly
    /// one argument, `-2` one or more.
    ///
    /// The handler is a plain function that captures nothing. What it needs beside the command, such
    /// as shared data, or the runtime for [`Connection::respond`], belongs into the service, which it
    /// is given.
    ///
    /// Clients that are not authenticated, or are subscribed and speak RESP2, may not run it. What is
    /// called `post` or `host:` is not run either, unless the listener says so
    /// ([`Config::with_http_refused`](redis_server_core::Config::with_http_refused)).
    #[must_use]
    pub fn command(self, name: &'static str, arity: impl Into<Arity>, handler: Handler<S>) -> Self {
        self.command_with(Spec::new(name, arity.into()), handler)
    }

    /// Adds a command of which more is known: its flags, where its keys are.
    #[must_use]
    pub fn command_with(mut self, spec: Spec, handler: Handler<S>) -> Self {
        self.table.insert(spec, Runs::Service(handler));
        self
    }

    /// Adds what concerns the connection, and what clients ask of any server: `PING`, `ECHO`,
    /// `QUIT`, `HELLO`, `AUTH`, `RESET`, `CLIENT` (`ID`, `INFO`, `LIST`, `KILL`, `GETNAME`, `SETNAME`,
    /// `SETINFO`) and `COMMAND` (`COUNT`, `DOCS`, `INFO`, `LIST`, `GETKEYS`).
    #[must_use]
    pub fn with_connection_commands(self) -> Self {
        self.builtins(connection::COMMANDS)
    }

    /// Adds pub/sub: `SUBSCRIBE`, `UNSUBSCRIBE`, `PUBLISH`, the same for patterns and for shard
    /// channels, and `PUBSUB`.
    #[must_use]
    pub fn with_pubsub(self) -> Self {
        self.builtins(pubsub::COMMANDS)
    }

    /// Has `AUTH` and `HELLO` check passwords. For clients to need one, the listener has to say so:
    /// [`Config::with_password_required`](redis_server_core::Config::with_password_required). One
    /// that says so lets nobody in without this.
    #[must_use]
    pub fn with_authenticator(mut self, authenticator: Authenticator<S>) -> Self {
        self.authenticator = Some(authenticator);
        self
    }

    /// Sets what `HELLO` says that the server is. By default that is Redis and a version that it
    /// is compatible with, since clients go by that.
    #[must_use]
    pub fn with_identity(
        mut self,
        name: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.name = name.into();
        self.version = version.into();
        self
    }

    /// The service.
    pub fn service(&self) -> &S {
        &self.service
    }

    fn builtins(mut self, commands: &[(&'static str, i32, Flags, Builtin)]) -> Self {
        for (name, arity, flags, builtin) in commands {
            let spec = Spec::new(name, Arity::from(*arity)).with_flags(*flags);
            self.table.insert(spec, Runs::Mux(*builtin));
        }
        self
    }

    #[cold]
    fn unknown(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, S::Context>,
        reply: Reply<'_>,
    ) -> Action {
        if connection.terms().is_authenticated() {
            self.service.on_command(command, connection, reply)
        } else {
            reply.error(Refused::UnknownCommand(command.request()).text())
        }
    }
}

impl<S: Service> Service for Mux<S> {
    type Context = S::Context;

    fn on_open(&mut self, peer: &Peer, greeting: Reply<'_>) -> Result<S::Context, Refusal> {
        self.service.on_open(peer, greeting)
    }

    #[inline]
    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, S::Context>,
        reply: Reply<'_>,
    ) -> Action {
        let entry = match self.table.lookup(command.request()) {
            Ok(entry) => entry,
            Err(Refused::UnknownCommand(_)) => return self.unknown(command, connection, reply),
            Err(refused) => return reply.error(refused.text()),
        };
        let terms = connection.terms();
        let flags = entry.spec.flags();
        if !terms.is_authenticated() && !flags.contains(Flags::NO_AUTH) {
            return reply.error("NOAUTH Authentication required.");
        }
        if terms.subscriptions() > 0
            && terms.protocol() == Protocol::Resp2
            && !flags.contains(Flags::ALLOW_SUBSCRIBED)
        {
            return reply.error(subscribed(entry.spec.name()));
        }
        match &entry.handler {
            Runs::Service(handler) => handler(&mut self.service, command, connection, reply),
            Runs::Mux(builtin) => {
                let builtin = *builtin;
                self.run(builtin, command, connection, reply)
            }
        }
    }

    fn on_close(&mut self, context: S::Context, peer: &Peer, reason: &Closed) {
        self.service.on_close(context, peer, reason);
    }

    fn on_tick(&mut self, server: &ServerHandle) -> Action {
        self.service.on_tick(server)
    }

    fn on_reset(&mut self, connection: &mut Connection<'_, S::Context>) {
        self.service.on_reset(connection);
    }
}

impl<S: Service + fmt::Debug> fmt::Debug for Mux<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mux")
            .field("service", &self.service)
            .field("commands", &self.table.len())
            .finish_non_exhaustive()
    }
}

#[cold]
fn subscribed(name: &str) -> String {
    format!(
        "ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET \
         are allowed in this context"
    )
}

/// What the texts and replies are those of.
const COMPATIBLE_VERSION: &str = "7.0.15";
