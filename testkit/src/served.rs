//! Our server and our clients in one virtual world, from one number.
//!
//! [`serve`] draws from a seed what the network is like, what callers ask for, and what goes wrong:
//! connections that are cut, go dead, or are not read for a while, clients that are closed by
//! their number, handlers that panic, and a shutdown in the middle of it. Then it runs
//! `adapter_core`'s server and pool against each other, and checks:
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
//! use testkit::served::{Options, serve};
//!
//! let report = serve(7, &Options::default());
//! assert_eq!(report.violations, [""; 0]);
//! assert_eq!(report, serve(7, &Options::default()));
//! ```

mod callers;
mod net;
mod service;

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use adapter_core::server::{Config, Listen, Server, ServerHandle, ServerOptions};
use adapter_core::{Address, Runtime, Time};

use crate::chunking::SplitMix64;
use callers::{Caller, Outcome};
use net::{Habits, Net};
use service::{Doer, Ledger};

/// How to run a seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Something to do wrong, to see that it is noticed. Nothing else goes wrong then.
    pub sabotage: Option<Sabotage>,
}

/// A defect that must not go unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Two commands get each other's reply.
    SwapsReplies,
    /// A command is run twice and answered once.
    AppliesTwice,
    /// A reader is not woken when there is something to read.
    ForgetsToWake,
    /// A promised reply is never given.
    LosesPromise,
}

/// What came of a run, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What must not be.
    pub violations: Vec<String>,
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
    /// Steps of the world.
    pub steps: u64,
}

impl Report {
    /// Adds another run's figures.
    pub fn add(&mut self, other: Self) {
        self.violations.extend(other.violations);
        self.answered += other.answered;
        self.unsent += other.unsent;
        self.unknown += other.unknown;
        self.opened += other.opened;
        self.faults += other.faults;
        self.panics += other.panics;
        self.time += other.time;
        self.steps += other.steps;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answered, unsent, unknown, opened, faults, panics, .. } = self;
        writeln!(f, "{answered} commands answered, {unsent} not sent, {unknown} perhaps")?;
        writeln!(f, "{opened} connections, {faults} faults, {panics} panics")?;
        let hours = self.time.as_secs_f64() / 3600.0;
        write!(f, "{hours:.1} virtual hours, {} steps, ", self.steps)?;
        write!(f, "{} violations", self.violations.len())
    }
}

/// What the parts of a run have in common.
struct World {
    /// Nothing goes wrong, and nobody has a timeout: what is not woken hangs.
    calm: bool,
    net: Net,
    ledger: RefCell<Ledger>,
    faults: RefCell<u64>,
    violations: RefCell<Vec<String>>,
    /// When the server was told to end, and when it has to have.
    ending: RefCell<Option<Time>>,
    ended: RefCell<bool>,
}

impl World {
    fn violated(&self, what: String) {
        self.violations.borrow_mut().push(what);
    }
}

/// Runs the world that a seed makes.
pub fn serve(seed: u64, options: &Options) -> Report {
    // On a thread of its own: a server's read buffers belong to the thread, and how large they have
    // become by earlier runs would show in what one read takes.
    let run = || thread::scope(|scope| scope.spawn(|| serve_here(seed, options)).join());
    run().unwrap_or_else(|_| Report {
        violations: vec!["panic while tasks were dropped".to_owned()],
        ..Report::default()
    })
}

fn serve_here(seed: u64, options: &Options) -> Report {
    let mut random = SplitMix64::new(seed);
    let habits = Habits {
        latency: Duration::from_micros(one_of([1, 500, 20_000], random.below(3))),
        window: one_of([300, 5_000, 100_000], random.below(3)),
        piece: one_of([20, 1_000, usize::MAX - 1], random.below(3)),
    };
    let sabotage = options.sabotage;
    let forgets = (sabotage == Some(Sabotage::ForgetsToWake)).then(|| 5 + random.below(20));
    let patience = 2 + random.below(8);
    let calm = sabotage.is_some() || random.below(3) == 0;
    let world = Rc::new(World {
        calm,
        net: Net::new(random, habits, forgets),
        ledger: RefCell::new(Ledger::new(sabotage.map(|how| (how, patience)))),
        faults: RefCell::default(),
        violations: RefCell::default(),
        ending: RefCell::default(),
        ended: RefCell::default(),
    });
    let start = world.net.now();
    let mut report = Report::default();
    let run = catch_unwind(AssertUnwindSafe(|| run(&world)));
    match run {
        Ok((steps, callers)) => {
            report.steps = steps;
            check(&world, &callers, &mut report);
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            world.violated(format!("panic: {}", text.unwrap_or_default()));
        }
    }
    report.time = world.net.now().since(start);
    report.faults = *world.faults.borrow();
    report.violations = world.violations.take();
    world.net.clear();
    report
}

fn run(world: &Rc<World>) -> (u64, Rc<RefCell<Vec<Caller>>>) {
    let net = &world.net;
    let session = Config::default()
        .with_output_marks(one_of([200, 5_000, 65_536], net.below(3)), 100)
        .with_max_promised(1 + net.below(10))
        .with_idle_timeout((!world.calm && net.one_in(4)).then_some(Duration::from_secs(2)));
    let listen = Listen::new(Address::Unix("/simulated".into())).with_session(session);
    let mut options = ServerOptions::default();
    options.read_buffer = one_of([512, 65_536], net.below(2));
    let server = Server::bind(net.clone(), [listen], options).unwrap_or_else(|_| unreachable!());
    let handle = server.handle();
    let serving = server.run(Doer::new(world));
    let told = Rc::clone(world);
    net.spawn_named("server", async move {
        serving.await;
        *told.ended.borrow_mut() = true;
        let late = told.ending.borrow().is_none_or(|ending| told.net.now() > ending);
        if late {
            told.violated("the server ended late, or unasked".to_owned());
        }
    });
    let callers = callers::spawn(world, handle.clone());
    if !world.calm {
        spawn_weather(world, &handle);
    }
    let (mut steps, start) = (0, net.now());
    while net.step() {
        steps += 1;
        if steps > MOST_STEPS || net.now().since(start) > LONGEST {
            world.violated(format!("it goes on after {steps} steps"));
            break;
        }
    }
    (steps, callers)
}

/// Things go wrong for a while.
fn spawn_weather(world: &Rc<World>, handle: &ServerHandle) {
    let (world, handle) = (Rc::clone(world), handle.clone());
    let net = world.net.clone();
    net.spawn_named("weather", async move {
        let net = &world.net;
        for _ in 0..net.below(8) {
            net.pause(Duration::from_millis(300)).await;
            let connections = net.connections();
            if connections == 0 {
                continue;
            }
            *world.faults.borrow_mut() += 1;
            let connection = net.below(connections);
            match net.below(5) {
                0 => net.cut(connection),
                1 => net.swallow(connection),
                2 => net.stall(connection, net.up_to(Duration::from_secs(4))),
                3 => {
                    let connections = handle.connections();
                    if let Some(victim) = connections.get(net.below(connections.len())) {
                        handle.close(victim.peer.id);
                    }
                }
                _ if net.one_in(4) => world.shut_down(&handle),
                _ => {}
            }
        }
    });
}

impl World {
    /// Has the server end, within a time that it has to keep.
    fn shut_down(&self, handle: &ServerHandle) {
        let grace = self.net.up_to(Duration::from_secs(3));
        let mut ending = self.ending.borrow_mut();
        let due = self.net.now() + grace + SLACK;
        *ending = Some(ending.map_or(due, |earlier| earlier.min(due)));
        drop(ending);
        handle.shutdown(grace);
    }
}

fn check(world: &World, callers: &RefCell<Vec<Caller>>, report: &mut Report) {
    let (tasks, timers) = world.net.left();
    for task in tasks {
        world.violated(format!("a {task} hangs"));
    }
    if timers > 0 {
        world.violated(format!("{timers} timers are left"));
    }
    if !*world.ended.borrow() {
        world.violated("the server has not ended".to_owned());
    }
    let ledger = world.ledger.borrow();
    if ledger.opened != ledger.closed {
        let (opened, closed) = (ledger.opened, ledger.closed);
        world.violated(format!("{opened} connections were opened, {closed} closed"));
    }
    (report.opened, report.panics) = (ledger.opened, ledger.panics);
    for caller in callers.borrow().iter() {
        for (command, outcome) in &caller.outcomes {
            let ran = ledger.times(*command);
            let right = match outcome {
                Outcome::Answered => ran == 1,
                Outcome::NotSent => ran == 0 && !world.calm,
                Outcome::Unknown => ran <= 1 && !world.calm,
            };
            if !right {
                world.violated(format!("command {command} was {outcome:?} and ran {ran} times"));
            }
            *match outcome {
                Outcome::Answered => &mut report.answered,
                Outcome::NotSent => &mut report.unsent,
                Outcome::Unknown => &mut report.unknown,
            } += 1;
        }
    }
    if let Some((earlier, later)) = ledger.disorder() {
        world.violated(format!("command {later} ran before {earlier}"));
    }
}

fn one_of<T: Copy + Default, const N: usize>(values: [T; N], index: usize) -> T {
    values.get(index).copied().unwrap_or_default()
}

/// Tasks that are woken at the end of the grace have their turn a little later.
const SLACK: Duration = Duration::from_millis(100);
/// Far beyond what a run takes.
const MOST_STEPS: u64 = 2_000_000;
const LONGEST: Duration = Duration::from_secs(600);
