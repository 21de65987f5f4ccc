//! The session of one connection, in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, in its helpers too"
)]
#![allow(clippy::redundant_closure_for_method_calls, reason = "one answer a line, all alike")]

mod closing;
mod keeping;
mod order;
mod postponing;
mod pressure;
mod refused;
mod replies;
mod tile38;
mod time;

use std::time::Duration;

use bytes::{Buf, BytesMut};
use redis_server_core::{
    Action, Closed, Command, Config, Draft, Next, Protocol, Reply, Session, Terms, Ticket, Time,
};

/// A session with its input, the output that was taken from it, and a service that knows a few
/// commands.
struct Desk {
    session: Session,
    input: BytesMut,
    now: Time,
    /// What was written to the client.
    written: Vec<u8>,
    service: Service,
}

/// What runs the commands.
#[derive(Default)]
struct Service {
    /// The names of those that were run.
    ran: Vec<String>,
    /// Replies promised and not given.
    tickets: Vec<Ticket>,
    /// `SET` is not to be run yet.
    postpones: bool,
}

/// Why a session runs nothing for now.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
    NeedInput,
    Paused,
    Closed(Closed),
}

impl Desk {
    fn new(config: &Config) -> Self {
        let now = after(1_000_000);
        Self {
            session: Session::new(now, config),
            input: BytesMut::new(),
            now,
            written: Vec::new(),
            service: Service::default(),
        }
    }

    /// Something arrives, and is run.
    fn receive(&mut self, bytes: impl AsRef<[u8]>) -> Stop {
        self.input.extend_from_slice(bytes.as_ref());
        self.session.handle_input(self.now);
        self.run()
    }

    /// Runs what may run.
    fn run(&mut self) -> Stop {
        loop {
            let action = match self.session.poll_request(&mut self.input) {
                Next::Request(command, reply, terms) => self.service.run(command, reply, terms),
                Next::NeedInput => return Stop::NeedInput,
                Next::Paused => return Stop::Paused,
                Next::Closed(reason) => return Stop::Closed(reason),
            };
            match action {
                Action::Close => self.session.close(Closed::ByServer),
                Action::Postpone => self.session.postpone(&mut self.input),
                _ => {}
            }
        }
    }

    /// Writes up to so many bytes.
    fn write(&mut self, most: usize) -> usize {
        let out = self.session.transmit();
        let length = out.remaining().min(most);
        self.written.extend_from_slice(&out.copy_to_bytes(length));
        self.session.handle_written(self.now);
        length
    }

    /// Writes everything, and returns what was written since the last time.
    fn take(&mut self) -> String {
        self.write(usize::MAX);
        std::mem::take(&mut self.written)
            .escape_ascii()
            .to_string()
            .replace("\\r\\n", "|")
            .replace("\\'", "'")
    }

    /// Gives the promised reply with that place among those not given yet.
    fn complete(&mut self, index: usize, text: &str) -> bool {
        let ticket = self.service.tickets.remove(index);
        self.session.complete(ticket, draft(text))
    }

    /// So many milliseconds pass. The driver comes when it was asked to.
    fn pass(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        while let Some(due) = self.session.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.session.handle_timeout(self.now);
        }
        self.now = end;
    }
}

impl Service {
    fn run(&mut self, command: Command<'_>, reply: Reply<'_>, terms: &Terms) -> Action {
        let name = command.name().to_ascii_lowercase();
        self.ran.push(name.escape_ascii().to_string());
        match &name[..] {
            b"ping" => reply.simple("PONG"),
            b"echo" => reply.bulk(command.arg(1)),
            b"auth" => {
                terms.set_authenticated(true);
                reply.ok()
            }
            b"hello" => {
                terms.set_protocol(Protocol::Resp3);
                let mut map = reply.map(1);
                map.pair("proto", 3);
                Action::Continue
            }
            b"subscribe" => {
                terms.set_subscriptions(1);
                let mut items = reply.push(3);
                items.add("subscribe").add(command.arg(1)).add(1);
                Action::Continue
            }
            b"big" => {
                let length: usize = std::str::from_utf8(command.arg(1)).unwrap().parse().unwrap();
                reply.bulk(vec![b'x'; length])
            }
            b"later" => self.promised(reply.promise()),
            b"hold" => self.promised(reply.hold()),
            b"block" => self.promised(reply.block()),
            b"set" if self.postpones => reply.postpone(),
            b"set" => reply.int(command.arg(1).len() as i64),
            b"silent" => reply.none(),
            b"forgotten" => Action::Continue,
            b"quit" => {
                let _ = reply.ok();
                Action::Close
            }
            _ => reply.error("ERR unknown command"),
        }
    }

    fn promised(&mut self, ticket: Ticket) -> Action {
        self.tickets.push(ticket);
        Action::Continue
    }
}

fn draft(text: &str) -> Draft {
    let mut draft = Draft::new(Protocol::Resp2);
    let _ = draft.reply().simple(text);
    draft
}

fn after(millis: u64) -> Time {
    Time::ZERO + Duration::from_millis(millis)
}
