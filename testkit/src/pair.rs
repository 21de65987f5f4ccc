//! A session and a server joined in memory, in virtual time.
//!
//! What quinn-proto's tests do with their `Pair`: no socket, no clock, no thread. Time moves from
//! one arrival or timer to the next, bytes travel in pieces that a seed decides on, and the same
//! seed gives the same run: [`Pair::trace`] tells. Every assertion names the seed.
//!
//! What must always hold is checked at every turn, whatever the test is about: each tag ends once
//! and never again, nothing comes behind [`Event::Closed`], a timer that has fired is not due any
//! more, and [`Outcome`](redis_client_core::Outcome) is exact to the byte.
//!
//! ```
//! use redis_client_core::{Config, cmd};
//! use testkit::pair::Pair;
//!
//! let mut pair = Pair::new(7, Config::default()).cut(3);
//! let tag = pair.submit(cmd::echo("hello"));
//! pair.drive();
//! assert_eq!(pair.reply(tag), "$5\r\nhello\r\n");
//! assert_eq!(pair.server.ledger("hello"), 1);
//! ```

mod link;
mod model;
mod record;
mod submit;

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use redis_client_core::{Config, ConnectionError, Event, Receiver, Session, Time};
use resp_core::{Decoder, Frame, Limits, OutBuf, View};

use crate::chunking::SplitMix64;
use link::Link;
pub use model::{Data, Hello, Model, Ran};
pub use record::Ended;
use record::Record;

/// Something that answers commands.
///
/// [`Model`] does, like a small Redis; so does a closure, for a test that writes the answers
/// itself.
pub trait Server {
    /// Runs one command, and appends what is sent back for it.
    fn execute(&mut self, command: &[Bytes], out: &mut Vec<u8>);

    /// Exchanges its data, if it has any, for those that several connections have in common.
    fn share(&mut self, _: &mut Data) {}
}

impl<F: FnMut(&[Bytes], &mut Vec<u8>)> Server for F {
    fn execute(&mut self, command: &[Bytes], out: &mut Vec<u8>) {
        self(command, out);
    }
}

/// A [`Session`] and a [`Server`], and the bytes between them.
#[derive(Debug)]
pub struct Pair<S = Model> {
    /// The client.
    pub session: Session<u64>,
    /// The server.
    pub server: S,
    /// The virtual time.
    pub now: Time,
    /// What came that no command asked for.
    pub pushes: Vec<Frame>,
    /// How often the session has said that there is room again.
    pub unblocked: usize,
    /// Every command that reached the server, in order.
    pub received: Vec<Vec<Bytes>>,
    /// Every byte that the server has sent.
    pub sent: Vec<u8>,
    seed: u64,
    random: SplitMix64,
    /// Taken from the session and not written.
    output: OutBuf,
    writable: u64,
    upward: Link,
    downward: Link,
    stalled: bool,
    nagging: bool,
    server_decoder: Decoder,
    server_input: BytesMut,
    client_input: BytesMut,
    /// Finds the frames in the session's place, as a driver does, where the seed says so.
    receiver: Option<Receiver>,
    record: Record,
}

impl Pair {
    /// Joins a session to a [`Model`].
    pub fn new(seed: u64, config: Config) -> Self {
        Self::with_server(seed, config, Model::default())
    }
}

impl<S: Server> Pair<S> {
    /// Joins a session to a server.
    pub fn with_server(seed: u64, config: Config, server: S) -> Self {
        let now = Time::ZERO + EPOCH;
        let receiver = (seed % 4 >= 2).then(|| Receiver::new(config.reply_limits()));
        Self {
            session: Session::new(now, config),
            server,
            now,
            pushes: Vec::new(),
            unblocked: 0,
            received: Vec::new(),
            sent: Vec::new(),
            seed,
            random: SplitMix64::new(seed),
            output: OutBuf::new(),
            writable: u64::MAX,
            upward: Link::default(),
            downward: Link::default(),
            stalled: false,
            nagging: false,
            server_decoder: Decoder::new(Limits::default()),
            server_input: BytesMut::new(),
            client_input: BytesMut::new(),
            receiver,
            record: Record::new(seed),
        }
    }

    /// Has bytes travel in pieces of 1 to `longest` bytes, in both directions.
    #[must_use]
    pub fn cut(mut self, longest: usize) -> Self {
        self.upward.longest_piece = longest;
        self.downward.longest_piece = longest;
        self
    }

    /// Has every piece travel for up to this long, in both directions.
    #[must_use]
    pub fn delay(mut self, longest: Duration) -> Self {
        self.upward.longest_delay = longest;
        self.downward.longest_delay = longest;
        self
    }

    /// Calls [`Session::handle_timeout`] when nothing is due, too.
    #[must_use]
    pub fn nag(mut self) -> Self {
        self.nagging = true;
        self
    }

    /// Runs until nothing travels any more. Time passes as far as that takes.
    pub fn drive(&mut self) {
        self.turn();
        while let Some(arrival) = self.next_arrival() {
            let timer = self.session.poll_timeout().filter(|timer| *timer <= arrival);
            self.go(timer.unwrap_or(arrival));
        }
    }

    /// Runs for so long, with all arrivals and timers due in that time.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        self.turn();
        while let Some(next) =
            self.next_arrival().into_iter().chain(self.session.poll_timeout()).min()
            && next <= end
        {
            self.go(next);
        }
        self.now = self.now.max(end);
        self.turn();
    }

    /// Takes what the session has to say and to send.
    pub fn turn(&mut self) {
        self.listen();
        let (now, seed) = (self.now, self.seed);
        while self.session.poll_transmit(&mut self.output) {
            assert!(!self.output.is_empty(), "seed {seed}: nothing to transmit, but true");
        }
        self.record.taken = self.record.written + self.output.len() as u64;
        self.record.greeting_grows();
        let room = self.writable.saturating_sub(self.record.written);
        let write = usize::try_from(room).unwrap_or(usize::MAX).min(self.output.len());
        self.record.written += write as u64;
        let bytes = self.output.copy_to_bytes(write);
        self.upward.send(now, &bytes, &mut self.random);
        self.listen();
    }

    /// Sends bytes from the server that no command has asked for.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.sent.extend_from_slice(bytes.as_ref());
        self.downward.send(self.now, bytes.as_ref(), &mut self.random);
    }

    /// Keeps what the server sends from arriving, or lets it.
    pub fn stall(&mut self, stalled: bool) {
        self.stalled = stalled;
    }

    /// Lets only so many bytes be written from the beginning of the connection on, the handshake
    /// included. What is above stays with the client.
    pub fn stop_writing_after(&mut self, bytes: u64) {
        self.writable = bytes;
    }

    /// How many bytes have been written.
    pub fn written(&self) -> u64 {
        self.record.written
    }

    /// Loses the connection, and all that travels on it.
    pub fn disconnect(&mut self, cause: ConnectionError) {
        self.turn();
        self.upward.clear();
        self.downward.clear();
        self.record.lost = true;
        let unwritten = self.output.remaining();
        self.session.handle_disconnected(self.now, cause, unwritten);
        self.output = OutBuf::new();
        self.listen();
    }

    /// How a tag has ended, if it has.
    pub fn ended(&self, tag: u64) -> Option<&Ended> {
        self.record.ended(tag)
    }

    /// The reply to a single command, as it came over the wire.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn reply(&self, tag: u64) -> Bytes {
        let ended = self.ended(tag);
        let Some(Ended::Reply(frame)) = ended else {
            panic!("seed {}: tag {tag} has no reply but {ended:?}", self.seed)
        };
        frame.clone().into_bytes()
    }

    /// The replies to a batch or a subscription.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[track_caller]
    pub fn replies(&self, tag: u64) -> &[Frame] {
        let ended = self.ended(tag);
        let Some(Ended::Replies(frames)) = ended else {
            panic!("seed {}: tag {tag} has no replies but {ended:?}", self.seed)
        };
        frames
    }

    /// The tags that have been taken, in order.
    pub fn tags(&self) -> impl Iterator<Item = u64> + '_ {
        self.record.tags()
    }

    /// Whether the session has said that it is ready, and if so whether in RESP3.
    pub fn ready(&self) -> Option<bool> {
        self.record.ready
    }

    /// Why the session has said that it is over.
    pub fn closed(&self) -> Option<&ConnectionError> {
        self.record.closed.as_ref()
    }

    /// A hash of all that has happened, in order and with its time.
    pub fn trace(&self) -> u64 {
        self.record.trace
    }

    /// The seed, for messages.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Random numbers of the same seed, for tests that decide by chance.
    pub fn random(&mut self) -> &mut SplitMix64 {
        &mut self.random
    }

    fn next_arrival(&self) -> Option<Time> {
        let downward = self.downward.next_arrival().filter(|_| !self.stalled);
        self.upward.next_arrival().into_iter().chain(downward).min()
    }

    /// Moves to the moment of the next arrival or timer.
    fn go(&mut self, next: Time) {
        self.now = self.now.max(next);
        let (now, seed) = (self.now, self.seed);
        if self.session.poll_timeout().is_some_and(|due| due <= now) {
            self.session.handle_timeout(now);
            let due = self.session.poll_timeout();
            assert!(due.is_none_or(|due| due > now), "seed {seed}: {due:?} is due again");
        } else if self.nagging {
            self.session.handle_timeout(now);
        }
        if let Some(bytes) = self.upward.receive(now) {
            self.record.note(now, &"up", &bytes);
            self.server_input.extend_from_slice(&bytes);
            self.serve();
        }
        if !self.stalled
            && let Some(bytes) = self.downward.receive(now)
        {
            self.record.note(now, &"down", &bytes);
            self.client_input.extend_from_slice(&bytes);
            self.read(now);
        }
        self.turn();
    }

    /// Has the session take what has come, in either of the two ways there are.
    fn read(&mut self, now: Time) {
        let Some(mut receiver) = self.receiver.take() else {
            let result = self.session.handle_input(now, &mut self.client_input);
            return assert_eq!(result.err().as_ref(), self.session.closed(), "seed {}", self.seed);
        };
        self.session.handle_activity(now);
        loop {
            match receiver.receive(&mut self.client_input) {
                Ok(Some(frame)) => match self.session.match_reply(now, &frame) {
                    Some(tag) => self.record.event(now, &Event::Reply { tag, frame }),
                    None => self.session.handle_frame(now, frame),
                },
                Ok(None) => break,
                Err(error) => {
                    let reason = ConnectionError::Protocol(error);
                    self.session.handle_disconnected(now, reason, 0);
                    break;
                }
            }
        }
        self.receiver = Some(receiver);
    }

    /// Answers the commands that have come.
    fn serve(&mut self) {
        let seed = self.seed;
        let mut out = Vec::new();
        loop {
            let frame = match self.server_decoder.decode(&mut self.server_input) {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(error) => panic!("seed {seed}: the client sent nonsense: {error}"),
            };
            let View::Array(arguments) = frame.view() else {
                panic!("seed {seed}: the client sent {frame}, which is no command")
            };
            let command: Vec<Bytes> = arguments
                .map(|argument| match argument.view() {
                    View::BulkString(text) => Bytes::copy_from_slice(text),
                    _ => panic!("seed {seed}: the client sent {argument} as an argument"),
                })
                .collect();
            self.server.execute(&command, &mut out);
            self.received.push(command);
        }
        self.send(out);
    }

    fn listen(&mut self) {
        while let Some(event) = self.session.poll_event() {
            self.record.event(self.now, &event);
            match event {
                Event::Push(frame) => self.pushes.push(frame),
                Event::Unblocked => self.unblocked += 1,
                _ => {}
            }
        }
        let (closed, heard) = (self.session.closed(), self.record.closed.as_ref());
        assert_eq!(closed, heard, "seed {}: closed, and said so", self.seed);
    }
}

/// Not 0, so that a time taken for an elapsed one shows.
const EPOCH: Duration = Duration::from_secs(1000);
