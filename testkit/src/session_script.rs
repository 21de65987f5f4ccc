//! Anything that can happen to a server's session, against a naive model of it.
//!
//! [`run`] reads a script from bytes, any bytes: requests of many kinds that arrive in pieces,
//! handlers that answer in every way or later, promises kept in any order, pushes, time, writes
//! that take a part, and every way to end. After each step the session must be as the model says:
//! which commands run and in which order, what is to be written to the byte, when it wants to be
//! called, why it waits, why it ends. A property test and a fuzz target share it.
//!
//! ```
//! testkit::session_script::run(b"any bytes will do");
//! ```

mod model;
mod requests;

use std::collections::BTreeMap;
use std::time::Duration;

use adapter_core::Time;
use adapter_core::resp_core::{Decoder, Limits};
use adapter_core::server::{
    Action, Closed, Config, Draft, Next, OutputLimit, Protocol, Session, Ticket,
};
use bytes::{Buf, Bytes, BytesMut};

use crate::chunking::{self, Chunking};
use model::{Model, Rules, State};
use requests::{Request, answer, is_large};

/// Runs a script. The same bytes make the same steps.
///
/// # Panics
///
/// When the session does something else than the model.
pub fn run(script: &[u8]) {
    let mut script = Script(script);
    let rules = rules(&mut script);
    let mut run = Run::new(rules);
    while let Some(step) = script.next() {
        run.step(step, &mut script);
        run.check();
    }
    run.finish();
    check_chunkings(&run.stream, &run.model.rules);
}

/// What is left of a script.
pub(crate) struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next byte; 0 at the end.
    fn byte(&mut self) -> u8 {
        self.next().unwrap_or_default()
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound.max(1)
    }
}

fn rules(script: &mut Script<'_>) -> Rules {
    let (marks, more) = (script.byte(), script.byte());
    let high = [0, 1, 40, 300, 65_536, 200, 100, 30].get(usize::from(marks % 8)).copied();
    let limit = |bits: u8, hard| {
        let soft_for = Duration::from_millis(u64::from(bits) * 20);
        (bits > 0).then_some(OutputLimit { hard, soft: hard / 2, soft_for })
    };
    Rules {
        high: high.unwrap_or_default(),
        low: usize::from(marks / 8),
        max_promised: 1 + usize::from(more % 4),
        idle: (more & 4 != 0).then_some(Duration::from_millis(100)),
        limit: limit((more >> 3) & 3, 600),
        subscriber_limit: limit((more >> 5) & 3, 1000),
        password: more & 128 != 0,
    }
}

fn config(rules: &Rules) -> Config {
    Config::default()
        .with_output_marks(rules.high, rules.low)
        .with_max_promised(rules.max_promised)
        .with_idle_timeout(rules.idle)
        .with_output_limit(rules.limit)
        .with_subscriber_output_limit(rules.subscriber_limit)
        .with_password_required(rules.password)
}

struct Run {
    session: Session,
    model: Model,
    input: BytesMut,
    now: Time,
    /// All that the client sends, and how much of it has come.
    stream: Vec<u8>,
    delivered: usize,
    requests: Vec<Request>,
    /// How many were run.
    ran: usize,
    promised: BTreeMap<Ticket, (Protocol, usize)>,
    given: Vec<Ticket>,
    /// Arguments that handlers keep, and what they are to be.
    kept: Vec<(Bytes, Vec<u8>)>,
    written: Vec<u8>,
}

impl Run {
    fn new(rules: Rules) -> Self {
        let now = Time::from_epoch(Duration::from_secs(1000));
        Self {
            session: Session::new(now, &config(&rules)),
            model: Model::new(rules, now),
            input: BytesMut::new(),
            now,
            stream: Vec::new(),
            delivered: 0,
            requests: Vec::new(),
            ran: 0,
            promised: BTreeMap::new(),
            given: Vec::new(),
            kept: Vec::new(),
            written: Vec::new(),
        }
    }

    fn step(&mut self, step: u8, script: &mut Script<'_>) {
        match step % 16 {
            0..=4 => self.request(step, script),
            5 | 6 => {
                let bytes = script.below(60);
                self.deliver(if bytes == 59 { usize::MAX } else { bytes });
            }
            7 => self.poll(),
            8 => self.write(script.below(100)),
            9 => self.write(usize::MAX),
            10 | 11 => self.complete(script.below(8)),
            12 => self.push(script.below(3)),
            13 => self.pass(script.byte()),
            14 => self.stale(script.below(8)),
            _ => self.end(script.byte()),
        }
    }

    /// The client sends a request.
    fn request(&mut self, step: u8, script: &mut Script<'_>) {
        let way = script.byte();
        if is_large(way) && self.model.rules.password {
            return;
        }
        let mut request = Request::new(self.requests.len(), way, script.byte(), step >= 128);
        request.write(&mut self.stream);
        request.end = self.stream.len();
        self.requests.push(request);
    }

    fn deliver(&mut self, most: usize) {
        let left = self.stream.get(self.delivered..).unwrap_or_default();
        let piece = left.get(..most).unwrap_or(left);
        if self.model.ended || piece.is_empty() {
            return self.poll();
        }
        self.input.extend_from_slice(piece);
        self.delivered += piece.len();
        self.session.handle_input(self.now);
        self.model.heard = self.now;
        self.poll();
    }

    /// Runs what may run.
    fn poll(&mut self) {
        loop {
            let stop = self.model.is_stopped();
            let complete = self.requests.get(self.ran).filter(|next| next.end <= self.delivered);
            let action = match self.session.poll_request(&mut self.input) {
                Next::Request(command, reply, terms) => {
                    assert!(!stop, "something runs although nothing may: {:?}", self.model);
                    let Some(request) = complete else { panic!("{command:?} has not come yet") };
                    assert!(!request.is_garbage());
                    assert_eq!(command.name(), request.name().as_bytes());
                    assert_eq!(command.get(1), request.argument().as_deref());
                    if request.way == requests::KEEP || is_large(request.way) {
                        self.kept.push((command.bytes(1), request.argument().unwrap_or_default()));
                    }
                    self.ran += 1;
                    let (action, ticket) = answer(request, reply, terms, &mut self.model);
                    if let Some(ticket) = ticket {
                        self.promised.insert(ticket, (self.model.protocol, self.ran));
                    }
                    action
                }
                Next::NeedInput => {
                    assert!(!stop && self.model.state == State::Open, "{:?}", self.model);
                    assert!(complete.is_none(), "a request that has come is not run");
                    return;
                }
                Next::Paused => {
                    let stops = stop || self.model.comes_to_an_end(complete);
                    assert!(stops && !self.model.is_over(), "it waits: {:?}", self.model);
                    return;
                }
                Next::Closed(reason) => {
                    assert!(stop || self.model.comes_to_an_end(complete), "{reason}");
                    assert!(self.model.is_over(), "{:?}", self.model);
                    assert!(self.model.state.is_closing(&reason), "{reason}: {:?}", self.model);
                    return;
                }
            };
            if action == Action::Close {
                self.session.close(Closed::ByServer);
                self.model.close(Closed::ByServer);
            }
        }
    }

    fn write(&mut self, most: usize) {
        let out = self.session.transmit();
        let length = out.remaining().min(most);
        let bytes = out.copy_to_bytes(length);
        self.model.write(&bytes, self.now);
        self.written.extend_from_slice(&bytes);
        self.session.handle_written(self.now);
        self.model.look(self.now);
        self.poll();
    }

    fn complete(&mut self, index: usize) {
        let index = index % self.promised.len().max(1);
        let Some((&ticket, &(protocol, number))) = self.promised.iter().nth(index) else { return };
        self.promised.remove(&ticket);
        self.given.push(ticket);
        let mut draft = Draft::new(protocol);
        let _ = draft.reply().any((number, true));
        let answer = match protocol {
            Protocol::Resp2 => format!("*2\r\n:{number}\r\n:1\r\n"),
            Protocol::Resp3 => format!("*2\r\n:{number}\r\n#t\r\n"),
        };
        let taken = self.session.complete(ticket, draft);
        assert_eq!(taken, self.model.complete(ticket, answer.as_bytes()));
        self.poll();
    }

    /// A ticket that was used before.
    fn stale(&mut self, index: usize) {
        if let Some(ticket) = self.given.get(index % self.given.len().max(1)) {
            assert!(!self.session.complete(*ticket, Draft::new(Protocol::Resp2)));
        }
    }

    fn push(&mut self, elements: usize) {
        let mut items = self.session.push(elements);
        for element in 0..elements {
            items.add(element);
        }
        drop(items);
        self.model.push(elements);
    }

    fn pass(&mut self, millis: u8) {
        let end = self.now + Duration::from_millis(u64::from(millis));
        for _ in 0..4 {
            let Some(due) = self.session.poll_timeout().filter(|due| *due <= end) else { break };
            self.now = self.now.max(due);
            self.session.handle_timeout(self.now);
            self.model.tick(self.now);
            assert_ne!(self.session.poll_timeout(), Some(due), "it would be called for ever");
            self.poll();
        }
        self.now = end;
    }

    /// Seldom, since nothing much comes after it.
    fn end(&mut self, how: u8) {
        match how {
            1 => {
                self.model.ended = true;
                self.session.handle_end();
                self.model.end();
            }
            2 => {
                self.session.drain(Closed::Shutdown);
                self.model.drain(Closed::Shutdown);
            }
            3 => {
                self.session.close(Closed::ByServer);
                self.model.close(Closed::ByServer);
            }
            4 => {
                self.session.abort(Closed::Panicked);
                self.model.abort(Closed::Panicked);
            }
            _ => {}
        }
        self.poll();
    }

    fn check(&mut self) {
        assert_eq!(self.session.queued(), self.model.queued(), "{:?}", self.model);
        assert_eq!(self.session.promised(), self.model.promised());
        assert_eq!(self.session.is_held(), self.model.is_held());
        assert_eq!(self.session.poll_timeout(), self.model.timeout(), "{:?}", self.model);
        let ready = self.session.transmit().len();
        assert_eq!(ready, self.model.ready(), "{:?}", self.model);
        assert!(self.input.len() <= self.delivered);
        for (kept, expected) in &self.kept {
            assert!(kept == expected, "an argument that was kept has changed");
        }
    }

    /// Everything comes to an end, once the world is kind.
    fn finish(&mut self) {
        self.deliver(usize::MAX);
        self.model.ended = true;
        self.session.handle_end();
        self.model.end();
        for _ in 0..=2 * self.requests.len() {
            self.write(usize::MAX);
            self.complete(0);
        }
        self.write(usize::MAX);
        self.check();
        assert!(self.model.is_over(), "it never ends: {:?}", self.model);
        assert!(self.session.transmit().is_empty());
        let whole = well_formed(&self.written);
        assert!(whole || self.model.is_cut(), "output that no client could read");
    }
}

/// Whether bytes are whole frames.
fn well_formed(bytes: &[u8]) -> bool {
    let mut bytes = BytesMut::from(bytes);
    let mut decoder = Decoder::new(Limits::default());
    loop {
        match decoder.decode(&mut bytes) {
            Ok(Some(_)) => {}
            Ok(None) => return bytes.is_empty(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// The same stream in several chunkings gives the same output, and so do promises that are kept in
/// the opposite order.
fn check_chunkings(stream: &[u8], rules: &Rules) {
    let rules = Rules { idle: None, limit: None, subscriber_limit: None, ..rules.clone() };
    let whole = output(stream, &rules, &Chunking::at([]), false);
    let random = chunking::random(stream.len(), stream.len() as u64).take(2);
    for (chunking, backwards) in random.zip([true, false]) {
        assert!(output(stream, &rules, &chunking, backwards) == whole, "it depends on the chunks");
    }
}

fn output(stream: &[u8], rules: &Rules, chunking: &Chunking, backwards: bool) -> Vec<u8> {
    let mut session = Session::new(Time::ZERO, &config(rules));
    let mut model = Model::new(rules.clone(), Time::ZERO);
    let (mut input, mut written) = (BytesMut::new(), Vec::new());
    let mut promised: Vec<(Ticket, usize)> = Vec::new();
    let mut number = 0;
    for piece in chunking.pieces(stream).map(Some).chain([None]) {
        match piece {
            Some(piece) => input.extend_from_slice(piece),
            None => session.drain(Closed::ByPeer),
        }
        loop {
            let stop = match session.poll_request(&mut input) {
                Next::Request(command, reply, terms) => {
                    let request = Request::read(&command);
                    let (action, ticket) = answer(&request, reply, terms, &mut model);
                    number += 1;
                    promised.extend(ticket.map(|ticket| (ticket, number)));
                    Err(action)
                }
                Next::Paused => Ok(true),
                Next::NeedInput | Next::Closed(_) => Ok(false),
            };
            let waits = match stop {
                Ok(waits) => waits,
                Err(Action::Close) => {
                    session.close(Closed::ByServer);
                    continue;
                }
                Err(_) => continue,
            };
            if backwards {
                promised.reverse();
            }
            for (ticket, number) in promised.drain(..) {
                let mut draft = Draft::new(Protocol::Resp2);
                let _ = draft.reply().int(number as i64);
                assert!(session.complete(ticket, draft));
            }
            let out = session.transmit();
            written.extend_from_slice(&out.copy_to_bytes(out.remaining()));
            if !waits {
                break;
            }
        }
    }
    written
}
