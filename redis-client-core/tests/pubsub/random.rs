//! Anything, in any order: nobody misses a message without a word, and nobody gets one twice.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use redis_client_core::pubsub::{OrderId, SubscriberId};
use redis_client_core::{Backlog, Notice, Overflow, Subscription};

use crate::world::{World, index};

const KINDS: [Subscription; 3] =
    [Subscription::Channel, Subscription::Pattern, Subscription::Shard];
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A subscriber, and what it has read.
struct Reader {
    id: SubscriberId,
    /// The number read last of each subscription, and whether the next has to follow it.
    last: BTreeMap<(usize, String), (u64, bool)>,
    /// The number published last when it gave a subscription up by itself, or was told by an error
    /// that it has none: what it has of later ones need not follow.
    paused: BTreeMap<(usize, String), u64>,
    closed: bool,
}

#[derive(Default)]
struct Run {
    world: World,
    readers: Vec<Reader>,
    orders: Vec<(OrderId, u64, SubscriberId)>,
    gone: BTreeSet<u64>,
    numbers: BTreeMap<(usize, &'static str), u64>,
    failed: BTreeSet<u64>,
    tags: u64,
}

impl Run {
    fn step(&mut self, (what, which, more): (u8, u8, u8)) {
        let kind = KINDS[usize::from(which % 3)];
        let name = NAMES[usize::from(which / 3 % 4)];
        let count = self.readers.len().max(1);
        let place = usize::from(more) % count;
        match what % 32 {
            0 | 1 if self.readers.len() < 4 => {
                let overflow = [Overflow::DropOldest, Overflow::DropNewest, Overflow::Close];
                let overflow = overflow[usize::from(more % 3)];
                let bytes = if more < 128 { 1500 } else { 1 << 20 };
                let backlog = Backlog::default().bytes(bytes).overflow(overflow);
                let id = self.world.machine.open(backlog);
                self.readers.push(Reader {
                    id,
                    last: BTreeMap::new(),
                    paused: BTreeMap::new(),
                    closed: false,
                });
            }
            2..=7 => self.order(place, kind, &[name], true),
            8 => self.order(place, kind, &NAMES, true),
            9 | 10 => self.order(place, kind, &[name], false),
            11 => {
                if place < self.readers.len() {
                    let reader = self.readers.remove(place);
                    let id = reader.id;
                    self.world.machine.close(id);
                    self.world.forget(id);
                    let of = self.orders.iter().filter(|(.., of)| *of == id);
                    self.gone.extend(of.map(|(_, tag, _)| *tag));
                }
            }
            12 => {
                if let Some((order, tag, _)) = self.orders.get(usize::from(more)) {
                    self.world.machine.abandon(*order);
                    self.gone.insert(*tag);
                }
            }
            13 | 14 => self.world.connect(),
            15 => self.world.lose(),
            16 => {
                self.world.serve();
            }
            17 if more < 64 => self.world.time_out(),
            18 => self.world.move_shard(name),
            19 if more < 32 => {
                self.world.refused.insert(name.into());
            }
            19 => self.world.refused.clear(),
            20 => self.world.refuse_room(),
            21 => self.world.machine.handle_unblocked(),
            22..=27 => self.publish(kind, name),
            _ => {
                self.world.hear();
            }
        }
        self.world.poll();
        self.note_failed();
        if what >= 200 {
            self.read(place);
        }
        self.world.poll();
    }

    fn order(&mut self, place: usize, kind: Subscription, names: &[&'static str], begins: bool) {
        let Some(reader) = self.readers.get_mut(place) else { return };
        self.tags += 1;
        let machine = &mut self.world.machine;
        let order = if begins {
            machine.subscribe(reader.id, kind, names, None, self.tags)
        } else {
            for name in names {
                let number = self.numbers.get(&(index(kind), *name)).copied().unwrap_or(0);
                reader.paused.insert((index(kind), (*name).to_owned()), number);
            }
            machine.unsubscribe(reader.id, kind, names, None, self.tags)
        };
        self.orders.push((order, self.tags, reader.id));
    }

    /// Whoever was refused has nothing of what it asked for.
    fn note_failed(&mut self) {
        for (_, tag, id) in &self.orders {
            let failed = self.world.done.get(tag).is_some_and(Result::is_err);
            if failed && self.failed.insert(*tag) {
                let reader = self.readers.iter_mut().find(|reader| reader.id == *id);
                let Some(reader) = reader else { continue };
                for ((kind, name), number) in &self.numbers {
                    reader.paused.insert((*kind, (*name).to_owned()), *number);
                }
            }
        }
    }

    fn publish(&mut self, kind: Subscription, name: &'static str) {
        let number = self.numbers.entry((index(kind), name)).or_default();
        *number += 1;
        self.world.publish(kind, name, &number.to_string());
    }

    fn read(&mut self, place: usize) {
        let Some(reader) = self.readers.get_mut(place) else { return };
        while let Some(notice) = self.world.read(reader.id) {
            assert!(!reader.closed, "{notice:?} behind the end");
            match notice {
                Notice::Message(message) => {
                    let name = message.pattern.as_ref().unwrap_or(&message.channel);
                    let name = String::from_utf8_lossy(name).into_owned();
                    let number = String::from_utf8_lossy(&message.payload).parse::<u64>().unwrap();
                    let place = (index(message.kind), name);
                    if let Some((last, follows)) = reader.last.get(&place) {
                        assert!(number > *last, "{place:?} {number} after {last}");
                        let paused = reader.paused.get(&place).is_some_and(|paused| last <= paused);
                        let follows = *follows && !paused;
                        assert!(!follows || number == last + 1, "{place:?}: {last} and {number}");
                    }
                    reader.last.insert(place, (number, true));
                }
                Notice::Gap(_) | Notice::Dropped { .. } => {
                    reader.last.values_mut().for_each(|last| last.1 = false);
                }
                Notice::Ended { kind, name, .. } => {
                    let name = String::from_utf8_lossy(&name).into_owned();
                    if let Some(last) = reader.last.get_mut(&(index(kind), name)) {
                        last.1 = false;
                    }
                }
                Notice::Closed(_) => reader.closed = true,
                other => panic!("{other:?}"),
            }
        }
    }

    fn finish(mut self) {
        self.world.connect();
        self.world.machine.handle_unblocked();
        self.world.run();
        for place in 0..self.readers.len() {
            self.read(place);
        }
        self.world.run();
        let mut wanted = BTreeSet::new();
        for reader in &self.readers {
            let names = self.world.machine.names(reader.id);
            wanted.extend(names.map(|(kind, name)| (index(kind), name.clone())));
        }
        assert_eq!(self.world.held, wanted, "the server has what is wanted, and nothing else");
        for (_, tag, _) in &self.orders {
            let ended = self.world.done.contains_key(tag) || self.gone.contains(tag);
            assert!(ended, "order {tag} never ends");
        }
        assert_eq!(self.world.machine.poll_timeout(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn nothing_is_lost_without_a_word_nor_told_twice(steps in vec(any::<(u8, u8, u8)>(), 0..400)) {
        let mut run = Run::default();
        for step in steps {
            run.step(step);
        }
        run.finish();
    }
}
