//! Commands that keep their connection waiting.

use bytes::Bytes;

use super::Server;
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
