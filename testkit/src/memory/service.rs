//! A server with several connections, for clients that dial by themselves.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use adapter_core::Runtime;

use super::{Memory, Outcome, Peer, Tasks, Wire};
use crate::pair::{Data, Model, Server};

/// A server with any number of connections, and the tasks of a test.
///
/// ```
/// use adapter_core::{Commands, Options, Pool};
/// use testkit::memory::Service;
///
/// let mut service = Service::new();
/// let runtime = service.runtime.clone();
/// let pool = service.finish(Pool::connect_on(runtime, Options::unix("/redis").pool_size(3)));
/// let pool = pool.unwrap();
/// let echoed = service.finish(async move { pool.echo("hello").await });
/// assert_eq!(echoed.unwrap(), "hello");
/// assert_eq!(service.connections.len(), 3);
/// ```
pub struct Service<S = Model> {
    /// The clock and the timers.
    pub runtime: Memory,
    /// All connections that were ever made.
    pub connections: Vec<Connection<S>>,
    /// What the connections have in common.
    pub data: Data,
    /// The tasks, drivers among them.
    pub tasks: Tasks,
    server: Box<ForEach<S>>,
}

/// Makes a connection's end at the server, by its number and its wire.
type ForEach<S> = dyn FnMut(usize, &Wire) -> S;

/// One of a [`Service`]'s connections.
#[derive(Debug)]
pub struct Connection<S> {
    /// The server's end.
    pub peer: Peer<S>,
    /// The bytes in between.
    pub wire: Wire,
}

impl Service {
    /// A server that answers to everybody who connects.
    pub fn new() -> Self {
        Self::with_servers(|_, _| Model::default())
    }
}

impl<S: Server> Service<S> {
    /// One with a server of one's own for each connection, made by its number and its wire.
    pub fn with_servers(server: impl FnMut(usize, &Wire) -> S + 'static) -> Self {
        let runtime = Memory::default();
        // Not 0, so that a time taken for an elapsed one shows.
        runtime.advance(Duration::from_secs(1000));
        runtime.0.limit.set(usize::MAX);
        Self {
            runtime,
            connections: Vec::new(),
            data: Data::default(),
            tasks: Tasks::default(),
            server: Box::new(server),
        }
    }

    /// Refuses whoever connects after so many others, from the first one on.
    pub fn limit(&self, connections: usize) {
        self.runtime.0.limit.set(connections);
    }

    /// Spawns a task.
    pub fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> Outcome<T> {
        self.spawn_task(future).1
    }

    /// The same, with the task's number for [`Tasks::cancel`].
    pub fn spawn_task<T: 'static>(
        &mut self,
        future: impl Future<Output = T> + 'static,
    ) -> (usize, Outcome<T>) {
        self.tasks.spawn_for(future)
    }

    /// Runs a task to its end, without any time passing.
    ///
    /// # Panics
    ///
    /// If it has none.
    pub fn finish<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> T {
        let outcome = self.spawn(future);
        self.run();
        let result = outcome.borrow_mut().take();
        let Some(result) = result else { panic!("it hangs") };
        result
    }

    /// Runs tasks and connections until none of them can go on. Time stands still.
    pub fn run(&mut self) {
        loop {
            for task in self.runtime.0.spawned.take() {
                self.tasks.spawn(task.0);
            }
            self.tasks.run();
            self.accept();
            let mut moved = !self.runtime.0.spawned.borrow().is_empty();
            for connection in &mut self.connections {
                connection.peer.server.share(&mut self.data);
                moved |= connection.peer.turn();
                connection.peer.server.share(&mut self.data);
            }
            if !moved {
                return;
            }
        }
    }

    /// Takes those who have connected.
    pub fn accept(&mut self) {
        for wire in self.runtime.0.backlog.take() {
            let server = (self.server)(self.connections.len(), &wire);
            let peer = Peer::new(server, wire.clone());
            self.connections.push(Connection { peer, wire });
        }
    }

    /// Runs for so long, with a stop at each timer.
    pub fn run_for(&mut self, duration: Duration) {
        self.runtime.clone().pass(duration, || self.run());
    }
}

impl Default for Service {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> fmt::Debug for Service<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("now", &self.runtime.now())
            .field("connections", &self.connections.len())
            .finish_non_exhaustive()
    }
}
