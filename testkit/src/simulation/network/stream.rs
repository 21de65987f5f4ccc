//! One end of a connection.

use std::fmt;
use std::io;
use std::task::{Context, Poll, Waker};

use adapter_core::Transport;
use adapter_core::resp_core::OutBuf;
use bytes::{Buf, BufMut, BytesMut};

use super::{Connection, End};
use crate::simulation::Sabotage;
use crate::simulation::trace::What;
use crate::simulation::world::{Event, Simulated, World};

/// An end of a connection: the client's, or that of a server which is not simulated.
pub struct Stream {
    pub(super) runtime: Simulated,
    pub(super) connection: usize,
    pub(super) end: End,
}

impl Stream {
    pub(super) fn with<O>(&self, use_it: impl FnOnce(&World, &mut Connection) -> O) -> Option<O> {
        let world = &*self.runtime.0;
        world.connections.borrow_mut().get_mut(self.connection).map(|state| use_it(world, state))
    }
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        let (connection, end) = (self.connection, self.end);
        let read = self.with(|world, state| {
            let (from, _, side) = state.at(end);
            if let Some(kind) = side.reset {
                return Poll::Ready(Err(kind.into()));
            }
            let room = dst.capacity() - dst.len();
            assert!(room > 0, "a read with no room would look like the end of the stream");
            if world.now.get() < side.paused {
                world.schedule(side.paused, Event::Timer(cx.waker().clone()));
                from.reader = Some(cx.waker().clone());
                return Poll::Pending;
            }
            if from.readable() == 0 {
                if from.end_arrived {
                    world.note(What::EndOfStream { connection });
                    return Poll::Ready(Ok(0));
                }
                side.nervous |= world.sabotages(Sabotage::WakesForNothing);
                if side.nervous {
                    cx.waker().wake_by_ref();
                }
                from.reader = Some(cx.waker().clone());
                return Poll::Pending;
            }
            if world.one_in(world.plan.network.hesitation) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let bytes = from.read(world.piece().min(room), |bytes| dst.put(bytes));
            if let Some(writer) = from.writer.take() {
                writer.wake();
            }
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
        let (connection, end) = (self.connection, self.end);
        let written = self.with(|world, state| {
            let (from, to, side) = state.at(end);
            if let Some(kind) = side.reset {
                return Poll::Ready(Err(kind.into()));
            }
            if to.finished {
                return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
            }
            // A socket's buffer goes on as ever while it fills, and what it takes after it did not
            // is a sign of life: one of a dead connection must not give any.
            let dead = from.swallows || to.swallows;
            let piece = if dead { usize::MAX } else { world.piece() };
            let bytes = src.remaining().min(to.room()).min(piece);
            if bytes == 0 {
                to.writer = Some(cx.waker().clone());
                return Poll::Pending;
            }
            if !dead && world.one_in(world.plan.network.hesitation) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            world.send(connection, end, to, &src.copy_to_bytes(bytes));
            Poll::Ready(Ok(bytes))
        });
        written.unwrap_or(Poll::Pending)
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|world, state| world.finish(self.connection, self.end, state.at(self.end).1));
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let (connection, end) = (self.connection, self.end);
        // Closing with something unread resets the connection.
        let unread = self.with(|_, state| state.at(end).0.readable() > 0).unwrap_or_default();
        if !unread {
            let _ = self.poll_close(&mut Context::from_waker(Waker::noop()));
        }
        self.with(|world, state| {
            let (_, to, side) = state.at(end);
            world.note(match end {
                End::Client => What::ClientHungUp { connection },
                End::Server => What::ServerHungUp { connection },
            });
            side.gone = true;
            if unread && !to.swallows {
                world.schedule_reset(connection, end.other());
            }
        });
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stream").field(&self.connection).field(&self.end).finish()
    }
}
