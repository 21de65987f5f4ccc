//! An engine with clients that type: for tests of commands.

use std::time::Duration;

use bytes::{Buf, BytesMut};
use redis_server_core::{Action, Config, Next, Protocol, Session, Ticket, Time};

use super::{Client, ClientKey, Engine, Event, Ran, Settings};

/// An engine, and what its clients have been told.
pub(crate) struct Rig {
    pub(crate) engine: Engine,
    clients: Vec<Typist>,
    /// Since the beginning of 1970.
    pub(crate) now: Duration,
}

struct Typist {
    session: Session,
    input: BytesMut,
    key: ClientKey,
    waits_for: Option<Ticket>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let engine = Engine::new(settings, 1);
        Self { engine, clients: Vec::new(), now: Duration::from_secs(1_700_000_000) }
    }

    /// Sends a command of the first client, in inline form, and returns what it is answered, with
    /// `\r\n` left out and a blank between frames: `*2 $1 a :1`.
    pub(crate) fn run(&mut self, line: &str) -> String {
        self.run_as(0, line)
    }

    /// The same of another client, which is there when it is first asked for.
    pub(crate) fn run_as(&mut self, client: usize, line: &str) -> String {
        while self.clients.len() <= client {
            let id = self.clients.len() as u64 + 1;
            let known = Client::new(id, format!("127.0.0.1:{}", 40_000 + id), String::new());
            let key = self.engine.connect(self.now, known);
            let session = Session::new(Time::ZERO, &Config::default());
            let input = BytesMut::new();
            self.clients.push(Typist { session, input, key, waits_for: None });
        }
        let typist = &mut self.clients[client];
        typist.input.extend_from_slice(format!("{line}\r\n").as_bytes());
        typist.session.handle_input(Time::ZERO);
        assert!(self.execute(client), "not a command: {line}");
        self.deliver();
        self.heard(client)
    }

    /// Runs a client's next command: whether there is one.
    fn execute(&mut self, client: usize) -> bool {
        let typist = &mut self.clients[client];
        let Next::Request(command, reply, terms) = typist.session.poll_request(&mut typist.input)
        else {
            return false;
        };
        let action =
            match self.engine.execute(self.now, typist.key, command.request(), terms, reply) {
                Ran::Answered(action) => action,
                Ran::Blocked(reply) => {
                    typist.waits_for = Some(reply.block());
                    Action::Continue
                }
                Ran::Held(reply) => reply.postpone(),
            };
        if action == Action::Postpone {
            typist.session.postpone(&mut typist.input);
        }
        true
    }

    /// Has a client, which has sent something before, speak that version of the protocol.
    pub(crate) fn speak(&mut self, client: usize, protocol: Protocol) {
        self.clients[client].session.terms().set_protocol(protocol);
    }

    /// A client hangs up.
    pub(crate) fn leave(&mut self, client: usize) {
        self.engine.disconnect(self.clients[client].key);
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.now += by;
        while self.engine.handle_timeout(self.now) {}
        self.deliver();
    }

    /// What a client has been told since it was last asked.
    pub(crate) fn heard(&mut self, client: usize) -> String {
        let out = self.clients[client].session.transmit();
        let mut text = Vec::new();
        while out.has_remaining() {
            text.extend_from_slice(out.chunk());
            out.advance(out.chunk().len());
        }
        let text = String::from_utf8_lossy(&text);
        text.strip_suffix("\r\n").unwrap_or(&text).replace("\r\n", " ")
    }

    fn deliver(&mut self) {
        while let Some(event) = self.engine.poll_event() {
            match event {
                Event::Tell(id, notice) => {
                    self.clients[id as usize - 1].session.notify(&notice);
                }
                Event::Unblock(id, draft) => {
                    let typist = &mut self.clients[id as usize - 1];
                    let ticket = typist.waits_for.take().expect("it is blocked");
                    typist.session.complete(ticket, draft);
                }
                Event::Resume(id) => {
                    self.clients[id as usize - 1].session.resume();
                    self.execute(id as usize - 1);
                }
                Event::Close(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_runs_as_one() {
        let mut rig = Rig::new();
        assert_eq!(rig.run("set a 1"), "+OK");
        assert_eq!(rig.run("watch a"), "+OK");
        assert_eq!(rig.run("multi"), "+OK");
        assert_eq!(rig.run("incr a"), "+QUEUED");
        assert_eq!(rig.run_as(1, "incr a"), ":2");
        assert_eq!(rig.run("exec"), "*-1");
        assert_eq!(rig.run("multi"), "+OK");
        assert_eq!(rig.run("incr a"), "+QUEUED");
        assert_eq!(rig.run("get a"), "+QUEUED");
        assert_eq!(rig.run("exec"), "*2 :3 $1 3");
        rig.run("multi");
        assert_eq!(
            rig.run("nonsense"),
            "-ERR unknown command 'nonsense', with args beginning with: "
        );
        assert_eq!(rig.run("exec"), "-EXECABORT Transaction discarded because of previous errors.");
    }
}
