//! What the server does: it notes what it runs, and answers at once or later.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::server::{
    Action, Closed, Command, Connection, ConnectionId, Deferred, Peer, Refusal, Reply, Service,
};

use super::{Sabotage, World};

/// What was run, in order.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The connection, the command.
    ran: Vec<(ConnectionId, u64)>,
    times: BTreeMap<u64, u64>,
    pub(super) opened: u64,
    pub(super) closed: u64,
    pub(super) panics: u64,
    /// What to do wrong, after so many occasions.
    sabotage: Option<(Sabotage, usize)>,
    /// A reply for another command.
    swapped: Option<u64>,
}

impl Ledger {
    pub(super) fn new(sabotage: Option<(Sabotage, usize)>) -> Self {
        Self { sabotage, ..Self::default() }
    }

    fn note(&mut self, connection: ConnectionId, command: u64) {
        self.ran.push((connection, command));
        *self.times.entry(command).or_default() += 1;
    }

    pub(super) fn times(&self, command: u64) -> u64 {
        self.times.get(&command).copied().unwrap_or_default()
    }

    /// Two commands of a pipeline that ran on one connection in the wrong order.
    pub(super) fn disorder(&self) -> Option<(u64, u64)> {
        let mut last = BTreeMap::new();
        for (connection, command) in &self.ran {
            let pipeline = command / super::callers::PIPELINE;
            let before = last.insert((*connection, pipeline), *command).unwrap_or_default();
            if before >= *command {
                return Some((*command, before));
            }
        }
        None
    }

    fn sabotages(&mut self, how: Sabotage) -> bool {
        match &mut self.sabotage {
            Some((planned, left)) if *planned == how => match left.checked_sub(1) {
                Some(fewer) => {
                    *left = fewer;
                    false
                }
                None => {
                    self.sabotage = None;
                    true
                }
            },
            _ => false,
        }
    }
}

/// The service.
pub(super) struct Doer {
    world: Rc<World>,
}

impl Doer {
    pub(super) fn new(world: &Rc<World>) -> Self {
        Self { world: Rc::clone(world) }
    }

    /// `DO number way size`
    fn run(
        &self,
        command: Command<'_>,
        connection: &Connection<'_, ()>,
        reply: Reply<'_>,
    ) -> Action {
        let number = |index| std::str::from_utf8(command.arg(index)).unwrap_or("").parse();
        let (Ok(own), Ok(way), Ok(size)) = (number(1), number(2), number(3)) else {
            return reply.error("ERR what?");
        };
        let mut ledger = self.world.ledger.borrow_mut();
        ledger.note(connection.id(), own);
        if ledger.sabotages(Sabotage::AppliesTwice) {
            ledger.note(connection.id(), own);
        }
        if ledger.sabotages(Sabotage::SwapsReplies) {
            ledger.swapped = Some(own + 1);
        }
        let text =
            format!("{}:{}", ledger.swapped.take().unwrap_or(own), "x".repeat(size as usize));
        if way == PANICS {
            ledger.panics += 1;
            drop(ledger);
            // Without the hook, which would print it.
            std::panic::resume_unwind(Box::new("as planned"));
        }
        let lost = matches!(way, 1..=3) && ledger.sabotages(Sabotage::LosesPromise);
        drop(ledger);
        let deferred = match way {
            1 => connection.defer(reply),
            2 => connection.hold(reply),
            3 => connection.block(reply),
            _ => return reply.bulk(text),
        };
        self.answer_later(deferred, text, lost);
        Action::Continue
    }

    fn answer_later(&self, deferred: Deferred, text: String, lost: bool) {
        let net = self.world.net.clone();
        self.world.net.spawn_named("answer", async move {
            net.pause(Duration::from_millis(20)).await;
            if lost {
                // What its drop would say is lost with it.
                std::mem::forget(deferred);
            } else {
                deferred.answer(|reply| reply.bulk(text));
            }
        });
    }
}

impl Service for Doer {
    type Context = ();

    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        self.world.ledger.borrow_mut().opened += 1;
        Ok(())
    }

    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, ()>,
        reply: Reply<'_>,
    ) -> Action {
        match command.name().to_ascii_lowercase().as_slice() {
            b"do" => self.run(command, connection, reply),
            b"ping" => reply.simple("PONG"),
            b"client" | b"select" => reply.ok(),
            _ => reply.error("ERR unknown command"),
        }
    }

    fn on_close(&mut self, (): (), _: &Peer, _: &Closed) {
        self.world.ledger.borrow_mut().closed += 1;
    }
}

/// Commands that panic.
pub(super) const PANICS: u64 = 9;
