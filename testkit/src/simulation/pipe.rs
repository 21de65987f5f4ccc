//! One direction of a connection.

use std::collections::VecDeque;
use std::task::Waker;

use adapter_core::Time;
use bytes::{Buf, BytesMut};

/// Bytes from one end to the other: those under way, and those that have arrived and wait to be
/// read. Both count against the window, as with small socket buffers.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    bytes: BytesMut,
    /// How many of them can be read.
    arrived: usize,
    under_way: VecDeque<Segment>,
    window: usize,
    /// The end of the stream has been sent, or has arrived.
    pub(super) finished: bool,
    pub(super) end_arrived: bool,
    /// Nothing arrives any more, and nobody is told.
    pub(super) swallows: bool,
    /// What is read makes no room any more: word of it is lost on its way back.
    unacknowledged: Option<usize>,
    /// Who waits at either end. (The simulated server is called, not woken.)
    pub(super) reader: Option<Waker>,
    pub(super) writer: Option<Waker>,
}

#[derive(Debug)]
struct Segment {
    at: Time,
    bytes: usize,
    last: bool,
}

impl Pipe {
    pub(super) fn new(window: usize) -> Self {
        Self { window, ..Self::default() }
    }

    /// How many bytes may be written.
    pub(super) fn room(&self) -> usize {
        let read = self.unacknowledged.unwrap_or_default();
        self.window.saturating_sub(self.bytes.len() + read)
    }

    /// Nothing comes back from the other end any more.
    pub(super) fn lose_acknowledgements(&mut self) {
        self.unacknowledged = self.unacknowledged.or(Some(0));
    }

    /// How many bytes can be read.
    pub(super) const fn readable(&self) -> usize {
        self.arrived
    }

    /// Sends bytes, which arrive one segment after the other; `at` says when each of them would.
    /// The first arrival, if nothing was under way.
    pub(super) fn send(
        &mut self,
        bytes: &[u8],
        segment: usize,
        mut at: impl FnMut() -> Time,
    ) -> Option<Time> {
        self.bytes.extend_from_slice(bytes);
        if self.swallows {
            return None;
        }
        let idle = self.under_way.is_empty();
        for piece in bytes.chunks(segment.max(1)) {
            self.push(at(), piece.len(), false);
        }
        self.under_way.front().filter(|_| idle).map(|first| first.at)
    }

    /// Ends the stream behind what was sent. When it arrives, if nothing was under way.
    pub(super) fn finish(&mut self, at: Time) -> Option<Time> {
        if std::mem::replace(&mut self.finished, true) || self.swallows {
            return None;
        }
        let idle = self.under_way.is_empty();
        self.push(at, 0, true);
        self.under_way.front().filter(|_| idle).map(|first| first.at)
    }

    /// Takes in what has arrived: how many bytes, and when there is more.
    pub(super) fn arrive(&mut self, now: Time) -> (usize, Option<Time>) {
        let before = self.arrived;
        while let Some(segment) = self.under_way.pop_front_if(|segment| segment.at <= now) {
            self.arrived += segment.bytes;
            self.end_arrived |= segment.last;
        }
        (self.arrived - before, self.under_way.front().map(|next| next.at))
    }

    /// From now on everything sent is lost, and what was under way too.
    pub(super) fn swallow(&mut self) {
        self.swallows = true;
        self.under_way.clear();
    }

    /// Gives up to so many bytes that have arrived to `take`.
    pub(super) fn read(&mut self, bytes: usize, take: impl FnOnce(&[u8])) -> usize {
        let bytes = bytes.min(self.arrived);
        take(self.bytes.get(..bytes).unwrap_or_default());
        self.bytes.advance(bytes);
        self.arrived -= bytes;
        self.unacknowledged = self.unacknowledged.map(|before| before + bytes);
        bytes
    }

    /// Nothing overtakes.
    fn push(&mut self, at: Time, bytes: usize, last: bool) {
        let at = self.under_way.back().map_or(at, |before| before.at.max(at));
        self.under_way.push_back(Segment { at, bytes, last });
    }
}
