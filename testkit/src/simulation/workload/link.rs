//! Where callers get their client from.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use adapter_core::{
    Client, ConnectionEvent, Dial, Lease, Options, Pool, Reconnect, Runtime, Spawn,
};

use crate::simulation::journal::Closing;
use crate::simulation::world::Simulated;

pub(super) type SimulatedClient = Client<Simulated>;
pub(super) type SimulatedPool = Pool<Simulated>;
pub(super) type SimulatedLease = Lease<Simulated>;

/// A client that several callers share: one that reconnects by itself, one that is dialled when it
/// is wanted and again once it is lost, or a pool.
///
/// This is the one place that knows how a client comes about.
pub(super) struct Link {
    runtime: Simulated,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    current: Option<Held>,
    dialling: bool,
}

/// A client, and what becomes of it.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) handle: Handle,
    /// Which one of all it is.
    pub(super) number: usize,
    pub(super) closing: Closing,
    /// How many of its connections have been given up.
    given_up: Arc<AtomicUsize>,
    /// For a saboteur.
    pub(super) last_lease: Rc<RefCell<Weak<SimulatedLease>>>,
}

#[derive(Clone)]
pub(super) enum Handle {
    Client(SimulatedClient),
    Pool(SimulatedPool),
}

impl Link {
    pub(super) fn new(runtime: Simulated) -> Self {
        Self { runtime, state: RefCell::default() }
    }

    /// The client; none if nobody answers for long.
    pub(super) async fn client(&self) -> Option<Held> {
        for attempt in 0..ATTEMPTS {
            if let Some(held) = self.current() {
                return Some(held);
            }
            if !std::mem::replace(&mut self.state.borrow_mut().dialling, true) {
                let held = self.dial().await;
                let mut state = self.state.borrow_mut();
                state.dialling = false;
                if held.is_some() {
                    state.current.clone_from(&held);
                    return held;
                }
            }
            let wait = FIRST_WAIT * (attempt + 1);
            self.runtime.sleep_until(self.runtime.now() + wait).await;
        }
        None
    }

    /// Forgets a client of which nothing is to be hoped for. One that reconnects is not given up.
    pub(super) fn lose(&self, held: &Held) {
        if self.runtime.0.plan.reconnects && !held.is_over() {
            return;
        }
        self.forget(held);
    }

    /// Closes a client; callers get another one from now on.
    pub(super) async fn close(&self, held: Held, force: bool) {
        self.forget(&held);
        held.closing.set(Some(force || held.closing.get().unwrap_or_default()));
        match held.handle {
            Handle::Client(client) => client.close(force).await,
            Handle::Pool(pool) => pool.close(force).await,
        }
    }

    fn forget(&self, held: &Held) {
        let mut state = self.state.borrow_mut();
        let lost = state.current.take_if(|current| current.number == held.number);
        drop(state);
        drop(lost);
    }

    fn current(&self) -> Option<Held> {
        self.state.borrow().current.clone()
    }

    async fn dial(&self) -> Option<Held> {
        let plan = &self.runtime.0.plan;
        let given_up = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&given_up);
        let options = plan.options.clone().on_event(move |event| {
            if matches!(event, ConnectionEvent::GivenUp) {
                count.fetch_add(1, Relaxed);
            }
        });
        let runtime = self.runtime.clone();
        let handle = if plan.pool.is_some() {
            Handle::Pool(Pool::connect_on(runtime, options).await.ok()?)
        } else if plan.reconnects {
            Handle::Client(Client::connect_on(runtime, options).await.ok()?)
        } else {
            Handle::Client(self.dial_once(options).await?)
        };
        let number = self.runtime.0.tenants.borrow_mut().number();
        Some(Held {
            handle,
            number,
            closing: Closing::default(),
            given_up,
            last_lease: Rc::default(),
        })
    }

    /// A client that has one connection only.
    async fn dial_once(&self, options: Options) -> Option<SimulatedClient> {
        let world = &self.runtime.0;
        if world.plan.vault.is_some() {
            let options = options.reconnect(Reconnect::NEVER);
            return Client::connect_on(self.runtime.clone(), options).await.ok();
        }
        let stream = Dial::new(self.runtime.clone(), &options).await.ok()?;
        let config = options.session_config().clone();
        let (client, driver) = Client::new(self.runtime.clone(), stream, config);
        self.runtime.spawn(driver);
        if world.one_in(2) && client.ready().await.is_err() {
            return None;
        }
        Some(client)
    }
}

impl Held {
    /// Whether it will never have a connection again.
    fn is_over(&self) -> bool {
        let connections = match &self.handle {
            Handle::Client(_) => 1,
            Handle::Pool(pool) => pool.size(),
        };
        self.closing.get().is_some() || self.given_up.load(Relaxed) >= connections
    }
}

/// Attempts to dial, each waiting longer than the one before: some 5 s of waiting, which no outage
/// outlasts.
const ATTEMPTS: u32 = 32;

const FIRST_WAIT: Duration = Duration::from_millis(10);
