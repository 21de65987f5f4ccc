//! What a subscriber is told.

use core::fmt;

use bytes::Bytes;
use resp_core::{Frame, FrameRef, View};

use crate::error::{ConnectionError, ServerError};
use crate::facts::Subscription;

/// What a subscriber gets: a message, or word of what it did not get.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A message.
    Message(Message),
    /// The connection was lost, and all that was subscribed to is subscribed to again. What was
    /// published in between is lost. It comes before the first message of the new connection.
    Gap(ConnectionError),
    /// Messages had no room in the [`Backlog`](super::Backlog), and were dropped here.
    Dropped {
        /// How many.
        messages: u64,
        /// How many bytes of payload were in them.
        bytes: u64,
    },
    /// The server has ended a subscription by itself: a shard's slot has moved to another node, or
    /// it was refused when the connection was made anew, if only for want of time: a server that is
    /// busy with a script refuses, too. Subscribe again to have it back.
    Ended {
        /// Which kind.
        kind: Subscription,
        /// The channel, pattern or shard channel.
        name: Bytes,
        /// Why it was refused, if it was.
        error: Option<ServerError>,
    },
    /// Nothing comes any more.
    Closed(CloseReason),
}

impl Notice {
    pub(super) const fn is_message(&self) -> bool {
        matches!(self, Self::Message(_))
    }
}

/// What somebody has published.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// By what kind of subscription it came.
    pub kind: Subscription,
    /// The pattern that was subscribed to, where it was one.
    pub pattern: Option<Bytes>,
    /// Where it was published.
    pub channel: Bytes,
    /// What was published.
    pub payload: Bytes,
}

/// Why a subscriber gets nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// Its backlog was full, and [so it was to be](super::Overflow::Close).
    BacklogFull,
    /// There is no connection, and will be none.
    Connection(ConnectionError),
    /// The server has come back without RESP3, and the connection is shared with commands.
    Resp2,
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BacklogFull => f.write_str("the backlog was full"),
            Self::Connection(error) => error.fmt(f),
            Self::Resp2 => f.write_str("the server does not speak RESP3 any more"),
        }
    }
}

/// Long ones are cut short.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = f.debug_struct("Message");
        parts.field("kind", &self.kind);
        if let Some(pattern) = &self.pattern {
            parts.field("pattern", &Short(pattern));
        }
        parts.field("channel", &Short(&self.channel));
        parts.field("payload", &Short(&self.payload)).finish()
    }
}

struct Short<'a>(&'a Bytes);

impl fmt::Debug for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get(..SHOWN).filter(|start| start.len() < self.0.len()) {
            Some(start) => {
                write!(f, "b\"{}\".. ({} bytes)", start.escape_ascii(), self.0.len())
            }
            None => write!(f, "b\"{}\"", self.0.escape_ascii()),
        }
    }
}

/// A message as the server sends it, in RESP3 a push and in RESP2 an array.
pub(super) struct Delivery<'a> {
    pub(super) kind: Subscription,
    /// The name of the subscription: for a pattern, that.
    pub(super) name: &'a [u8],
    pub(super) channel: &'a [u8],
    pub(super) payload: &'a [u8],
}

impl<'a> Delivery<'a> {
    pub(super) fn read(frame: FrameRef<'a>) -> Option<Self> {
        let (View::Push(mut elements) | View::Array(mut elements)) = frame.view() else {
            return None;
        };
        let mut text = || match elements.next()?.view() {
            View::BulkString(text) | View::SimpleString(text) => Some(text),
            _ => None,
        };
        let kind = match text()? {
            b"message" => Subscription::Channel,
            b"pmessage" => Subscription::Pattern,
            b"smessage" => Subscription::Shard,
            _ => return None,
        };
        let name = text()?;
        let channel = if kind == Subscription::Pattern { text()? } else { name };
        Some(Self { kind, name, channel, payload: text()? })
    }

    /// The message, with the name as it is held already.
    ///
    /// A payload that is small against a read buffer is copied, so that it does not keep one alive.
    pub(super) fn message(&self, name: &Bytes, frame: &Frame) -> Message {
        let payload = match self.payload.len() >= SHARE_FROM {
            true => frame.as_frame().to_shared(self.payload),
            false => Bytes::copy_from_slice(self.payload),
        };
        let (pattern, channel) = match self.kind {
            Subscription::Pattern => (Some(name.clone()), Bytes::copy_from_slice(self.channel)),
            Subscription::Channel | Subscription::Shard => (None, name.clone()),
        };
        Message { kind: self.kind, pattern, channel, payload }
    }
}

impl Message {
    /// Bytes that it keeps in memory, at the most: what shares a read buffer counts twice, since
    /// buffers grow by doubling.
    pub(super) fn weight(&self) -> usize {
        let payload = self.payload.len();
        let shared = if payload >= SHARE_FROM { payload } else { 0 };
        let channel = if self.pattern.is_some() { self.channel.len() } else { 0 };
        payload.saturating_add(shared).saturating_add(channel).saturating_add(OVERHEAD)
    }
}

/// As much as a driver reads at once.
const SHARE_FROM: usize = 256 * 1024;

/// What a message takes beside its bytes: its place in a queue that may be half empty, and two
/// allocations.
const OVERHEAD: usize = 2 * size_of::<Notice>() + 64;

/// Bytes of a message that `Debug` shows.
const SHOWN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn message(frame: &str) -> Option<Message> {
        let frame = Frame::parse(Bytes::copy_from_slice(frame.as_bytes())).expect("a frame");
        let delivery = Delivery::read(frame.as_frame())?;
        Some(delivery.message(&Bytes::copy_from_slice(delivery.name), &frame))
    }

    #[test]
    fn messages_are_read_in_both_protocols() {
        for first in ['>', '*'] {
            let read =
                message(&alloc::format!("{first}3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n"));
            let read = read.expect("a message");
            assert_eq!((read.kind, read.pattern), (Subscription::Channel, None));
            assert_eq!((&read.channel[..], &read.payload[..]), (&b"c"[..], &b"hi"[..]));
        }
        let read = message(">4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$2\r\ncd\r\n$0\r\n\r\n");
        let read = read.expect("a message");
        assert_eq!(read.pattern.as_deref(), Some(&b"c*"[..]));
        assert_eq!((&read.channel[..], &read.payload[..]), (&b"cd"[..], &b""[..]));
        assert_eq!(message(">2\r\n$7\r\nmessage\r\n$1\r\nc\r\n"), None);
        assert_eq!(message(">2\r\n$10\r\ninvalidate\r\n$1\r\nc\r\n"), None);
    }

    #[test]
    fn a_small_payload_keeps_no_read_buffer() {
        let length = 1000;
        let text =
            alloc::format!(">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n${length}\r\n{:length$}\r\n", "");
        let frame = Frame::parse(Bytes::from(text.into_bytes())).expect("a frame");
        let whole = frame.as_bytes().as_ptr_range();
        let delivery = Delivery::read(frame.as_frame()).expect("a message");
        let message = delivery.message(&Bytes::from_static(b"c"), &frame);
        assert!(!whole.contains(&message.payload.as_ptr()));
    }

    #[test]
    fn a_long_message_is_shown_in_part() {
        let payload = Bytes::from(alloc::vec![b'x'; 1 << 20]);
        let message = Message {
            kind: Subscription::Channel,
            pattern: None,
            channel: Bytes::from_static(b"c\n"),
            payload,
        };
        let shown = alloc::format!("{message:?}");
        assert!(
            shown.len() < 200 && shown.contains("c\\n") && shown.contains("1048576"),
            "{shown}"
        );
    }
}
