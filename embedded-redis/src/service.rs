//! The engine behind a server's connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use adapter_core::server::{
    Action, Closed, Command, Connection, ConnectionId, Deferred, Peer, Refusal, Reply,
    ServerHandle, Service,
};

use crate::clock::Clock;
use crate::engine::{Client, ClientKey, Engine, Event, Ran};

/// The service of one thread. All threads share the engine.
#[derive(Clone, Debug)]
pub(crate) struct Embedded {
    core: Arc<Mutex<Core>>,
    clock: Clock,
}

#[derive(Debug)]
struct Core {
    engine: Engine,
    /// The replies of clients that are blocked.
    blocked: HashMap<u64, Deferred>,
}

impl Embedded {
    pub(crate) fn new(mut engine: Engine, clock: Clock) -> Self {
        engine.start(clock.now());
        Self { core: Arc::new(Mutex::new(Core { engine, blocked: HashMap::new() })), clock }
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        // A handler that has panicked has answered with an error; the data is as it left it.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
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
                Event::Close(id) => {
                    server.close(ConnectionId::from(id));
                }
            }
        }
    }
}

impl Service for Embedded {
    type Context = ClientKey;

    fn on_open(&mut self, peer: &Peer, _: Reply<'_>) -> Result<ClientKey, Refusal> {
        let local = peer.listener.to_string();
        let address = peer.address.map_or_else(|| format!("{local}:0"), |it| it.to_string());
        let client = Client::new(peer.id.get(), address, local);
        let now = self.clock.now();
        let mut core = self.core();
        core.engine.admit().map_err(Refusal::new)?;
        Ok(core.engine.connect(now, client))
    }

    #[inline]
    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, ClientKey>,
        mut reply: Reply<'_>,
    ) -> Action {
        let now = self.clock.now();
        let mut core = self.core();
        let terms = connection.terms();
        if terms.subscriptions() > 0 {
            connection.tell_first(&mut reply);
        }
        let key = *connection.context;
        let action = match core.engine.execute(now, key, command.request(), terms, reply) {
            Ran::Answered(action) => action,
            Ran::Blocked(reply) => {
                core.blocked.insert(connection.id().get(), connection.block(reply));
                Action::Continue
            }
        };
        core.act(connection.server());
        action
    }

    fn on_close(&mut self, context: ClientKey, peer: &Peer, _: &Closed) {
        let mut core = self.core();
        core.engine.disconnect(context);
        core.blocked.remove(&peer.id.get());
    }

    fn on_tick(&mut self, server: &ServerHandle) -> Action {
        let started = Instant::now();
        let mut core = self.core();
        while core.engine.handle_timeout(self.clock.now()) && started.elapsed() < SLICE {}
        core.act(server);
        Action::Continue
    }
}

/// How long one tick may remove what has expired.
const SLICE: Duration = Duration::from_millis(1);
