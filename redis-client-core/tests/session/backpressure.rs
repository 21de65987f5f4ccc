//! Too much under way: refused with the tag, and told when there is room again.

use redis_client_core::SubmitError;
use testkit::pair::Pair;

use crate::{bulk, echo, plain, words};

fn full(submitted: Result<u64, SubmitError<u64>>) -> bool {
    match submitted {
        Ok(_) => false,
        Err(SubmitError::Full(_)) => true,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn replies_in_flight_are_bounded() {
    let mut pair = Pair::new(1, plain().max_in_flight(4));
    pair.drive();
    pair.stall(true);
    let tags: Vec<u64> = (0..4).map(|n| pair.submit(echo(&n.to_string()))).collect();
    assert!(full(pair.try_submit(echo("x"))));
    assert!(full(pair.try_submit(echo("x"))));
    pair.drive();
    assert!(full(pair.try_submit(echo("x"))), "writing makes no room");
    assert_eq!(pair.unblocked, 0);
    pair.stall(false);
    pair.drive();
    assert_eq!(pair.unblocked, 1, "told once");
    for (n, tag) in tags.iter().enumerate() {
        assert_eq!(pair.reply(*tag), bulk(&n.to_string()));
    }
    let tag = pair.submit(echo("again"));
    pair.drive();
    assert_eq!((pair.reply(tag), pair.unblocked), (bulk("again").into(), 1));
}

#[test]
fn bytes_queued_are_bounded() {
    let mut pair = Pair::new(1, plain().max_queued(100));
    pair.submit(echo(&"x".repeat(60)));
    // Some room is room for one of any size.
    let big = "y".repeat(100_000);
    let tag = pair.submit(echo(&big));
    assert!(full(pair.try_submit(echo("z"))));
    pair.drive();
    assert_eq!(pair.unblocked, 1);
    assert_eq!(pair.reply(tag), bulk(&big));
}

#[test]
fn writing_makes_room_for_bytes() {
    let mut pair = Pair::new(1, plain().max_queued(10));
    pair.drive();
    pair.stall(true);
    pair.submit(echo("x"));
    assert!(full(pair.try_submit(echo("y"))));
    pair.turn();
    assert_eq!((pair.unblocked, pair.session.in_flight()), (1, 1));
    pair.submit(echo("y"));
}

#[test]
fn one_of_any_size_is_taken_when_nothing_waits() {
    for (in_flight, queued) in [(0, 0), (1, 0), (0, 1), (2, 2)] {
        let mut pair = Pair::new(1, plain().max_in_flight(in_flight).max_queued(queued));
        for _ in 0..3 {
            let commands: Vec<_> = (0..10).map(|n| echo(&n.to_string())).collect();
            let tag = pair.pipeline(&commands);
            assert!(full(pair.try_submit(echo("x"))));
            pair.drive();
            assert_eq!(pair.replies(tag).len(), 10);
            let single = pair.submit(echo(&"x".repeat(100)));
            pair.drive();
            assert_eq!(pair.reply(single), bulk(&"x".repeat(100)));
        }
        assert!(pair.unblocked >= 3);
    }
}

#[test]
fn a_batch_counts_its_replies() {
    let mut pair = Pair::new(1, plain().max_in_flight(6));
    pair.drive();
    pair.stall(true);
    pair.submit(echo("x"));
    let commands = [echo("a"), echo("b"), echo("c")];
    // Room for five, and for no more.
    let six = [(); 6].map(|()| echo("z"));
    assert!(full(pair.try_batch(false, &six)));
    // MULTI and EXEC are answered too.
    assert!(full(pair.try_batch(true, &six[..4])));
    let fits = pair.try_batch(true, &commands).unwrap();
    assert_eq!(pair.session.in_flight(), 6);
    assert!(full(pair.try_submit(echo("y"))));
    pair.stall(false);
    pair.drive();
    assert_eq!(pair.replies(fits).len(), 5);
    assert_eq!((pair.unblocked, pair.session.in_flight()), (1, 0));
}

/// Whoever waits for Unblocked and tries again gets through in the end, whatever the sizes.
#[test]
fn waiting_for_room_always_ends() {
    for seed in 0..200 {
        let mut pair = Pair::new(seed, plain().max_in_flight(5).max_queued(200)).cut(40);
        let mut waiting: Vec<usize> = (0..20).map(|_| 1 + pair.random().below(9)).collect();
        let mut done = Vec::new();
        while let Some(size) = waiting.pop() {
            let commands: Vec<_> = (0..size).map(|n| echo(&format!("{n}-of-{size}"))).collect();
            loop {
                let before = pair.unblocked;
                let submitted = pair.try_batch(false, &commands);
                let Err(error) = submitted else {
                    done.push((submitted.unwrap(), size));
                    break;
                };
                assert!(matches!(error, SubmitError::Full(_)));
                pair.drive();
                assert!(pair.unblocked > before, "seed {seed}: told that it is full, and no more");
            }
        }
        pair.drive();
        assert!(done.iter().all(|(tag, size)| pair.replies(*tag).len() == *size));
    }
}

#[test]
fn tombstones_count_until_they_are_answered() {
    let mut pair = Pair::new(1, plain().max_in_flight(2));
    pair.drive();
    pair.stall(true);
    let timeout = std::time::Duration::from_millis(1);
    for _ in 0..2 {
        pair.submit(redis_client_core::cmd::echo("x").timeout(timeout));
    }
    pair.run_for(timeout);
    assert!(full(pair.try_submit(echo("y"))), "a server that does not answer gets no more");
    pair.stall(false);
    pair.drive();
    assert_eq!(pair.unblocked, 1);
}

#[test]
fn a_subscription_that_waits_makes_room_too() {
    let mut pair = Pair::new(1, plain().max_in_flight(1));
    let tag = pair.submit(words("SUBSCRIBE a b c"));
    assert!(full(pair.try_submit(echo("x"))));
    pair.drive();
    assert_eq!((pair.replies(tag).len(), pair.unblocked), (3, 1));
}
