//! Who is subscribed to what.

mod directory;
mod notice;

use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt;

use bytes::Bytes;

pub use self::directory::Unsubscribed;
use self::directory::{Directory, Held};
pub use self::notice::Notice;
use crate::glob::glob_matches;

/// What a subscription is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A channel, by its name: `SUBSCRIBE`.
    Channel,
    /// All channels that a [glob pattern](crate::glob_matches) matches: `PSUBSCRIBE`.
    Pattern,
    /// A channel of a cluster's shard: `SSUBSCRIBE`. It shares nothing with a channel of the same
    /// name.
    ShardChannel,
}

/// The subscriptions of a server: pub/sub without the connections.
///
/// `S` is what the server knows a connection by. The hub says who receives what, and what is to be
/// said of it; sending it is up to the server:
///
/// ```
/// use redis_server_core::{Hub, Notice, Topic};
///
/// let mut hub = Hub::new();
/// let mut sent = Vec::new();
///
/// // SUBSCRIBE news, by connection 7, which speaks RESP3
/// let held = hub.subscribe(7, Topic::Channel, b"news");
/// Notice::subscribed(Topic::Channel, b"news", held).write_resp3(&mut sent);
/// // PSUBSCRIBE n*
/// let held = hub.subscribe(7, Topic::Pattern, b"n*");
/// Notice::subscribed(Topic::Pattern, b"n*", held).write_resp3(&mut sent);
/// assert_eq!(held, 2);
///
/// // PUBLISH news hello: once for the channel, once for the pattern
/// sent.clear();
/// let receivers = hub.publish(b"news", b"hello", |id, notice| {
///     assert_eq!(id, 7);
///     notice.write_resp3(&mut sent);
/// });
/// assert_eq!(receivers, 2);
/// assert!(sent.starts_with(b">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n>4\r\n$8\r\npmessage\r\n"));
///
/// // The connection is gone.
/// hub.remove(7);
/// assert!(hub.is_empty());
/// ```
///
/// Names come from clients. They lie in ordered maps, whose cost no choice of names can raise, and
/// once each, however many hold them. What nobody holds any more takes no memory. How much one
/// connection may hold is up to the server, which asks [`subscriptions`](Self::subscriptions)
/// before it lets it have more.
pub struct Hub<S> {
    channels: Directory<S>,
    patterns: Directory<S>,
    shard_channels: Directory<S>,
    /// Nobody is in here who holds nothing.
    subscribers: BTreeMap<S, Held>,
}

impl<S: Copy + Ord> Hub<S> {
    /// Nobody subscribed to anything.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            channels: Directory::new(),
            patterns: Directory::new(),
            shard_channels: Directory::new(),
            subscribers: BTreeMap::new(),
        }
    }

    /// Subscribes and returns the [count](Self::count) to announce. What is held already stays as
    /// it is, and is announced in the same way.
    pub fn subscribe(&mut self, id: S, topic: Topic, name: &[u8]) -> usize {
        let name = self.directory_mut(topic).insert(name, id);
        let held = self.subscribers.entry(id).or_default();
        held.names_mut(topic).insert(name);
        held.count(topic)
    }

    /// Ends a subscription and returns the [count](Self::count) to announce, which is due also
    /// where there was none.
    pub fn unsubscribe(&mut self, id: S, topic: Topic, name: &[u8]) -> usize {
        let Some(held) = self.subscribers.get_mut(&id) else {
            return 0;
        };
        let removed = held.names_mut(topic).remove(name);
        let count = held.count(topic);
        if held.is_empty() {
            self.subscribers.remove(&id);
        }
        if removed {
            self.directory_mut(topic).remove(name, id);
        }
        count
    }

    /// Ends all subscriptions of a kind, as `UNSUBSCRIBE` without arguments does, and returns the
    /// names with the falling counts to announce.
    ///
    /// Where there are none, what is announced is one `None` with the count of what else is held.
    /// Redis's order is that of a hash table, this one is that of the names.
    pub fn unsubscribe_all(&mut self, id: S, topic: Topic) -> Unsubscribed {
        let Some(held) = self.subscribers.get_mut(&id) else {
            return Unsubscribed::new(BTreeSet::new(), 0);
        };
        let names = core::mem::take(held.names_mut(topic));
        let left = held.count(topic);
        if held.is_empty() {
            self.subscribers.remove(&id);
        }
        let directory = self.directory_mut(topic);
        for name in &names {
            directory.remove(name, id);
        }
        Unsubscribed::new(names, left)
    }

    /// Ends all subscriptions of a connection, as it is gone or has sent `RESET`. Nothing is
    /// announced. The cost goes by what it held.
    pub fn remove(&mut self, id: S) {
        let Some(mut held) = self.subscribers.remove(&id) else {
            return;
        };
        for topic in [Topic::Channel, Topic::Pattern, Topic::ShardChannel] {
            let names = core::mem::take(held.names_mut(topic));
            let directory = self.directory_mut(topic);
            for name in &names {
                directory.remove(name, id);
            }
        }
    }

    /// Hands the message to each receiver and returns how many there were, which is what `PUBLISH`
    /// answers.
    ///
    /// Who is subscribed to the channel and to patterns that match it receives it once for each.
    /// The message is encoded once, and once more for each pattern that matches.
    pub fn publish(
        &self,
        channel: &[u8],
        payload: &[u8],
        mut deliver: impl FnMut(S, &Notice),
    ) -> usize {
        let mut receivers = 0;
        for (pattern, ids) in self.audiences(channel) {
            let notice = match pattern {
                Some(pattern) => Notice::pattern_message(pattern, channel, payload),
                None => Notice::message(channel, payload),
            };
            ids.iter().for_each(|id| deliver(*id, &notice));
            receivers += ids.len();
        }
        receivers
    }

    /// [`publish`](Self::publish) to a shard channel: `SPUBLISH`. No pattern matches it.
    pub fn publish_shard(
        &self,
        channel: &[u8],
        payload: &[u8],
        mut deliver: impl FnMut(S, &Notice),
    ) -> usize {
        let Some(ids) = self.shard_channels.subscribers(channel) else {
            return 0;
        };
        let notice = Notice::shard_message(channel, payload);
        ids.iter().for_each(|id| deliver(*id, &notice));
        ids.len()
    }

    /// Who receives what is published to a channel, and by which pattern: first those subscribed
    /// to the channel, with `None`, then those of each pattern that matches, one pattern after
    /// another.
    pub fn receivers<'a>(
        &'a self,
        channel: &'a [u8],
    ) -> impl Iterator<Item = (S, Option<&'a Bytes>)> {
        self.audiences(channel).flat_map(|(pattern, ids)| ids.iter().map(move |id| (*id, pattern)))
    }

    /// Who receives what is published to a shard channel.
    pub fn shard_receivers(&self, channel: &[u8]) -> impl Iterator<Item = S> {
        self.shard_channels.subscribers(channel).into_iter().flatten().copied()
    }

    /// The count that Redis announces for a kind: of channels and patterns together, or of shard
    /// channels.
    #[must_use]
    pub fn count(&self, id: S, topic: Topic) -> usize {
        self.subscribers.get(&id).map_or(0, |held| held.count(topic))
    }

    /// How many subscriptions of one kind a connection holds, as `CLIENT LIST` counts them.
    #[must_use]
    pub fn held(&self, id: S, topic: Topic) -> usize {
        self.subscribers.get(&id).map_or(0, |held| held.names(topic).len())
    }

    /// What a connection is subscribed to, of one kind, in order.
    pub fn held_names(&self, id: S, topic: Topic) -> impl Iterator<Item = &Bytes> {
        self.subscribers.get(&id).into_iter().flat_map(move |held| held.names(topic))
    }

    /// How many subscriptions a connection holds, of all kinds. With any, one that speaks RESP2 may
    /// use few commands, and its output limits are those of subscribers.
    #[must_use]
    pub fn subscriptions(&self, id: S) -> usize {
        self.subscribers.get(&id).map_or(0, Held::total)
    }

    /// The names that somebody is subscribed to, in order, and those alone that a glob pattern
    /// matches if there is one: `PUBSUB CHANNELS` and `PUBSUB SHARDCHANNELS`.
    pub fn names<'a>(
        &'a self,
        topic: Topic,
        pattern: Option<&'a [u8]>,
    ) -> impl Iterator<Item = &'a Bytes> {
        let names = self.directory(topic).iter().map(|(name, _)| name);
        names.filter(move |name| pattern.is_none_or(|pattern| glob_matches(pattern, name)))
    }

    /// How many connections are subscribed to a name: `PUBSUB NUMSUB` and `PUBSUB SHARDNUMSUB`.
    #[must_use]
    pub fn subscribers(&self, topic: Topic, name: &[u8]) -> usize {
        self.directory(topic).count(name)
    }

    /// How many names somebody is subscribed to. Of patterns it is what `PUBSUB NUMPAT` answers.
    #[must_use]
    pub fn len(&self, topic: Topic) -> usize {
        self.directory(topic).len()
    }

    /// Whether nobody is subscribed to anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.subscribers.is_empty()
    }

    /// Who receives the same frame, by the pattern that stands in it.
    fn audiences<'a>(
        &'a self,
        channel: &'a [u8],
    ) -> impl Iterator<Item = (Option<&'a Bytes>, &'a BTreeSet<S>)> {
        let exact = self.channels.subscribers(channel).map(|ids| (None, ids));
        let matching = self.patterns.iter().filter(|(pattern, _)| glob_matches(pattern, channel));
        exact.into_iter().chain(matching.map(|(pattern, ids)| (Some(pattern), ids)))
    }

    fn directory(&self, topic: Topic) -> &Directory<S> {
        match topic {
            Topic::Channel => &self.channels,
            Topic::Pattern => &self.patterns,
            Topic::ShardChannel => &self.shard_channels,
        }
    }

    fn directory_mut(&mut self, topic: Topic) -> &mut Directory<S> {
        match topic {
            Topic::Channel => &mut self.channels,
            Topic::Pattern => &mut self.patterns,
            Topic::ShardChannel => &mut self.shard_channels,
        }
    }
}

impl<S: Copy + Ord> Default for Hub<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Copy + Ord> fmt::Debug for Hub<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("channels", &self.channels.len())
            .field("patterns", &self.patterns.len())
            .field("shard_channels", &self.shard_channels.len())
            .field("subscribers", &self.subscribers.len())
            .finish()
    }
}
