//! What a connection reads and writes, by way of buffers that its thread lends.

use std::cell::Cell;
use std::io;
use std::mem;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bytes::BytesMut;
use redis_server_core::Time;
use redis_server_core::resp_core::OutBuf;

use super::Serving;
use crate::runtime::{Runtime, Transport};
use crate::server::service::Service;

/// How reading went.
pub(super) enum Read {
    None,
    Some,
    End,
}

/// How writing went.
pub(super) enum Written {
    None,
    Some,
    /// What is left is more than may be: the connection is given up.
    TooLittle,
}

impl<R: Runtime, S: Service> Serving<R, S> {
    pub(super) fn read(&mut self, cx: &mut Context<'_>) -> io::Result<Read> {
        if !self.hungry || self.ended || self.deadline.is_some() {
            return Ok(Read::None);
        }
        let Some(stream) = &mut self.stream else { return Ok(Read::None) };
        if self.input.len() < COPIED {
            let mut buffer = INPUT.take();
            buffer.clear();
            buffer.reserve(self.options.read_buffer.max(self.input.len() + 1));
            buffer.extend_from_slice(&self.input);
            self.input = buffer;
        } else {
            self.input.reserve(self.options.read_buffer);
        }
        let read = match stream.poll_read(cx, &mut self.input) {
            Poll::Pending => Read::None,
            Poll::Ready(Ok(0)) => {
                self.ended = true;
                Read::End
            }
            Poll::Ready(Ok(_)) => Read::Some,
            Poll::Ready(Err(error)) => {
                self.put_back();
                return Err(error);
            }
        };
        Ok(read)
    }

    /// Gives the thread its read buffer back, and keeps what is incomplete.
    pub(super) fn put_back(&mut self) {
        if self.input.len() < COPIED && self.input.capacity() > 0 {
            let left = if self.input.is_empty() {
                BytesMut::new()
            } else {
                BytesMut::from(&self.input[..])
            };
            let buffer = mem::replace(&mut self.input, left);
            if buffer.capacity() <= INPUT_KEPT {
                INPUT.set(buffer);
            }
        }
    }

    /// Writes what can be written.
    pub(super) fn write(&mut self, now: Time, cx: &mut Context<'_>) -> io::Result<Written> {
        let Some(stream) = &mut self.stream else { return Ok(Written::None) };
        let out = self.session.transmit();
        let before = out.len();
        let mut result = Ok(());
        while !out.is_empty() && result.is_ok() {
            match stream.poll_write(cx, out) {
                Poll::Ready(Ok(0)) => result = Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => result = Err(error),
                Poll::Pending => break,
            }
        }
        let left = out.len();
        if left < before {
            self.spoke = Some(now);
        }
        if left == 0 {
            return_output(out);
            if !self.hungry
                && result.is_ok()
                && let Poll::Ready(flushed) = stream.poll_flush(cx)
            {
                result = flushed;
            }
        }
        let mut goes_on = true;
        // What waits behind a promised reply can't be written, and counts all the same.
        if before > 0 || self.session.promised() > 0 {
            goes_on = self.session.handle_written(now);
            self.inbox.queued.store(self.session.queued(), Ordering::Relaxed);
        }
        result.map(|()| match goes_on {
            false => Written::TooLittle,
            true if left < before => Written::Some,
            true => Written::None,
        })
    }
}

/// Has the session write into the thread's buffer.
pub(super) fn lend_output(out: &mut OutBuf) {
    if out.is_empty() {
        *out = OUTPUT.take();
    }
}

/// Gives the thread its buffer back.
fn return_output(out: &mut OutBuf) {
    out.shrink(OUTPUT_KEPT);
    OUTPUT.set(mem::take(out));
}

thread_local! {
    /// What the connections of a thread read into, one after the other, and write from: an idle
    /// one holds neither.
    pub(super) static INPUT: Cell<BytesMut> = Cell::new(BytesMut::new());
    static OUTPUT: Cell<OutBuf> = Cell::new(OutBuf::new());
}

/// What is incomplete is copied where it is shorter than this; a longer one keeps its buffer.
const COPIED: usize = 16 * 1024;
/// A read buffer that has held a large request is not kept beyond this.
const INPUT_KEPT: usize = 1024 * 1024;
/// A thread's output buffer beyond this is given back: replies that large are seldom.
const OUTPUT_KEPT: usize = 1024 * 1024;
