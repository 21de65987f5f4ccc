//! Clients that wait for a key.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};

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
    /// Whether it wants to hear what comes of it (`CLIENT REPLY`).
    pub(crate) hears: bool,
}

impl Engine {
    pub(super) fn block(
        &mut self,
        key: ClientKey,
        waiting: Box<dyn Waiting>,
        protocol: Protocol,
        hears: bool,
    ) {
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
        client.blocked = Some(Blocked { waiting, db, protocol, hears });
    }

    /// Gives keys that have got something to those who wait for it, the first first.
    pub(super) fn serve_waiting(&mut self) {
        while let Some((db, name)) = self.shared.ready.pop() {
            let Some(database) = self.databases.get(db) else { continue };
            for key in database.who_waits_for(&name) {
                let client = self.clients.get_mut(key);
                let Some(blocked) = client.and_then(|client| client.blocked.take()) else {
                    continue;
                };
                if let Some(draft) = self.serve(&blocked, db, &name) {
                    self.unblock(key, &blocked, draft);
                } else if let Some(client) = self.clients.get_mut(key) {
                    client.blocked = Some(blocked);
                }
            }
        }
    }

    /// The answer for a client that waits, if the key has something for it.
    fn serve(&mut self, blocked: &Blocked, db: usize, name: &[u8]) -> Option<Draft> {
        let mut data = Data::new(&mut self.databases, &mut self.shared, db)?;
        let mut draft = Draft::new(blocked.protocol);
        let mut answer = Answer::part(draft.reply());
        let serve = || blocked.waiting.serve(&mut data, name, &mut answer);
        // Whose command has brought this about is not to blame, and others are to be served, too.
        let Ok(outcome) = panic::catch_unwind(AssertUnwindSafe(serve)) else {
            // Where nothing was written, the client hears of an internal error.
            return Some(Draft::new(blocked.protocol));
        };
        if let Err(error) = outcome? {
            answer.error(&error);
        }
        drop(answer);
        Some(draft)
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
        self.forget_waiting(key, blocked);
        if let Some(client) = self.clients.get(key) {
            let draft = if blocked.hears { draft } else { Draft::silent() };
            self.shared.events.push_back(Event::Unblock(client.id, draft).into());
        }
    }

    /// A client waits no more.
    pub(super) fn forget_waiting(&mut self, key: ClientKey, blocked: &Blocked) {
        if let Some(database) = self.databases.get_mut(blocked.db) {
            for name in blocked.waiting.keys() {
                database.unawait(name, key);
            }
        }
        if let Some(deadline) = blocked.waiting.deadline() {
            self.shared.deadlines.remove(&(deadline, key));
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

    use bytes::Bytes;

    use super::*;
    use crate::engine::testing::Rig;
    use crate::keyspace::{List, Side};

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

    #[derive(Debug)]
    struct Bomb([Box<[u8]>; 1]);

    impl Waiting for Bomb {
        fn keys(&self) -> &[Box<[u8]>] {
            &self.0
        }

        fn deadline(&self) -> Option<Millis> {
            None
        }

        fn serve(&self, _: &mut Data<'_>, _: &[u8], answer: &mut Answer<'_>) -> Option<Outcome> {
            let _ = answer.array(2);
            panic!("it goes off");
        }

        fn time_out(&self, answer: &mut Answer<'_>) -> Outcome {
            answer.null()
        }
    }

    #[test]
    fn whoever_panics_while_it_is_served_is_answered_and_the_next_is_served() {
        let mut rig = Rig::new();
        rig.run_as(2, "ping");
        let bomb = Box::new(Bomb([b"k".as_slice().into()]));
        let key = rig.engine.clients.key_of(2).unwrap();
        rig.engine.block(key, bomb, Protocol::Resp2, true);
        assert_eq!(rig.run_as(2, "blpop k 0"), "");
        let engine = &mut rig.engine;
        let mut data = Data::new(&mut engine.databases, &mut engine.shared, 0).unwrap();
        data.edit_or_new::<List>(b"k").unwrap().push(Side::Left, b"v".as_slice());
        data.offer(b"k");
        engine.serve_waiting();
        let mut answers = std::iter::from_fn(|| match engine.poll_event()? {
            Event::Unblock(id, draft) => Some((id, draft.into_bytes())),
            event => panic!("{event:?}"),
        });
        // Nothing was written: that is answered with an error.
        assert_eq!(answers.next(), Some((2, Bytes::new())));
        assert_eq!(answers.next(), Some((3, Bytes::from_static(b"*2\r\n$1\r\nk\r\n$1\r\nv\r\n"))));
        assert_eq!(answers.next(), None);
    }

    #[test]
    fn who_wants_no_replies_is_blocked_as_well() {
        for quiet in ["client reply off", "client reply skip"] {
            let mut rig = Rig::new();
            rig.run_as(1, quiet);
            assert_eq!(rig.run_as(1, "blpop k 0"), "");
            assert_eq!(rig.run("rpush k v"), ":1");
            assert_eq!(rig.run("exists k"), ":0", "{quiet}");
            assert_eq!(rig.heard(1), "", "{quiet}");
            let on = if quiet.ends_with("off") { "client reply on" } else { "ping" };
            assert_eq!(rig.run_as(1, on), if on == "ping" { "+PONG" } else { "+OK" });
            rig.run_as(1, "client reply off");
            rig.run_as(1, "blpop k 1");
            rig.advance(Duration::from_secs(2));
            assert_eq!(rig.run_as(1, "client reply on"), "+OK");
        }
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
