//! What the server does: it notes what it runs, and answers at once or later.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::server::{
    Action, Closed, Command, Connection, ConnectionId, Deferred, Peer, Refusal, Reply, Service,
};

use super::House;
use crate::simulation::Sabotage;

/// What was run, in order.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The connection, the command.
    ran: Vec<(ConnectionId, u64)>,
    times: BTreeMap<u64, u64>,
    pub(super) opened: u64,
    pub(super) closed: u64,
    pub(super) panics: u64,
}

impl Ledger {
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
}

/// The service.
pub(super) struct Doer {
    house: Rc<House>,
}

impl Doer {
    pub(super) fn new(house: &Rc<House>) -> Self {
        Self { house: Rc::clone(house) }
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
        let world = self.house.world();
        let mut ledger = self.house.ledger.borrow_mut();
        ledger.note(connection.id(), own);
        if world.sabotages(Sabotage::AppliesTwice) {
            ledger.note(connection.id(), own);
        }
        let told = own + u64::from(world.sabotages(Sabotage::SwapsReplies));
        let text = format!("{told}:{}", "x".repeat(size as usize));
        if way == PANICS {
            ledger.panics += 1;
            drop(ledger);
            // Without the hook, which would print it.
            std::panic::resume_unwind(Box::new("as planned"));
        }
        let lost = matches!(way, 1..=3) && world.sabotages(Sabotage::LosesReply);
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
        let net = self.house.net.clone();
        self.house.world().spawn("answer", async move {
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
        self.house.ledger.borrow_mut().opened += 1;
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
        self.house.ledger.borrow_mut().closed += 1;
    }
}

/// Commands that panic.
pub(super) const PANICS: u64 = 9;
