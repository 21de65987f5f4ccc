//! HELLO, AUTH, SETNAME, SELECT and SETINFO, and everything that servers say to them.

use std::time::Duration;

use redis_client_core::{
    Cause, Config, ConnectionError, Credentials, Event, Outcome, Protocol, Session, SubmitError,
    Time, cmd,
};
use resp_core::OutBuf;
use testkit::pair::{Ended, Hello, Model, Pair};

use crate::{bulk, echo, plain};

const SECRET: &str = "s3cr3t-pa55";

fn with(model: Model, config: Config) -> Pair {
    Pair::with_server(1, config, model)
}

fn guarded() -> Model {
    Model::default().guarded("default", SECRET)
}

fn everything() -> Config {
    Config::default()
        .credentials(Credentials::password(SECRET))
        .database(3)
        .client_name("billing")
        .library_info(true)
}

fn received(pair: &Pair) -> Vec<String> {
    let words = |command: &Vec<bytes::Bytes>| {
        let words = command.iter().map(|word| String::from_utf8_lossy(word).into_owned());
        words.collect::<Vec<_>>().join(" ")
    };
    pair.received.iter().map(words).collect()
}

#[track_caller]
fn refused(pair: &Pair, expected_step: &str, code: &str) {
    let Some(ConnectionError::Handshake { step, error }) = pair.closed() else {
        panic!("{:?} is no refusal", pair.closed())
    };
    assert_eq!((*step, error.code()), (expected_step, code));
}

#[test]
fn resp3_says_all_in_one_piece() {
    let mut pair = with(guarded().knows_setinfo(), everything());
    pair.turn();
    assert_eq!(pair.ready(), None);
    let greeting = pair.written();
    pair.drive();
    assert_eq!(pair.written(), greeting, "nothing waits for a round trip");
    assert_eq!(pair.ready(), Some(true));
    let version = env!("CARGO_PKG_VERSION");
    let expected = [
        format!("HELLO 3 AUTH default {SECRET} SETNAME billing"),
        "SELECT 3".into(),
        "CLIENT SETINFO LIB-NAME redis-client-core".into(),
        format!("CLIENT SETINFO LIB-VER {version}"),
    ];
    assert_eq!(received(&pair), expected);
    assert_eq!((pair.server.database, &pair.server.client_name[..]), (3, &b"billing"[..]));
    assert!(pair.server.resp3());
    assert_eq!(pair.server.library.len(), 4);
}

#[test]
fn a_user_of_the_access_list_is_named() {
    for protocol in [Protocol::Auto, Protocol::Resp2] {
        let model = Model::default().guarded("ada", SECRET);
        let config = plain().credentials(Credentials::user("ada", SECRET)).protocol(protocol);
        let mut pair = with(model, config);
        pair.drive();
        assert_eq!(pair.ready(), Some(protocol == Protocol::Auto));
    }
}

#[test]
fn a_server_that_does_not_know_setinfo_does_no_harm() {
    for protocol in [Protocol::Auto, Protocol::Resp2, Protocol::Resp3] {
        let mut pair = with(Model::default(), Config::default().protocol(protocol));
        let tag = pair.submit(echo("x"));
        pair.drive();
        assert_eq!(pair.ready(), Some(protocol != Protocol::Resp2));
        assert_eq!(pair.reply(tag), bulk("x"));
    }
}

#[test]
fn unknown_hello_and_noproto_lead_to_resp2() {
    for hello in [Hello::Unknown, Hello::NoProtocol, Hello::Error("ERR unknown command 'HELLO'")] {
        let mut pair = with(guarded().hello(hello), everything());
        let tag = pair.submit(echo("x"));
        pair.drive();
        assert_eq!(pair.ready(), Some(false));
        assert_eq!(pair.reply(tag), bulk("x"));
        // Before HELLO had its answer, the rest was sent as well, and all of it counts for nothing.
        let again = received(&pair).split_off(4);
        let expected =
            [format!("AUTH {SECRET}"), "CLIENT SETNAME billing".into(), "SELECT 3".into()];
        assert_eq!(again[..3], expected);
        assert_eq!(again.len(), 3 + 2 + 1);
        assert_eq!((pair.server.database, &pair.server.client_name[..]), (3, &b"billing"[..]));
    }
}

#[test]
fn resp2_by_choice_never_says_hello() {
    let mut pair = with(guarded(), everything().protocol(Protocol::Resp2));
    pair.drive();
    assert_eq!(pair.ready(), Some(false));
    assert_eq!(
        received(&pair)[..3],
        [format!("AUTH {SECRET}"), "CLIENT SETNAME billing".into(), "SELECT 3".into(),]
    );
    assert!(!pair.server.resp3());
}

#[test]
fn resp2_with_nothing_to_say_is_ready_at_once() {
    let mut pair = with(Model::default(), plain().protocol(Protocol::Resp2));
    assert!(pair.session.is_ready());
    pair.turn();
    assert_eq!((pair.ready(), pair.written()), (Some(false), 0));
    assert_eq!(pair.session.poll_timeout(), None);
}

#[test]
fn resp3_or_nothing_is_refused_by_old_servers() {
    for (hello, code) in [(Hello::Unknown, "ERR"), (Hello::NoProtocol, "NOPROTO")] {
        let model = Model::default().hello(hello);
        let mut pair = with(model, plain().protocol(Protocol::Resp3));
        let tag = pair.submit(echo("x"));
        pair.drive();
        refused(&pair, "HELLO", code);
        assert_eq!(pair.ended(tag).unwrap().outcome(), Some(Outcome::NotSent));
        assert_eq!(pair.server.ledger("x"), 0);
    }
}

#[test]
fn other_errors_to_hello_are_no_reason_to_fall_back() {
    let hello = Hello::Error("LOADING Redis is loading the dataset in memory");
    let mut pair = with(Model::default().hello(hello), plain());
    pair.drive();
    refused(&pair, "HELLO", "LOADING");
    let mut pair = with(guarded(), plain());
    pair.drive();
    refused(&pair, "HELLO", "NOAUTH");
}

#[test]
fn a_wrong_password_closes_and_never_shows() {
    let wrong = "wr0ng-pa55";
    let cases = [
        (Protocol::Auto, Hello::Known, "HELLO", "WRONGPASS"),
        (Protocol::Resp3, Hello::Known, "HELLO", "WRONGPASS"),
        (Protocol::Resp2, Hello::Known, "AUTH", "WRONGPASS"),
        (Protocol::Auto, Hello::Unknown, "AUTH", "WRONGPASS"),
        // Old servers repeat the arguments, the password among them.
        (Protocol::Resp3, Hello::Unknown, "HELLO", "ERR"),
    ];
    for (protocol, hello, step, code) in cases {
        let config = everything().credentials(Credentials::password(wrong)).protocol(protocol);
        let mut shown = format!("{config:?}");
        let mut pair = with(guarded().hello(hello), config);
        let tag = pair.submit(echo("x"));
        pair.turn();
        shown += &format!("{:?}", pair.session);
        pair.drive();
        refused(&pair, step, code);
        let Some(Ended::Failed { outcome, cause, .. }) = pair.ended(tag) else { panic!() };
        assert_eq!(*outcome, Outcome::NotSent);
        let error = outcome.to_error(cause.clone());
        let closed = pair.closed().unwrap().clone();
        let later = pair.session.submit(pair.now, cmd::ping(), 99).unwrap_err();
        assert!(matches!(later, SubmitError::Closed(99, _)));
        shown += &format!("{:?} {error} {error:?} {closed} {closed:?}", pair.session);
        shown += &format!("{later} {later:?}");
        assert!(shown.contains(code));
        assert!(!shown.contains(wrong), "{protocol:?} {step}: {shown}");
    }
}

/// A name may be private as well.
#[test]
fn arguments_that_a_server_repeats_are_left_out() {
    let config = plain().protocol(Protocol::Resp3).client_name("billing");
    let mut pair = with(Model::default().hello(Hello::Unknown), config);
    pair.drive();
    let text = "the server refused HELLO: ERR unknown command `HELLO`";
    assert_eq!(pair.closed().unwrap().to_string(), text);
}

/// Whatever way a server or a proxy has of repeating what it got.
#[test]
fn errors_that_repeat_the_password_in_other_words_do_not_show_it() {
    for text in [
        "ERR unknown command 'HELLO 3 AUTH default s3cr3t-pa55'",
        "ERR syntax error near s3cr3t-pa55",
        "ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `s3cr3t-pa55`, ",
    ] {
        let model = guarded().hello(Hello::Error(text));
        let mut pair = with(model, everything().protocol(Protocol::Resp3));
        pair.drive();
        refused(&pair, "HELLO", "ERR");
        let shown = format!("{:?} {}", pair.closed(), pair.closed().unwrap());
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn secrets_do_not_show_in_requests() {
    let auth = cmd::command("AUTH").arg("ada").arg(SECRET);
    assert_eq!(format!("{:?}", auth.as_ref()), "AUTH with 2 arguments");
    assert!(!format!("{auth:?}").contains(SECRET));
    let mut batch = redis_client_core::Batch::new();
    batch.push(&auth);
    assert!(!format!("{batch:?}").contains(SECRET));
    assert!(!format!("{:?}", Credentials::user("ada", SECRET)).contains(SECRET));
}

#[test]
fn a_refused_database_closes() {
    for hello in [Hello::Known, Hello::Unknown] {
        let mut pair = with(Model::default().hello(hello), plain().database(99));
        let tag = pair.submit(echo("x"));
        pair.drive();
        refused(&pair, "SELECT", "ERR");
        assert_eq!(pair.ended(tag).unwrap().outcome(), Some(Outcome::NotSent));
    }
}

#[test]
fn silence_ends_at_the_handshake_timeout() {
    let timeout = Duration::from_secs(3);
    let mut pair = with(Model::default(), Config::default().handshake_timeout(timeout));
    pair.stall(true);
    let tag = pair.submit(echo("x"));
    pair.drive();
    assert_eq!(pair.session.poll_timeout(), Some(pair.now + timeout));
    pair.run_for(timeout - Duration::from_nanos(1));
    assert_eq!(pair.closed(), None);
    pair.run_for(Duration::from_nanos(1));
    assert_eq!(pair.closed(), Some(&ConnectionError::HandshakeTimeout));
    let cause = Cause::Connection(ConnectionError::HandshakeTimeout);
    let ended = Ended::Failed { frames: Vec::new(), outcome: Outcome::NotSent, cause };
    assert_eq!(pair.ended(tag), Some(&ended));
    assert_eq!(pair.session.poll_timeout(), None);
}

#[test]
fn commands_wait_for_ready_and_keep_their_order() {
    for hello in [Hello::Known, Hello::Unknown] {
        let mut pair = with(guarded().hello(hello), everything()).cut(1);
        let before: Vec<u64> = (0..3).map(|n| pair.submit(echo(&format!("before-{n}")))).collect();
        pair.drive();
        let after = pair.submit(echo("after"));
        pair.drive();
        for (n, tag) in before.iter().enumerate() {
            assert_eq!(pair.reply(*tag), bulk(&format!("before-{n}")));
        }
        assert_eq!(pair.reply(after), bulk("after"));
        let received = received(&pair);
        let echoes = received.len() - 4;
        assert!(received[..echoes].iter().all(|command| !command.starts_with("ECHO")));
    }
}

#[test]
fn a_loss_at_any_byte_of_the_handshake_sends_nothing() {
    let all = {
        let mut pair = with(guarded(), everything());
        pair.turn();
        pair.written()
    };
    for written in 0..=all {
        let mut pair = with(guarded(), everything());
        pair.stop_writing_after(written);
        let tag = pair.submit(echo("x"));
        pair.drive();
        pair.disconnect(ConnectionError::ClosedByServer);
        assert_eq!(pair.ended(tag).unwrap().outcome(), Some(Outcome::NotSent));
        assert_eq!(pair.server.ledger("x"), 0);
    }
}

#[test]
fn a_push_during_the_handshake_is_no_answer() {
    let mut pair = with(Model::default(), plain());
    pair.send(">2\r\n+invalidate\r\n_\r\n");
    pair.drive();
    assert_eq!((pair.ready(), pair.pushes.len()), (Some(true), 1));
}

#[test]
fn an_answer_too_many_closes() {
    let mut pair = with(Model::default(), plain());
    pair.drive();
    pair.send("+OK\r\n");
    pair.drive();
    assert_eq!(pair.closed(), Some(&ConnectionError::UnexpectedReply));
}

#[test]
fn closing_during_the_handshake_sends_nothing() {
    let mut pair = with(Model::default(), plain());
    let tag = pair.submit(echo("x"));
    pair.session.close(pair.now);
    pair.drive();
    assert_eq!(pair.closed(), Some(&ConnectionError::Closed));
    assert_eq!(pair.ended(tag).unwrap().outcome(), Some(Outcome::NotSent));
    assert!(pair.received.is_empty());
}

#[test]
fn an_answer_to_hello_that_is_no_map_ends_the_connection() {
    for answer in ["+OK\r\n", "*2\r\n$6\r\nserver\r\n$5\r\nproxy\r\n", "$-1\r\n"] {
        let mut session = Session::<u64>::new(Time::ZERO, Config::default());
        let mut out = OutBuf::default();
        assert!(session.poll_transmit(&mut out));
        let _ = session.handle_input(Time::ZERO, &mut answer.as_bytes().into());
        let closed = std::iter::from_fn(|| session.poll_event())
            .find_map(|event| if let Event::Closed(why) = event { Some(why) } else { None });
        assert_eq!(closed, Some(ConnectionError::UnexpectedAnswer { step: "HELLO" }), "{answer}");
    }
}
