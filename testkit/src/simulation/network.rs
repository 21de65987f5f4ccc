//! Connections, and the client's end of them.

mod dialling;

use std::fmt;
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use adapter_core::resp_core::OutBuf;
use adapter_core::{SocketOptions, Transport};
use bytes::{Buf, BufMut, BytesMut};

use super::Sabotage;
use super::pipe::Pipe;
use super::trace::What;
use super::world::{Event, Simulated, World};
pub(super) use dialling::Fate;
pub use dialling::{Connect, Resolve};

/// A connection, without its ends.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) upward: Pipe,
    pub(super) downward: Pipe,
    /// Why the client can't use it any more.
    reset: Option<io::ErrorKind>,
    pub(super) client_gone: bool,
    pub(super) server_gone: bool,
    options: SocketOptions,
    /// By sabotage.
    deaf: bool,
    nervous: bool,
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
        if upward && state.server_gone {
            drop(connections);
            return self.send_reset(connection);
        }
        if !upward && state.client_gone {
            return self.schedule_in(self.latency(), Event::ResetServer { connection });
        }
        // Above it is the writer's, which waits until the server has read.
        let reader = pipe.waker.take_if(|_| !upward);
        drop(connections);
        if upward {
            self.call_server(connection);
        } else if let Some(reader) = reader
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

    /// The client can't use the connection any more: what has arrived and is not read is lost.
    pub(super) fn reset_client(&self, connection: usize) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        if state.client_gone || state.reset.is_some() {
            return;
        }
        let dead = state.upward.swallows || state.downward.swallows;
        let (reset, timed_out) = (io::ErrorKind::ConnectionReset, io::ErrorKind::TimedOut);
        state.reset = Some(if dead { timed_out } else { reset });
        self.note(What::ResetSeen { connection });
        for waker in [state.upward.waker.take(), state.downward.waker.take()].into_iter().flatten()
        {
            waker.wake();
        }
    }

    /// The server tells the client that it knows nothing of the connection.
    pub(super) fn send_reset(&self, connection: usize) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        state.server_gone = true;
        if !state.downward.swallows {
            self.schedule_in(self.latency(), Event::ResetClient { connection });
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
        if let Some(idle) = state.options.keepalive_idle {
            let probing = state.options.keepalive_interval * state.options.keepalive_probes;
            self.schedule_in(idle + probing, Event::ResetClient { connection });
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
        let at = || self.now.get() + self.latency();
        if let Some(at) = state.downward.send(&sent, self.segment(), at) {
            self.schedule(at, Event::Arrive { connection, upward: false });
        }
        self.note(What::Sent { connection, bytes });
        bytes
    }

    /// The server ends its direction of the stream.
    pub(super) fn finish_down(&self, connection: usize) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return };
        state.server_gone = true;
        if let Some(at) = state.downward.finish(self.now.get() + self.latency()) {
            self.schedule(at, Event::Arrive { connection, upward: false });
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

/// The client's end of a connection.
pub struct Stream {
    runtime: Simulated,
    connection: usize,
}

impl Stream {
    fn with<O>(&self, use_it: impl FnOnce(&World, &mut Connection) -> O) -> Option<O> {
        let world = &*self.runtime.0;
        world.connections.borrow_mut().get_mut(self.connection).map(|state| use_it(world, state))
    }
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        let connection = self.connection;
        let read = self.with(|world, state| {
            if let Some(kind) = state.reset {
                return Poll::Ready(Err(kind.into()));
            }
            let room = dst.capacity() - dst.len();
            assert!(room > 0, "a read with no room would look like the end of the stream");
            if state.downward.readable() == 0 {
                if state.downward.end_arrived {
                    world.note(What::EndOfStream { connection });
                    return Poll::Ready(Ok(0));
                }
                state.nervous |= world.sabotages(Sabotage::WakesForNothing);
                if state.nervous {
                    cx.waker().wake_by_ref();
                }
                state.downward.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            if world.one_in(world.plan.network.hesitation) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let bytes = state.downward.read(world.piece().min(room), |bytes| dst.put(bytes));
            world.note(What::Read { connection, bytes });
            Poll::Ready(Ok(bytes))
        });
        if matches!(read, Some(Poll::Ready(Ok(1..)))) {
            // There is room for more.
            self.runtime.0.call_server_to_write(connection);
        }
        read.unwrap_or(Poll::Pending)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        let connection = self.connection;
        let written = self.with(|world, state| {
            if let Some(kind) = state.reset {
                return Poll::Ready(Err(kind.into()));
            }
            if state.upward.finished {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            // A socket's buffer goes on as ever while it fills, and what it takes after it did not
            // is a sign of life: one of a dead connection must not give any.
            let dead = state.upward.swallows || state.downward.swallows;
            let piece = if dead { usize::MAX } else { world.piece() };
            let bytes = src.remaining().min(state.upward.room()).min(piece);
            if bytes == 0 {
                state.upward.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            if !dead && world.one_in(world.plan.network.hesitation) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let at = || world.now.get() + world.latency();
            let sent = src.copy_to_bytes(bytes);
            if let Some(at) = state.upward.send(&sent, world.segment(), at) {
                world.schedule(at, Event::Arrive { connection, upward: true });
            }
            world.note(What::Wrote { connection, bytes });
            Poll::Ready(Ok(bytes))
        });
        written.unwrap_or(Poll::Pending)
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let connection = self.connection;
        self.with(|world, state| {
            if let Some(at) = state.upward.finish(world.now.get() + world.latency()) {
                world.schedule(at, Event::Arrive { connection, upward: true });
            }
        });
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let connection = self.connection;
        // Closing with something unread resets the connection.
        let unread = self.with(|_, state| state.downward.readable() > 0).unwrap_or_default();
        if !unread {
            let _ = self.poll_close(&mut Context::from_waker(std::task::Waker::noop()));
        }
        self.with(|world, state| {
            world.note(What::ClientHungUp { connection });
            state.client_gone = true;
            if unread && !state.upward.swallows {
                world.schedule_in(world.latency(), Event::ResetServer { connection });
            }
        });
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stream").field(&self.connection).finish()
    }
}

/// What a segment, or the server's attention, takes at the most in fair weather.
pub(super) const FAIR: Duration = Duration::from_micros(100);

/// A segment that is late takes so many times as long.
const TAIL: u32 = 30;

/// While the network lags all of them take so many times as long.
const LAG: u32 = 50;
