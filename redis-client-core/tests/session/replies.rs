//! Replies and the commands that they belong to.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use redis_client_core::{ConnectionError, Event, Receiver, Session, Time, cmd};
use resp_core::{Frame, OutBuf};
use testkit::chunking::{self, Chunking};
use testkit::pair::{Hello, Model, Pair};

use crate::{bulk, echo, plain, texts, words};

#[test]
fn replies_come_in_order_to_their_own() {
    let mut pair = Pair::new(3, plain()).cut(5).delay(Duration::from_millis(3)).nag();
    let tags: Vec<u64> = (0..200).map(|n| pair.submit(echo(&"x".repeat(n)))).collect();
    let mut order = Vec::new();
    pair.drive();
    for (n, tag) in tags.iter().enumerate() {
        assert_eq!(pair.reply(*tag), bulk(&"x".repeat(n)));
        order.push(*tag);
    }
    assert_eq!(order, tags);
    assert_eq!(pair.session.in_flight(), 0);
}

#[test]
fn error_replies_are_replies() {
    let mut pair = Pair::new(1, plain());
    let wrong = pair.submit(words("NOSUCH a"));
    let arity = pair.submit(words("GET"));
    let right = pair.submit(echo("x"));
    pair.drive();
    assert!(pair.reply(wrong).starts_with(b"-ERR unknown command `NOSUCH`"));
    assert!(pair.reply(arity).starts_with(b"-ERR wrong number of arguments for 'get'"));
    assert_eq!(pair.reply(right), bulk("x"));
}

/// Every type as a reply, with attributes before it and news around it.
#[test]
fn any_frame_is_one_reply() {
    let frames = [
        "+OK\r\n",
        "-ERR x\r\n",
        ":1\r\n",
        "$2\r\nab\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "*0\r\n",
        "_\r\n",
        ",1.5\r\n",
        "#t\r\n",
        "!3\r\nERR\r\n",
        "=7\r\ntxt:abc\r\n",
        "(123\r\n",
        "%1\r\n+k\r\n+v\r\n",
        "~1\r\n+a\r\n",
        "*2\r\n*1\r\n+a\r\n_\r\n",
        "$?\r\n;2\r\nab\r\n;0\r\n",
        "*?\r\n+a\r\n.\r\n",
        "|1\r\n+ttl\r\n:3\r\n+OK\r\n",
        "|1\r\n+a\r\n+b\r\n|1\r\n+c\r\n+d\r\n*1\r\n+a\r\n",
        // An array that would be a message, if anything were subscribed.
        "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n",
        "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n",
    ];
    for hello in [Hello::Known, Hello::Unknown] {
        for reply in frames {
            let mut model = Model::default().hello(hello.clone());
            let server = move |command: &[Bytes], out: &mut Vec<u8>| match &command[0][..] {
                b"REPLY" => out.extend_from_slice(&command[1]),
                _ => testkit::pair::Server::execute(&mut model, command, out),
            };
            let mut pair = Pair::with_server(1, plain(), server).cut(2);
            let any = pair.submit(cmd::command("REPLY").arg(reply));
            let next = pair.submit(echo("next"));
            pair.drive();
            assert_eq!(pair.reply(any), reply);
            assert_eq!(pair.reply(next), bulk("next"));
            assert_eq!(pair.pushes, []);
        }
    }
}

#[test]
fn pushes_between_replies_shift_nothing() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    let (one, two) = (pair.submit(echo("one")), pair.submit(echo("two")));
    let push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
    let attributed = format!("|1\r\n+a\r\n+b\r\n{push}");
    pair.send(format!("{push}{attributed}{push}"));
    pair.drive();
    assert_eq!((pair.reply(one), pair.reply(two)), (bulk("one").into(), bulk("two").into()));
    assert_eq!(texts(&pair.pushes), [push, &attributed, push]);
    pair.send(push);
    pair.drive();
    assert_eq!((pair.pushes.len(), pair.closed()), (4, None));
}

/// Redis 6 writes invalidations right where it is, in the middle of EXEC's array as well.
#[test]
fn pushes_inside_an_array_are_news_and_no_elements() {
    let push = ">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n";
    let exec = format!("*2\r\n{push}:1\r\n{push}$1\r\nx\r\n");
    let answers = exec.clone();
    let mut model = Model::default();
    let server = move |command: &[Bytes], out: &mut Vec<u8>| match &command[0][..] {
        b"EXEC" => out.extend_from_slice(answers.as_bytes()),
        b"INCR" => out.extend_from_slice(b"+QUEUED\r\n"),
        _ => testkit::pair::Server::execute(&mut model, command, out),
    };
    let mut pair = Pair::with_server(1, plain(), server);
    pair.drive();
    let tag = pair.submit(words("EXEC"));
    let next = pair.submit(echo("next"));
    pair.drive();
    assert_eq!(texts(&pair.pushes), [push, push]);
    let frame = Frame::parse(pair.reply(tag)).unwrap();
    let resp_core::View::Array(elements) = frame.view() else { panic!() };
    let elements: Vec<_> = elements.map(|element| element.to_frame()).collect();
    assert_eq!(texts(&elements), [":1\r\n", "$1\r\nx\r\n"]);
    assert_eq!(pair.reply(next), bulk("next"));
}

#[test]
fn a_reply_to_nothing_closes() {
    for junk in ["+OK\r\n", "$-1\r\n", "*0\r\n", "-ERR idle timeout\r\n"] {
        let mut pair = Pair::new(1, plain());
        let before = pair.submit(echo("before"));
        pair.drive();
        pair.send(junk);
        pair.drive();
        assert_eq!(pair.reply(before), bulk("before"));
        assert_eq!(pair.closed(), Some(&ConnectionError::UnexpectedReply), "{junk:?}");
    }
}

#[test]
fn broken_protocol_closes_and_tells_all() {
    for junk in
        ["hello\r\n", "$-2\r\n", ":1x\r\n", "$1\r\nab\r\n", "*1\r\n$9223372036854775807\r\n"]
    {
        let mut pair = Pair::new(1, plain());
        pair.drive();
        pair.stall(true);
        let (one, two) = (pair.submit(echo("one")), pair.submit(echo("two")));
        pair.drive();
        let mut input = BytesMut::from(&format!("{}{junk}{}", bulk("one"), bulk("two"))[..]);
        let error = pair.session.handle_input(pair.now, &mut input).unwrap_err();
        assert!(matches!(error, ConnectionError::Protocol(_)), "{error:?}");
        pair.turn();
        assert_eq!(pair.reply(one), bulk("one"));
        assert!(pair.ended(two).unwrap().outcome().is_some());
        // The same for ever, and nothing is read any more.
        let left = input.clone();
        assert_eq!(pair.session.handle_input(pair.now, &mut input), Err(error.clone()));
        assert_eq!((input, pair.closed()), (left, Some(&error)));
    }
}

/// A session that has sent all it ever will, to be fed by hand.
fn replay() -> (Session<u64>, Vec<u64>) {
    let mut session = Session::new(Time::ZERO, plain());
    let tags = [1, 2, 3, 4, 5, 6];
    let mut batch = redis_client_core::Batch::transaction();
    batch.push(words("SET a 1")).push(words("INCR a"));
    session.submit(Time::ZERO, echo("one"), 1).unwrap();
    session.submit_batch(Time::ZERO, &mut batch, 2).unwrap();
    session.submit(Time::ZERO, words("SUBSCRIBE c d"), 3).unwrap();
    session.submit(Time::ZERO, words("PING x"), 4).unwrap();
    session.submit(Time::ZERO, words("UNSUBSCRIBE"), 5).unwrap();
    session.submit(Time::ZERO, words("GET none"), 6).unwrap();
    (session, tags.to_vec())
}

fn events(stream: &[u8], chunking: &Chunking) -> Vec<Event<u64>> {
    let (mut session, _) = replay();
    let (mut input, mut out) = (BytesMut::new(), OutBuf::new());
    let mut events = Vec::new();
    for piece in chunking.pieces(stream) {
        input.extend_from_slice(piece);
        let _ = session.handle_input(Time::ZERO, &mut input);
        while session.poll_transmit(&mut out) {}
        events.extend(core::iter::from_fn(|| session.poll_event()));
    }
    events
}

/// The same, with the frames found outside of the session, as a driver does.
fn events_by_receiver(stream: &[u8], chunking: &Chunking) -> Vec<Event<u64>> {
    let (mut session, _) = replay();
    let mut receiver = Receiver::new(resp_core::Limits::default());
    let (mut input, mut out) = (BytesMut::new(), OutBuf::new());
    for piece in chunking.pieces(stream) {
        input.extend_from_slice(piece);
        while let Some(frame) = receiver.receive(&mut input).unwrap() {
            session.handle_frame(Time::ZERO, frame);
        }
        while session.poll_transmit(&mut out) {}
    }
    core::iter::from_fn(|| session.poll_event()).collect()
}

#[test]
fn the_same_bytes_in_any_chunking_give_the_same_events() {
    for hello in [Hello::Known, Hello::Unknown] {
        // What a server says to all that, with messages and at the end a reply too many.
        let mut pair = Pair::new(1, plain());
        pair.server.says = hello;
        let (_, tags) = replay();
        pair.submit(echo("one"));
        pair.transaction(&[words("SET a 1"), words("INCR a")]);
        pair.submit(words("SUBSCRIBE c d"));
        pair.submit(words("PING x"));
        pair.drive();
        let message = pair.server.publish("c", "hello");
        pair.send(message);
        pair.submit(words("UNSUBSCRIBE"));
        pair.submit(words("GET none"));
        pair.drive();
        pair.send("+OK\r\n");
        pair.drive();

        let stream = pair.sent.clone();
        let whole = events(&stream, &Chunking::at([]));
        let ended = whole
            .iter()
            .filter(|event| matches!(event, Event::Reply { .. } | Event::Replies { .. }));
        assert_eq!(ended.count(), tags.len());
        assert!(matches!(whole.last(), Some(Event::Closed(ConnectionError::UnexpectedReply))));
        let chunkings = chunking::every_cut(stream.len())
            .chain([chunking::byte_by_byte(stream.len())])
            .chain(chunking::random(stream.len(), 11).take(200));
        for chunking in chunkings {
            assert_eq!(events(&stream, &chunking), whole, "{chunking:?}");
            assert_eq!(events_by_receiver(&stream, &chunking), whole, "{chunking:?}");
        }
    }
}
