//! The task behind a client: between its transport and its session.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use redis_client_core::resp_core::{DecodeError, Frame, Limits, OutBuf};
use redis_client_core::{ConnectionError, Receiver, Time};

use crate::runtime::{Runtime, SharedCell, Transport};
use crate::shared::Shared;

/// Moves bytes between a connection and its session, for as long as there is a client or anything
/// under way. To be spawned, or polled beside other futures; it ends with the reason why the
/// connection is over.
///
/// A turn: read and find frames; lock once, to match replies and take what is to be sent; wake the
/// callers; write; set the timer. Reading and writing are both tried each turn, so that neither
/// can hold up the other.
///
/// Callers that a turn has woken may have more to send. So that it joins the same write, the
/// driver lets them go first, once, before it takes the output.
#[must_use = "a client is deaf and mute until its driver is spawned or polled"]
pub struct Driver<R: Runtime> {
    runtime: R,
    shared: R::Cell<Shared>,
    stream: R::Stream,
    receiver: Receiver,
    input: BytesMut,
    output: OutBuf,
    frames: Vec<Frame>,
    wakers: Vec<Waker>,
    /// The one timer, and when it goes off.
    timer: Option<(Time, Pin<Box<R::Sleep>>)>,
    /// How much to read at once.
    read_size: usize,
    /// Whether the callers have been let go first since the last write.
    yielded: bool,
}

enum Turn {
    /// There may be more to do at once.
    Again,
    /// Others go first.
    Yield,
    /// The transport, the timer or a caller will wake the driver.
    Idle,
    Over(ConnectionError),
}

/// How reading went.
enum Read {
    Pending,
    Some,
    Lost(ConnectionError),
    Garbage(DecodeError),
}

impl<R: Runtime> Driver<R> {
    pub(crate) fn new(
        runtime: R,
        shared: R::Cell<Shared>,
        stream: R::Stream,
        limits: Limits,
    ) -> Self {
        Self {
            runtime,
            shared,
            stream,
            receiver: Receiver::new(limits),
            input: BytesMut::new(),
            output: OutBuf::new(),
            frames: Vec::new(),
            wakers: Vec::new(),
            timer: None,
            read_size: READ_MIN,
            yielded: false,
        }
    }

    fn turn(&mut self, cx: &mut Context<'_>) -> Turn {
        let now = self.runtime.now();
        let read = self.read(cx);
        // What is queued behind a write that is not done has to be fetched once it is.
        let unfinished = !self.output.is_empty();
        let (closed, deadline) = self.exchange(now, &read, cx.waker());
        let woken = !self.wakers.is_empty();
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
        if let Some(reason) = closed {
            return Turn::Over(reason);
        }
        if woken && !self.yielded {
            self.yielded = true;
            return Turn::Yield;
        }
        self.yielded = false;
        let more = match self.write(cx) {
            Ok(more) => more,
            Err(error) => return self.lose(lost(&error), cx),
        };
        let alarm = self.set_timer(now, deadline, cx).is_ready();
        let fetch = unfinished && self.output.is_empty();
        let again = alarm || fetch || more || !matches!(read, Read::Pending);
        if again { Turn::Again } else { Turn::Idle }
    }

    /// Reads once and finds the frames in it.
    fn read(&mut self, cx: &mut Context<'_>) -> Read {
        self.make_room();
        let room = self.input.capacity() - self.input.len();
        match self.stream.poll_read(cx, &mut self.input) {
            Poll::Pending => return Read::Pending,
            Poll::Ready(Ok(0)) => return Read::Lost(ConnectionError::ClosedByServer),
            Poll::Ready(Err(error)) => return Read::Lost(lost(&error)),
            Poll::Ready(Ok(read)) if read >= room => {
                self.read_size = (self.read_size * 2).min(READ_MAX);
            }
            Poll::Ready(Ok(_)) => {}
        }
        loop {
            match self.receiver.receive(&mut self.input) {
                Ok(Some(frame)) => self.frames.push(frame),
                Ok(None) => return Read::Some,
                Err(error) => return Read::Garbage(error),
            }
        }
    }

    /// Has room for a read: for the rest of a large payload, but never more than has come
    /// already, whatever length the server declared.
    fn make_room(&mut self) {
        let missing = usize::try_from(self.receiver.missing()).unwrap_or(usize::MAX);
        let room = missing.min(self.input.len()).max(self.read_size);
        if self.input.capacity() - self.input.len() >= room / 2 {
            return;
        }
        if self.input.len() > READ_MAX && missing <= self.input.len() {
            // The end is in sight: `reserve` would double what the reply holds for its life.
            let mut exact = BytesMut::with_capacity(self.input.len() + missing + READ_MAX);
            exact.extend_from_slice(&self.input);
            self.input = exact;
        } else {
            self.input.reserve(room);
        }
    }

    /// The one time in a turn that the session is locked.
    fn exchange(
        &mut self,
        now: Time,
        read: &Read,
        waker: &Waker,
    ) -> (Option<ConnectionError>, Option<Time>) {
        let Self { shared, frames, wakers, output, yielded, .. } = self;
        shared.with(|shared| {
            shared.now = now;
            for frame in frames.drain(..) {
                shared.session.handle_frame(now, frame);
                shared.dispatch(wakers);
            }
            match read {
                Read::Pending | Read::Some => {}
                Read::Lost(reason) => {
                    shared.session.handle_disconnected(now, reason.clone(), output.len());
                }
                Read::Garbage(error) => {
                    let reason = ConnectionError::Protocol(*error);
                    shared.session.handle_disconnected(now, reason, output.len());
                }
            }
            if shared.handles == 0 {
                shared.session.close(now);
            }
            shared.handle_timeout(now, wakers);
            if wakers.is_empty() || *yielded {
                // One batch at a time, so that what is queued stays under the session's bounds.
                if output.is_empty() {
                    let _ = shared.session.poll_transmit(output);
                    shared.dispatch(wakers);
                }
                shared.driver = Some(waker.clone());
            }
            (shared.session.closed().cloned(), shared.poll_timeout())
        })
    }

    /// Writes once, as it reads once: whether more may be taken at once.
    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        if self.output.is_empty() {
            return Ok(false);
        }
        match self.stream.poll_write(cx, &mut self.output) {
            Poll::Ready(Ok(0)) => Err(io::ErrorKind::WriteZero.into()),
            Poll::Ready(Ok(_)) => Ok(!self.output.is_empty()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Ok(false),
        }
    }

    /// Sets the timer where the deadline has come closer; one that goes off early is set again.
    /// Ready means that it has gone off.
    fn set_timer(&mut self, now: Time, deadline: Option<Time>, cx: &mut Context<'_>) -> Poll<()> {
        // Deadlines a little apart share a timer.
        if let Some(at) = deadline.map(|deadline| deadline.max(now + TIMER_GRAIN))
            && self.timer.as_ref().is_none_or(|(earlier, _)| at < *earlier)
        {
            self.timer = Some((at, Box::pin(self.runtime.sleep_until(at))));
        }
        let Some((_, sleep)) = &mut self.timer else { return Poll::Pending };
        let gone_off = sleep.as_mut().poll(cx);
        if gone_off.is_ready() {
            self.timer = None;
            self.shrink();
        }
        gone_off
    }

    /// Gives back memory that a burst left behind. The timer going off is a sign that it is over.
    fn shrink(&mut self) {
        self.read_size = READ_MIN;
        self.output.shrink(READ_MIN);
        // The two swap their buffers.
        self.shared.with(|shared| shared.session.shrink(READ_MIN));
        // Whatever its capacity: it counts from where reading has come to, not from where the
        // memory begins.
        if self.input.is_empty() {
            self.input = BytesMut::new();
        }
        self.frames.shrink_to(READ_MIN / size_of::<Frame>());
    }

    /// The connection can't be written to any more. What the server said before is still read: it
    /// may be why.
    fn lose(&mut self, reason: ConnectionError, cx: &mut Context<'_>) -> Turn {
        let read = match self.read(cx) {
            Read::Pending | Read::Some => Read::Lost(reason.clone()),
            ended => ended,
        };
        let (closed, _) = self.exchange(self.runtime.now(), &read, Waker::noop());
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
        Turn::Over(closed.unwrap_or(reason))
    }
}

impl<R: Runtime> Future for Driver<R> {
    type Output = ConnectionError;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ConnectionError> {
        let this = self.get_mut();
        for _ in 0..TURNS {
            match this.turn(cx) {
                Turn::Again => {}
                Turn::Yield => break,
                Turn::Idle => return Poll::Pending,
                Turn::Over(reason) => {
                    // Nobody waits for the farewell: the socket closes with the driver anyway.
                    let _ = this.stream.poll_close(cx);
                    return Poll::Ready(reason);
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<R: Runtime> Drop for Driver<R> {
    fn drop(&mut self) {
        // Cancelled, or ended with its runtime: the callers must not wait for ever.
        let (now, unwritten) = (self.runtime.now(), self.output.len());
        let mut wakers = std::mem::take(&mut self.wakers);
        self.shared.with(|shared| {
            shared.session.handle_disconnected(now, ConnectionError::Closed, unwritten);
            shared.dispatch(&mut wakers);
        });
        for waker in wakers {
            waker.wake();
        }
    }
}

impl<R: Runtime> fmt::Debug for Driver<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("input", &self.input.len())
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}

fn lost(error: &io::Error) -> ConnectionError {
    ConnectionError::Io(error.to_string())
}

/// Bytes read at once, as redis-server reads.
const READ_MIN: usize = 16 * 1024;

/// The same while the server sends more than that: few enough that a reply in the first bytes
/// does not wait long for the last ones.
const READ_MAX: usize = 256 * 1024;

/// Turns before other tasks get their share.
const TURNS: usize = 16;

/// Deadlines are kept to this much.
const TIMER_GRAIN: std::time::Duration = std::time::Duration::from_millis(1);
