//! A consumer group of a stream.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut, RangeInclusive};

use super::StreamId;
use crate::keyspace::{Compact, Millis};

/// Those who share the entries of a stream, what they have been given, and what they have not
/// acknowledged yet.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) last_delivered: StreamId,
    /// How many entries there were up to the last that was delivered, where that is known.
    pub(crate) entries_read: Option<i64>,
    /// By their names.
    numbers: BTreeMap<Compact, ConsumerNumber>,
    consumers: BTreeMap<ConsumerNumber, Consumer>,
    pending: BTreeMap<StreamId, Pending>,
    next_number: u32,
}

/// A group that is being changed: its stream then knows what all of them take.
#[derive(Debug)]
pub(crate) struct GroupEdit<'a> {
    group: &'a mut Group,
    before: usize,
    total: &'a mut usize,
}

impl<'a> GroupEdit<'a> {
    pub(super) fn new(group: &'a mut Group, total: &'a mut usize) -> Self {
        Self { before: group.heap_bytes(), group, total }
    }
}

impl Deref for GroupEdit<'_> {
    type Target = Group;

    fn deref(&self) -> &Group {
        self.group
    }
}

impl DerefMut for GroupEdit<'_> {
    fn deref_mut(&mut self) -> &mut Group {
        self.group
    }
}

impl Drop for GroupEdit<'_> {
    fn drop(&mut self) {
        *self.total = (*self.total + self.group.heap_bytes()).saturating_sub(self.before);
    }
}

/// Which of the consumers; it is not given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConsumerNumber(u32);

#[derive(Clone, Debug)]
pub(crate) struct Consumer {
    pub(crate) name: Compact,
    /// When it last did anything.
    pub(crate) seen: Millis,
    pub(crate) pending: BTreeSet<StreamId>,
}

/// An entry that was delivered and is not acknowledged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(crate) consumer: ConsumerNumber,
    pub(crate) delivered: Millis,
    pub(crate) deliveries: i64,
}

impl Group {
    pub(super) fn new(last_delivered: StreamId, entries_read: Option<i64>) -> Self {
        Self {
            last_delivered,
            entries_read,
            numbers: BTreeMap::new(),
            consumers: BTreeMap::new(),
            pending: BTreeMap::new(),
            next_number: 0,
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.numbers.len() * CONSUMER_BYTES + self.pending.len() * PENDING_BYTES
    }

    pub(crate) fn consumer_count(&self) -> usize {
        self.consumers.len()
    }

    /// In the order of their names.
    pub(crate) fn consumers(&self) -> impl Iterator<Item = &Consumer> {
        self.numbers.values().filter_map(|number| self.consumers.get(number))
    }

    pub(crate) fn find_consumer(&self, name: &[u8]) -> Option<ConsumerNumber> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn consumer(&self, number: ConsumerNumber) -> Option<&Consumer> {
        self.consumers.get(&number)
    }

    /// The consumer, who is there at that time, and whether it is a new one.
    pub(crate) fn consumer_seen(&mut self, name: &[u8], now: Millis) -> (ConsumerNumber, bool) {
        if let Some(number) = self.find_consumer(name) {
            if let Some(consumer) = self.consumers.get_mut(&number) {
                consumer.seen = now;
            }
            return (number, false);
        }
        let number = ConsumerNumber(self.next_number);
        self.next_number += 1;
        let consumer = Consumer { name: name.into(), seen: now, pending: BTreeSet::new() };
        self.numbers.insert(name.into(), number);
        self.consumers.insert(number, consumer);
        (number, true)
    }

    /// Removes a consumer with what is pending for it: how much that was, if it was there.
    pub(crate) fn remove_consumer(&mut self, name: &[u8]) -> Option<usize> {
        let number = self.numbers.remove(name)?;
        let consumer = self.consumers.remove(&number)?;
        for id in &consumer.pending {
            self.pending.remove(id);
        }
        Some(consumer.pending.len())
    }

    pub(crate) fn pending_count(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn pending(&self, id: StreamId) -> Option<Pending> {
        self.pending.get(&id).copied()
    }

    /// The first and the last id that is pending.
    pub(crate) fn pending_bounds(&self) -> Option<(StreamId, StreamId)> {
        let (first, _) = self.pending.first_key_value()?;
        let (last, _) = self.pending.last_key_value()?;
        Some((*first, *last))
    }

    /// What is pending of these ids, in order.
    pub(crate) fn pending_range(
        &self,
        ids: RangeInclusive<StreamId>,
    ) -> impl Iterator<Item = (StreamId, &Pending)> {
        let ids = (!ids.is_empty()).then_some(ids);
        ids.into_iter().flat_map(|ids| self.pending.range(ids)).map(|(id, it)| (*id, it))
    }

    /// The same of one consumer alone.
    pub(crate) fn pending_range_of(
        &self,
        consumer: ConsumerNumber,
        ids: RangeInclusive<StreamId>,
    ) -> impl Iterator<Item = (StreamId, &Pending)> {
        let ids = (!ids.is_empty()).then_some(ids);
        let consumer = ids.and_then(|ids| Some((self.consumers.get(&consumer)?, ids)));
        let ids = consumer.into_iter().flat_map(|(consumer, ids)| consumer.pending.range(ids));
        ids.filter_map(|id| Some((*id, self.pending.get(id)?)))
    }

    /// Notes that an entry is pending, whoever had it before.
    pub(crate) fn set_pending(&mut self, id: StreamId, pending: Pending) {
        let old = self.pending.insert(id, pending);
        if old.is_some_and(|old| old.consumer == pending.consumer) {
            return;
        }
        if let Some(owner) = old.and_then(|old| self.consumers.get_mut(&old.consumer)) {
            owner.pending.remove(&id);
        }
        if let Some(owner) = self.consumers.get_mut(&pending.consumer) {
            owner.pending.insert(id);
        }
    }

    /// An entry is pending no more: whether it was.
    pub(crate) fn acknowledge(&mut self, id: StreamId) -> bool {
        let Some(pending) = self.pending.remove(&id) else { return false };
        if let Some(owner) = self.consumers.get_mut(&pending.consumer) {
            owner.pending.remove(&id);
        }
        true
    }
}

/// About what a consumer takes with its name twice, and an entry that is pending in both trees.
const CONSUMER_BYTES: usize = 2 * size_of::<Consumer>();
const PENDING_BYTES: usize = size_of::<(StreamId, Pending)>() + 2 * size_of::<StreamId>();
