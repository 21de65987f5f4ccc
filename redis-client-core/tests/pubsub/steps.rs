//! One thing at a time.

use std::time::Duration;

use redis_client_core::pubsub::SubscriberId;
use redis_client_core::{Backlog, Cause, ConnectionError, Error, Overflow, Subscription, Time};

use crate::world::World;

const CHANNEL: Subscription = Subscription::Channel;

impl World {
    fn open(&mut self) -> SubscriberId {
        self.machine.open(Backlog::default())
    }

    fn subscribe(&mut self, id: SubscriberId, names: &[&str], tag: u64) {
        self.machine.subscribe(id, CHANNEL, names, None, tag);
        self.run();
    }

    fn unsubscribe(&mut self, id: SubscriberId, names: &[&str], tag: u64) {
        self.machine.unsubscribe(id, CHANNEL, names, None, tag);
        self.run();
    }

    fn message(&mut self, name: &str, payload: &str) {
        self.publish(CHANNEL, name, payload);
        self.run();
    }
}

#[test]
fn a_name_is_subscribed_to_once_and_given_up_with_the_last() {
    let mut world = World::connected();
    let (one, two) = (world.open(), world.open());
    world.subscribe(one, &["a", "b", "a"], 1);
    world.subscribe(two, &["b", "c"], 2);
    assert_eq!(world.said, ["SUBSCRIBE a b", "SUBSCRIBE c"]);
    world.message("b", "1");
    assert_eq!(
        (world.read_all(one), world.read_all(two)),
        (vec!["b 1".into()], vec!["b 1".into()])
    );
    world.unsubscribe(one, &["b"], 3);
    world.message("b", "2");
    assert_eq!((world.read_all(one), world.read_all(two)), (vec![], vec!["b 2".into()]));
    world.machine.close(two);
    world.forget(two);
    world.run();
    world.machine.close(one);
    world.forget(one);
    world.run();
    assert_eq!(world.said[2..], ["UNSUBSCRIBE b c", "UNSUBSCRIBE a"]);
    assert!(world.machine.is_idle() && world.held.is_empty());
    assert_eq!(world.done, [(1, Ok(())), (2, Ok(())), (3, Ok(()))].into());
}

#[test]
fn a_refused_name_is_its_callers_error_and_nobody_elses() {
    let mut world = World::connected();
    world.refused.insert("x".into());
    let (one, two, three) = (world.open(), world.open(), world.open());
    world.machine.subscribe(one, CHANNEL, ["a", "x"], None, 1);
    world.machine.subscribe(two, CHANNEL, ["a", "b"], None, 2);
    world.machine.subscribe(three, CHANNEL, ["x"], None, 3);
    world.run();
    assert!(matches!(world.done[&1], Err(Error::Server(_))) && world.done[&1] == world.done[&3]);
    assert_eq!(world.done[&2], Ok(()));
    world.message("a", "1");
    assert_eq!((world.read_all(one), world.read_all(two)), (vec![], vec!["a 1".into()]));
    assert_eq!(world.machine.names(one).count(), 0);
    assert_eq!(world.held.len(), 2);
}

#[test]
fn what_nobody_waits_for_any_more_goes_on_and_is_told_if_refused() {
    let mut world = World::connected();
    world.refused.insert("x".into());
    let one = world.open();
    for name in ["a", "x"] {
        let order = world.machine.subscribe(one, CHANNEL, [name], None, 1);
        world.machine.abandon(order);
    }
    world.run();
    world.message("a", "1");
    assert_eq!(world.read_all(one), ["ended x refused", "a 1"]);
    assert!(world.done.is_empty());
}

#[test]
fn a_gap_is_told_once_everything_is_there_again_and_before_what_follows() {
    let mut world = World::connected();
    let (one, two) = (world.open(), world.open());
    let names: Vec<_> = (0..100).map(|name| name.to_string()).collect();
    world.machine.subscribe(one, CHANNEL, &names, None, 1);
    world.subscribe(two, &[], 2);
    world.message("7", "before");
    world.lose();
    world.poll();
    assert_eq!(world.read_all(one), ["7 before"]);
    assert_eq!(world.read_all(two), [""; 0]);
    world.connect();
    world.poll();
    assert!(world.said.len() > 3, "several commands");
    // The first one is answered, and a message comes at once.
    world.serve();
    world.publish(CHANNEL, "0", "after");
    world.hear();
    world.hear();
    assert_eq!(world.read_all(one), [""; 0]);
    world.run();
    assert_eq!(world.read_all(one), ["gap", "0 after"]);
    assert_eq!(world.read_all(two), [""; 0], "it had nothing to miss");
    assert_eq!(world.held.len(), 100);
}

#[test]
fn an_order_waits_for_the_next_connection_and_hears_of_no_gap() {
    let mut world = World::default();
    let one = world.open();
    world.machine.subscribe(one, CHANNEL, ["a"], None, 1);
    world.run();
    world.connect();
    world.poll();
    world.lose();
    assert!(world.done.is_empty());
    world.connect();
    world.run();
    assert_eq!(world.done[&1], Ok(()));
    assert_eq!(world.read_all(one), [""; 0]);
}

#[test]
fn an_order_is_overdue_and_takes_back_what_it_has_asked_for() {
    let mut world = World::connected();
    let one = world.open();
    let deadline = Time::ZERO + Duration::from_secs(1);
    world.machine.subscribe(one, CHANNEL, ["a"], Some(deadline), 1);
    world.poll();
    assert_eq!(world.machine.poll_timeout(), Some(deadline));
    world.machine.handle_timeout(Time::ZERO);
    world.poll();
    assert!(world.done.is_empty());
    world.machine.handle_timeout(deadline);
    world.run();
    assert_eq!(world.done[&1], Err(Error::MaybeApplied(Cause::TimedOut)));
    assert_eq!(world.said, ["SUBSCRIBE a", "UNSUBSCRIBE a"]);
    assert_eq!(world.machine.poll_timeout(), None);
}

#[test]
fn what_is_wanted_again_while_it_is_given_up_begins_anew_with_no_hole() {
    let mut world = World::connected();
    let one = world.open();
    world.subscribe(one, &["a"], 1);
    world.machine.unsubscribe(one, CHANNEL, ["a"], None, 2);
    world.poll();
    world.machine.subscribe(one, CHANNEL, ["a"], None, 3);
    world.publish(CHANNEL, "a", "1");
    world.run();
    world.message("a", "3");
    assert_eq!(world.read_all(one), ["a 3"]);
    assert_eq!(world.said, ["SUBSCRIBE a", "UNSUBSCRIBE a", "SUBSCRIBE a"]);
    assert!(world.done.values().all(Result::is_ok) && world.done.len() == 3);
}

#[test]
fn the_server_ends_a_shard() {
    let mut world = World::connected();
    let (one, two) = (world.open(), world.open());
    for (id, tag) in [(one, 1), (two, 2)] {
        world.machine.subscribe(id, Subscription::Shard, ["s", "t"], None, tag);
    }
    world.run();
    world.move_shard("s");
    world.run();
    assert_eq!(
        (world.read_all(one), world.read_all(two)),
        (vec!["ended s".into()], vec!["ended s".into()])
    );
    assert_eq!(world.machine.names(one).count(), 1);
    world.lose();
    world.connect();
    world.run();
    assert_eq!(world.said.last().unwrap(), "SSUBSCRIBE t");
}

#[test]
fn a_full_backlog_closes_one_subscriber_and_no_other() {
    let mut world = World::connected();
    let stuck = world.machine.open(Backlog::default().bytes(2000).overflow(Overflow::Close));
    let other = world.open();
    world.subscribe(stuck, &["a", "b"], 1);
    world.subscribe(other, &["a"], 2);
    for number in 0..100 {
        world.message("a", &number.to_string());
    }
    assert!(world.machine.unread(stuck) <= 2000);
    let read = world.read_all(stuck);
    assert_eq!(read.last().unwrap(), "closed");
    assert!(read.len() > 2 && read.len() < 20);
    assert_eq!(world.read_all(other).len(), 100);
    assert_eq!(world.said.last().unwrap(), "UNSUBSCRIBE b");
    world.subscribe(stuck, &["c"], 3);
    assert!(world.done[&3].is_err());
}

#[test]
fn all_is_over_and_everybody_hears_why() {
    let mut world = World::connected();
    let one = world.open();
    world.subscribe(one, &["a"], 1);
    world.lose();
    world.machine.subscribe(one, CHANNEL, ["b"], None, 2);
    world.machine.handle_over(&ConnectionError::Closed);
    world.run();
    assert_eq!(world.done[&2], Err(Error::NotSent(Cause::Connection(ConnectionError::Closed))));
    assert_eq!(world.read_all(one), ["closed"]);
}

#[test]
fn what_one_caller_was_told_it_has_is_not_given_up_for_anothers_refusal() {
    let mut world = World::connected();
    world.refused.insert("x".into());
    let one = world.open();
    world.machine.subscribe(one, CHANNEL, ["a", "x"], None, 1);
    world.machine.subscribe(one, CHANNEL, ["a"], None, 2);
    world.run();
    assert!(matches!(world.done[&1], Err(Error::Server(_))));
    assert_eq!(world.done[&2], Ok(()));
    world.message("a", "1");
    assert_eq!(world.read_all(one), ["a 1"]);

    // Given up and asked for again meanwhile, it is the second wish that counts.
    let two = world.open();
    world.machine.subscribe(two, CHANNEL, ["b", "x"], None, 3);
    world.machine.unsubscribe(two, CHANNEL, ["b"], None, 4);
    world.machine.subscribe(two, CHANNEL, ["b"], None, 5);
    world.run();
    assert!(matches!(world.done[&3], Err(Error::Server(_))));
    assert_eq!(world.done[&5], Ok(()));
    world.message("b", "1");
    assert_eq!(world.read_all(two), ["b 1"]);
}
