//! Names to subscribers, and a subscriber to its names.

use alloc::collections::{BTreeMap, BTreeSet, btree_map, btree_set};
use core::iter::FusedIterator;
use core::ops::Bound::Included;

use bytes::Bytes;

use super::Topic;

/// Who is subscribed to each name of a kind. No name is in here that nobody holds.
pub(super) struct Directory<S> {
    names: BTreeMap<Bytes, BTreeSet<S>>,
}

impl<S> Directory<S> {
    pub(super) const fn new() -> Self {
        Self { names: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn iter(&self) -> btree_map::Iter<'_, Bytes, BTreeSet<S>> {
        self.names.iter()
    }

    pub(super) fn count(&self, name: &[u8]) -> usize {
        self.names.get(name).map_or(0, BTreeSet::len)
    }
}

impl<S: Copy + Ord> Directory<S> {
    /// Adds a subscriber and returns the name as it is kept here.
    ///
    /// The first copies it: what it was read into is larger, and would be kept alive by a slice.
    pub(super) fn insert(&mut self, name: &[u8], id: S) -> Bytes {
        if let Some((name, ids)) =
            self.names.range_mut::<[u8], _>((Included(name), Included(name))).next()
        {
            ids.insert(id);
            return name.clone();
        }
        let name = Bytes::copy_from_slice(name);
        self.names.insert(name.clone(), BTreeSet::from([id]));
        name
    }

    pub(super) fn remove(&mut self, name: &[u8], id: S) {
        if let Some(ids) = self.names.get_mut(name) {
            ids.remove(&id);
            if ids.is_empty() {
                self.names.remove(name);
            }
        }
    }

    /// Nobody is no set at all.
    pub(super) fn subscribers(&self, name: &[u8]) -> Option<&BTreeSet<S>> {
        self.names.get(name)
    }
}

/// What one subscriber holds.
#[derive(Default)]
pub(super) struct Held {
    channels: BTreeSet<Bytes>,
    patterns: BTreeSet<Bytes>,
    shard_channels: BTreeSet<Bytes>,
}

impl Held {
    pub(super) fn names_mut(&mut self, topic: Topic) -> &mut BTreeSet<Bytes> {
        match topic {
            Topic::Channel => &mut self.channels,
            Topic::Pattern => &mut self.patterns,
            Topic::ShardChannel => &mut self.shard_channels,
        }
    }

    pub(super) fn names(&self, topic: Topic) -> &BTreeSet<Bytes> {
        match topic {
            Topic::Channel => &self.channels,
            Topic::Pattern => &self.patterns,
            Topic::ShardChannel => &self.shard_channels,
        }
    }

    /// What Redis announces.
    pub(super) fn count(&self, topic: Topic) -> usize {
        match topic {
            Topic::Channel | Topic::Pattern => self.channels.len() + self.patterns.len(),
            Topic::ShardChannel => self.shard_channels.len(),
        }
    }

    pub(super) fn total(&self) -> usize {
        self.channels.len() + self.patterns.len() + self.shard_channels.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.total() == 0
    }
}

/// What [`Hub::unsubscribe_all`](super::Hub::unsubscribe_all) has ended: each name, and the count
/// to announce with it. At least one, as every command wants a reply.
#[derive(Debug)]
#[must_use = "each is to be announced"]
pub struct Unsubscribed {
    names: btree_set::IntoIter<Bytes>,
    /// What else counts.
    left: usize,
    /// There was nothing, and that has not been said.
    nothing: bool,
}

impl Unsubscribed {
    pub(super) fn new(names: BTreeSet<Bytes>, left: usize) -> Self {
        Self { nothing: names.is_empty(), names: names.into_iter(), left }
    }
}

impl Iterator for Unsubscribed {
    type Item = (Option<Bytes>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        if core::mem::take(&mut self.nothing) {
            return Some((None, self.left));
        }
        let name = self.names.next()?;
        Some((Some(name), self.names.len() + self.left))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let length = self.names.len() + usize::from(self.nothing);
        (length, Some(length))
    }
}

impl ExactSizeIterator for Unsubscribed {}
impl FusedIterator for Unsubscribed {}
