//! What is subscribed to, by name.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use bytes::Bytes;

use super::{OrderId, SubscriberId};
use crate::facts::Subscription;
use crate::session::Verb;

/// A channel, pattern or shard channel, as this connection's server knows it.
///
/// ```text
///   absent --SUBSCRIBE sent--> asked --confirmed--> present --UNSUBSCRIBE sent--> asked --> absent
///     ^                          |                     |
///     +------ refused, lost -----+--------- lost ------+
/// ```
///
/// One command a name is under way at most. What is wanted may change meanwhile: once it is
/// answered, the two are compared again.
#[derive(Debug, Default)]
pub(super) struct Topic {
    /// Who wants it, and whether it is to be made good to them after a loss.
    pub(super) members: BTreeMap<SubscriberId, Membership>,
    /// Who waits for it to be as they want it.
    pub(super) waiting: Vec<OrderId>,
    /// The server has confirmed it.
    pub(super) present: bool,
    /// The command under way.
    pub(super) asked: Option<Asked>,
    /// It stands in the line of what is to be sent.
    pub(super) queued: bool,
    /// A command was not answered in time: nobody knows whether it is present.
    pub(super) unsure: bool,
    /// An `UNSUBSCRIBE` may be on its way still: what comes before the next confirmation may have
    /// holes.
    pub(super) stale: bool,
    /// Its command was refused together with others': it goes by itself.
    pub(super) alone: bool,
    /// Messages have come before the confirmation.
    pub(super) heard: bool,
}

/// How a subscriber stands to a topic.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Membership {
    /// It had it, and the connection was lost: it is told of the gap once it has it again.
    pub(super) restoring: bool,
}

/// The command under way for a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Subscribe,
    Unsubscribe,
}

impl Topic {
    pub(super) fn is_wanted(&self) -> bool {
        !self.members.is_empty()
    }

    /// It is as it is wanted, for all that is known.
    pub(super) fn is_settled(&self) -> bool {
        self.asked.is_none() && !self.unsure && self.present == self.is_wanted()
    }

    /// What comes now may be delivered.
    pub(super) fn is_heard(&self) -> bool {
        !self.stale && self.asked != Some(Asked::Unsubscribe)
    }

    /// Nothing is left to be known of it.
    pub(super) fn is_gone(&self) -> bool {
        self.members.is_empty() && self.waiting.is_empty() && !self.queued && self.is_settled()
    }

    /// The connection is lost, and the server has forgotten it. Whether anybody misses something.
    pub(super) fn handle_lost(&mut self) -> bool {
        let missed = self.present || self.heard;
        *self = Self {
            members: core::mem::take(&mut self.members),
            waiting: core::mem::take(&mut self.waiting),
            ..Self::default()
        };
        missed
    }
}

impl Asked {
    pub(super) const fn command(self, kind: Subscription) -> &'static str {
        match (self, kind) {
            (Self::Subscribe, Subscription::Channel) => "SUBSCRIBE",
            (Self::Subscribe, Subscription::Pattern) => "PSUBSCRIBE",
            (Self::Subscribe, Subscription::Shard) => "SSUBSCRIBE",
            (Self::Unsubscribe, Subscription::Channel) => "UNSUBSCRIBE",
            (Self::Unsubscribe, Subscription::Pattern) => "PUNSUBSCRIBE",
            (Self::Unsubscribe, Subscription::Shard) => "SUNSUBSCRIBE",
        }
    }

    pub(super) const fn of(verb: Verb) -> Self {
        match verb {
            Verb::Subscribe(_) => Self::Subscribe,
            Verb::Unsubscribe(_) => Self::Unsubscribe,
        }
    }
}

/// A value for each kind of subscription.
#[derive(Debug, Default)]
pub(super) struct ByKind<T> {
    channels: T,
    patterns: T,
    shards: T,
}

/// Names, by kind.
pub(super) type Names = ByKind<BTreeSet<Bytes>>;

/// The topics, by kind and name.
pub(super) type Topics = ByKind<BTreeMap<Bytes, Topic>>;

impl<T> ByKind<T> {
    pub(super) const fn of(&self, kind: Subscription) -> &T {
        match kind {
            Subscription::Channel => &self.channels,
            Subscription::Pattern => &self.patterns,
            Subscription::Shard => &self.shards,
        }
    }

    pub(super) const fn of_mut(&mut self, kind: Subscription) -> &mut T {
        match kind {
            Subscription::Channel => &mut self.channels,
            Subscription::Pattern => &mut self.patterns,
            Subscription::Shard => &mut self.shards,
        }
    }
}

impl Topics {
    pub(super) fn get_mut(&mut self, kind: Subscription, name: &[u8]) -> Option<&mut Topic> {
        self.of_mut(kind).get_mut(name)
    }

    pub(super) fn is_empty(&self) -> bool {
        KINDS.iter().all(|kind| self.of(*kind).is_empty())
    }
}

pub(super) const KINDS: [Subscription; 3] =
    [Subscription::Channel, Subscription::Pattern, Subscription::Shard];
