//! The clock, what is due when, and the runtime made of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use adapter_core::Unlocked;
use adapter_core::{Address, Runtime, SocketOptions, Spawn, Time};

use super::Sabotage;
use super::journal::Journal;
use super::network::{Connect, Connection, Door, End, Resolve, Stream};
use super::plan::Plan;
use super::server::Server;
use super::tasks::Tasks;
use super::tenants::Tenants;
use super::trace::{Trace, What};
use super::weather::Weather;
use crate::chunking::SplitMix64;

/// Everything there is in a run.
pub(super) struct World {
    pub(super) plan: Plan,
    pub(super) now: Cell<Time>,
    pub(super) tasks: Tasks,
    pub(super) connections: RefCell<Vec<Connection>>,
    pub(super) server: RefCell<Server>,
    /// Of a server that is not simulated, once it listens.
    pub(super) door: RefCell<Option<Door>>,
    pub(super) weather: RefCell<Weather>,
    pub(super) journal: RefCell<Journal>,
    pub(super) tenants: RefCell<Tenants>,
    pub(super) trace: RefCell<Trace>,
    pub(super) sabotage: Cell<Option<(Sabotage, usize)>>,
    pub(super) violations: RefCell<Vec<String>>,
    random: RefCell<SplitMix64>,
    agenda: RefCell<BTreeMap<(Time, u64), Event>>,
    /// How many events were ever put on the agenda.
    events: Cell<u64>,
}

/// Something that is due at some time.
#[derive(Debug)]
pub(super) enum Event {
    /// A timer of the runtime's goes off.
    Timer(Waker),
    /// Segments arrive.
    Arrive { connection: usize, upward: bool },
    /// An end learns that its connection is reset, or dead.
    Reset { connection: usize, end: End },
    /// The server looks after a connection.
    Serve { connection: usize },
    /// A blocking command has waited long enough.
    Unblock { connection: usize },
    /// Something goes wrong.
    Strike,
}

impl World {
    pub(super) fn new(
        mut random: SplitMix64,
        plan: Plan,
        sabotage: Option<Sabotage>,
        keep: usize,
    ) -> Self {
        Self {
            // Not 0, so that a time taken for an elapsed one shows.
            now: Cell::new(Time::from_epoch(Duration::from_secs(1000))),
            tasks: Tasks::default(),
            connections: RefCell::default(),
            server: RefCell::new(Server::new()),
            door: RefCell::default(),
            weather: RefCell::new(Weather::new(&plan, &mut random)),
            journal: RefCell::default(),
            tenants: RefCell::default(),
            trace: RefCell::new(Trace::new(keep)),
            sabotage: Cell::new(sabotage.map(|how| (how, how.patience(&mut random)))),
            violations: RefCell::default(),
            random: RefCell::new(random),
            agenda: RefCell::default(),
            events: Cell::new(0),
            plan,
        }
    }

    /// A random number below `bound`.
    pub(super) fn below(&self, bound: usize) -> usize {
        self.random.borrow_mut().below(bound.max(1))
    }

    /// True once in so many times; never for 0.
    pub(super) fn one_in(&self, times: usize) -> bool {
        times > 0 && self.below(times) == 0
    }

    /// Any duration below this one.
    pub(super) fn up_to(&self, limit: Duration) -> Duration {
        Duration::from_nanos(self.below(limit.as_nanos() as usize) as u64)
    }

    pub(super) fn seed(&self) -> u64 {
        self.random.borrow_mut().next()
    }

    pub(super) fn note(&self, what: What) {
        self.trace.borrow_mut().note(self.now.get(), what);
    }

    pub(super) fn violated(&self, what: String) {
        self.violations.borrow_mut().push(what);
    }

    /// Whether what is sabotaged is to happen now, at one in several occasions, once.
    pub(super) fn sabotages(&self, how: Sabotage) -> bool {
        match self.sabotage.get() {
            Some((planned, 0)) if planned == how => {
                self.sabotage.set(None);
                self.note(What::Sabotaged);
                true
            }
            Some((planned, left)) if planned == how => {
                self.sabotage.set(Some((planned, left - 1)));
                false
            }
            _ => false,
        }
    }

    pub(super) fn schedule(&self, at: Time, event: Event) {
        self.agenda.borrow_mut().insert((at, self.number()), event);
    }

    /// Schedules something so long from now.
    pub(super) fn schedule_in(&self, delay: Duration, event: Event) {
        self.schedule(self.now.get() + delay, event);
    }

    /// When the next event is due.
    pub(super) fn next_event(&self) -> Option<Time> {
        self.agenda.borrow().first_key_value().map(|((at, _), _)| *at)
    }

    /// Has everything happen that is due.
    pub(super) fn run_due(&self) {
        while let Some(event) = self.take_due() {
            self.happen(event);
        }
    }

    /// How many timers the runtime has set.
    pub(super) fn timers(&self) -> usize {
        let is_timer = |event: &&Event| matches!(event, Event::Timer(_));
        self.agenda.borrow().values().filter(is_timer).count()
    }

    fn take_due(&self) -> Option<Event> {
        let mut agenda = self.agenda.borrow_mut();
        let first = agenda.first_entry().filter(|first| first.key().0 <= self.now.get())?;
        Some(first.remove())
    }

    fn happen(&self, event: Event) {
        match event {
            Event::Timer(waker) => {
                self.note(What::TimerWentOff);
                waker.wake();
            }
            Event::Arrive { connection, upward } => self.arrive(connection, upward),
            Event::Reset { connection, end } => {
                self.reset(connection, end);
                if end == End::Server {
                    self.server_forgets(connection);
                }
            }
            Event::Serve { connection } => self.serve(connection),
            Event::Unblock { connection } => self.unblock(connection),
            Event::Strike => self.strike(),
        }
    }

    fn number(&self) -> u64 {
        self.events.set(self.events.get() + 1);
        self.events.get()
    }
}

/// The simulated runtime.
#[derive(Clone)]
pub struct Simulated(pub(super) Rc<World>);

impl Runtime for Simulated {
    type Stream = Stream;
    type Connect = Connect;
    type Resolve = Resolve;
    type Sleep = Sleep;
    type Cell<T: 'static> = Unlocked<T>;

    fn resolve(&self, _: &str, _: u16) -> Resolve {
        Resolve::new(self)
    }

    fn connect(&self, address: &Address, options: &SocketOptions) -> Connect {
        Connect::new(self, address, *options)
    }

    fn sleep_until(&self, at: Time) -> Sleep {
        Sleep { runtime: self.clone(), key: (at, self.0.number()) }
    }

    fn now(&self) -> Time {
        self.0.now.get()
    }

    fn seed(&self) -> u64 {
        self.0.seed()
    }
}

impl<F: Future + 'static> Spawn<F> for Simulated {
    fn spawn(&self, future: F) {
        self.0.spawn("driver", async move { drop(future.await) });
    }
}

impl Simulated {
    pub(super) async fn pause(&self, limit: Duration) {
        self.sleep_until(self.now() + self.0.up_to(limit)).await;
    }
}

impl World {
    pub(super) fn spawn(&self, name: &'static str, future: impl Future<Output = ()> + 'static) {
        let task = self.tasks.spawn(name, future);
        self.note(What::Spawned { task, name });
    }
}

/// A timer of [`Simulated`].
#[must_use = "no time passes until it is awaited"]
pub struct Sleep {
    runtime: Simulated,
    key: (Time, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let world = &self.runtime.0;
        if self.key.0 <= world.now.get() {
            return Poll::Ready(());
        }
        world.agenda.borrow_mut().insert(self.key, Event::Timer(cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.runtime.0.agenda.borrow_mut().remove(&self.key);
    }
}

impl fmt::Debug for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulated").field("now", &self.0.now).finish_non_exhaustive()
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sleep").field(&self.key.0).finish()
    }
}
