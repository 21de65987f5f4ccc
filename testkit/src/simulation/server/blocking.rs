//! Commands that keep their connection waiting.

use adapter_core::resp_core::{Decoder, Limits, View};
use bytes::{Bytes, BytesMut};

use super::Server;
use crate::pair::{Model, Server as _};
use crate::simulation::Sabotage;
use crate::simulation::ledger::{Ledger, number, numbered};
use crate::simulation::world::{Event, World};

impl World {
    /// A blocking command has waited long enough.
    pub(in crate::simulation) fn unblock(&self, connection: usize) {
        let mut server = self.server.borrow_mut();
        let Some(command) = server.of(connection).and_then(|served| served.blocked.take()) else {
            return;
        };
        server.blocked.retain(|blocked| *blocked != connection);
        self.execute(&mut server, connection, &command);
        drop(server);
        self.call_server(connection);
    }

    /// Whether a command has to wait, and keeps its connection waiting.
    pub(super) fn blocks(&self, server: &mut Server, connection: usize, command: &[Bytes]) -> bool {
        let [name, keys @ .., seconds] = command else { return false };
        let Server { served, data, blocked, .. } = server;
        let Some(served) = served.get_mut(connection).and_then(Option::as_mut) else {
            return false;
        };
        let database = served.model.database;
        let waits = name.eq_ignore_ascii_case(b"BLPOP")
            && !served.model.in_transaction()
            && !keys.iter().any(|key| data.has_list(database, key));
        let seconds = std::str::from_utf8(seconds).ok().and_then(|text| text.parse::<f64>().ok());
        let Some(seconds) = seconds.filter(|_| waits) else { return false };
        served.blocked = Some(command.to_vec());
        blocked.push(connection);
        if seconds > 0.0 {
            let wait = std::time::Duration::from_secs_f64(seconds);
            self.schedule_in(wait, Event::Unblock { connection });
        }
        true
    }

    /// Notes which element a command has taken.
    pub(super) fn account(
        &self,
        model: &mut Model,
        ledger: &mut Ledger,
        command: &[Bytes],
        reply: &mut Vec<u8>,
    ) {
        let Some((b"BLPOP", [queue, ..])) =
            command.split_first().map(|(name, rest)| (&name[..], rest))
        else {
            return;
        };
        let mut decoder = Decoder::new(Limits::default());
        let frame = decoder.decode(&mut BytesMut::from(&reply[..]));
        let Ok(Some(frame)) = frame else { return };
        let View::Array(elements) = frame.view() else { return };
        let Some(View::BulkString(text)) = elements.last().map(|element| element.view()) else {
            return;
        };
        if let (Some(element), Some(taker)) = (number(text), numbered(command)) {
            ledger.take(element, taker);
        }
        if self.sabotages(Sabotage::LosesElement) {
            *reply = b"*-1\r\n".to_vec();
        } else if self.sabotages(Sabotage::DeliversTwice) {
            let again = [Bytes::from_static(b"RPUSH"), queue.clone(), Bytes::copy_from_slice(text)];
            let journal = model.data.journal.take();
            model.execute(&again, &mut Vec::new());
            model.data.journal = journal;
        }
    }

    /// Runs one command, and what was waiting for what it has stored.
    pub(super) fn run(&self, server: &mut Server, connection: usize, command: &[Bytes]) {
        self.execute(server, connection, command);
        for blocked in server.blocked.clone() {
            let Server { served, data, .. } = server;
            let Some(served) = served.get_mut(blocked).and_then(Option::as_mut) else { continue };
            let database = served.model.database;
            let is_there = |key: &Bytes| data.has_list(database, key);
            if let Some(command) =
                served.blocked.take_if(|command| command.iter().skip(1).any(is_there))
            {
                server.blocked.retain(|one| *one != blocked);
                self.execute(server, blocked, &command);
                if let Some(served) = server.of(blocked)
                    && !std::mem::replace(&mut served.called, true)
                {
                    self.schedule_in(self.latency(), Event::Serve { connection: blocked });
                }
            }
        }
        self.maybe_strike();
    }
}
