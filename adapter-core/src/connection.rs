//! One connection: between its transport and its session.

mod wave;

use std::io;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use redis_client_core::resp_core::{DecodeError, Frame, Limits, OutBuf};
use redis_client_core::{ConnectionError, Receiver, Time};

use crate::alarm::Alarm;
use crate::link::Link;
use crate::pool::Watcher;
use crate::runtime::{Runtime, SharedCell, Transport};
use crate::shared::Shared;
#[cfg(feature = "tls")]
use crate::tls::TlsError;
use wave::Wave;

/// Moves bytes between a stream and its session, for as long as the session goes on.
///
/// A turn: read and find frames; lock once, to match replies and take what is to be sent; wake the
/// callers; write; set the timer. Reading and writing are both tried each turn, so that neither
/// can hold up the other.
///
/// Callers that a turn has woken may have more to send. So that it joins the same write, the
/// driver lets them go first before it takes the output: see [`Wave`].
pub(crate) struct Connection<R: Runtime> {
    runtime: R,
    shared: R::Cell<Shared>,
    stream: Link<R::Stream>,
    receiver: Receiver,
    input: BytesMut,
    output: OutBuf,
    frames: Vec<Frame>,
    wakers: Vec<Waker>,
    alarm: Alarm<R>,
    /// How much to read at once.
    read_size: usize,
    wave: Wave,
    /// The stream has taken something of what it could not take at once, of so many bytes.
    moved: Option<usize>,
    /// Whether nothing is to be read: a reader has not kept up.
    choked: bool,
    /// Whether the handshake is done, and whether that was told.
    ready: bool,
    told: bool,
    /// The pool that wants to know of changes.
    watcher: Option<Watcher<R>>,
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

impl<R: Runtime> Connection<R> {
    pub(crate) fn new(
        runtime: R,
        shared: R::Cell<Shared>,
        stream: Link<R::Stream>,
        limits: Limits,
        watcher: Option<Watcher<R>>,
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
            alarm: Alarm::default(),
            read_size: READ_MIN,
            wave: Wave::default(),
            moved: None,
            choked: false,
            ready: false,
            told: false,
            watcher,
        }
    }

    fn turn(&mut self, cx: &mut Context<'_>) -> Turn {
        let now = self.runtime.now();
        let read = self.read(cx);
        // What is queued behind a write that is not done has to be fetched once it is.
        let unfinished = !self.output.is_empty();
        let choked = self.choked;
        let (closed, deadline) = self.exchange(now, &read, cx.waker());
        let unchoked = choked && !self.choked;
        self.wake();
        if let Some(reason) = closed {
            return Turn::Over(reason);
        }
        if self.wave.is_on() {
            return Turn::Yield;
        }
        let left = self.output.len();
        let more = match self.write(cx) {
            Ok(more) => more,
            Err(error) => return self.lose(lost(&error), cx),
        };
        self.moved = (unfinished && self.output.len() < left).then_some(left);
        let alarm = self.alarm.poll(&self.runtime, now, deadline, cx).is_ready();
        if alarm {
            self.shrink();
        }
        let fetch = unfinished && self.output.is_empty();
        let again = alarm || fetch || more || unchoked || !matches!(read, Read::Pending);
        if again { Turn::Again } else { Turn::Idle }
    }

    /// Reads once and finds the frames in it.
    fn read(&mut self, cx: &mut Context<'_>) -> Read {
        if self.choked {
            return Read::Pending;
        }
        self.make_room();
        let room = self.input.capacity() - self.input.len();
        match self.stream.poll_read(cx, &mut self.input) {
            Poll::Pending => return Read::Pending,
            Poll::Ready(Ok(0)) => return Read::Lost(ConnectionError::ClosedByServer),
            Poll::Ready(Err(error)) => return Read::Lost(lost(&error)),
            Poll::Ready(Ok(read)) if read >= room.max(self.read_size) => {
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

    /// Has room for a read, and for the rest of a large payload; what a server declares is believed
    /// up to as much as has come already, or a large payload. Where the payload is the whole reply
    /// it is moved no more once its end is in sight.
    fn make_room(&mut self) {
        let missing = usize::try_from(self.receiver.missing()).unwrap_or(usize::MAX);
        let come = self.input.len();
        let spare = self.input.capacity() - come;
        let whole = missing > 1 && matches!(self.input.first(), Some(b'$' | b'=' | b'!'));
        if whole && come >= READ_MIN && spare >= missing {
            return;
        }
        let room = missing.min(come.max(BELIEVED)).max(self.read_size);
        if spare >= room / 2 {
            return;
        }
        if whole && come > READ_MAX && missing <= room {
            // `reserve` would double what the reply holds for its life.
            let mut exact = BytesMut::with_capacity(come + missing + READ_MIN);
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
        let Self { shared, frames, wakers, output, .. } = self;
        let Self { wave, moved, choked, ready, watcher, .. } = self;
        let (closed, deadline, news) = shared.with(|shared| {
            shared.now = now;
            let before = shared.session.in_flight();
            if let Some(unwritten) = moved.take() {
                shared.session.handle_progress(now, unwritten);
            }
            // What nobody has looked at is not silence.
            if matches!(read, Read::Some) || *choked {
                shared.session.handle_activity(now);
            }
            for frame in frames.drain(..) {
                shared.handle_frame(now, frame, wakers);
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
                shared.retire();
                shared.session.close(now);
            }
            shared.handle_timeout(now, wakers);
            let _ = shared.feed.take_submitted();
            wave.roll(before, wakers.len(), shared.session.in_flight());
            if !wave.is_on() {
                // One batch at a time, so that what is queued stays under the session's bounds.
                if output.is_empty() {
                    let _ = shared.session.poll_transmit(output);
                    shared.dispatch(wakers);
                }
                shared.driver = Some(waker.clone());
                // Room made by what was taken is used at once, and no caller would tell of it.
                if shared.feed.take_submitted() {
                    wakers.push(waker.clone());
                }
            }
            *choked = shared.inbox.is_full();
            *ready |= shared.session.is_ready();
            (shared.session.closed().cloned(), shared.poll_timeout(), shared.take_news())
        });
        if let (Some(watcher), Some(seat)) = (watcher, news) {
            watcher.tell(seat, wakers);
        }
        (closed, deadline)
    }

    fn wake(&mut self) {
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
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
        self.choked = false;
        let read = match self.read(cx) {
            Read::Pending | Read::Some => Read::Lost(reason.clone()),
            ended => ended,
        };
        let (closed, _) = self.exchange(self.runtime.now(), &read, Waker::noop());
        self.wake();
        Turn::Over(closed.unwrap_or(reason))
    }

    /// Goes on until the session is over; says why it is.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionError> {
        for _ in 0..TURNS {
            match self.turn(cx) {
                Turn::Again => {}
                Turn::Yield => break,
                Turn::Idle => return Poll::Pending,
                Turn::Over(reason) => {
                    // Nobody waits for the farewell: the socket closes with the stream anyway.
                    let _ = self.stream.poll_close(cx);
                    return Poll::Ready(reason);
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether the handshake is done, once.
    pub(crate) const fn take_ready(&mut self) -> bool {
        let news = self.ready && !self.told;
        self.told = self.ready;
        news
    }

    pub(crate) fn watch(&mut self, watcher: Watcher<R>) {
        self.watcher = Some(watcher);
    }

    /// Bytes taken from the session and not written.
    pub(crate) fn unwritten(&self) -> usize {
        self.output.len()
    }

    /// Bytes read that are no frame yet.
    pub(crate) fn unread(&self) -> usize {
        self.input.len()
    }
}

fn lost(error: &io::Error) -> ConnectionError {
    #[cfg(feature = "tls")]
    if let Some(error) = TlsError::of(error) {
        return ConnectionError::Tls(error.to_string());
    }
    ConnectionError::Io(error.to_string())
}

/// Bytes read at once: what an idle connection may still hold, so not many, and far more than the
/// replies of a hundred commands.
const READ_MIN: usize = 8 * 1024;

/// The same while the server sends more than that: few enough that a reply in the first bytes
/// does not wait long for the last ones.
const READ_MAX: usize = 256 * 1024;

/// How much of a payload that has only been announced gets its memory at once.
const BELIEVED: usize = 1024 * 1024;

/// Turns before other tasks get their share.
const TURNS: usize = 16;
