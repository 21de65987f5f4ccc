//! Anything that an application, a server, a network and a clock may do to a session, in any
//! order: each tag ends once, replies are their own command's, what polls ends, and nothing grows
//! without bound.
//!
//! The server is testkit's model, which answers ECHO with its payload, so that a reply that went
//! astray is seen. Once the input has made the server talk nonsense, only the rest is checked.
//!
//! An input is a byte of configuration, then operations: a letter and a byte that says how long or
//! how many, `0` standing for all.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use fuzz::peak_of;
use libfuzzer_sys::fuzz_target;
use redis_client_core::{
    Batch, Cause, Config, ConnectionError, Event, Outcome, Protocol, Receiver, Request, Session,
    SubmitError, Time, Timeout, cmd,
};
use resp_core::{Decoder, Frame, Limits, OutBuf, View};
use testkit::pair::{Hello, Model, Server};

fuzz_target!(|input: &[u8]| {
    let [config, operations @ ..] = input else { return };
    let (sent, peak) = peak_of(|| Run::new(*config).all(operations));
    // What was sent, its way through the buffers, and an event or two for each.
    assert!(peak <= 64 * sent + ALLOWANCE, "{peak} bytes allocated for {sent} sent");
});

struct Run {
    session: Session<u64>,
    now: Time,
    model: Model,
    /// Taken from the session and not written.
    output: OutBuf,
    /// Requests on their way.
    upward: BytesMut,
    server_input: BytesMut,
    decoder: Decoder,
    /// Replies on their way.
    downward: BytesMut,
    client_input: BytesMut,
    /// Finds the frames in the session's place, as a driver does.
    receiver: Option<Receiver>,
    waiting: BTreeMap<u64, Wanted>,
    /// Tags whose callers have gone away.
    forgotten: BTreeSet<u64>,
    last_tag: u64,
    /// Bytes of all commands, of the handshake before them, and of both as far as they were taken
    /// from the session, and as far as they were written.
    submitted: u64,
    greeting: u64,
    taken: u64,
    written: u64,
    ready: bool,
    lost: bool,
    /// The server has said something of the input's own.
    nonsense: bool,
    /// Somebody waits for room.
    full: bool,
    /// Nothing more is taken.
    closing: bool,
    closed: bool,
    /// Bytes of commands and replies, roughly.
    sent: usize,
}

/// What a tag stands for.
#[derive(Debug, Default)]
struct Wanted {
    /// What its commands echo.
    payloads: Vec<String>,
    /// How many channels it subscribes to, or by name unsubscribes from.
    channels: usize,
    /// How many bytes of commands must have left for the server to run any of it.
    boundary: u64,
}

impl Run {
    fn new(choice: u8) -> Self {
        let config = Config::default()
            .protocol([Protocol::Auto, Protocol::Resp2, Protocol::Resp3][usize::from(choice % 3)])
            .library_info(choice & 8 != 0)
            .command_timeout((choice & 16 != 0).then_some(Duration::from_millis(5)))
            .max_in_flight(if choice & 32 != 0 { 4 } else { 64 })
            .max_queued(if choice & 64 != 0 { 64 } else { 4096 });
        let hello = if choice & 4 != 0 { Hello::Unknown } else { Hello::Known };
        Self {
            session: Session::new(Time::ZERO, config),
            now: Time::ZERO,
            model: Model::default().hello(hello),
            output: OutBuf::new(),
            upward: BytesMut::new(),
            server_input: BytesMut::new(),
            decoder: Decoder::new(Limits::default()),
            downward: BytesMut::new(),
            client_input: BytesMut::new(),
            receiver: (choice & 128 != 0).then(|| Receiver::new(Limits::default())),
            waiting: BTreeMap::new(),
            forgotten: BTreeSet::new(),
            last_tag: 0,
            submitted: 0,
            greeting: 0,
            taken: 0,
            written: 0,
            ready: false,
            lost: false,
            nonsense: false,
            full: false,
            closing: false,
            closed: false,
            sent: 0,
        }
    }

    /// Runs all operations and the connection's end; says how many bytes were sent.
    fn all(mut self, mut operations: &[u8]) -> usize {
        self.listen();
        while let [operation, rest @ ..] = operations {
            let (&argument, behind) = rest.split_first().unwrap_or((&0, &[]));
            operations = behind;
            let bytes = if argument == b'0' { usize::MAX } else { argument.into() };
            match operation {
                b'e' => self.command("ECHO", argument),
                b'n' => self.command("NOSUCH", argument),
                b'p' => self.batch(false, argument),
                b't' => self.batch(true, argument),
                b's' => self.subscription(argument),
                b'x' => self.word(argument),
                b'm' => {
                    let message = self.model.publish("a", "message");
                    self.send(&message);
                }
                b'v' => {
                    let moved = self.model.move_shard("a");
                    self.send(&moved);
                }
                b'w' => self.write(bytes),
                b'r' => self.serve(bytes),
                b'd' => self.deliver(bytes),
                b'c' => self.pass(Duration::from_millis(argument.into())),
                b'g' => {
                    if let Some(tag) = self.waiting.keys().nth(usize::from(argument % 8)).copied() {
                        self.waiting.remove(&tag);
                        self.forgotten.insert(tag);
                    }
                }
                b'j' => {
                    let (junk, behind) = operations.split_at(bytes.min(operations.len()));
                    operations = behind;
                    self.nonsense = true;
                    self.send(junk);
                }
                b'q' => {
                    self.session.close(self.now);
                    self.closing = true;
                }
                b'l' => self.lose(),
                _ => {}
            }
            self.listen();
        }
        self.settle();
        self.lose();
        assert!(self.closed && self.waiting.is_empty(), "nobody told {:?}", self.waiting);
        assert!(self.forgotten.is_empty(), "still there: {:?}", self.forgotten);
        assert_eq!((self.session.in_flight(), self.session.poll_timeout()), (0, None));
        self.sent
    }

    fn command(&mut self, name: &str, argument: u8) {
        let payload = self.payload(argument);
        let request = request(name, &payload, argument);
        let tag = self.next_tag();
        let result = self.session.submit(self.now, &request, tag);
        let length = encoded_length(&request);
        let wanted = Wanted { payloads: vec![payload], boundary: length, ..Wanted::default() };
        self.submitted(result, wanted, length);
    }

    fn batch(&mut self, atomic: bool, argument: u8) {
        let mut batch = if atomic { Batch::transaction() } else { Batch::new() };
        let payloads: Vec<_> = (0..argument % 9).map(|_| self.payload(argument)).collect();
        let mut lengths = Vec::new();
        for (payload, n) in payloads.iter().zip(0..) {
            let request = request("ECHO", payload, argument ^ n);
            lengths.push(encoded_length(&request));
            batch.push(request);
        }
        let (length, boundary) = match lengths.first() {
            None => (0, 0),
            Some(first) if !atomic => (lengths.iter().sum(), *first),
            // MULTI, which may be refused so that the first command runs by itself, and EXEC.
            Some(first) => (lengths.iter().sum::<u64>() + 15 + 14, first + 15),
        };
        let tag = self.next_tag();
        let result = self.session.submit_batch(self.now, &mut batch, tag);
        self.submitted(result, Wanted { payloads, channels: 0, boundary }, length);
        // It is spent, unless it was refused or had nothing in it.
        if self.waiting.contains_key(&tag) && !batch.is_empty() {
            let again = self.session.submit_batch(self.now, &mut batch, u64::MAX);
            assert!(matches!(again, Err(SubmitError::Refused(u64::MAX, _))), "{again:?}");
        }
    }

    fn subscription(&mut self, argument: u8) {
        const VERBS: [&str; 6] = [
            "SUBSCRIBE",
            "UNSUBSCRIBE",
            "PSUBSCRIBE",
            "PUNSUBSCRIBE",
            "SSUBSCRIBE",
            "SUNSUBSCRIBE",
        ];
        let channels = usize::from(argument >> 4 & 3);
        let names = ["a", "b", "a"].into_iter().take(channels);
        let verb = VERBS[usize::from(argument & 15) % VERBS.len()];
        self.plain(cmd::command(verb).args(names).as_ref(), channels);
    }

    fn word(&mut self, argument: u8) {
        const WORDS: [&str; 10] = [
            "PING",
            "MULTI",
            "EXEC",
            "DISCARD",
            "HELLO 3",
            "HELLO 2",
            "RESET",
            "MONITOR",
            "CLIENT REPLY OFF",
            "",
        ];
        self.plain(&Request::new(WORDS[usize::from(argument) % WORDS.len()]), 0);
    }

    /// Submits something of which only the number of outcomes and confirmations is checked.
    fn plain(&mut self, request: &Request, channels: usize) {
        self.sent += 128;
        let tag = self.next_tag();
        let result = self.session.submit(self.now, request, tag);
        let length = encoded_length(request);
        let wanted = Wanted { channels, boundary: length, ..Wanted::default() };
        self.submitted(result, wanted, length);
    }

    fn next_tag(&mut self) -> u64 {
        self.last_tag += 1;
        self.last_tag
    }

    /// Something that was never sent before.
    fn payload(&mut self, argument: u8) -> String {
        self.sent += 128 + usize::from(argument);
        format!("{}.{}", self.sent, "x".repeat(argument.into()))
    }

    /// A command or a batch of so many bytes was taken, or wasn't.
    fn submitted(&mut self, result: Result<(), SubmitError<u64>>, mut wanted: Wanted, length: u64) {
        let tag = self.last_tag;
        let Err(error) = result else {
            wanted.boundary += self.submitted;
            self.submitted += length;
            self.waiting.insert(tag, wanted);
            return;
        };
        match &error {
            SubmitError::Full(_) => {
                assert!(!self.closing);
                self.full = true;
            }
            SubmitError::Closed(..) => assert!(self.closing),
            _ => {}
        }
        assert_eq!(error.into_tag(), tag);
    }

    /// Up to so many bytes leave the client.
    fn write(&mut self, bytes: usize) {
        let mut calls = 0;
        while self.session.poll_transmit(&mut self.output) {
            calls += 1;
            assert!(calls < 3, "always something to transmit");
        }
        self.taken = self.written + self.output.len() as u64;
        if !self.ready {
            self.greeting = self.taken;
        }
        let length = bytes.min(self.output.len());
        self.written += length as u64;
        self.upward.extend_from_slice(&self.output.copy_to_bytes(length));
    }

    /// The server reads up to so many bytes, and answers.
    fn serve(&mut self, bytes: usize) {
        let length = bytes.min(self.upward.len());
        self.server_input.extend_from_slice(&self.upward.split_to(length));
        while let Some(frame) = self.decoder.decode(&mut self.server_input).expect("commands") {
            let View::Array(arguments) = frame.view() else { panic!("{frame} is no command") };
            let command: Vec<Bytes> = arguments
                .map(|argument| match argument.view() {
                    View::BulkString(text) => Bytes::copy_from_slice(text),
                    _ => panic!("{argument} is no argument"),
                })
                .collect();
            let mut out = Vec::new();
            self.model.execute(&command, &mut out);
            self.send(&out);
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.sent += bytes.len();
        self.downward.extend_from_slice(bytes);
    }

    /// Up to so many bytes arrive at the client.
    fn deliver(&mut self, bytes: usize) {
        let length = bytes.min(self.downward.len());
        self.client_input.extend_from_slice(&self.downward.split_to(length));
        let Some(mut receiver) = self.receiver.take() else {
            let result = self.session.handle_input(self.now, &mut self.client_input);
            return assert_eq!(result.err().as_ref(), self.session.closed());
        };
        loop {
            match receiver.receive(&mut self.client_input) {
                Ok(Some(frame)) => match self.session.match_reply(self.now, &frame) {
                    Some(tag) => self.end(tag, &[frame], None),
                    None => self.session.handle_frame(self.now, frame),
                },
                Ok(None) => break,
                Err(error) => {
                    let reason = ConnectionError::Protocol(error);
                    self.session.handle_disconnected(self.now, reason, 0);
                    break;
                }
            }
        }
        self.receiver = Some(receiver);
    }

    fn pass(&mut self, duration: Duration) {
        self.now = self.now + duration;
        self.session.handle_timeout(self.now);
        let due = self.session.poll_timeout();
        assert!(due.is_none_or(|due| due > self.now), "{due:?} is due still");
    }

    fn lose(&mut self) {
        let unwritten = self.output.remaining();
        self.lost = true;
        self.session.handle_disconnected(self.now, ConnectionError::ClosedByServer, unwritten);
        self.output = OutBuf::new();
        self.upward.clear();
        self.downward.clear();
        self.listen();
    }

    /// Lets everything arrive: what the server answers leaves nobody waiting.
    fn settle(&mut self) {
        // HELLO, all again in RESP2, and the commands.
        for _ in 0..4 {
            self.write(usize::MAX);
            self.serve(usize::MAX);
            self.deliver(usize::MAX);
            self.listen();
        }
        assert!(!self.session.poll_transmit(&mut self.output), "no end to transmit");
        if !self.nonsense {
            assert!(self.waiting.is_empty(), "unanswered: {:?}", self.waiting);
            assert_eq!(self.session.in_flight(), 0);
            assert!(self.closed || !self.full, "nobody said that there is room");
        }
    }

    fn listen(&mut self) {
        while let Some(event) = self.session.poll_event() {
            assert!(!self.closed, "{event:?} behind Closed");
            match event {
                Event::Reply { tag, frame } => self.end(tag, &[frame], None),
                Event::Replies { tag, frames } => self.end(tag, &frames, None),
                Event::Failed { tag, failure } => {
                    let failed = (failure.outcome, failure.cause);
                    self.end(tag, &failure.frames, Some(&failed));
                }
                Event::Ready { .. } => self.ready = true,
                Event::Unblocked => assert!(std::mem::take(&mut self.full), "room for nobody"),
                Event::Closed(reason) => {
                    (self.closing, self.closed) = (true, true);
                    assert_eq!(self.session.closed(), Some(&reason));
                }
                _ => {}
            }
        }
        assert_eq!(self.closed, self.session.closed().is_some());
    }

    fn end(&mut self, tag: u64, frames: &[Frame], failed: Option<&(Outcome, Cause)>) {
        if self.forgotten.remove(&tag) {
            return;
        }
        let Some(wanted) = self.waiting.remove(&tag) else { panic!("{tag} ends again") };
        let Wanted { payloads, channels, boundary } = wanted;
        let ledger = |payload: &String| self.model.ledger(payload);
        assert!(payloads.iter().map(ledger).all(|times| times <= 1), "applied twice");
        if let Some((outcome, cause)) = failed {
            let left = if self.lost { self.written } else { self.taken };
            let left = left.saturating_sub(self.greeting);
            // What has timed out may leave still.
            let certain = matches!(cause, Cause::Connection(_)) && left < boundary;
            let expected = if certain { Outcome::NotSent } else { Outcome::MaybeApplied };
            assert_eq!(*outcome, expected, "{left} bytes left, of {boundary}");
            let never = payloads.iter().map(ledger).all(|times| times == 0);
            assert!(never || *outcome != Outcome::NotSent, "sent all the same");
        }
        if self.nonsense {
            return;
        }
        let refused = frames.iter().any(|frame| matches!(frame.view(), View::SimpleError(_)));
        if channels > 0 && failed.is_none() {
            assert_eq!(frames.len(), if refused { 1 } else { channels });
        }
        // A transaction has a reply to MULTI in front, and QUEUED for each.
        let ahead = usize::from(frames.first().is_some_and(|frame| frame.as_bytes() == b"+OK\r\n"));
        for (frame, payload) in frames.iter().skip(ahead).zip(&payloads) {
            check(frame, payload);
        }
        let exec = frames.get(payloads.len() + 1).map(Frame::view);
        if let (1, Some(View::Array(elements))) = (ahead, exec) {
            assert_eq!(elements.len(), payloads.len());
            elements
                .zip(&payloads)
                .for_each(|(element, payload)| check(&element.to_frame(), payload));
        }
    }
}

fn encoded_length(request: &Request) -> u64 {
    let mut out = OutBuf::new();
    request.encode(&mut out);
    out.len() as u64
}

fn request(name: &str, payload: &str, argument: u8) -> Request {
    let mut request = cmd::command(name).arg(payload).into_request();
    match argument % 7 {
        1 => request.set_timeout(Timeout::After(Duration::from_millis(argument.into()))),
        2 => request.set_timeout(Timeout::Never),
        _ => {}
    }
    request
}

/// A reply is the payload, or says that there is none now.
fn check(frame: &Frame, payload: &str) {
    match frame.view() {
        View::BulkString(text) => assert_eq!(text, payload.as_bytes()),
        View::SimpleError(_) | View::SimpleString(b"QUEUED") => {}
        _ => panic!("{payload} got {frame}"),
    }
}

/// What an empty session, its buffers and an empty model cost.
const ALLOWANCE: usize = 256 * 1024;
