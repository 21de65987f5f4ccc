//! Giving entries to the consumers of a group.

use super::{ConsumerNumber, Pending, Stream, StreamId};
use crate::keyspace::Millis;

/// To whom entries are given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) group: &'a [u8],
    pub(crate) consumer: ConsumerNumber,
    /// At most so many.
    pub(crate) count: usize,
    pub(crate) now: Millis,
    /// They count as acknowledged at once.
    pub(crate) acknowledged: bool,
}

impl Stream {
    /// Gives a consumer entries that its group was not given yet: which.
    pub(crate) fn deliver(&mut self, delivery: Delivery<'_>) -> Vec<StreamId> {
        let Some(group) = self.groups.get(delivery.group) else { return Vec::new() };
        let (mut last, mut read) = (group.last_delivered, group.entries_read);
        let Some(first) = last.next() else { return Vec::new() };
        let entries = self.range(first..=StreamId::MAX).take(delivery.count);
        let ids: Vec<_> = entries.map(|entry| entry.id).collect();
        for id in &ids {
            read = self.read_up_to(*id, read);
            last = *id;
        }
        if let Some(mut group) = self.group_mut(delivery.group) {
            (group.last_delivered, group.entries_read) = (last, read);
            let Delivery { consumer, now, .. } = delivery;
            let pending = Pending { consumer, delivered: now, deliveries: 1 };
            let ids = ids.iter().filter(|_| !delivery.acknowledged);
            ids.for_each(|id| group.set_pending(*id, pending));
        }
        ids
    }

    /// Gives a consumer once more what is pending for it, from an id on: which. What is not there
    /// any more is among them, but does not count as delivered.
    pub(crate) fn deliver_again(
        &mut self,
        delivery: Delivery<'_>,
        first: StreamId,
    ) -> Vec<StreamId> {
        let Some(group) = self.groups.get(delivery.group) else { return Vec::new() };
        let pending = group.pending_range_of(delivery.consumer, first..=StreamId::MAX);
        let pending: Vec<_> = pending.take(delivery.count).map(|(id, it)| (id, *it)).collect();
        for (id, old) in &pending {
            let exists = self.entry(*id).is_some();
            if let Some(mut group) = self.group_mut(delivery.group).filter(|_| exists) {
                let deliveries = old.deliveries.wrapping_add(1);
                group.set_pending(*id, Pending { delivered: delivery.now, deliveries, ..*old });
            }
        }
        pending.into_iter().map(|(id, _)| id).collect()
    }
}
