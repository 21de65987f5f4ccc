//! The bytes of a connection, in both directions.

use std::cell::{RefCell, RefMut};
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use adapter_core::Transport;
use adapter_core::resp_core::OutBuf;
use bytes::{Buf, BufMut, BytesMut};

/// A connection: what has been written and not yet read at either end, and how it behaves.
///
/// The client's end is a [`Stream`], the server's a [`Peer`](super::Peer).
#[derive(Clone, Debug, Default)]
pub struct Wire(Rc<RefCell<State>>);

/// The client's end of a [`Wire`].
#[derive(Debug)]
pub struct Stream(Wire);

/// What has happened on a wire, seen from the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Writes that took something.
    pub writes: u64,
    /// Bytes written.
    pub written: u64,
    /// Attempts to read.
    pub read_attempts: u64,
    /// Bytes read.
    pub read: u64,
}

/// How a wire behaves. Everything goes through at once by default.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Bytes on their way to the server before a write has to wait.
    pub upward_window: usize,
    /// Bytes on their way to the client before the server has to wait.
    pub downward_window: usize,
    /// The most bytes of one read.
    pub read_piece: usize,
    /// The most bytes of one write.
    pub write_piece: usize,
    /// Every other read and write comes to nothing at first.
    pub hesitant: bool,
    /// After so many bytes were written, writing fails.
    pub write_fails_after: Option<u64>,
    /// After so many bytes were read, the stream ends.
    pub read_ends_after: Option<u64>,
    /// It ends with an error instead.
    pub read_fails: bool,
}

#[derive(Debug, Default)]
struct State {
    rules: Rules,
    traffic: Traffic,
    upward: BytesMut,
    downward: BytesMut,
    reader: Option<Waker>,
    writer: Option<Waker>,
    read_hesitated: bool,
    write_hesitated: bool,
    server_gone: bool,
    client_gone: bool,
}

impl Wire {
    /// The client's end.
    pub fn stream(&self) -> Stream {
        Stream(self.clone())
    }

    /// Changes how it behaves from now on.
    pub fn rules(&self, change: impl FnOnce(&mut Rules)) {
        let mut state = self.state();
        change(&mut state.rules);
        let wakers = [state.reader.take(), state.writer.take()];
        drop(state);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// What has happened so far.
    pub fn traffic(&self) -> Traffic {
        self.state().traffic
    }

    /// The server hangs up; what it has sent can still be read.
    pub fn hang_up(&self) {
        self.state().server_gone = true;
        self.rules(|_| {});
    }

    /// Whether the client has hung up.
    pub fn is_closed(&self) -> bool {
        self.state().client_gone
    }

    /// Takes what has come to the server: false if nothing has.
    pub fn receive(&self, input: &mut BytesMut) -> bool {
        let mut state = self.state();
        if state.upward.is_empty() {
            return false;
        }
        input.extend_from_slice(&state.upward);
        state.upward.clear();
        let writer = state.writer.take();
        drop(state);
        if let Some(writer) = writer {
            writer.wake();
        }
        true
    }

    /// Sends from the front of the server's output, as far as the window lets it: how many bytes.
    pub fn send(&self, output: &[u8]) -> usize {
        let mut state = self.state();
        let room = state.rules.downward_window.saturating_sub(state.downward.len());
        let output = output.get(..room).unwrap_or(output);
        if output.is_empty() {
            return 0;
        }
        state.downward.extend_from_slice(output);
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
        output.len()
    }

    fn state(&self) -> RefMut<'_, State> {
        self.0.borrow_mut()
    }
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        let state = &mut *self.0.state();
        state.traffic.read_attempts += 1;
        let left = state
            .rules
            .read_ends_after
            .map_or(usize::MAX, |end| end.saturating_sub(state.traffic.read) as usize);
        let over = left == 0 || state.server_gone && state.downward.is_empty();
        if over && state.rules.read_fails {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if over {
            return Poll::Ready(Ok(0));
        }
        let room = dst.capacity() - dst.len();
        assert!(room > 0, "a read with no room would look like the end of the stream");
        let length = state.downward.len().min(state.rules.read_piece).min(room).min(left);
        if length == 0 {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if state.rules.hesitant && !std::mem::replace(&mut state.read_hesitated, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        state.read_hesitated = false;
        dst.put((&mut state.downward).take(length));
        state.traffic.read += length as u64;
        Poll::Ready(Ok(length))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        let state = &mut *self.0.state();
        let left = state
            .rules
            .write_fails_after
            .map_or(usize::MAX, |end| end.saturating_sub(state.traffic.written) as usize);
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = state.rules.upward_window.saturating_sub(state.upward.len());
        let length = src.remaining().min(state.rules.write_piece).min(room).min(left);
        if length == 0 {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if state.rules.hesitant && !std::mem::replace(&mut state.write_hesitated, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        state.write_hesitated = false;
        state.upward.put(src.take(length));
        state.traffic.writes += 1;
        state.traffic.written += length as u64;
        Poll::Ready(Ok(length))
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.state().client_gone = true;
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.state().client_gone = true;
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            upward_window: usize::MAX,
            downward_window: usize::MAX,
            read_piece: usize::MAX,
            write_piece: usize::MAX,
            hesitant: false,
            write_fails_after: None,
            read_ends_after: None,
            read_fails: false,
        }
    }
}
