//! A runtime that connects, and servers that do as they are told.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a panic fails the test")]

use std::cell::{Cell, RefCell};
use std::future::{Future, Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::{Address, Options, Pool, Runtime, SocketOptions, Spawn, Time, Unlocked};
use bytes::Bytes;
use testkit::memory::{Memory, Outcome, Peer, Sleep, Stream, Tasks, Wire};

/// What a server does with a command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Ok,
    Nothing,
    HangUp,
}

/// The runtime: [`Memory`] with something to connect to.
#[derive(Clone)]
pub(crate) struct Net(Rc<State>);

struct State {
    clock: Memory,
    wires: RefCell<Vec<Wire>>,
    /// How many connections are made at the most.
    limit: Cell<usize>,
    spawned: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
}

/// What a connection's commands are answered with.
type Script = dyn Fn(usize, &str) -> Answer;

/// What answers commands.
type Server = Box<dyn FnMut(&[Bytes], &mut Vec<u8>)>;

/// Tasks, and a server at the other end of each connection.
pub(crate) struct World {
    pub(crate) net: Net,
    pub(crate) tasks: Tasks,
    peers: Vec<Peer<Server>>,
    /// By the connection's number and the command's name.
    script: Rc<Script>,
}

impl World {
    pub(crate) fn new(script: impl Fn(usize, &str) -> Answer + 'static) -> Self {
        let clock = Memory::default();
        clock.advance(Duration::from_secs(1000));
        let net = Net(Rc::new(State {
            clock,
            wires: RefCell::default(),
            limit: Cell::new(usize::MAX),
            spawned: RefCell::default(),
        }));
        Self { net, tasks: Tasks::default(), peers: Vec::new(), script: Rc::new(script) }
    }

    /// Lets no more connections be made than so many, from the first one on.
    pub(crate) fn limit(&self, connections: usize) {
        self.net.0.limit.set(connections);
    }

    /// A connection, by the order in which they were made.
    pub(crate) fn wire(&self, index: usize) -> Wire {
        self.net.0.wires.borrow()[index].clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.net.0.wires.borrow().len()
    }

    /// Opens a pool, with all of its connections.
    pub(crate) fn pool(&mut self, options: Options) -> Pool<Net> {
        let net = self.net.clone();
        let pool = self.spawn(async move { Pool::connect_on(net, options).await });
        self.run();
        self.take(&pool).expect("it is opened").expect("there is a server")
    }

    pub(crate) fn spawn<T: 'static>(
        &mut self,
        future: impl Future<Output = T> + 'static,
    ) -> Outcome<T> {
        let outcome = Outcome::default();
        let slot = Rc::clone(&outcome);
        self.tasks.spawn(async move {
            let result = future.await;
            *slot.borrow_mut() = Some(result);
        });
        outcome
    }

    pub(crate) fn take<T>(&self, outcome: &Outcome<T>) -> Option<T> {
        outcome.borrow_mut().take()
    }

    /// Runs until nobody can go on. Time stands still.
    pub(crate) fn run(&mut self) {
        loop {
            self.adopt();
            self.tasks.run();
            let adopted = self.adopt();
            let served = self.peers.iter_mut().fold(false, |any, peer| peer.turn() | any);
            if !adopted && !served {
                return;
            }
        }
    }

    /// Runs for so long, with a stop at each timer.
    pub(crate) fn run_for(&mut self, duration: Duration) {
        let clock = self.net.0.clock.clone();
        let end = clock.now() + duration;
        self.run();
        while let Some(next) = clock.next_timer().filter(|next| *next <= end) {
            clock.advance(next.since(clock.now()));
            self.run();
        }
        clock.advance(end.since(clock.now()));
        self.run();
    }

    /// Takes in what is new: whether there was anything.
    fn adopt(&mut self) -> bool {
        let spawned = self.net.0.spawned.take();
        let wires = self.net.0.wires.borrow().clone();
        let fresh = !spawned.is_empty() || wires.len() > self.peers.len();
        for task in spawned {
            self.tasks.spawn(task);
        }
        for (number, wire) in wires.into_iter().enumerate().skip(self.peers.len()) {
            let (script, end) = (Rc::clone(&self.script), wire.clone());
            let server = move |command: &[Bytes], out: &mut Vec<u8>| {
                let name = String::from_utf8_lossy(&command[0]);
                match script(number, &name) {
                    Answer::Ok => out.extend_from_slice(b"+OK\r\n"),
                    Answer::Nothing => {}
                    Answer::HangUp => end.hang_up(),
                }
            };
            self.peers.push(Peer::new(Box::new(server), wire));
        }
        fresh
    }
}

impl Runtime for Net {
    type Stream = Stream;
    type Connect = Ready<io::Result<Stream>>;
    type Resolve = Ready<io::Result<Vec<SocketAddr>>>;
    type Sleep = Sleep;
    type Cell<T: 'static> = Unlocked<T>;

    fn resolve(&self, _: &str, _: u16) -> Self::Resolve {
        ready(Err(io::ErrorKind::Unsupported.into()))
    }

    fn connect(&self, _: &Address, _: &SocketOptions) -> Self::Connect {
        let mut wires = self.0.wires.borrow_mut();
        if wires.len() >= self.0.limit.get() {
            return ready(Err(io::ErrorKind::ConnectionRefused.into()));
        }
        let wire = Wire::default();
        wires.push(wire.clone());
        ready(Ok(wire.stream()))
    }

    fn sleep_until(&self, at: Time) -> Sleep {
        self.0.clock.sleep_until(at)
    }

    fn now(&self) -> Time {
        self.0.clock.now()
    }

    fn seed(&self) -> u64 {
        7
    }
}

impl<F: Future + 'static> Spawn<F> for Net {
    fn spawn(&self, future: F) {
        self.0.spawned.borrow_mut().push(Box::pin(async move { drop(future.await) }));
    }
}
