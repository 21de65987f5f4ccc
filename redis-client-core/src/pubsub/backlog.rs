//! What a subscriber has not read yet.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::notice::{CloseReason, Message, Notice};
use crate::error::ConnectionError;

/// How much may wait to be read by a subscriber, and what becomes of more.
///
/// A subscriber that does not keep up holds up nobody: not the commands that share its connection,
/// not other subscribers, not the server. So what it does not read has to go.
///
/// ```
/// use redis_client_core::{Backlog, Overflow};
///
/// let backlog = Backlog::default().bytes(64 * 1024).overflow(Overflow::DropNewest);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub(super) bytes: usize,
    pub(super) overflow: Overflow,
}

/// What becomes of messages for which a backlog has no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest go, for what counts is what is new. They are counted:
    /// [`Notice::Dropped`] stands where they were.
    #[default]
    DropOldest,
    /// The newest go, and are counted in the same way.
    DropNewest,
    /// The subscriber is closed; what it has is still read.
    Close,
}

impl Backlog {
    /// Sets how many bytes may wait: payloads, and some 300 for each message.
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets what becomes of more.
    #[must_use]
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }
}

impl Default for Backlog {
    /// 1 MiB, some 3,000 small messages; the oldest are dropped.
    fn default() -> Self {
        Self { bytes: 1 << 20, overflow: Overflow::default() }
    }
}

/// The queue of one subscriber, within its bounds.
///
/// ```text
///   [dropped] [gap] [ended ..] | message, gap, message, dropped, message ...
///   '-- what dropping the oldest has left of them
/// ```
///
/// Only messages are dropped. Where no message is in between, gaps are told as one, and so are
/// messages dropped: what is kept beside messages is bounded by these and by what was subscribed
/// to.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) backlog: Backlog,
    /// Dropped in front of all else.
    lost: Lost,
    gap: Option<ConnectionError>,
    ended: VecDeque<Notice>,
    waiting: VecDeque<Notice>,
    /// The weight of the messages.
    bytes: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lost {
    messages: u64,
    bytes: u64,
}

/// Whether a message was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Yes,
    /// There is no room, and there is to be an end.
    Full,
}

impl Queue {
    /// Takes a message, or drops as many as the policy says.
    pub(super) fn push(&mut self, message: Message) -> Taken {
        let weight = message.weight();
        let Backlog { bytes: budget, overflow } = self.backlog;
        if self.bytes.saturating_add(weight) > budget {
            match overflow {
                Overflow::Close => return Taken::Full,
                // All the others would go in vain.
                Overflow::DropOldest if weight <= budget => self.make_room(budget - weight),
                Overflow::DropOldest | Overflow::DropNewest => {
                    self.drop_newest(&message);
                    return Taken::Yes;
                }
            }
        }
        self.bytes += weight;
        self.waiting.push_back(Notice::Message(message));
        Taken::Yes
    }

    /// Takes word that the connection is lost.
    pub(super) fn push_gap(&mut self, error: ConnectionError) {
        let mut silence = self.waiting.iter().rev().take_while(|notice| !notice.is_message());
        let told = silence.any(|notice| matches!(notice, Notice::Gap(_)));
        if !(told || self.gap.is_some() && self.bytes == 0) {
            self.waiting.push_back(Notice::Gap(error));
        }
    }

    pub(super) fn push_ended(&mut self, ended: Notice) {
        self.waiting.push_back(ended);
    }

    /// Takes word that nothing comes any more. A gap that nothing came behind is no gap.
    pub(super) fn close(&mut self, reason: CloseReason) {
        if let Some(Notice::Gap(_)) = self.waiting.back() {
            self.waiting.pop_back();
        } else if self.waiting.is_empty() && self.ended.is_empty() {
            self.gap = None;
        }
        self.waiting.push_back(Notice::Closed(reason));
    }

    /// The next to be read; where `sealed`, up to the first gap.
    pub(super) fn pop(&mut self, sealed: bool) -> Option<Notice> {
        if self.lost != Lost::default() {
            let Lost { messages, bytes } = core::mem::take(&mut self.lost);
            return Some(Notice::Dropped { messages, bytes });
        }
        let gap = self.gap.is_some()
            || self.ended.is_empty() && matches!(self.waiting.front(), Some(Notice::Gap(_)));
        if sealed && gap {
            return None;
        }
        if let Some(error) = self.gap.take() {
            return Some(Notice::Gap(error));
        }
        if let Some(ended) = self.ended.pop_front() {
            return Some(ended);
        }
        let next = self.waiting.pop_front()?;
        if let Notice::Message(message) = &next {
            self.bytes -= message.weight();
        }
        if self.waiting.is_empty() {
            // What a burst needed is not needed for ever.
            self.waiting.shrink_to(CAPACITY);
        }
        Some(next)
    }

    /// Drops the oldest messages until there are no more bytes than that.
    fn make_room(&mut self, budget: usize) {
        // What stood between the messages that go is told together.
        while self.bytes > budget || self.waiting.front().is_some_and(|next| !next.is_message()) {
            match self.waiting.pop_front() {
                Some(Notice::Message(message)) => {
                    self.bytes -= message.weight();
                    self.lost.add(1, message.payload.len() as u64);
                }
                Some(Notice::Dropped { messages, bytes }) => self.lost.add(messages, bytes),
                Some(Notice::Gap(error)) => {
                    self.gap.get_or_insert(error);
                }
                Some(other) => self.ended.push_back(other),
                None => return,
            }
        }
    }

    fn drop_newest(&mut self, message: &Message) {
        let length = message.payload.len() as u64;
        let silence = self.waiting.iter_mut().rev().take_while(|notice| !notice.is_message());
        for notice in silence {
            if let Notice::Dropped { messages, bytes } = notice {
                *messages += 1;
                *bytes += length;
                return;
            }
        }
        self.waiting.push_back(Notice::Dropped { messages: 1, bytes: length });
    }

    /// Bytes that wait.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// All that is left, to be dropped where that is convenient.
    pub(super) fn into_rest(self) -> Vec<Notice> {
        self.waiting.into()
    }
}

impl Lost {
    const fn add(&mut self, messages: u64, bytes: u64) {
        self.messages += messages;
        self.bytes += bytes;
    }
}

/// Notices for which there is room at any time.
const CAPACITY: usize = 16;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use bytes::Bytes;

    use super::*;
    use crate::facts::Subscription;

    fn message(number: u8) -> Message {
        let payload = Bytes::from(vec![number; 100]);
        Message { kind: Subscription::Channel, pattern: None, channel: Bytes::new(), payload }
    }

    /// With room for so many messages.
    fn queue(room: usize, overflow: Overflow) -> Queue {
        let bytes = room * message(0).weight();
        Queue { backlog: Backlog::default().bytes(bytes).overflow(overflow), ..Queue::default() }
    }

    fn rest(queue: &mut Queue) -> Vec<i32> {
        let number = |notice| match notice {
            Notice::Message(message) => message.payload.first().copied().map_or(-9, i32::from),
            Notice::Dropped { messages, bytes } => {
                assert_eq!(bytes, 100 * messages);
                -(messages as i32)
            }
            Notice::Gap(_) => 1000,
            _ => 2000,
        };
        core::iter::from_fn(|| queue.pop(false)).map(number).collect()
    }

    #[test]
    fn the_oldest_go_and_are_counted_in_front() {
        let mut queue = queue(3, Overflow::DropOldest);
        for number in 1..=7 {
            assert_eq!(queue.push(message(number)), Taken::Yes);
        }
        assert_eq!(rest(&mut queue), [-4, 5, 6, 7]);
        assert_eq!(queue.bytes(), 0);
    }

    #[test]
    fn the_newest_go_and_are_counted_where_they_were() {
        let mut queue = queue(2, Overflow::DropNewest);
        for number in 1..=5 {
            assert_eq!(queue.push(message(number)), Taken::Yes);
        }
        let first = queue.pop(false);
        assert!(matches!(first, Some(Notice::Message(_))));
        assert_eq!(queue.push(message(6)), Taken::Yes);
        assert_eq!(rest(&mut queue), [2, -3, 6]);
    }

    #[test]
    fn a_message_larger_than_everything_takes_nothing_with_it() {
        let mut queue = queue(2, Overflow::DropOldest);
        let _ = queue.push(message(1));
        let large = Message { payload: Bytes::from(vec![0; 10_000]), ..message(0) };
        assert_eq!(queue.push(large), Taken::Yes);
        assert!(matches!(queue.pop(false), Some(Notice::Message(_))));
        assert_eq!(queue.pop(false), Some(Notice::Dropped { messages: 1, bytes: 10_000 }));
    }

    #[test]
    fn a_gap_outlives_the_messages_around_it_and_there_is_one() {
        let mut queue = queue(2, Overflow::DropOldest);
        for number in 1..=9 {
            let _ = queue.push(message(number));
            queue.push_gap(ConnectionError::Closed);
            queue.push_gap(ConnectionError::Closed);
        }
        assert_eq!(rest(&mut queue), [-7, 1000, 8, 1000, 9, 1000]);
    }

    #[test]
    fn while_nothing_is_read_gaps_and_what_is_dropped_are_counted_together() {
        let mut queue = queue(1, Overflow::DropNewest);
        for number in 1..=9 {
            let _ = queue.push(message(number));
            queue.push_gap(ConnectionError::Closed);
        }
        assert_eq!(rest(&mut queue), [1, 1000, -8]);
    }

    #[test]
    fn nothing_behind_a_gap_is_read_while_it_is_sealed() {
        let mut queue = queue(9, Overflow::DropOldest);
        let _ = queue.push(message(1));
        queue.push_gap(ConnectionError::Closed);
        let _ = queue.push(message(2));
        assert!(matches!(queue.pop(true), Some(Notice::Message(_))));
        assert_eq!(queue.pop(true), None);
        assert_eq!(rest(&mut queue), [1000, 2]);
    }

    #[test]
    fn full_is_full_and_the_rest_is_read() {
        let mut queue = queue(1, Overflow::Close);
        assert_eq!(queue.push(message(1)), Taken::Yes);
        assert_eq!(queue.push(message(2)), Taken::Full);
        queue.push_gap(ConnectionError::Closed);
        queue.close(CloseReason::BacklogFull);
        assert_eq!(rest(&mut queue), [1, 2000]);
    }

    #[test]
    fn memory_stays_within_the_budget_and_shrinks() {
        let mut queue = queue(1000, Overflow::DropOldest);
        for _ in 0..10_000 {
            let _ = queue.push(message(1));
        }
        let places = queue.waiting.capacity() * size_of::<Notice>();
        assert!(places + 1000 * 200 <= queue.backlog.bytes, "{places}");
        while queue.pop(false).is_some() {}
        assert!(queue.waiting.capacity() <= 2 * CAPACITY);
    }
}
