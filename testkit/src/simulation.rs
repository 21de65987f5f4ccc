//! Whole clients, a network and a server in virtual time, from one number.
//!
//! [`simulate`] draws everything from a seed: what the network and the server are like, what
//! callers ask for and when they lose interest, what goes wrong, and which task runs next. Then it
//! runs the real driver, the real session and the real dialling in that world until nothing is left
//! to be done, and compares what the callers were told with what the server has run:
//!
//! - each command ended exactly once, with its own reply or an error;
//! - replied: run once; not sent: never run; maybe applied, or given up: run at most once;
//! - a transaction was run as a whole or not at all, a pipeline in order;
//! - no lease is held by two, none finds what another has left behind, none comes late;
//! - each element of a queue was delivered, is left, or went to somebody who was told so;
//! - where nothing went wrong, nothing failed;
//! - when all callers are gone, no task and no timer is left, and it took no more polls than that.
//!
//! The same seed makes the same run, to the last poll. `cargo xtask simulate` runs many.
//!
//! ```
//! use testkit::simulation::{Options, simulate};
//!
//! let report = simulate(7, &Options::default());
//! assert_eq!(report.violations, [""; 0]);
//! assert_eq!(report.hash, simulate(7, &Options::default()).hash);
//! ```

mod check;
mod journal;
mod ledger;
mod network;
mod pipe;
mod plan;
pub mod served;
mod server;
mod tasks;
mod tenants;
mod trace;
mod weather;
mod workload;
mod world;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use adapter_core::Time;

use crate::chunking::SplitMix64;
pub use check::Elements;
pub use journal::Outcome;
pub use network::{Connect, Listening, Resolve, Stream};
use plan::Plan;
use trace::What;
pub use weather::Fault;
use world::World;
pub use world::{Simulated, Sleep};

/// How to run a seed.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Something to do wrong, to see that it is noticed.
    pub sabotage: Option<Sabotage>,
    /// How many of the last events to report on a violation.
    pub keep: usize,
    /// Whether to report them in any case.
    pub tell: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { sabotage: None, keep: 40, tell: false }
    }
}

/// A defect of the server, the network or a pool that must not go unnoticed. Nothing else goes wrong then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A command has two replies.
    AnswersTwice,
    /// Two commands get each other's reply.
    SwapsReplies,
    /// A command is run twice and answered once.
    AppliesTwice,
    /// A command gets no reply.
    LosesReply,
    /// A stream does not wake its reader any more.
    NeverWakes,
    /// A stream wakes its reader all the time.
    WakesForNothing,
    /// A connection falls back to database 0.
    ForgetsDatabase,
    /// A command is answered before it is run.
    RunsLate,
    /// A lease is left in a transaction, as if nobody had tidied it.
    KeepsTransaction,
    /// A lease is left with keys watched.
    KeepsWatch,
    /// A lease is left in another database.
    KeepsDatabase,
    /// Two callers have one lease.
    LeasesTwice,
    /// A blocking command takes an element and is told that there was none.
    LosesElement,
    /// An element is taken and stays.
    DeliversTwice,
}

impl Sabotage {
    /// How many occasions pass before the one that is used.
    fn patience(self, random: &mut SplitMix64) -> usize {
        match self {
            // There are not many.
            Self::KeepsTransaction
            | Self::KeepsWatch
            | Self::KeepsDatabase
            | Self::LeasesTwice
            | Self::LosesElement
            | Self::DeliversTwice => random.below(2),
            _ => 3 + random.below(10),
        }
    }
}

/// What came of a run, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What must not be.
    pub violations: Vec<String>,
    /// The last events, where there were violations.
    pub events: Vec<String>,
    /// The same for the same events.
    pub hash: u64,
    /// Commands by what became of them, as in [`Outcome::ALL`].
    pub outcomes: [u64; Outcome::ALL.len()],
    /// What went wrong, by [`Fault::kind`].
    pub faults: [u64; Fault::KINDS],
    /// Virtual time.
    pub time: Duration,
    /// What became of what was pushed to queues.
    pub elements: Elements,
    /// Leases granted.
    pub leases: u64,
    /// Connections made.
    pub connections: u64,
    /// Polls of tasks.
    pub polls: u64,
    /// Events traced.
    pub traced: u64,
}

impl Report {
    /// Adds another run's figures; what was wrong with it, too.
    pub fn add(&mut self, other: Self) {
        self.violations.extend(other.violations);
        self.events.extend(other.events);
        // In any order.
        self.hash = self.hash.wrapping_add(SplitMix64::new(other.hash).next());
        self.outcomes.iter_mut().zip(other.outcomes).for_each(|(sum, number)| *sum += number);
        self.faults.iter_mut().zip(other.faults).for_each(|(sum, number)| *sum += number);
        self.time += other.time;
        self.elements.add(other.elements);
        self.leases += other.leases;
        self.connections += other.connections;
        self.polls += other.polls;
        self.traced += other.traced;
    }
}

/// Runs the world that a seed makes.
pub fn simulate(seed: u64, options: &Options) -> Report {
    let (random, plan) = draw(seed, options);
    let world = Rc::new(World::new(random, plan, options.sabotage, options.keep));
    let begin = || {
        world.brew();
        workload::spawn(&world);
    };
    let (polls, time) = run(&world, begin, || check::check(&world));
    let mut report = Report { polls, time, ..Report::default() };
    report.tell(&world, options);
    end(&world, &mut report.violations);
    report
}

/// What a seed makes a world of.
fn draw(seed: u64, options: &Options) -> (SplitMix64, Plan) {
    let mut random = SplitMix64::new(seed);
    let mut plan = Plan::draw(&mut random);
    if options.sabotage.is_some() {
        plan = plan.faultless(&mut random);
    }
    (random, plan)
}

/// Begins, runs until nothing is left to be done, and checks: how many polls and what time it took.
fn run(world: &World, begin: impl FnOnce(), check: impl FnOnce()) -> (u64, Duration) {
    let start = world.now.get();
    let whole = || {
        begin();
        let polls = live(world);
        check();
        polls
    };
    let polls = catch_unwind(AssertUnwindSafe(whole)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        world.violated(format!("panic: {}", text.unwrap_or_default()));
        0
    });
    (polls, world.now.get().since(start))
}

/// Drops what is left in a world: what hangs there owns the world that owns it.
fn end(world: &Rc<World>, violations: &mut Vec<String>) {
    let leftovers = catch_unwind(AssertUnwindSafe(|| world.tasks.clear()));
    if leftovers.is_err() {
        violations.push("panic while tasks were dropped".to_owned());
    } else if Rc::strong_count(world) > 1 && violations.is_empty() {
        violations.push("somebody still holds on to the runtime".to_owned());
    }
}

impl Report {
    fn tell(&mut self, world: &World, options: &Options) {
        for issued in &world.journal.borrow().commands {
            let number =
                issued.outcome.and_then(|(outcome, _)| self.outcomes.get_mut(outcome as usize));
            number.into_iter().for_each(|number| *number += 1);
        }
        for fault in &world.weather.borrow().struck {
            self.faults.get_mut(fault.kind()).into_iter().for_each(|number| *number += 1);
        }
        self.elements = check::account(world);
        self.leases = world.tenants.borrow().granted;
        self.violations = world.violations.take();
        self.connections = world.connections.borrow().len() as u64;
        let trace = world.trace.borrow();
        (self.hash, self.traced) = (trace.hash(), trace.count);
        if !self.violations.is_empty() || options.tell {
            self.events = trace.lines();
            self.events.push(format!("{:#?}", world.plan));
        }
    }
}

/// Runs until nothing is left to be done: how many polls it took.
fn live(world: &World) -> u64 {
    let limit = world.now.get() + LIMIT;
    let mut polls = Polls { total: 0, second: world.now.get(), in_second: 0 };
    loop {
        world.run_due();
        let woken = world.tasks.woken();
        if woken > 0 {
            step(world, woken);
        } else if let Some(next) = world.next_event() {
            world.now.set(next);
        } else {
            break;
        }
        if world.now.get() > limit {
            world.violated(format!("it goes on after {LIMIT:?}"));
            break;
        }
        if woken > 0 && !polls.count(world) {
            break;
        }
    }
    polls.total
}

/// Polls any of the tasks that are woken, or another one for no reason. That takes time.
fn step(world: &World, woken: usize) {
    let (task, woken) = if world.one_in(SPURIOUS) {
        (Some(world.below(world.tasks.spawned())), false)
    } else {
        (world.tasks.take(world.below(woken)), true)
    };
    let Some(task) = task else { return };
    world.note(What::Polled { task, woken });
    if world.tasks.poll(task, world.one_in(NEW_WAKER)) == Some(true) {
        world.note(What::Ended { task });
    }
    let mut took = world.up_to(world.plan.poll_time);
    if world.one_in(world.plan.stall) {
        took += world.up_to(STALLED);
        world.note(What::Stalled);
    }
    world.now.set(world.now.get() + took + Duration::from_nanos(1));
}

/// Counts polls, and knows when there are too many.
struct Polls {
    total: u64,
    second: Time,
    in_second: u64,
}

impl Polls {
    fn count(&mut self, world: &World) -> bool {
        self.total += 1;
        self.in_second += 1;
        if world.now.get().since(self.second) >= Duration::from_secs(1) {
            self.second = world.now.get();
            self.in_second = 0;
        }
        // Everything else that is traced is something that came of them, or led to them.
        let others = world.trace.borrow().count.saturating_sub(self.total);
        let fruitless = self.total > POLLS + others * POLLS_PER_EVENT;
        if fruitless || self.in_second > POLLS_IN_A_SECOND {
            let Self { total, in_second, .. } = self;
            world.violated(format!("{total} polls, {in_second} in a second, {others} events"));
            return false;
        }
        true
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let commands: u64 = self.outcomes.iter().sum();
        writeln!(f, "{commands} commands over {} connections", self.connections)?;
        for ((_, name), number) in Outcome::ALL.iter().zip(self.outcomes) {
            writeln!(f, "  {number:>10} {name}")?;
        }
        writeln!(f, "{} leases", self.leases)?;
        writeln!(f, "{}", self.elements)?;
        writeln!(f, "{} faults", self.faults.iter().sum::<u64>())?;
        for (name, number) in Fault::NAMES.iter().zip(self.faults) {
            writeln!(f, "  {number:>10} {name}")?;
        }
        let hours = self.time.as_secs_f64() / 3600.0;
        writeln!(f, "{hours:.1} virtual hours, {} polls, {} events", self.polls, self.traced)?;
        writeln!(f, "trace hash {:016x}", self.hash)?;
        write!(f, "{} violations", self.violations.len())
    }
}

/// One poll in so many is for no reason.
const SPURIOUS: usize = 24;

/// One poll in so many comes with a new waker, and the old one is worth nothing any more.
const NEW_WAKER: usize = 16;

/// What a poll that takes much longer takes at the most.
const STALLED: Duration = Duration::from_millis(200);

/// No run lasts as long. (Keepalive needs half a minute for a dead connection; a caller may wait
/// for several of them.)
const LIMIT: Duration = Duration::from_secs(3 * 3600);

/// Polls that a run may need for nothing, and for each event.
const POLLS: u64 = 5_000;
const POLLS_PER_EVENT: u64 = 8;

/// Polls in a virtual second.
const POLLS_IN_A_SECOND: u64 = 500_000;
