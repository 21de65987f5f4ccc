//! The engine behind a server's connections.

mod protection;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use adapter_core::server::{
    Action, Closed, Command, Connection, ConnectionId, Deferred, Peer, Refusal, Reply,
    ServerHandle, Service,
};

use crate::clock::Clock;
use crate::engine::{Buffers, Client, ClientKey, Engine, Event, Ran};
use crate::process;

/// The server's commands as a [`Service`], on one thread.
#[derive(Debug)]
pub struct Embedded {
    core: CoreHandle,
    clock: Clock,
    /// What it shows: commands that have come together run at one time.
    time: Duration,
    /// When it was last seen what the process takes.
    looked_at: Option<Instant>,
}

/// Whom the data belongs to.
#[derive(Debug)]
enum CoreHandle {
    /// This thread alone: no lock is needed.
    Own(Box<Core>),
    Shared(Arc<Mutex<Core>>),
}

/// What the service knows of a connection.
#[derive(Debug)]
pub struct Guest(ClientKey);

#[derive(Debug)]
pub(crate) struct Core {
    engine: Engine,
    /// The replies of clients that are blocked.
    blocked: HashMap<u64, Deferred>,
}

impl Embedded {
    /// The only thread's.
    pub(crate) fn alone(engine: Engine, clock: Clock) -> Self {
        Self::new(CoreHandle::Own(Box::new(Core::new(engine, &clock))), clock)
    }

    /// One thread's of several.
    pub(crate) fn shared(core: &Arc<Mutex<Core>>, clock: Clock) -> Self {
        Self::new(CoreHandle::Shared(Arc::clone(core)), clock)
    }

    fn new(core: CoreHandle, clock: Clock) -> Self {
        Self { core, clock, time: Duration::ZERO, looked_at: None }
    }
}

impl CoreHandle {
    #[inline]
    fn with<T>(&mut self, use_it: impl FnOnce(&mut Core) -> T) -> T {
        match self {
            Self::Own(core) => use_it(core),
            // A handler that has panicked has answered with an error; the data is as it left it.
            Self::Shared(core) => use_it(&mut core.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl Core {
    pub(crate) fn new(mut engine: Engine, clock: &Clock) -> Self {
        engine.start(clock.now());
        let process = &mut engine.shared.process;
        process.id = Some(std::process::id());
        (process.executable, process.memory) = (process::executable(), process::memory());
        Self { engine, blocked: HashMap::new() }
    }

    /// The time of a command, of which `kept` is that of its batch. Where threads share the data, another
    /// one's may have run since that began: time does not go back behind it.
    #[inline]
    fn time(&self, clock: &Clock, kept: &mut Duration, begins_batch: bool) -> Duration {
        let shared = &self.engine.shared;
        *kept = if begins_batch || shared.is_late { clock.now() } else { shared.time.max(*kept) };
        *kept
    }

    /// Does what the engine wants done.
    #[inline]
    fn act(&mut self, server: &ServerHandle) {
        while let Some(event) = self.engine.poll_event() {
            match event {
                Event::Tell(id, notice) => {
                    server.tell(ConnectionId::from(id), &notice);
                }
                Event::Unblock(id, draft) => {
                    if let Some(deferred) = self.blocked.remove(&id) {
                        deferred.complete(draft);
                    }
                }
                Event::Resume(id) => {
                    server.resume(ConnectionId::from(id));
                }
                Event::Close(id) => {
                    server.close(ConnectionId::from(id));
                }
            }
        }
    }
}

impl Service for Embedded {
    type Context = Guest;

    fn on_open(&mut self, peer: &Peer, _: Reply<'_>) -> Result<Guest, Refusal> {
        let local = peer.listener.to_string();
        let address = peer.address.map_or_else(|| format!("{local}:0"), |it| it.to_string());
        let client = Client::new(peer.id.get(), address, local);
        let now = self.clock.now();
        self.core.with(|core| {
            core.engine.admit().map_err(Refusal::new)?;
            if let Some(denied) = protection::objection(&mut core.engine, peer.address) {
                return Err(Refusal::new(denied));
            }
            Ok(Guest(core.engine.connect(now, client)))
        })
    }

    #[inline]
    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, Guest>,
        mut reply: Reply<'_>,
    ) -> Action {
        let (key, terms) = (connection.context.0, connection.terms());
        let Self { core, clock, time, .. } = self;
        core.with(|core| {
            let now = core.time(clock, time, connection.begins_batch());
            if terms.subscriptions() > 0 || core.engine.shared.tracking.is_on() {
                connection.tell_first(&mut reply);
            }
            let action = match core.engine.execute(now, key, command.request(), terms, reply) {
                Ran::Answered(action) => action,
                Ran::Blocked(reply) => {
                    core.blocked.insert(connection.id().get(), connection.block(reply));
                    Action::Continue
                }
                Ran::Held(reply) => reply.postpone(),
            };
            core.act(connection.server());
            action
        })
    }

    fn on_close(&mut self, context: Guest, peer: &Peer, _: &Closed) {
        self.core.with(|core| {
            core.engine.disconnect(context.0);
            core.blocked.remove(&peer.id.get());
        });
    }

    fn on_tick(&mut self, server: &ServerHandle) -> Action {
        let started = Instant::now();
        if self.looked_at.is_none_or(|at| started - at > A_WHILE) {
            self.looked_at = Some(started);
            let (resident, cpu) = (process::resident(), process::cpu());
            self.core.with(|core| {
                let process = &mut core.engine.shared.process;
                (process.resident, process.cpu) = (resident, cpu);
                process.buffers.get_or_insert_with(|| Arc::new(Waiting(server.clone())));
            });
        }
        let clock = &self.clock;
        self.core.with(|core| {
            while core.engine.handle_timeout(clock.now()) && started.elapsed() < SLICE {}
            core.act(server);
        });
        Action::Continue
    }
}

/// What waits in the connections.
#[derive(Debug)]
struct Waiting(ServerHandle);

impl Buffers for Waiting {
    fn of(&self, client: u64) -> (usize, usize) {
        let connection = self.0.connection(ConnectionId::from(client));
        connection.map_or((0, 0), |it| (it.unread, it.queued))
    }
}

/// Between two looks at what costs a system call.
const A_WHILE: Duration = Duration::from_secs(1);

/// How long one tick may remove what has expired.
const SLICE: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Settings;

    #[test]
    fn a_batch_has_one_time_that_does_not_go_back() {
        let clock = Clock::standing_at(Duration::from_secs(100));
        let mut core = Core::new(Engine::new(Settings::default(), 1), &clock);
        let mut kept = Duration::ZERO;
        let mut time = |core: &Core, begins| core.time(&clock, &mut kept, begins).as_secs();
        assert_eq!(time(&core, true), 100);
        clock.advance(Duration::from_secs(10));
        assert_eq!(time(&core, false), 100);
        core.engine.shared.set_now(Duration::from_secs(105));
        assert_eq!(time(&core, false), 105, "another thread's commands have seen that");
        core.engine.shared.is_late = true;
        assert_eq!(time(&core, false), 110);
        core.engine.shared.set_now(Duration::from_secs(200));
        assert_eq!(time(&core, true), 110, "the clock was set back");
    }
}
