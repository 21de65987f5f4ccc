//! What became of a command when the connection is lost, to the byte.

use redis_client_core::{ConnectionError, Outcome, Request};
use testkit::pair::{Ended, Hello, Model, Pair};

use crate::{echo, plain, words};

/// Everything that leaves, and the keys by which the server's ledger knows it, tag by tag.
fn submit(pair: &mut Pair) -> Vec<(u64, Vec<&'static str>, bool)> {
    let incr = |key: &str| words(&format!("INCR {key}"));
    let large: Request =
        redis_client_core::cmd::set("large", bytes::Bytes::from(vec![b'x'; 20_000])).into_request();
    vec![
        (pair.submit(incr("a")), vec!["a"], false),
        (pair.pipeline(&[incr("b1"), echo("b2"), incr("b3")]), vec!["b1", "b2", "b3"], false),
        (pair.transaction(&[incr("c1"), incr("c2")]), vec!["c1", "c2"], true),
        (pair.submit(large), vec!["large"], false),
        (pair.submit(words("SUBSCRIBE d")), vec!["d"], false),
        (pair.submit(words("UNSUBSCRIBE d2")), vec!["d2"], false),
        (pair.submit(words("UNSUBSCRIBE")), vec![], false),
        (pair.submit(incr("e")), vec!["e"], false),
    ]
}

fn fresh(hello: Hello) -> Pair {
    let mut pair = Pair::with_server(1, plain(), Model::default().hello(hello));
    pair.drive();
    pair
}

/// The pair itself checks that NotSent is said exactly where the bytes written prove it.
#[test]
fn a_loss_after_each_byte_written() {
    let mut seen = [0; 3];
    for hello in [Hello::Known, Hello::Unknown] {
        let (start, end) = {
            let mut pair = fresh(hello.clone());
            let start = pair.written();
            submit(&mut pair);
            pair.drive();
            (start, pair.written())
        };
        // All but the middle of the large one, and twice: what the server says arrives, or not.
        let middle = start + 1_000..start + 20_000;
        for written in (start..=end).filter(|written| !middle.contains(written)) {
            for answers in [true, false] {
                let mut pair = fresh(hello.clone());
                pair.stop_writing_after(written);
                pair.stall(!answers);
                let submitted = submit(&mut pair);
                pair.drive();
                pair.disconnect(ConnectionError::ClosedByServer);
                for (tag, keys, atomic) in submitted {
                    let ended = pair.ended(tag).unwrap();
                    let applied: Vec<u32> =
                        keys.iter().map(|key| pair.server.ledger(key)).collect();
                    assert!(applied.iter().all(|times| *times <= 1), "{written}: {applied:?}");
                    if atomic {
                        assert!(applied.windows(2).all(|pair| pair[0] == pair[1]), "all or none");
                    }
                    match ended {
                        Ended::Reply(_) | Ended::Replies(_) => {
                            assert!(answers && applied.iter().all(|times| *times == 1));
                            seen[0] += 1;
                        }
                        Ended::Failed { outcome: Outcome::NotSent, frames, .. } => {
                            assert!(applied.iter().all(|times| *times == 0), "{written}: {keys:?}");
                            // A transaction's QUEUED is no sign that it ran.
                            assert!(frames.is_empty() || atomic);
                            seen[1] += 1;
                        }
                        Ended::Failed { frames, .. } => {
                            assert!(answers || frames.is_empty());
                            assert!(frames.len() <= keys.len() || atomic);
                            seen[2] += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(seen.iter().all(|times| *times > 1000), "{seen:?}");
}

/// Taken from the session and not written: the unwritten part may be all of it.
#[test]
fn what_no_system_call_took_is_not_sent() {
    let mut pair = fresh(Hello::Known);
    let tags = [pair.submit(echo("one")), pair.submit(echo("two"))];
    pair.stop_writing_after(pair.written());
    pair.drive();
    pair.disconnect(ConnectionError::Io("connection reset".into()));
    for tag in tags {
        assert_eq!(pair.ended(tag).unwrap().outcome(), Some(Outcome::NotSent));
    }
}

#[test]
fn what_was_never_taken_is_not_sent() {
    let mut pair = fresh(Hello::Known);
    pair.session.submit(pair.now, echo("one"), 1).unwrap();
    pair.session.handle_disconnected(pair.now, ConnectionError::ClosedByServer, 0);
    let Some(redis_client_core::Event::Failed { failure, .. }) = pair.session.poll_event() else {
        panic!()
    };
    assert_eq!(failure.outcome, Outcome::NotSent);
    // And nothing of it leaves later.
    assert!(!pair.session.poll_transmit(&mut resp_core::OutBuf::new()));
}

/// More unwritten than was ever taken can't be; it must not wrap.
#[test]
fn an_impossible_count_does_no_harm() {
    let mut pair = fresh(Hello::Known);
    pair.session.submit(pair.now, echo("one"), 1).unwrap();
    pair.session.handle_disconnected(pair.now, ConnectionError::ClosedByServer, usize::MAX);
    let event = pair.session.poll_event();
    let Some(redis_client_core::Event::Failed { failure, .. }) = event else { panic!() };
    assert_eq!(failure.outcome, Outcome::NotSent);
}
