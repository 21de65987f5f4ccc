//! Timeouts: who is told, when, and that replies stay in step.

use std::time::Duration;

use redis_client_core::{Cause, Config, ConnectionError, Outcome, Request, Timeout, cmd};
use testkit::pair::{Ended, Pair};

use crate::{bulk, echo, plain, texts, words};

const MS: Duration = Duration::from_millis(1);

fn after(timeout: Duration, text: &str) -> Request {
    cmd::echo(text).timeout(timeout).into_request()
}

fn never(text: &str) -> Request {
    let mut request = echo(text);
    request.set_timeout(Timeout::Never);
    request
}

fn timed_out() -> Ended {
    let (outcome, cause) = (Outcome::MaybeApplied, Cause::TimedOut);
    Ended::Failed { frames: Vec::new(), outcome, cause }
}

/// Ready, and what the server says doesn't arrive.
fn stalled(config: Config) -> Pair {
    let mut pair = Pair::new(1, config).nag();
    pair.drive();
    pair.stall(true);
    pair
}

#[test]
fn each_command_has_its_own_deadline() {
    let mut pair = stalled(plain().command_timeout(Some(MS * 100)));
    let long = pair.submit(after(MS * 300, "long"));
    let default = pair.submit(echo("default"));
    let never = pair.submit(never("never"));
    let short = pair.submit(after(MS * 50, "short"));
    for (wait, due) in [(50, short), (50, default), (200, long)] {
        pair.run_for(MS * wait - Duration::from_nanos(1));
        assert_eq!(pair.ended(due), None);
        pair.run_for(Duration::from_nanos(1));
        assert_eq!(pair.ended(due), Some(&timed_out()));
    }
    assert_eq!(pair.session.poll_timeout(), None);
    pair.run_for(Duration::from_secs(1_000_000));
    assert_eq!(pair.ended(never), None);
}

#[test]
fn the_default_may_be_none() {
    let mut pair = stalled(plain().command_timeout(None));
    let default = pair.submit(echo("default"));
    assert_eq!(pair.session.poll_timeout(), None);
    let own = pair.submit(after(MS, "own"));
    assert_eq!(pair.session.poll_timeout(), Some(pair.now + MS));
    pair.run_for(MS);
    assert_eq!((pair.ended(default), pair.ended(own)), (None, Some(&timed_out())));
}

#[test]
fn late_replies_are_eaten_by_tombstones() {
    let mut pair = stalled(plain());
    // Every second one times out.
    let tags: Vec<u64> = (0..10)
        .map(|n| {
            let text = format!("reply-{n}");
            pair.submit(if n % 2 == 0 { after(MS, &text) } else { echo(&text) })
        })
        .collect();
    let batch = pair.try_batch(false, &[after(MS, "batch-1"), after(MS * 2, "batch-2")]);
    let transaction = pair.transaction(&[after(MS, "in-transaction")]);
    let subscribe = pair.submit({
        let mut request = words("SUBSCRIBE a b c");
        request.set_timeout(Timeout::After(MS));
        request
    });
    let last = pair.submit(echo("last"));
    let in_flight = pair.session.in_flight();
    pair.run_for(MS * 5);
    assert_eq!(pair.session.in_flight(), in_flight, "the entries stay");
    for tag in [batch.unwrap(), transaction, subscribe] {
        assert_eq!(pair.ended(tag), Some(&timed_out()));
    }
    pair.stall(false);
    pair.drive();
    for (n, tag) in tags.iter().enumerate() {
        match n % 2 {
            0 => assert_eq!(pair.ended(*tag), Some(&timed_out())),
            _ => assert_eq!(pair.reply(*tag), bulk(&format!("reply-{n}"))),
        }
    }
    assert_eq!(pair.reply(last), bulk("last"));
    assert_eq!((pair.session.in_flight(), pair.session.poll_timeout()), (0, None));
}

#[test]
fn a_batch_that_times_out_in_the_middle_hands_over_what_came() {
    let mut pair = stalled(plain());
    let mut batch = redis_client_core::Batch::new();
    batch.push(after(MS, "one")).push(echo("two"));
    pair.session.submit(pair.now, echo("first"), 77).unwrap();
    pair.session.submit_batch(pair.now, &mut batch, 78).unwrap();
    pair.session.submit(pair.now, echo("last"), 79).unwrap();
    let events = |pair: &mut Pair, text: String| {
        let mut input = bytes::BytesMut::from(&text[..]);
        pair.now = pair.now + MS * 2;
        pair.session.handle_input(pair.now, &mut input).unwrap();
        pair.session.handle_timeout(pair.now);
        core::iter::from_fn(|| pair.session.poll_event()).collect::<Vec<_>>()
    };
    use redis_client_core::Event;
    let found = events(&mut pair, format!("{}{}", bulk("first"), bulk("one")));
    let [Event::Reply { tag: 77, .. }, Event::Failed { tag: 78, failure }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(texts(&failure.frames), vec![bulk("one")]);
    assert_eq!((failure.outcome, &failure.cause), (Outcome::MaybeApplied, &Cause::TimedOut));
    let found = events(&mut pair, format!("{}{}", bulk("two"), bulk("last")));
    let [Event::Reply { tag: 79, frame }] = &found[..] else { panic!("{found:?}") };
    assert_eq!(frame.as_bytes(), bulk("last").as_bytes());
}

#[test]
fn the_longest_timeout_of_a_batch_counts() {
    let mut pair = stalled(plain());
    let two = pair.pipeline(&[after(MS, "a"), after(MS * 3, "b"), echo("c")]);
    let endless = pair.pipeline(&[after(MS, "a"), never("b")]);
    assert_eq!(pair.session.poll_timeout(), Some(pair.now + MS * 3));
    pair.run_for(MS * 3);
    assert_eq!((pair.ended(two), pair.ended(endless)), (Some(&timed_out()), None));
    assert_eq!(pair.session.poll_timeout(), None);
}

/// It may be early, never late, and once called it moves on.
#[test]
fn the_timer_is_never_late() {
    let mut pair = stalled(plain().command_timeout(None));
    let mut deadlines = Vec::new();
    for n in [7, 3, 9, 3, 5] {
        let tag = pair.submit(after(MS * n, "x"));
        deadlines.push((pair.now + MS * n, tag));
        let earliest = deadlines.iter().map(|(deadline, _)| *deadline).min();
        assert_eq!(pair.session.poll_timeout(), earliest);
    }
    while let Some(due) = pair.session.poll_timeout() {
        pair.run_for(due.since(pair.now));
        for (deadline, tag) in &deadlines {
            assert_eq!(pair.ended(*tag).is_some(), *deadline <= pair.now);
        }
    }
    assert!(deadlines.iter().all(|(_, tag)| pair.ended(*tag).is_some()));
}

#[test]
fn a_timer_call_too_early_does_nothing() {
    let mut pair = stalled(plain());
    let tag = pair.submit(after(MS * 10, "x"));
    pair.turn();
    for _ in 0..9 {
        pair.now = pair.now + MS;
        pair.session.handle_timeout(pair.now);
        assert_eq!(pair.session.poll_event(), None);
    }
    pair.stall(false);
    pair.drive();
    assert_eq!(pair.reply(tag), bulk("x"));
    assert_eq!(pair.session.poll_timeout(), None);
    // Long after, and twice.
    pair.now = pair.now + MS * 1000;
    pair.session.handle_timeout(pair.now);
    pair.session.handle_timeout(pair.now);
    assert_eq!((pair.session.poll_event(), pair.closed()), (None, None));
}

#[test]
fn a_deadline_runs_from_submission_during_the_handshake_too() {
    let mut pair = Pair::new(1, plain());
    pair.stall(true);
    let tag = pair.submit(after(MS, "early"));
    pair.run_for(MS);
    assert_eq!(pair.ended(tag), Some(&timed_out()));
    pair.stall(false);
    let next = pair.submit(echo("next"));
    pair.drive();
    assert_eq!((pair.ready(), pair.reply(next)), (Some(true), bulk("next").into()));
}

#[test]
fn a_zero_or_endless_timeout_is_taken_as_it_is() {
    let mut pair = stalled(plain());
    let endless = pair.submit(after(Duration::MAX, "endless"));
    let zero = pair.submit(after(Duration::ZERO, "zero"));
    pair.run_for(MS);
    assert_eq!((pair.ended(endless), pair.ended(zero)), (None, Some(&timed_out())));
}

/// What has timed out is not told again when the connection ends, nor are its replies waited for.
#[test]
fn a_loss_after_a_timeout_tells_nobody_twice() {
    let mut pair = stalled(plain());
    let (gone, open) = (pair.submit(after(MS, "gone")), pair.submit(echo("open")));
    pair.run_for(MS);
    pair.disconnect(ConnectionError::ClosedByServer);
    assert_eq!(pair.ended(gone), Some(&timed_out()));
    assert!(matches!(
        pair.ended(open),
        Some(Ended::Failed { cause: Cause::Connection(ConnectionError::ClosedByServer), .. })
    ));
}

/// A blocking command's own time decides, not the default, or what it pops is lost (go-redis #697).
#[test]
fn a_blocking_command_outlives_the_default() {
    let mut pair = stalled(plain().command_timeout(Some(MS * 100)));
    let single = pair.submit(words("BLPOP list 30"));
    let endless = pair.submit(words("BLPOP list 0"));
    // One behind the other: the server waits for both, in turn.
    let two = pair.pipeline(&[words("BLPOP list 30"), words("BLPOP list 30")]);
    pair.run_for(Duration::from_secs(30));
    assert_eq!(pair.ended(single), None);
    pair.run_for(Duration::from_secs(10));
    assert_eq!(pair.ended(single), Some(&timed_out()));
    pair.run_for(Duration::from_secs(20));
    assert_eq!(pair.ended(two), None);
    pair.run_for(Duration::from_secs(20));
    assert_eq!((pair.ended(two), pair.ended(endless)), (Some(&timed_out()), None));
}
