//! A server that falls silent: who notices, and when.

use std::time::Duration;

use bytes::Bytes;
use redis_client_core::{Cause, Config, ConnectionError, Outcome, Protocol, cmd};
use testkit::pair::{Ended, Pair};

use crate::{echo, plain, words};

const SECOND: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(15);

fn alive(config: Config) -> Pair {
    let config = config.liveness(Some(LIMIT)).command_timeout(None);
    let mut pair = Pair::new(1, config);
    pair.drive();
    pair
}

fn pings(pair: &Pair) -> usize {
    pair.received.iter().filter(|command| command[0] == "PING").count()
}

#[test]
fn an_idle_server_is_asked_once_in_so_long_and_kept() {
    for protocol in [Protocol::Resp3, Protocol::Resp2] {
        let mut pair = alive(plain().protocol(protocol));
        pair.run_for(LIMIT - SECOND);
        assert_eq!(pings(&pair), 0);
        pair.run_for(SECOND);
        assert_eq!(pings(&pair), 1);
        pair.run_for(LIMIT * 9);
        assert_eq!((pings(&pair), pair.closed()), (10, None));
        let echoed = pair.submit(echo("in step"));
        pair.drive();
        assert_eq!(pair.reply(echoed), "$7\r\nin step\r\n");
    }
}

#[test]
fn a_dead_server_is_noticed_within_twice_the_limit_when_idle() {
    let mut pair = alive(plain());
    pair.stall(true);
    pair.run_for(LIMIT * 2 - SECOND);
    assert_eq!(pair.closed(), None);
    pair.run_for(SECOND);
    assert_eq!(pair.closed(), Some(&ConnectionError::Unresponsive));
}

/// What README and `Config::liveness` say of the default settings.
#[test]
fn by_default_a_dead_server_is_noticed_within_30_seconds() {
    let mut pair = Pair::new(1, Config::default().library_info(false));
    pair.drive();
    // Heard just before it is asked.
    pair.run_for(SECOND * 14);
    let heard = pair.submit(echo("x"));
    pair.drive();
    assert_eq!(pair.reply(heard), "$1\r\nx\r\n");
    pair.stall(true);
    pair.run_for(SECOND * 30 - SECOND);
    assert_eq!(pair.closed(), None);
    pair.run_for(SECOND);
    assert_eq!(pair.closed(), Some(&ConnectionError::Unresponsive));
}

#[test]
fn a_dead_server_is_noticed_within_the_limit_when_a_reply_is_due() {
    let mut pair = alive(plain());
    pair.run_for(SECOND * 10);
    pair.stall(true);
    let due = pair.submit(echo("x"));
    pair.run_for(LIMIT - SECOND);
    assert_eq!(pair.closed(), None);
    pair.run_for(SECOND);
    let cause = Cause::Connection(ConnectionError::Unresponsive);
    let failed = Ended::Failed { frames: Vec::new(), outcome: Outcome::MaybeApplied, cause };
    assert_eq!(pair.ended(due), Some(&failed));
}

/// Commands that go out all the time are no sign of life.
#[test]
fn what_is_sent_does_not_count() {
    let mut pair = alive(plain());
    pair.stall(true);
    for _ in 0..14 {
        pair.submit(echo("x"));
        pair.run_for(SECOND);
    }
    assert_eq!(pair.closed(), None);
    pair.run_for(SECOND);
    assert_eq!(pair.closed(), Some(&ConnectionError::Unresponsive));
}

/// A large reply that takes its time.
#[test]
fn bytes_that_are_no_frame_yet_count() {
    let mut pair = alive(plain());
    let due = pair.submit(cmd::get("k"));
    pair.stall(true);
    for _ in 0..100 {
        pair.run_for(SECOND);
        pair.session.handle_activity(pair.now);
    }
    assert_eq!(pair.closed(), None);
    pair.stall(false);
    pair.drive();
    assert_eq!(pair.reply(due), "_\r\n");
}

/// A request that takes its time to leave; and, behind it, others that only fill a buffer.
#[test]
fn what_leaves_slowly_counts_up_to_the_oldest_request() {
    let mut pair = alive(plain());
    pair.stall(true);
    pair.submit(echo(&"x".repeat(1000)));
    pair.turn();
    for _ in 0..100 {
        pair.run_for(SECOND);
        pair.session.handle_progress(pair.now, 500);
    }
    assert_eq!(pair.closed(), None);
    for _ in 0..14 {
        pair.run_for(SECOND);
        pair.session.handle_progress(pair.now, 0);
        assert_eq!(pair.closed(), None);
    }
    pair.run_for(SECOND);
    assert_eq!(pair.closed(), Some(&ConnectionError::Unresponsive));
}

#[test]
fn a_blocking_command_has_its_own_time_first() {
    let silent = |command: &[Bytes], out: &mut Vec<u8>| {
        if command[0] == "HELLO" {
            out.extend_from_slice(b"%1\r\n+proto\r\n:3\r\n");
        }
    };
    let mut pair = Pair::with_server(1, plain().liveness(Some(LIMIT)), silent);
    pair.drive();
    pair.submit(words("BLPOP list 60"));
    // Its own time, the grace after which the caller is told, the limit.
    pair.run_for(SECOND * (60 + 5 + 15 - 1));
    assert_eq!(pair.closed(), None);
    pair.run_for(SECOND);
    assert_eq!(pair.closed(), Some(&ConnectionError::Unresponsive));

    let mut pair = Pair::with_server(1, plain().liveness(Some(LIMIT)), silent);
    pair.drive();
    pair.submit(words("BLPOP list 0"));
    pair.run_for(SECOND * 100_000);
    assert_eq!(pair.closed(), None);
}

/// Its reply would stand among those of the transaction.
#[test]
fn nothing_is_asked_within_a_transaction() {
    let mut pair = alive(plain());
    pair.submit(words("MULTI"));
    pair.run_for(LIMIT * 3);
    assert_eq!(pings(&pair), 0);
    pair.submit(words("EXEC"));
    pair.run_for(LIMIT * 3);
    assert!(pings(&pair) > 0);
}

#[test]
fn nobody_asks_where_that_is_switched_off() {
    let mut pair = Pair::new(1, plain().liveness(None));
    pair.drive();
    pair.stall(true);
    pair.run_for(SECOND * 100_000);
    assert_eq!((pings(&pair), pair.closed()), (0, None));
}
