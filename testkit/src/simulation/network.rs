//! Connections.

mod dialling;
mod listening;
mod stream;

use std::io;
use std::time::Duration;

use adapter_core::{SocketOptions, Time};
use bytes::BytesMut;

use super::Sabotage;
use super::pipe::Pipe;
use super::trace::What;
use super::world::{Event, World};
pub(super) use dialling::Fate;
pub use dialling::{Connect, Resolve};
pub(super) use listening::Door;
pub use listening::Listening;
pub use stream::Stream;

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) upward: Pipe,
    pub(super) downward: Pipe,
    pub(super) client: Side,
    pub(super) server: Side,
    /// By sabotage.
    deaf: bool,
}

/// One of a connection's ends.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) enum End {
    Client,
    Server,
}

/// What an end knows of its connection.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) gone: bool,
    /// Why it can't use the connection any more.
    reset: Option<io::ErrorKind>,
    /// It reads nothing before.
    paused: Time,
    /// After what time it notices that the connection is dead.
    keepalive: Option<Duration>,
    /// By sabotage.
    nervous: bool,
}

impl Connection {
    /// What an end reads from, what it writes to, and what it knows.
    const fn at(&mut self, end: End) -> (&mut Pipe, &mut Pipe, &mut Side) {
        match end {
            End::Client => (&mut self.downward, &mut self.upward, &mut self.client),
            End::Server => (&mut self.upward, &mut self.downward, &mut self.server),
        }
    }
}

impl End {
    const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl Side {
    fn keep_alive(&mut self, options: &SocketOptions) {
        let probing = options.keepalive_interval * options.keepalive_probes;
        self.keepalive = options.keepalive_idle.map(|idle| idle + probing);
    }
}

impl World {
    /// Segments have arrived.
    pub(super) fn arrive(&self, connection: usize, upward: bool) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        let pipe = if upward { &mut state.upward } else { &mut state.downward };
        let (bytes, next) = pipe.arrive(self.now.get());
        self.note(What::Arrived { connection, upward, bytes });
        if let Some(at) = next {
            self.schedule(at, Event::Arrive { connection, upward });
        }
        let reader = pipe.reader.take();
        if upward && state.server.gone {
            drop(connections);
            return self.send_reset(connection);
        }
        if !upward && state.client.gone {
            return self.schedule_reset(connection, End::Server);
        }
        drop(connections);
        if upward {
            self.call_server(connection);
        }
        if let Some(reader) = reader
            && !self.is_deaf(connection)
        {
            reader.wake();
        }
    }

    /// Whether a connection has been made one that wakes nobody.
    fn is_deaf(&self, connection: usize) -> bool {
        let deaf = self.sabotages(Sabotage::NeverWakes);
        let mut connections = self.connections.borrow_mut();
        connections.get_mut(connection).is_some_and(|state| {
            state.deaf |= deaf;
            state.deaf
        })
    }

    /// An end can't use the connection any more: what has arrived and is not read is lost.
    pub(super) fn reset(&self, connection: usize, end: End) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        let dead = state.upward.swallows || state.downward.swallows;
        let (from, to, side) = state.at(end);
        if side.gone || side.reset.is_some() {
            return;
        }
        let (reset, timed_out) = (io::ErrorKind::ConnectionReset, io::ErrorKind::TimedOut);
        side.reset = Some(if dead { timed_out } else { reset });
        if end == End::Client {
            self.note(What::ResetSeen { connection });
        }
        for waker in [to.writer.take(), from.reader.take()].into_iter().flatten() {
            waker.wake();
        }
    }

    /// The other end has said that it knows nothing of the connection.
    fn schedule_reset(&self, connection: usize, end: End) {
        self.schedule_in(self.latency(), Event::Reset { connection, end });
    }

    /// The server tells the client that it knows nothing of the connection.
    pub(super) fn send_reset(&self, connection: usize) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        state.server.gone = true;
        if !state.downward.swallows {
            self.schedule_reset(connection, End::Client);
        }
    }

    /// From now on nothing arrives in these directions, and nobody is told, except by keepalive.
    pub(super) fn swallow(&self, connection: usize, upward: bool, downward: bool) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        if upward {
            state.upward.swallow();
            state.downward.lose_acknowledgements();
        }
        if downward {
            state.downward.swallow();
            state.upward.lose_acknowledgements();
        }
        for end in [End::Client, End::Server] {
            if let Some(time) = state.at(end).2.keepalive {
                self.schedule_in(time, Event::Reset { connection, end });
            }
        }
    }

    /// The client reads nothing for a while.
    pub(super) fn stop_reading(&self, connection: usize, duration: Duration) {
        if let Some(state) = self.connections.borrow_mut().get_mut(connection) {
            state.client.paused = self.now.get() + duration;
        }
    }

    /// What a segment takes now.
    pub(super) fn latency(&self) -> Duration {
        let network = &self.plan.network;
        if self.is_fair() {
            return self.up_to(network.latency.min(FAIR));
        }
        let usual = self.up_to(network.latency * 2);
        // Never both: nobody waits for a segment that takes half a minute.
        usual
            * match self.one_in(network.tail) {
                _ if self.lags() => LAG,
                true => TAIL,
                false => 1,
            }
    }

    /// The server sends as much as there is room for, and takes it off the front.
    pub(super) fn send_down(&self, connection: usize, out: &mut BytesMut, most: usize) -> usize {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return 0 };
        let bytes = state.downward.room().min(out.len()).min(most);
        if bytes == 0 {
            return 0;
        }
        let sent = out.split_to(bytes);
        self.send(connection, End::Server, &mut state.downward, &sent);
        bytes
    }

    /// The server ends its direction of the stream.
    pub(super) fn finish_down(&self, connection: usize) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        state.server.gone = true;
        self.finish(connection, End::Server, &mut state.downward);
    }

    /// Sends bytes from an end, segment by segment.
    fn send(&self, connection: usize, end: End, to: &mut Pipe, sent: &[u8]) {
        let at = || self.now.get() + self.latency();
        if let Some(at) = to.send(sent, self.segment(), at) {
            self.schedule(at, Event::Arrive { connection, upward: end == End::Client });
        }
        let bytes = sent.len();
        self.note(match end {
            End::Client => What::Wrote { connection, bytes },
            End::Server => What::Sent { connection, bytes },
        });
    }

    /// Ends the stream from an end.
    fn finish(&self, connection: usize, end: End, to: &mut Pipe) {
        if let Some(at) = to.finish(self.now.get() + self.latency()) {
            self.schedule(at, Event::Arrive { connection, upward: end == End::Client });
        }
    }

    /// A length for the segments of one write.
    fn segment(&self) -> usize {
        1 + self.below(self.plan.network.segment)
    }

    fn piece(&self) -> usize {
        match self.plan.network.piece {
            usize::MAX => usize::MAX,
            most => 1 + self.below(most),
        }
    }
}

/// What a segment, or the server's attention, takes at the most in fair weather.
pub(super) const FAIR: Duration = Duration::from_micros(100);

/// A segment that is late takes so many times as long.
const TAIL: u32 = 30;

/// While the network lags all of them take so many times as long.
const LAG: u32 = 50;
