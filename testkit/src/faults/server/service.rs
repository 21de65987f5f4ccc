//! What the server under test does.

use std::collections::{BTreeMap, HashMap};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use adapter_core::server::{
    Action, Closed, Command, Connection, Deferred, Peer, Protocol, Refusal, Reply, ServerHandle,
    Service, Topic,
};
use bytes::Bytes;

/// What is known of the service beyond its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Books(Arc<Mutex<BTreeMap<String, i64>>>);

impl Books {
    pub(super) fn all(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more, and says how many there are.
    fn count(&self, what: &[u8]) -> i64 {
        let mut all = self.all();
        let number = all.entry(String::from_utf8_lossy(what).into_owned()).or_default();
        *number += 1;
        *number
    }
}

/// A store of keys and values, with commands to misuse a server by:
///
/// | command | |
/// |---|---|
/// | `COUNT who` | counts, and says how often it did |
/// | `LATER`, `HOLD`, `BLOCK` | promise a reply that never comes, and have nothing, the commands behind, the client wait for it |
/// | `PANIC` | panics, in the middle of a reply |
/// | `CLIENTS` | how many connections there are |
/// | `WAITING bytes` | how many of them have so much output |
/// | `QUEUED` | the most output that one of them has |
/// | `ENDED how` | how many ended so: `panicked`, `output` |
#[derive(Debug, Default)]
pub struct Target {
    values: HashMap<Vec<u8>, Bytes>,
    promises: Vec<Deferred>,
    books: Books,
}

impl Target {
    pub(super) fn new(books: Books) -> Self {
        Self { books, ..Self::default() }
    }

    fn set(&mut self, key: &[u8], value: Bytes) {
        // Whoever sends garbage sets garbage.
        if self.values.len() >= KEYS && !self.values.contains_key(key) {
            self.values.clear();
        }
        self.values.insert(key.to_vec(), value);
    }
}

impl Service for Target {
    type Context = ();

    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, ()>,
        reply: Reply<'_>,
    ) -> Action {
        let terms = connection.terms();
        let name = command.name().to_ascii_uppercase();
        if !terms.is_authenticated() && name != b"AUTH" {
            return reply.error("NOAUTH Authentication required.");
        }
        match &name[..] {
            b"PING" => reply.simple("PONG"),
            b"ECHO" => reply.bulk(command.arg(1)),
            b"GET" => match self.values.get(command.arg(1)) {
                // Copied, so that it is the output that takes the memory.
                Some(value) => reply.bulk(value),
                None => reply.null(),
            },
            b"SET" => {
                self.set(command.arg(1), command.bytes(2));
                reply.ok()
            }
            b"DEL" => reply.int(self.values.remove(command.arg(1)).is_some().into()),
            b"HELLO" => {
                let three = command.arg(1) == b"3";
                terms.set_protocol(if three { Protocol::Resp3 } else { Protocol::Resp2 });
                let mut pairs = reply.map(1);
                pairs.pair("proto", if three { 3 } else { 2 });
                Action::Continue
            }
            b"AUTH" => {
                terms.set_authenticated(true);
                reply.ok()
            }
            b"QUIT" => {
                let _ = reply.ok();
                Action::Close
            }
            b"SUBSCRIBE" => {
                connection.subscribe(reply, Topic::Channel, [command.arg(1)].into_iter())
            }
            b"PUBLISH" => {
                reply.int(connection.server().publish(command.arg(1), command.arg(2)) as i64)
            }
            _ => self.misuse(&name, command, connection, reply),
        }
    }

    fn on_close(&mut self, (): (), _: &Peer, reason: &Closed) {
        match reason {
            Closed::Panicked => self.books.count(b"panicked"),
            Closed::OutputLimit { .. } => self.books.count(b"output"),
            _ => return,
        };
    }
}

impl Target {
    fn misuse(
        &mut self,
        name: &[u8],
        command: Command<'_>,
        connection: &mut Connection<'_, ()>,
        reply: Reply<'_>,
    ) -> Action {
        let server = connection.server();
        let promise = match name {
            b"COUNT" => return reply.int(self.books.count(command.arg(1))),
            b"CLIENTS" => return reply.int(server.connection_count() as i64),
            b"WAITING" => {
                let least = String::from_utf8_lossy(command.arg(1)).parse().unwrap_or(0);
                let waiting = queued(server).filter(|queued| *queued >= least);
                return reply.int(waiting.count() as i64);
            }
            b"QUEUED" => return reply.int(queued(server).max().unwrap_or(0) as i64),
            b"ENDED" => {
                let how = String::from_utf8_lossy(command.arg(1));
                return reply.int(self.books.all().get(&*how).copied().unwrap_or(0));
            }
            b"PANIC" => {
                reply.array(3).add("half");
                // Not through the hook, which would print it.
                resume_unwind(Box::new("as asked"));
            }
            b"LATER" => connection.defer(reply),
            b"HOLD" => connection.hold(reply),
            b"BLOCK" => connection.block(reply),
            _ => return reply.error("ERR unknown command"),
        };
        self.promises.push(promise);
        Action::Continue
    }
}

fn queued(server: &ServerHandle) -> impl Iterator<Item = usize> {
    server.connections().into_iter().map(|connection| connection.queued)
}

/// As many as a section needs, and some.
const KEYS: usize = 1000;
