//! Two streams, each of which reads what the other writes.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, BytesMut};
use redis_client_core::resp_core::OutBuf;

use crate::runtime::Transport;

/// One end of a connection in the process.
pub struct Pipe {
    reads: Arc<Mutex<Half>>,
    writes: Arc<Mutex<Half>>,
}

/// What goes one way.
#[derive(Default)]
struct Half {
    bytes: BytesMut,
    /// Nothing more will be written.
    ended: bool,
    /// Nobody will read what is written.
    deaf: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    /// Both ends of a new connection.
    #[must_use]
    pub fn pair() -> (Self, Self) {
        let (one, other) = (Arc::<Mutex<Half>>::default(), Arc::<Mutex<Half>>::default());
        let first = Self { reads: Arc::clone(&one), writes: Arc::clone(&other) };
        (first, Self { reads: other, writes: one })
    }
}

fn lock(half: &Mutex<Half>) -> MutexGuard<'_, Half> {
    half.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Half {
    /// Marks the end, and returns who has to know.
    fn end(&mut self) -> Option<Waker> {
        self.ended = true;
        self.reader.take()
    }
}

impl Transport for Pipe {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        let mut half = lock(&self.reads);
        if half.bytes.is_empty() {
            if half.ended {
                return Poll::Ready(Ok(0));
            }
            half.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = half.bytes.len().min(dst.capacity() - dst.len());
        let taken = half.bytes.split_to(count);
        dst.extend_from_slice(&taken);
        drop(taken);
        if half.bytes.is_empty() && half.bytes.capacity() > SPARE {
            half.bytes = BytesMut::new();
        }
        let writer = half.writer.take();
        drop(half);
        if let Some(writer) = writer {
            writer.wake();
        }
        Poll::Ready(Ok(count))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        let mut half = lock(&self.writes);
        if half.deaf || half.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = CAPACITY.saturating_sub(half.bytes.len());
        if room == 0 {
            half.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let mut written = 0;
        while written < room && src.has_remaining() {
            let chunk = src.chunk();
            let count = chunk.len().min(room - written);
            half.bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
            src.advance(count);
            written += count;
        }
        let reader = half.reader.take();
        drop(half);
        if let Some(reader) = reader {
            reader.wake();
        }
        Poll::Ready(Ok(written))
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let reader = lock(&self.writes).end();
        if let Some(reader) = reader {
            reader.wake();
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let reader = lock(&self.writes).end();
        let writer = {
            let mut half = lock(&self.reads);
            half.deaf = true;
            half.bytes = BytesMut::new();
            half.writer.take()
        };
        for waker in [reader, writer].into_iter().flatten() {
            waker.wake();
        }
    }
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").finish_non_exhaustive()
    }
}

/// Bytes that wait in one direction at most: as much as a socket takes.
const CAPACITY: usize = 256 * 1024;
/// Memory that an empty direction keeps.
const SPARE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use redis_client_core::resp_core::Out;

    use super::*;

    #[test]
    fn what_one_end_writes_the_other_reads_up_to_the_end() {
        let (mut one, mut other) = Pipe::pair();
        let mut cx = Context::from_waker(Waker::noop());
        let mut read = BytesMut::with_capacity(8);
        assert!(other.poll_read(&mut cx, &mut read).is_pending());
        let mut out = OutBuf::new();
        out.put(b"twelve bytes");
        assert!(matches!(one.poll_write(&mut cx, &mut out), Poll::Ready(Ok(12))));
        assert!(one.poll_close(&mut cx).is_ready());
        assert!(matches!(other.poll_read(&mut cx, &mut read), Poll::Ready(Ok(8))));
        assert_eq!(read, "twelve b");
        read.clear();
        assert!(matches!(other.poll_read(&mut cx, &mut read), Poll::Ready(Ok(4))));
        assert!(matches!(other.poll_read(&mut cx, &mut read), Poll::Ready(Ok(0))));
        // The other way goes on, until that end is gone.
        out.put(b"still there");
        assert!(matches!(other.poll_write(&mut cx, &mut out), Poll::Ready(Ok(11))));
        drop(one);
        out.put(b"gone");
        let error = other.poll_write(&mut cx, &mut out);
        assert!(
            matches!(error, Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe)
        );
    }

    #[test]
    fn who_writes_waits_for_room() {
        let (mut one, mut other) = Pipe::pair();
        let mut cx = Context::from_waker(Waker::noop());
        let mut out = OutBuf::new();
        out.put(&vec![b'x'; CAPACITY + 10]);
        assert!(matches!(one.poll_write(&mut cx, &mut out), Poll::Ready(Ok(CAPACITY))));
        assert!(one.poll_write(&mut cx, &mut out).is_pending());
        let mut read = BytesMut::with_capacity(4);
        assert!(matches!(other.poll_read(&mut cx, &mut read), Poll::Ready(Ok(4))));
        assert!(matches!(one.poll_write(&mut cx, &mut out), Poll::Ready(Ok(4))));
    }
}
