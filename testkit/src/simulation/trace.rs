//! What happened in a run, as a number and, where somebody wants to read it, as text.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use adapter_core::Time;

use super::weather::Fault;

/// Everything that happened in a run, as one number, and the last of it.
#[derive(Debug)]
pub(super) struct Trace {
    hash: Mixer,
    last: VecDeque<(Time, What)>,
    keep: usize,
    /// How many events there were.
    pub(super) count: u64,
}

/// Something that happened. Numbers are those of connections, tasks, callers and commands.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) enum What {
    Spawned { task: usize, name: &'static str },
    Polled { task: usize, woken: bool },
    Ended { task: usize },
    Stalled,
    TimerWentOff,
    Resolved { addresses: usize },
    Dialled { fate: &'static str },
    Connected { connection: usize },
    Wrote { connection: usize, bytes: usize },
    Arrived { connection: usize, upward: bool, bytes: usize },
    Read { connection: usize, bytes: usize },
    EndOfStream { connection: usize },
    ResetSeen { connection: usize },
    ClientHungUp { connection: usize },
    ServerHungUp { connection: usize },
    Ran { connection: usize, command: usize },
    Sent { connection: usize, bytes: usize },
    Fault { connection: usize, fault: Fault },
    Sabotaged,
    Held { in_flight: usize, queued: usize },
    Issued { caller: usize, command: usize, kind: &'static str },
    Concluded { command: usize, outcome: &'static str },
}

impl Trace {
    /// Keeps so many of the events.
    pub(super) fn new(keep: usize) -> Self {
        Self { hash: Mixer(0), last: VecDeque::new(), keep, count: 0 }
    }

    pub(super) fn note(&mut self, now: Time, what: What) {
        self.count += 1;
        (now, what).hash(&mut self.hash);
        if self.last.len() >= self.keep {
            self.last.pop_front();
        }
        self.last.push_back((now, what));
    }

    /// The same for the same events.
    pub(super) fn hash(&self) -> u64 {
        self.hash.finish()
    }

    /// The last events, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let line =
            |(at, what): &(Time, What)| format!("{:>14.6} {what:?}", at.to_epoch().as_secs_f64());
        self.last.iter().map(line).collect()
    }
}

/// Mixes words as FxHash does: the same number on any machine of 64 bits and in any run.
#[derive(Debug)]
pub(super) struct Mixer(pub(super) u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }
}
