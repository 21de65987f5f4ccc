use std::collections::BTreeMap;

use super::*;
use crate::keyspace::Rng;

const ALL: RangeInclusive<StreamId> = StreamId::MIN..=StreamId::MAX;

fn id(ms: u64, seq: u64) -> StreamId {
    StreamId { ms, seq }
}

fn row(entry: Entry<'_>) -> (StreamId, Vec<Vec<u8>>) {
    let fields = entry.fields().flat_map(|(name, value)| [name.to_vec(), value.to_vec()]);
    (entry.id, fields.collect())
}

fn fields(rng: &mut Rng) -> Vec<Vec<u8>> {
    let pair = |name| {
        let own = rng.below(3) == 0;
        [vec![b'n'; if own { 2 } else { name }], vec![b'v'; rng.below(200)]]
    };
    (0..2).flat_map(pair).collect()
}

#[test]
fn it_holds_what_a_map_would() {
    let mut rng = Rng::new(3);
    let (mut stream, mut model) = (Stream::default(), BTreeMap::new());
    for step in 0..20_000 {
        let last = stream.last_id();
        let next = id(last.ms + rng.below(2) as u64, rng.below(4) as u64);
        let known = model.keys().nth(rng.below(model.len() + 1)).copied();
        match rng.below(8) {
            0..=4 => {
                let fields = fields(&mut rng);
                let added = stream.append(next, fields.iter().map(|it| &**it));
                assert_eq!(added, next > last);
                if added {
                    model.insert(next, fields);
                }
            }
            5..=6 => {
                let id = known.unwrap_or(next);
                assert_eq!(stream.remove(id), model.remove(&id).is_some());
            }
            _ if rng.below(100) == 0 => {
                let first = known.unwrap_or_default();
                let until = Until::Id(first);
                stream.trim(Trim { until, approximate: false, limit: 0 });
                model.retain(|id, _| *id >= first);
            }
            _ => {}
        }
        assert_eq!(stream.len(), model.len());
        assert_eq!(stream.top(), model.keys().next_back().copied());
        let first = model.keys().next().copied();
        assert_eq!(stream.first_id(), first.unwrap_or_default());
        if step % 200 == 0 {
            let (from, to) = (known.unwrap_or_default(), id(last.ms, rng.below(4) as u64));
            let expected = || model.range(from..=to.max(from)).map(|(id, it)| (*id, it.clone()));
            assert!(stream.range(from..=to.max(from)).map(row).eq(expected()));
            assert!(stream.range_back(from..=to.max(from)).map(row).eq(expected().rev()));
        }
    }
    assert!(stream.node_count() > 1);
    stream.trim(Trim { until: Until::Length(0), approximate: false, limit: 0 });
    assert_eq!((stream.len(), stream.node_bytes), (0, 0));
}

/// What redis-server 7.0.15 removes.
#[test]
fn approximate_trimming_removes_the_nodes_of_redis() {
    let trims = [
        (Until::Length(120), 10_000, 100),
        (Until::Id(id(250, 0)), 10_000, 100),
        (Until::Length(0), 10, 0),
        (Until::Length(0), 0, 50),
    ];
    let mut stream = Stream::default();
    let texts: [&[u8]; 2] = [b"f", b"v"];
    (1..=250).for_each(|ms| assert!(stream.append(id(ms, 0), texts.into_iter())));
    for (until, limit, removed) in trims {
        assert_eq!(stream.trim(Trim { until, approximate: true, limit }), removed);
    }
    // By their bytes: nodes of four.
    let value = [b'x'; 1_000];
    (251..=260).for_each(|ms| assert!(stream.append(id(ms, 0), [b"f", &value[..]].into_iter())));
    let trim = Trim { until: Until::Length(0), approximate: true, limit: 5 };
    let removed: Vec<_> = (0..4).map(|_| stream.trim(trim)).collect();
    assert_eq!(removed, [4, 4, 2, 0]);
}

#[test]
fn names_that_an_entry_shares_with_its_node_take_no_memory() {
    let mut stream = Stream::default();
    let name = [b'n'; 30];
    for ms in 1..=100 {
        stream.append(id(ms, 0), [&name[..], b"v"].into_iter());
    }
    assert_eq!(stream.node_count(), 1);
    assert!(stream.node_bytes < 100 * name.len());
    assert!(stream.range(ALL).all(|entry| entry.fields().all(|(it, _)| *it == name)));
}

#[test]
fn what_groups_take_is_known_however_they_change() {
    let mut rng = Rng::new(5);
    let mut stream = Stream::default();
    (1..=50).for_each(|ms| assert!(stream.append(id(ms, 0), [b"f".as_slice(), b"v"].into_iter())));
    for step in 0..2_000 {
        let group = [b'a' + rng.below(4) as u8];
        let consumer = [b'k' + rng.below(3) as u8];
        let entry = id(1 + rng.below(50) as u64, 0);
        stream.add_group(&group, StreamId::MIN, None);
        let number = stream.group_mut(&group).unwrap().consumer_seen(&consumer, 1).0;
        let acknowledged = rng.below(2) == 0;
        let delivery = Delivery { group: &group, consumer: number, count: 3, now: 1, acknowledged };
        match rng.below(8) {
            0 => drop(stream.deliver(delivery)),
            1 => drop(stream.deliver_again(delivery, StreamId::MIN)),
            2..5 => {
                let pending = Pending { consumer: number, delivered: 1, deliveries: 1 };
                stream.group_mut(&group).unwrap().set_pending(entry, pending);
            }
            5 => _ = stream.group_mut(&group).unwrap().acknowledge(entry),
            6 => _ = stream.group_mut(&group).unwrap().remove_consumer(&consumer),
            _ => assert!(stream.remove_group(&group)),
        }
        let sum: usize = stream.groups.values().map(Group::heap_bytes).sum();
        assert_eq!(stream.group_bytes, sum, "{step}");
    }
    assert!(stream.group_bytes > 0);
}
