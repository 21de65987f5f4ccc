//! A server with several connections, for clients that dial by themselves.

use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::Runtime;

use super::{Memory, Outcome, Peer, Tasks, Wire};
use crate::pair::{Data, Model};

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
pub struct Service {
    /// The clock and the timers.
    pub runtime: Memory,
    /// All connections that were ever made.
    pub connections: Vec<Connection>,
    /// What the connections have in common.
    pub data: Data,
    /// The tasks, drivers among them.
    pub tasks: Tasks,
}

/// One of a [`Service`]'s connections.
#[derive(Debug)]
pub struct Connection {
    /// The server's end.
    pub peer: Peer<Model>,
    /// The bytes in between.
    pub wire: Wire,
}

impl Service {
    /// A server that answers to everybody who connects.
    pub fn new() -> Self {
        let runtime = Memory::default();
        // Not 0, so that a time taken for an elapsed one shows.
        runtime.advance(Duration::from_secs(1000));
        runtime.0.listening.set(true);
        Self { runtime, connections: Vec::new(), data: Data::default(), tasks: Tasks::default() }
    }

    /// Has it answer to those who connect from now on, or not.
    pub fn listen(&self, listening: bool) {
        self.runtime.0.listening.set(listening);
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
        let outcome = Outcome::default();
        let slot = Rc::clone(&outcome);
        let task = self.tasks.spawn(async move {
            let result = future.await;
            *slot.borrow_mut() = Some(result);
        });
        (task, outcome)
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
                std::mem::swap(&mut connection.peer.server.data, &mut self.data);
                moved |= connection.peer.turn();
                std::mem::swap(&mut connection.peer.server.data, &mut self.data);
            }
            if !moved {
                return;
            }
        }
    }

    /// Takes those who have connected.
    pub fn accept(&mut self) {
        for wire in self.runtime.0.backlog.take() {
            let peer = Peer::new(Model::default(), wire.clone());
            self.connections.push(Connection { peer, wire });
        }
    }

    /// Runs for so long, with a stop at each timer.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.runtime.now() + duration;
        self.run();
        while let Some(next) = self.runtime.next_timer().filter(|next| *next <= end) {
            self.runtime.advance(next.since(self.runtime.now()));
            self.run();
        }
        self.runtime.advance(end.since(self.runtime.now()));
        self.run();
    }
}

impl Default for Service {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("now", &self.runtime.now())
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
