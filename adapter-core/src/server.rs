//! Servers that speak RESP: what an application implements ([`Service`]), and what serves it.
//!
//! A [`Server`] has listeners, each with a protocol of its own, and runs on one executor
//! ([`run`](Server::run)) or on several cores ([`RunningServer`]). Each
//! connection is a task; commands are run by the service, which the tasks of an executor share and
//! take turns to use, a batch at a time: so it needs no locks, and is as fast as a function call.

mod detached;
mod handle;
mod inbox;
mod listen;
mod mux;
mod options;
mod service;
mod serving;
mod shard;
mod threads;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use redis_server_core::*;

use self::detached::Exit;
pub use self::detached::{Detached, Detachments};
pub use self::handle::{ConnectionInfo, ServerHandle};
pub use self::inbox::{ConnectionId, Deferred, Peer};
#[cfg(unix)]
pub use self::listen::bind_path;
pub use self::listen::{AcceptOptions, Listener, Serve, Threads};
pub use self::mux::{Authenticator, Handler, Mux};
pub use self::options::{Balance, Cores, Listen, ServerOptions};
pub use self::service::{Connection, Refusal, Responding, Service};
pub use self::serving::Serving;
use self::shard::{Common, Intake, ShardLoop};
pub use self::threads::RunningServer;
use self::threads::bind;
use crate::endpoint::Address;
use crate::runtime::{SharedCell, Spawn};

/// A server that listens and is about to run.
pub struct Server<R: Serve> {
    runtime: R,
    listeners: Vec<R::Listener>,
    listens: Vec<Listen>,
    options: ServerOptions,
    handle: ServerHandle,
    exit: R::Cell<Exit<R>>,
}

impl<R: Serve> Server<R> {
    /// Listens at each address. Clients may connect from now on, and are served once the server
    /// runs.
    ///
    /// # Errors
    ///
    /// The operating system's, with the address that it concerns.
    pub fn bind(
        runtime: R,
        listens: impl IntoIterator<Item = Listen>,
        options: ServerOptions,
    ) -> io::Result<Self> {
        let mut bound = Vec::new();
        let mut listeners = Vec::new();
        for mut listen in listens {
            listeners.push(bind(&runtime, &mut listen)?);
            bound.push(listen);
        }
        let handle = ServerHandle::new(1, &options);
        let exit = SharedCell::new(Exit::new());
        Ok(Self { runtime, listeners, listens: bound, options, handle, exit })
    }

    /// Where the server listens, in the order of what it was given: with the ports that the system
    /// has chosen, where 0 was asked for.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.listens.iter().map(|listen| &listen.address)
    }

    /// What looks after the server while it runs.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// The connections that [`Action::Detach`] takes out of the server, to go on with as sockets.
    /// Without anybody who asks for them they are closed.
    pub fn detachments(&self) -> Detachments<R> {
        Exit::<R>::open(&self.exit)
    }

    /// Serves on the executor that polls this, until the server is shut down. To drop it before
    /// that shuts the server down, too: connections, which are tasks of their own, have
    /// [`ServerOptions::shutdown_grace`] to finish.
    pub async fn run<S: Service>(self, service: S)
    where
        R: Spawn<Serving<R, S>>,
    {
        let intakes = Arc::new([Intake::new()]);
        let common = Common {
            server: self.handle,
            listens: self.listens.into(),
            intakes,
            balance: Balance::ReusePort,
            options: self.options,
        };
        let listeners = self.listeners.into_iter().enumerate().collect();
        ShardLoop::new(self.runtime, service, 0, listeners, self.exit, common).await;
    }
}

impl<R: Serve> fmt::Debug for Server<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listens", &self.listens)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

fn cannot_listen(address: &Address, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("can't listen at {address}: {error}"))
}
