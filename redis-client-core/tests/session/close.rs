//! The end, as asked for or not.

use std::time::Duration;

use redis_client_core::{ConnectionError, Event, Outcome, SubmitError, cmd};
use testkit::pair::{Ended, Pair};

use crate::{bulk, echo, plain};

#[test]
fn closing_an_idle_session_is_at_once() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    pair.session.close(pair.now);
    pair.turn();
    assert_eq!(pair.closed(), Some(&ConnectionError::Closed));
}

#[test]
fn closing_waits_for_what_is_under_way() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    let tags = [pair.submit(echo("one")), pair.submit(echo("two"))];
    let batch = pair.pipeline(&[echo("three"), echo("four")]);
    pair.session.close(pair.now);
    pair.session.close(pair.now);
    let refused = pair.try_submit(echo("late")).unwrap_err();
    assert!(matches!(refused, SubmitError::Closed(_, ConnectionError::Closed)));
    assert_eq!(pair.session.closed(), None);
    pair.drive();
    assert_eq!(pair.reply(tags[0]), bulk("one"));
    assert_eq!(pair.reply(tags[1]), bulk("two"));
    assert_eq!(pair.replies(batch).len(), 2);
    assert_eq!(pair.closed(), Some(&ConnectionError::Closed));
    assert_eq!(pair.server.ledger("late"), 0);
}

#[test]
fn a_loss_while_draining_is_told_as_such() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    pair.stall(true);
    let tag = pair.submit(echo("one"));
    pair.session.close(pair.now);
    pair.drive();
    pair.disconnect(ConnectionError::ClosedByServer);
    assert_eq!(pair.ended(tag).unwrap().outcome(), Some(Outcome::MaybeApplied));
    assert_eq!(pair.closed(), Some(&ConnectionError::ClosedByServer));
}

/// A server that never answers must not keep a session that nobody waits for.
#[test]
fn draining_ends_when_nobody_waits_any_more() {
    let timeout = Duration::from_millis(1);
    for close_first in [true, false] {
        let mut pair = Pair::new(1, plain());
        pair.drive();
        pair.stall(true);
        pair.submit(cmd::echo("x").timeout(timeout));
        if close_first {
            pair.session.close(pair.now);
            pair.run_for(timeout);
        } else {
            pair.run_for(timeout);
            pair.session.close(pair.now);
            pair.turn();
        }
        assert_eq!(pair.closed(), Some(&ConnectionError::Closed), "close first: {close_first}");
    }
}

#[test]
fn a_closed_session_takes_nothing_and_stays_as_it_is() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    let reason = ConnectionError::Io("broken pipe".into());
    pair.disconnect(reason.clone());
    pair.session.handle_disconnected(pair.now, ConnectionError::ClosedByServer, 0);
    pair.session.close(pair.now);
    pair.session.handle_timeout(pair.now + Duration::from_secs(1000));
    let mut input = bytes::BytesMut::from("+OK\r\n");
    assert_eq!(pair.session.handle_input(pair.now, &mut input), Err(reason.clone()));
    let refused = pair.try_submit(echo("x")).unwrap_err();
    assert_eq!(refused, SubmitError::Closed(1, reason.clone()));
    let none: [redis_client_core::Request; 0] = [];
    let empty = pair.try_batch(false, &none).unwrap_err();
    assert_eq!(empty, SubmitError::Closed(2, reason.clone()));
    pair.drive();
    assert_eq!(pair.closed(), Some(&reason));
    assert_eq!((pair.session.in_flight(), pair.session.poll_timeout()), (0, None));
}

#[test]
fn events_keep_their_order() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    pair.session.submit(pair.now, echo("a"), 1).unwrap();
    pair.session.submit(pair.now, echo("b"), 2).unwrap();
    let mut input = bytes::BytesMut::from(&format!("{}>1\r\n+x\r\n", bulk("a"))[..]);
    pair.session.handle_input(pair.now, &mut input).unwrap();
    pair.session.handle_disconnected(pair.now, ConnectionError::ClosedByServer, 0);
    let events: Vec<_> = core::iter::from_fn(|| pair.session.poll_event()).collect();
    assert!(matches!(
        events[..],
        [
            Event::Reply { tag: 1, .. },
            Event::Push(_),
            Event::Failed { tag: 2, .. },
            Event::Closed(ConnectionError::ClosedByServer),
        ]
    ));
}

#[test]
fn errors_say_what_happened_in_plain_words() {
    let cause = redis_client_core::Cause::Connection(ConnectionError::Io("reset".into()));
    let shown = |outcome: Outcome| outcome.to_error(cause.clone()).to_string();
    assert_eq!(shown(Outcome::NotSent), "not sent: the connection failed: reset");
    let maybe = "sent, and perhaps applied: the connection failed: reset";
    assert_eq!(shown(Outcome::MaybeApplied), maybe);
    let ended = Ended::Failed { frames: Vec::new(), outcome: Outcome::NotSent, cause };
    assert_eq!(ended.outcome(), Some(Outcome::NotSent));
}
