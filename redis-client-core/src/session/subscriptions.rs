//! What the connection is subscribed to, and the announcements about it.

use alloc::collections::BTreeSet;

use bytes::Bytes;
use resp_core::{FrameRef, View};

use crate::facts::Subscription;

/// The channels and patterns held, by kind, as the server has confirmed them.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    channels: BTreeSet<Bytes>,
    patterns: BTreeSet<Bytes>,
    shards: BTreeSet<Bytes>,
}

/// The server's word that a subscription began or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announcement {
    pub(crate) verb: Verb,
    /// None where there was nothing to end.
    pub(crate) name: Option<Bytes>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Subscribe(Subscription),
    Unsubscribe(Subscription),
}

impl Subscriptions {
    pub(super) fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.patterns.is_empty() && self.shards.is_empty()
    }

    pub(super) fn held(&self, kind: Subscription) -> usize {
        match kind {
            Subscription::Channel => self.channels.len(),
            Subscription::Pattern => self.patterns.len(),
            Subscription::Shard => self.shards.len(),
        }
    }

    pub(super) fn apply(&mut self, announcement: Announcement) {
        let Some(name) = announcement.name else { return };
        match announcement.verb {
            Verb::Subscribe(kind) => self.of(kind).insert(name),
            Verb::Unsubscribe(kind) => self.of(kind).remove(&name),
        };
    }

    fn of(&mut self, kind: Subscription) -> &mut BTreeSet<Bytes> {
        match kind {
            Subscription::Channel => &mut self.channels,
            Subscription::Pattern => &mut self.patterns,
            Subscription::Shard => &mut self.shards,
        }
    }
}

impl Verb {
    pub(crate) const fn kind(self) -> Subscription {
        match self {
            Self::Subscribe(kind) | Self::Unsubscribe(kind) => kind,
        }
    }
}

/// What a frame is to a connection that may be subscribed.
pub(crate) enum News {
    Announcement(Announcement),
    /// A message.
    Message,
    /// Nothing of the kind.
    Other,
}

impl News {
    /// Whether a frame is the confirmation that a shard's subscription has ended, to its last
    /// element: an array that may be a reply is looked at closely.
    pub(super) fn ends_shard(frame: FrameRef<'_>) -> bool {
        let View::Array(mut elements) = frame.view() else { return false };
        elements.len() == 3
            && matches!(
                Self::read(frame),
                Self::Announcement(Announcement {
                    verb: Verb::Unsubscribe(Subscription::Shard),
                    ..
                })
            )
            && matches!(elements.nth(2).map(|left| left.view()), Some(View::Integer(_)))
    }

    /// Reads a push, or in RESP2 an array.
    pub(crate) fn read(frame: FrameRef<'_>) -> Self {
        let (View::Push(mut elements) | View::Array(mut elements)) = frame.view() else {
            return Self::Other;
        };
        let Some(View::BulkString(word) | View::SimpleString(word)) =
            elements.next().map(|first| first.view())
        else {
            return Self::Other;
        };
        let verb = match word {
            b"message" | b"pmessage" | b"smessage" => return Self::Message,
            b"subscribe" => Verb::Subscribe(Subscription::Channel),
            b"psubscribe" => Verb::Subscribe(Subscription::Pattern),
            b"ssubscribe" => Verb::Subscribe(Subscription::Shard),
            b"unsubscribe" => Verb::Unsubscribe(Subscription::Channel),
            b"punsubscribe" => Verb::Unsubscribe(Subscription::Pattern),
            b"sunsubscribe" => Verb::Unsubscribe(Subscription::Shard),
            _ => return Self::Other,
        };
        // Copied, so that a name held for long does not keep a read buffer.
        let name = match elements.next().map(|name| name.view()) {
            Some(View::BulkString(name)) => Some(Bytes::copy_from_slice(name)),
            _ => None,
        };
        Self::Announcement(Announcement { verb, name })
    }
}
