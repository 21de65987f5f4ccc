//! One direction of a connection.

use std::collections::VecDeque;
use std::time::Duration;

use redis_client_core::Time;

use crate::chunking::SplitMix64;

/// Bytes on their way, in pieces that keep their order.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) longest_piece: usize,
    pub(super) longest_delay: Duration,
    travelling: VecDeque<(Time, Vec<u8>)>,
}

impl Link {
    pub(super) fn send(&mut self, now: Time, mut bytes: &[u8], random: &mut SplitMix64) {
        while !bytes.is_empty() {
            let length = match self.longest_piece {
                usize::MAX => bytes.len(),
                longest => (1 + random.below(longest.max(1))).min(bytes.len()),
            };
            let (piece, rest) = bytes.split_at(length);
            let delay = match usize::try_from(self.longest_delay.as_nanos()) {
                Ok(0) | Err(_) => self.longest_delay,
                Ok(longest) => Duration::from_nanos(random.below(longest + 1) as u64),
            };
            // Not before what was sent before it.
            let last = self.travelling.back().map_or(now, |(arrival, _)| *arrival);
            self.travelling.push_back(((now + delay).max(last), piece.to_vec()));
            bytes = rest;
        }
    }

    pub(super) fn next_arrival(&self) -> Option<Time> {
        self.travelling.front().map(|(arrival, _)| *arrival)
    }

    /// The next piece, if it has arrived.
    pub(super) fn receive(&mut self, now: Time) -> Option<Vec<u8>> {
        let (_, piece) = self.travelling.pop_front_if(|(arrival, _)| *arrival <= now)?;
        Some(piece)
    }

    pub(super) fn clear(&mut self) {
        self.travelling.clear();
    }
}

impl Default for Link {
    /// All at once, and in no time.
    fn default() -> Self {
        Self {
            longest_piece: usize::MAX,
            longest_delay: Duration::ZERO,
            travelling: VecDeque::new(),
        }
    }
}
