//! Clients that wait for a key.

use std::fmt;

use redis_server_core::{Draft, Protocol};

use super::answer::{Answer, Outcome};
use super::client::ClientKey;
use super::context::{Context, Data};
use super::event::Event;
use super::{Engine, Error};
use crate::keyspace::Millis;

/// What a blocked client waits for: a command that has found nothing, to be tried again when one
/// of its keys has something.
pub(crate) trait Waiting: fmt::Debug + Send {
    /// The keys that may serve it.
    fn keys(&self) -> &[Box<[u8]>];

    /// When it ends for nothing; none if never.
    fn deadline(&self) -> Option<Millis>;

    /// Serves it from that key: none, and nothing is written, if there is nothing for it.
    fn serve(&self, data: &mut Data<'_>, key: &[u8], answer: &mut Answer<'_>) -> Option<Outcome>;

    /// Says that the time is up.
    fn time_out(&self, answer: &mut Answer<'_>) -> Outcome;

    /// Says that there is nothing where it may not wait, in a transaction or a script.
    fn refuse(&self, answer: &mut Answer<'_>) -> Outcome {
        self.time_out(answer)
    }
}

/// A client's waiting.
#[derive(Debug)]
pub(crate) struct Blocked {
    pub(crate) waiting: Box<dyn Waiting>,
    pub(crate) db: usize,
    pub(crate) protocol: Protocol,
}

impl Engine {
    pub(super) fn block(&mut self, key: ClientKey, waiting: Box<dyn Waiting>, protocol: Protocol) {
        let Some(client) = self.clients.get_mut(key) else { return };
        let db = client.db;
        if let Some(database) = self.databases.get_mut(db) {
            for name in waiting.keys() {
                database.wait_for(name, key);
            }
        }
        if let Some(deadline) = waiting.deadline() {
            self.shared.deadlines.insert((deadline, key));
        }
        client.blocked = Some(Blocked { waiting, db, protocol });
    }

    /// Gives keys that have got something to those who wait for it, the first first.
    pub(super) fn serve_waiting(&mut self) {
        while let Some((db, name)) = self.shared.ready.pop() {
            let Some(database) = self.databases.get(db) else { continue };
            for key in database.who_waits_for(&name) {
                // One that was killed gets nothing: nobody would read it.
                let client = self.clients.get_mut(key).filter(|client| !client.killed);
                let Some(blocked) = client.and_then(|client| client.blocked.take()) else {
                    continue;
                };
                let mut draft = Draft::new(blocked.protocol);
                let mut answer = Answer::part(draft.reply());
                let Some(mut data) = Data::new(&mut self.databases, &mut self.shared, db) else {
                    continue;
                };
                let outcome = blocked.waiting.serve(&mut data, &name, &mut answer);
                if let Some(Err(error)) = &outcome {
                    answer.error(error);
                }
                drop(answer);
                if outcome.is_some() {
                    self.unblock(key, &blocked, draft);
                } else if let Some(client) = self.clients.get_mut(key) {
                    client.blocked = Some(blocked);
                }
            }
        }
    }

    pub(super) fn time_out_waiting(&mut self) {
        let now = self.shared.now;
        while let Some((deadline, key)) = self.shared.deadlines.first().copied()
            && deadline <= now
        {
            self.shared.deadlines.remove(&(deadline, key));
            self.end_waiting(key, None);
        }
    }

    /// Ends a client's waiting as if the time was up, or with an error: whether it has waited.
    pub(crate) fn end_waiting(&mut self, key: ClientKey, error: Option<&Error>) -> bool {
        let Some(blocked) = self.clients.get_mut(key).and_then(|it| it.blocked.take()) else {
            return false;
        };
        let mut draft = Draft::new(blocked.protocol);
        let mut answer = Answer::part(draft.reply());
        match error {
            Some(error) => answer.error(error),
            None => {
                let _ = blocked.waiting.time_out(&mut answer);
            }
        }
        drop(answer);
        self.unblock(key, &blocked, draft);
        true
    }

    fn unblock(&mut self, key: ClientKey, blocked: &Blocked, draft: Draft) {
        if let Some(database) = self.databases.get_mut(blocked.db) {
            for name in blocked.waiting.keys() {
                database.unawait(name, key);
            }
        }
        if let Some(deadline) = blocked.waiting.deadline() {
            self.shared.deadlines.remove(&(deadline, key));
        }
        if let Some(client) = self.clients.get(key) {
            self.shared.events.push_back(Event::Unblock(client.id, draft));
        }
    }
}

impl Context<'_> {
    /// When a wait of so many seconds, as a client writes them, is over. 0 waits for ever.
    pub(crate) fn wait_deadline(&self, timeout: &[u8]) -> Result<Option<Millis>, Error> {
        let seconds = std::str::from_utf8(timeout).ok().and_then(|text| text.parse::<f64>().ok());
        let seconds = match seconds {
            Some(seconds) if !seconds.is_nan() => seconds,
            _ => return Err(Error::of("ERR timeout is not a float or out of range")),
        };
        let wait = (seconds * 1_000.0).ceil();
        // What is too much for its integers has become their smallest when Redis looks at it.
        if wait < 0.0 || wait >= i64::MAX as f64 {
            return Err(Error::of("ERR timeout is negative"));
        }
        Ok((wait > 0.0).then(|| self.now().saturating_add(wait as Millis)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::engine::testing::Rig;

    #[test]
    fn who_has_gone_leaves_no_deadline_to_the_next() {
        let mut rig = Rig::new();
        assert_eq!(rig.run_as(1, "blpop k 2"), "");
        rig.leave(1);
        assert_eq!(rig.run_as(2, "blpop other 0"), "");
        rig.advance(Duration::from_secs(10));
        assert_eq!(rig.heard(2), "", "its time is not up: it has none");
        assert!(rig.engine.shared.deadlines.is_empty());
    }

    #[test]
    fn who_was_killed_is_not_served() {
        let mut rig = Rig::new();
        assert_eq!(rig.run_as(1, "blpop k 0"), "");
        assert_eq!(rig.run("client kill id 2"), ":1");
        assert_eq!(rig.run("rpush k v"), ":1");
        assert_eq!(rig.run("llen k"), ":1");
        assert_eq!(rig.heard(1), "");
    }

    #[test]
    fn a_key_is_offered_once_however_often_it_was_changed() {
        let mut rig = Rig::new();
        assert_eq!(rig.run_as(1, "blpop k 0"), "");
        rig.run("multi");
        (0..100).for_each(|_| drop(rig.run("hset k f v")));
        rig.run("del k");
        rig.run("rpush k v");
        rig.run("exec");
        assert_eq!(rig.heard(1), "*2 $1 k $1 v");
    }

    #[test]
    fn who_waits_for_a_group_hears_that_all_is_flushed() {
        for flush in ["flushall", "flushdb", "swapdb 0 1"] {
            let mut rig = Rig::new();
            rig.run("xgroup create s g $ mkstream");
            assert_eq!(rig.run_as(1, "xreadgroup group g c block 0 streams s >"), "");
            rig.run(flush);
            assert!(rig.heard(1).starts_with("-UNBLOCKED"), "{flush}");
        }
    }
}
