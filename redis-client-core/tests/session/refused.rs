//! What would end the order of requests and replies is not taken.

use redis_client_core::{Effect, Request, SubmitError, Subscription, cmd};
use testkit::pair::Pair;

use crate::{bulk, echo, plain, words};

/// `REPLCONF ACK` gets no reply from Redis 7.0; checked by hand.
const REFUSED: [&str; 9] = [
    "MONITOR",
    "monitor",
    "SYNC",
    "PSYNC ? -1",
    "CLIENT REPLY OFF",
    "CLIENT REPLY SKIP",
    "client reply on",
    "REPLCONF ACK 0",
    "replconf getack *",
];

#[test]
fn commands_without_one_reply_are_refused() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    let written = pair.written();
    for text in REFUSED {
        let error = pair.try_submit(words(text)).unwrap_err();
        let SubmitError::Refused(_, facts) = &error else { panic!("{text}: {error:?}") };
        assert_eq!(facts.effect, Effect::EndsReplies);
        assert!(error.to_string().contains("order of requests and replies"));
        for atomic in [false, true] {
            let commands = [echo("x"), words(text)];
            let error = pair.try_batch(atomic, &commands).unwrap_err();
            assert!(matches!(error, SubmitError::Refused(..)), "{text}: {error:?}");
        }
    }
    let tag = pair.submit(echo("next"));
    pair.drive();
    assert_eq!((pair.reply(tag), pair.written()), (bulk("next").into(), written + 24));
}

#[test]
fn subscriptions_and_switches_are_refused_in_batches() {
    for text in ["SUBSCRIBE a", "PSUBSCRIBE a", "SSUBSCRIBE a", "UNSUBSCRIBE", "HELLO 3", "RESET"] {
        for atomic in [false, true] {
            let mut pair = Pair::new(1, plain());
            let error = pair.try_batch(atomic, &[words(text)]).unwrap_err();
            assert!(matches!(error, SubmitError::Refused(..)), "{text}: {error:?}");
        }
    }
}

#[test]
fn a_pipeline_may_open_and_end_a_transaction_of_its_own() {
    let mut pair = Pair::new(1, plain());
    pair.pipeline(&[words("MULTI"), echo("x")]);
    assert!(matches!(pair.try_submit(words("SUBSCRIBE a")), Err(SubmitError::Refused(..))));
    pair.pipeline(&[words("EXEC"), echo("x")]);
    let tag = pair.submit(words("SUBSCRIBE a"));
    pair.drive();
    assert_eq!(pair.replies(tag).len(), 1);
    // RESET ends it as well.
    pair.submit(words("MULTI"));
    pair.submit(words("RESET"));
    let tag = pair.submit(words("SUBSCRIBE a b"));
    pair.drive();
    assert_eq!(pair.replies(tag).len(), 2);
}

/// A command's name in whatever way it may be given.
#[test]
fn the_generic_level_knows_them_however_they_are_written() {
    let mut pushed = Request::new("CLIENT");
    pushed.push(b"REPLY");
    pushed.push(b"OFF");
    let requests: [Request; 7] = [
        cmd::command("client").arg("reply").arg("off").into_request(),
        cmd::command("CLIENT REPLY").arg("OFF").into_request(),
        cmd::command("CLIENT  REPLY OFF").into_request(),
        cmd::command("client").args(["RePlY", "off"]).into_request(),
        cmd::command("CLIENT").arg(bytes::Bytes::from_static(b"REPLY")).arg("OFF").into_request(),
        cmd::command(" monitor ").into_request(),
        pushed,
    ];
    for request in requests {
        assert_eq!(request.facts().effect, Effect::EndsReplies, "{request:?}");
    }
    let facts = |text: &str| words(text).facts().effect;
    assert_eq!(facts("client id"), Effect::None);
    assert_eq!(facts("CLIENT TRACKING ON"), Effect::ChangesState);
    assert_eq!(facts("psubscribe a"), Effect::Subscribes(Subscription::Pattern));
    assert_eq!(facts("SUNSUBSCRIBE"), Effect::Unsubscribes(Subscription::Shard));
    assert!(matches!(facts("blpop a 0"), Effect::Blocks(_)));
    // An argument is no subcommand of another command.
    assert_eq!(cmd::get("reply").as_ref().facts().name, "GET");
    assert_eq!(facts("OBJECT reply"), Effect::None);
}

/// Redis ignores a command of no words: whoever waits for its reply gets the next one.
#[test]
fn a_command_without_a_name_shifts_nothing() {
    for name in ["", " ", "  "] {
        let mut pair = Pair::new(1, plain());
        let _ = pair.try_submit(cmd::command(name));
        let named_late = pair.try_submit(cmd::command(name).arg("MONITOR"));
        let _ = pair.try_batch(false, &[Request::new(name)]);
        let next = pair.submit(echo("next"));
        pair.drive();
        assert_eq!(pair.reply(next), bulk("next"));
        if named_late.is_ok() {
            assert!(pair.received.iter().all(|command| command[0] != "MONITOR"));
        }
        assert_eq!(pair.session.in_flight(), 0);
    }
}

/// In RESP3, confirmations stand in EXEC's array where its elements should be, and the array eats
/// the replies behind it.
#[test]
fn subscribing_inside_multi_shifts_nothing() {
    for end in ["EXEC", "DISCARD"] {
        let mut pair = Pair::new(1, plain());
        pair.submit(words("MULTI"));
        let inside = pair.try_submit(words("SUBSCRIBE a b"));
        assert!(matches!(inside, Err(SubmitError::Refused(..))), "{inside:?}");
        let hello = pair.try_submit(words("HELLO 2"));
        assert!(matches!(hello, Err(SubmitError::Refused(..))), "{hello:?}");
        let queued = pair.submit(echo("queued"));
        let exec = pair.submit(words(end));
        let after = pair.submit(words("SUBSCRIBE a b"));
        let next = pair.submit(echo("next"));
        pair.drive();
        assert_eq!(pair.reply(queued), "+QUEUED\r\n");
        let expected = if end == "EXEC" { "*1\r\n$6\r\nqueued\r\n" } else { "+OK\r\n" };
        assert_eq!(pair.reply(exec), expected);
        assert_eq!((pair.replies(after).len(), pair.reply(next)), (2, bulk("next").into()));
    }
}
