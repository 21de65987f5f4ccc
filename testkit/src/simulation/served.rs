//! Our server and our clients in one virtual world, from one number.
//!
//! [`serve`] puts `adapter_core`'s server in place of the simulated one. It draws from a seed what
//! the network is like, what callers ask for, and what goes wrong: connections that are cut, go dead,
//! or are not read for a while, clients that are closed by their number, handlers that panic, and a
//! shutdown in the middle of it. Then it runs server and pool against each other, and checks:
//!
//! - a command that was answered was run once, and the answer is its own;
//! - one that was not sent was never run, any other at most once;
//! - on each connection the commands of a caller ran in the order in which it asked;
//! - the server ends within the grace that it was given;
//! - each connection that was let in was closed, once;
//! - where nothing goes wrong everything is answered, though nobody has a timeout;
//! - nothing hangs: when all is done no task and no timer is left.
//!
//! ```
//! use testkit::simulation::Options;
//! use testkit::simulation::served::serve;
//!
//! let report = serve(7, &Options::default());
//! assert_eq!(report.violations, [""; 0]);
//! assert_eq!(report, serve(7, &Options::default()));
//! ```

mod callers;
mod service;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use adapter_core::server::{AcceptOptions, Config, Listen, Server, ServerHandle, ServerOptions};
use adapter_core::{Address, Runtime, SocketOptions, Time};

use super::network::End;
use super::plan::Plan;
use super::world::{Simulated, World};
use super::{Options, check, draw, end, run};
use callers::Outcome;
use service::{Doer, Ledger};

/// What came of a run, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What must not be.
    pub violations: Vec<String>,
    /// The last events, where there were violations.
    pub events: Vec<String>,
    /// The same for the same events.
    pub hash: u64,
    /// Commands answered, not sent, and whose fate is unknown.
    pub answered: u64,
    /// Commands that provably never ran.
    pub unsent: u64,
    /// Commands that may have run.
    pub unknown: u64,
    /// Connections that the server let in.
    pub opened: u64,
    /// What went wrong.
    pub faults: u64,
    /// Handlers that panicked.
    pub panics: u64,
    /// Virtual time.
    pub time: Duration,
    /// Polls of tasks.
    pub polls: u64,
}

impl Report {
    /// Adds another run's figures.
    pub fn add(&mut self, other: Self) {
        self.violations.extend(other.violations);
        self.events.extend(other.events);
        self.hash = self.hash.wrapping_add(other.hash);
        self.answered += other.answered;
        self.unsent += other.unsent;
        self.unknown += other.unknown;
        self.opened += other.opened;
        self.faults += other.faults;
        self.panics += other.panics;
        self.time += other.time;
        self.polls += other.polls;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answered, unsent, unknown, opened, faults, panics, .. } = self;
        writeln!(f, "{answered} commands answered, {unsent} not sent, {unknown} perhaps")?;
        writeln!(f, "{opened} connections, {faults} faults, {panics} panics")?;
        let hours = self.time.as_secs_f64() / 3600.0;
        writeln!(f, "{hours:.1} virtual hours, {} polls", self.polls)?;
        writeln!(f, "trace hash {:016x}", self.hash)?;
        write!(f, "{} violations", self.violations.len())
    }
}

/// What the parts of a run have in common.
struct House {
    net: Simulated,
    ledger: RefCell<Ledger>,
    /// What each command's caller was told.
    outcomes: RefCell<Vec<(u64, Outcome)>>,
    faults: Cell<u64>,
    /// When the server, told to end, has to have.
    ending: Cell<Option<Time>>,
    ended: Cell<bool>,
}

impl House {
    fn world(&self) -> &World {
        &self.net.0
    }

    /// Nothing goes wrong, and nobody has a timeout: what is not woken hangs.
    fn is_calm(&self) -> bool {
        self.world().plan.faults == 0
    }

    /// Has the server end, within a time that it has to keep.
    fn shut_down(&self, handle: &ServerHandle) {
        let grace = self.world().up_to(Duration::from_secs(3));
        let due = self.net.now() + grace + SLACK;
        self.ending.set(Some(self.ending.get().map_or(due, |earlier| earlier.min(due))));
        handle.shutdown(grace);
    }
}

/// Runs the world that a seed makes.
pub fn serve(seed: u64, options: &Options) -> Report {
    // On a thread of its own: a server's read buffers belong to the thread, and how large they have
    // become by earlier runs would show in what one read takes.
    let run = || thread::scope(|scope| scope.spawn(|| serve_here(seed, options)).join());
    run().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn serve_here(seed: u64, options: &Options) -> Report {
    let (random, plan) = draw(seed, options);
    // The server's grace would have to be longer by a stall.
    let plan = Plan { stall: 0, ..plan };
    let world = Rc::new(World::new(random, plan, options.sabotage, options.keep));
    let house = Rc::new(House {
        net: Simulated(Rc::clone(&world)),
        ledger: RefCell::default(),
        outcomes: RefCell::default(),
        faults: Cell::default(),
        ending: Cell::default(),
        ended: Cell::default(),
    });
    let mut report = Report::default();
    (report.polls, report.time) = run(&world, || begin(&house), || house.check());
    if report.time > LONGEST {
        world.violated(format!("it took {:?}", report.time));
    }
    report.tell(&house, options);
    drop(house);
    end(&world, &mut report.violations);
    report
}

fn begin(house: &Rc<House>) {
    let world = house.world();
    let session = Config::default()
        .with_output_marks(one_of([200, 5_000, 65_536], world.below(3)), 100)
        .with_max_promised(1 + world.below(10))
        .with_idle_timeout((!house.is_calm() && world.one_in(4)).then_some(Duration::from_secs(2)));
    let mut accept = AcceptOptions::default();
    accept.socket = SocketOptions::default();
    let listen = Listen::new(Address::Unix("/simulated".into()));
    let listen = listen.with_session(session).with_accept(accept);
    let mut options = ServerOptions::default();
    options.read_buffer = one_of([512, 65_536], world.below(2));
    let net = house.net.clone();
    let server = Server::bind(net, [listen], options).unwrap_or_else(|_| unreachable!());
    let handle = server.handle();
    let serving = server.run(Doer::new(house));
    let told = Rc::clone(house);
    world.spawn("server", async move {
        serving.await;
        told.ended.set(true);
        if told.ending.get().is_none_or(|ending| told.net.now() > ending) {
            told.world().violated("the server ended late, or unasked".to_owned());
        }
    });
    callers::spawn(house, handle.clone());
    if !house.is_calm() {
        world.spawn("weather", weather(Rc::clone(house), handle));
    }
}

/// Things go wrong for a while.
async fn weather(house: Rc<House>, handle: ServerHandle) {
    let world = house.world();
    for _ in 0..world.plan.faults {
        house.net.pause(Duration::from_millis(300)).await;
        let connections = world.connections.borrow().len();
        if connections == 0 {
            continue;
        }
        house.faults.update(|faults| faults + 1);
        let connection = world.below(connections);
        match world.below(5) {
            0 => {
                world.reset(connection, End::Client);
                world.reset(connection, End::Server);
            }
            1 => world.swallow(connection, true, true),
            2 => world.stop_reading(connection, world.up_to(Duration::from_secs(4))),
            3 => {
                let connections = handle.connections();
                if let Some(victim) = connections.get(world.below(connections.len())) {
                    handle.close(victim.peer.id);
                }
            }
            _ if world.one_in(4) => house.shut_down(&handle),
            _ => {}
        }
    }
}

impl House {
    fn check(&self) {
        let world = self.world();
        check::left_behind(world);
        if !self.ended.get() {
            world.violated("the server has not ended".to_owned());
        }
        let ledger = self.ledger.borrow();
        if ledger.opened != ledger.closed {
            let (opened, closed) = (ledger.opened, ledger.closed);
            world.violated(format!("{opened} connections were opened, {closed} closed"));
        }
        for (command, outcome) in &*self.outcomes.borrow() {
            let ran = ledger.times(*command);
            let right = match outcome {
                Outcome::Answered => ran == 1,
                Outcome::NotSent => ran == 0 && !self.is_calm(),
                Outcome::Unknown => ran <= 1 && !self.is_calm(),
            };
            if !right {
                world.violated(format!("command {command} was {outcome:?} and ran {ran} times"));
            }
        }
        if let Some((earlier, later)) = ledger.disorder() {
            world.violated(format!("command {later} ran before {earlier}"));
        }
    }
}

impl Report {
    fn tell(&mut self, house: &House, options: &Options) {
        for (_, outcome) in &*house.outcomes.borrow() {
            *match outcome {
                Outcome::Answered => &mut self.answered,
                Outcome::NotSent => &mut self.unsent,
                Outcome::Unknown => &mut self.unknown,
            } += 1;
        }
        let ledger = house.ledger.borrow();
        (self.opened, self.panics, self.faults) =
            (ledger.opened, ledger.panics, house.faults.get());
        let world = house.world();
        self.violations = world.violations.take();
        self.hash = world.trace.borrow().hash();
        if !self.violations.is_empty() || options.tell {
            self.events = world.trace.borrow().lines();
        }
    }
}

fn one_of<T: Copy + Default, const N: usize>(values: [T; N], index: usize) -> T {
    values.get(index).copied().unwrap_or_default()
}

/// Tasks that are woken at the end of the grace have their turn a little later.
const SLACK: Duration = Duration::from_millis(100);
/// Far beyond what a run takes.
const LONGEST: Duration = Duration::from_secs(600);
