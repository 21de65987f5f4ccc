//! Where callers get their client from.

use std::cell::RefCell;
use std::time::Duration;

use adapter_core::{Client, Dial, Runtime, Spawn};

use crate::simulation::world::Simulated;

pub(super) type SimulatedClient = Client<Simulated>;

/// A client that several callers share: one that reconnects by itself, or one that is dialled when
/// it is wanted and again once it is lost.
///
/// This is the one place that knows how a client comes about; a pool would go here.
pub(super) struct Link {
    runtime: Simulated,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    client: Option<SimulatedClient>,
    generation: usize,
    dialling: bool,
}

impl Link {
    pub(super) fn new(runtime: Simulated) -> Self {
        Self { runtime, state: RefCell::default() }
    }

    /// The client, and which one it is; none if nobody answers for long.
    pub(super) async fn client(&self) -> Option<(usize, SimulatedClient)> {
        for attempt in 0..ATTEMPTS {
            if let Some(client) = self.current() {
                return Some(client);
            }
            if !std::mem::replace(&mut self.state.borrow_mut().dialling, true) {
                self.dial().await;
                self.state.borrow_mut().dialling = false;
                if let Some(client) = self.current() {
                    return Some(client);
                }
            }
            let wait = FIRST_WAIT * (attempt + 1);
            self.runtime.sleep_until(self.runtime.now() + wait).await;
        }
        None
    }

    /// Forgets a client of which nothing is to be hoped for. One that reconnects is not given up.
    pub(super) fn lose(&self, generation: usize) {
        let mut state = self.state.borrow_mut();
        let is_meant = state.generation == generation && !self.runtime.0.plan.reconnects;
        let lost = state.client.take_if(|_| is_meant);
        drop(state);
        drop(lost);
    }

    fn current(&self) -> Option<(usize, SimulatedClient)> {
        let state = self.state.borrow();
        state.client.clone().map(|client| (state.generation, client))
    }

    async fn dial(&self) {
        let plan = &self.runtime.0.plan;
        let options = &plan.options;
        let client = if plan.reconnects {
            let client = Client::connect_on(self.runtime.clone(), options.clone()).await;
            let Ok(client) = client else { return };
            client
        } else {
            let Ok(stream) = Dial::new(self.runtime.clone(), options).await else { return };
            let config = options.session_config().clone();
            let (client, driver) = Client::new(self.runtime.clone(), stream, config);
            self.runtime.spawn(driver);
            if self.runtime.0.one_in(2) && client.ready().await.is_err() {
                return;
            }
            client
        };
        let mut state = self.state.borrow_mut();
        state.generation += 1;
        state.client = Some(client);
    }
}

/// Attempts to dial, each waiting longer than the one before: some 5 s of waiting, which no outage
/// outlasts.
const ATTEMPTS: u32 = 32;

const FIRST_WAIT: Duration = Duration::from_millis(10);
