//! `XINFO STREAM FULL`.

use redis_server_core::{Items, Pairs};

use super::head;
use crate::engine::{Answer, Done, Outcome};
use crate::keyspace::{Compact, Group, Stream, StreamId};

pub(super) fn stream(stream: &Stream, count: usize, answer: &mut Answer<'_>) -> Outcome {
    let Some(mut pairs) = answer.map(9) else { return Ok(Done::Answered) };
    head(&mut pairs, stream);
    let entries = stream.range(StreamId::MIN..=StreamId::MAX).take(count);
    pairs.pair("entries", entries.collect::<Vec<_>>());
    let groups = stream.groups();
    let mut items = pairs.value("groups").array(groups.len());
    for (name, it) in groups {
        group(items.item().map(7), stream, name, it, count);
    }
    Ok(Done::Answered)
}

fn group(mut pairs: Pairs<'_>, stream: &Stream, name: &Compact, group: &Group, count: usize) {
    pairs
        .pair("name", &**name)
        .pair("last-delivered-id", group.last_delivered)
        .pair("entries-read", group.entries_read)
        .pair("lag", stream.lag(group))
        .pair("pel-count", group.pending_count());
    pending(&mut pairs, group, count);
    let consumers = pairs.value("consumers").array(group.consumer_count());
    list_consumers(consumers, group, count);
}

fn pending(pairs: &mut Pairs<'_>, group: &Group, count: usize) {
    let mut items = pairs.value("pending").array(group.pending_count().min(count));
    for (id, pending) in group.pending_range(StreamId::MIN..=StreamId::MAX).take(count) {
        let owner = group.consumer(pending.consumer).map(|owner| &*owner.name);
        let mut item = items.item().array(4);
        item.add(id).add(owner.unwrap_or_default()).add(pending.delivered).add(pending.deliveries);
    }
}

fn list_consumers(mut items: Items<'_>, group: &Group, count: usize) {
    for consumer in group.consumers() {
        let mut pairs = items.item().map(4);
        pairs
            .pair("name", &*consumer.name)
            .pair("seen-time", consumer.seen)
            .pair("pel-count", consumer.pending.len());
        let mut items = pairs.value("pending").array(consumer.pending.len().min(count));
        for id in consumer.pending.iter().take(count) {
            let Some(pending) = group.pending(*id) else { continue };
            items.item().array(3).add(*id).add(pending.delivered).add(pending.deliveries);
        }
    }
}
