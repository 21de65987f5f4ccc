//! A runtime without sockets, clock and threads: an adapter's driver and clients in virtual time.
//!
//! [`Memory`] is a [`Runtime`] whose clock stands still until a test moves it, and whose cells are
//! [`Unlocked`], so that a lock taken twice panics. [`World`] puts everything together: tasks
//! that run in a fixed order, a [`Wire`] with windows and pieces of any size, and a [`Server`] at
//! the other end. The same test makes the same steps each time.
//!
//! ```
//! use adapter_core::{Commands, Config};
//! use testkit::memory::World;
//!
//! let mut world = World::new();
//! let client = world.connect(Config::default());
//! let echoed = world.spawn(async move { client.echo("hello").await });
//! world.run();
//! assert_eq!(world.take(&echoed).unwrap().unwrap(), "hello");
//! ```

mod listener;
mod peer;
mod service;
mod tasks;
mod wire;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use adapter_core::{
    Address, Client, Config, ConnectionError, Driver, Runtime, SocketOptions, Spawn, Time, Unlocked,
};

use crate::pair::{Model, Server};
pub use listener::InLine;
use listener::Line;
pub use peer::Peer;
pub use service::Service;
pub use tasks::{Tasks, Woken};
pub use wire::{Rules, Stream, Traffic, Wire};

/// The runtime: a clock that a test moves, and the timers that wait for it.
#[derive(Clone, Debug, Default)]
pub struct Memory(Rc<Clock>);

#[derive(Debug, Default)]
struct Clock {
    now: Cell<Time>,
    timers: RefCell<BTreeMap<(Time, u64), Waker>>,
    /// How many timers were ever made.
    made: Cell<u64>,
    /// How many connections are answered at the most, and how many were.
    limit: Cell<usize>,
    answered: Cell<usize>,
    /// Connections made and not taken yet.
    backlog: RefCell<Vec<Wire>>,
    /// Tasks spawned and not run yet.
    spawned: RefCell<Vec<Spawned>>,
    line: Line,
}

struct Spawned(Pin<Box<dyn Future<Output = ()>>>);

impl fmt::Debug for Spawned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spawned")
    }
}

impl Memory {
    /// How many timers were made since the beginning.
    pub fn timers_made(&self) -> u64 {
        self.0.made.get()
    }

    /// When the next timer goes off.
    pub fn next_timer(&self) -> Option<Time> {
        self.0.timers.borrow().first_key_value().map(|((at, _), _)| *at)
    }

    /// Moves the clock, and wakes those whose timers have gone off.
    pub fn advance(&self, duration: Duration) {
        self.0.now.set(self.0.now.get() + duration);
        let mut timers = self.0.timers.borrow_mut();
        let later = timers.split_off(&(self.0.now.get() + NEXT_NANOSECOND, 0));
        let due = std::mem::replace(&mut *timers, later);
        drop(timers);
        due.into_values().for_each(Waker::wake);
    }

    /// Moves the clock that far, with a stop at each timer, and runs what there is at each.
    fn pass(&self, duration: Duration, mut run: impl FnMut()) {
        let end = self.now() + duration;
        run();
        while let Some(next) = self.next_timer().filter(|next| *next <= end) {
            self.advance(next.since(self.now()));
            run();
        }
        self.advance(end.since(self.now()));
        run();
    }
}

impl Runtime for Memory {
    type Stream = Stream;
    type Connect = Ready<io::Result<Stream>>;
    type Resolve = Ready<io::Result<Vec<SocketAddr>>>;
    type Sleep = Sleep;
    type Cell<T: 'static> = Unlocked<T>;

    /// There is no network: streams come from a [`Wire`].
    fn resolve(&self, _: &str, _: u16) -> Self::Resolve {
        ready(Err(io::ErrorKind::Unsupported.into()))
    }

    /// Answered by a [`Service`], if there is one.
    fn connect(&self, _: &Address, _: &SocketOptions) -> Self::Connect {
        let answered = self.0.answered.get();
        if answered >= self.0.limit.get() {
            return ready(Err(io::ErrorKind::ConnectionRefused.into()));
        }
        self.0.answered.set(answered + 1);
        let wire = Wire::default();
        self.0.backlog.borrow_mut().push(wire.clone());
        ready(Ok(wire.stream()))
    }

    fn sleep_until(&self, at: Time) -> Sleep {
        let id = self.0.made.get();
        self.0.made.set(id + 1);
        Sleep { runtime: self.clone(), key: (at, id) }
    }

    fn now(&self) -> Time {
        self.0.now.get()
    }

    fn seed(&self) -> u64 {
        7
    }
}

/// For a [`Service`], which runs what is spawned.
impl<F: Future + 'static> Spawn<F> for Memory {
    fn spawn(&self, future: F) {
        let task = async move { drop(future.await) };
        self.0.spawned.borrow_mut().push(Spawned(Box::pin(task)));
    }
}

/// A timer of [`Memory`].
#[derive(Debug)]
pub struct Sleep {
    runtime: Memory,
    key: (Time, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.key.0 <= self.runtime.now() {
            return Poll::Ready(());
        }
        self.runtime.0.timers.borrow_mut().insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.runtime.0.timers.borrow_mut().remove(&self.key);
    }
}

/// The result of a task, once it has one.
pub type Outcome<T> = Rc<RefCell<Option<T>>>;

/// One connection, its driver, a server, and the tasks of a test.
pub struct World<S = Model> {
    /// The clock and the timers.
    pub runtime: Memory,
    /// The server.
    pub peer: Peer<S>,
    /// The bytes between the two.
    pub wire: Wire,
    /// The tasks, the driver the first of them.
    pub tasks: Tasks,
    ended: Outcome<ConnectionError>,
}

impl World {
    /// A world with a [`Model`] as its server.
    pub fn new() -> Self {
        Self::with_server(Model::default())
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Server> World<S> {
    /// A world with a server of one's own.
    pub fn with_server(server: S) -> Self {
        let wire = Wire::default();
        let runtime = Memory::default();
        // Not 0, so that a time taken for an elapsed one shows.
        runtime.advance(Duration::from_secs(1000));
        Self {
            runtime,
            peer: Peer::new(server, wire.clone()),
            wire,
            tasks: Tasks::default(),
            ended: Outcome::default(),
        }
    }

    /// Makes the client, and spawns its driver.
    pub fn connect(&mut self, config: Config) -> Client<Memory> {
        let (client, driver) = self.client_and_driver(config);
        let ended = Rc::clone(&self.ended);
        self.tasks.spawn(async move {
            let reason = driver.await;
            *ended.borrow_mut() = Some(reason);
        });
        client
    }

    /// Makes the client and its driver, which the test polls itself.
    pub fn client_and_driver(&self, config: Config) -> (Client<Memory>, Driver<Memory>) {
        Client::new(self.runtime.clone(), self.wire.stream(), config)
    }

    /// Spawns a task.
    pub fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> Outcome<T> {
        self.tasks.spawn_for(future).1
    }

    /// Takes a task's result, if it has ended.
    pub fn take<T>(&self, outcome: &Outcome<T>) -> Option<T> {
        outcome.borrow_mut().take()
    }

    /// Runs tasks and server until none of them can go on. Time stands still.
    pub fn run(&mut self) {
        loop {
            self.tasks.run();
            if !self.peer.turn() {
                return;
            }
        }
    }

    /// Runs for so long, with a stop at each timer.
    pub fn run_for(&mut self, duration: Duration) {
        self.runtime.clone().pass(duration, || self.run());
    }

    /// Why the driver has ended, if it has.
    pub fn ended(&self) -> Option<ConnectionError> {
        self.ended.borrow().clone()
    }
}

impl<S> fmt::Debug for World<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("now", &self.runtime.now())
            .field("wire", &self.wire)
            .field("ended", &self.ended.borrow())
            .finish_non_exhaustive()
    }
}

const NEXT_NANOSECOND: Duration = Duration::from_nanos(1);
