//! Pipelines and transactions, and how their replies are read.

use redis_client_core::{
    Batch, ConnectionError, Error, Event, IntoBatch, Outcome, ReplyError, Results, Session,
    SubmitError, Time, cmd, read_transaction,
};
use resp_core::Frame;
use testkit::pair::{Ended, Hello, Pair};

use crate::{bulk, echo, plain, texts, words};

#[test]
fn a_pipeline_comes_back_in_one_piece() {
    let mut pair = Pair::new(1, plain()).cut(1);
    let before = pair.submit(echo("before"));
    let batch =
        pair.pipeline(&[words("SET k 10"), words("INCR k"), words("NOSUCH"), words("GET k")]);
    let after = pair.submit(echo("after"));
    assert_eq!(pair.session.in_flight(), 6);
    pair.drive();
    let replies = texts(pair.replies(batch));
    assert_eq!(replies[..2], ["+OK\r\n", ":11\r\n"]);
    assert!(replies[2].starts_with("-ERR unknown command"));
    assert_eq!(replies[3], bulk("11"));
    assert_eq!(pair.reply(before), bulk("before"));
    assert_eq!(pair.reply(after), bulk("after"));
}

#[test]
fn an_empty_batch_is_answered_without_the_server() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    let written = pair.written();
    let none: [redis_client_core::Request; 0] = [];
    let (pipeline, transaction) = (pair.pipeline(&none), pair.transaction(&none));
    let next = pair.submit(echo("next"));
    pair.drive();
    assert_eq!((pair.replies(pipeline), pair.replies(transaction)), (&[][..], &[][..]));
    assert_eq!(pair.reply(next), bulk("next"));
    assert_eq!(pair.written(), written + 24);
}

#[test]
fn a_transaction_runs_between_multi_and_exec() {
    for hello in [Hello::Known, Hello::Unknown] {
        let mut pair = Pair::new(1, plain());
        pair.server.says = hello;
        let tag = pair.transaction(&[words("SET k 10"), words("INCR k")]);
        let next = pair.submit(echo("next"));
        pair.drive();
        let expected = ["+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n", "*2\r\n+OK\r\n:11\r\n"];
        assert_eq!(texts(pair.replies(tag)), expected);
        assert_eq!(pair.reply(next), bulk("next"));
    }
}

type Three = (
    redis_client_core::Command<cmd::Set, ()>,
    redis_client_core::Command<cmd::Incr, i64>,
    redis_client_core::Command<cmd::Get, Option<u64>>,
);

fn three() -> Three {
    (cmd::set("k", "10"), cmd::incr("k"), cmd::get("k").parse())
}

/// Sends the three commands and reads what comes, in each way in which the server may refuse.
fn run(pair: &mut Pair) -> Result<<Three as IntoBatch>::Replies, Error> {
    let mut batch = Batch::transaction();
    three().into_batch(&mut batch);
    let commands = [three().0.into_request(), three().1.into_request(), three().2.into_request()];
    let tag = pair.transaction(&commands);
    let next = pair.submit(echo("next"));
    pair.drive();
    assert_eq!(pair.reply(next), bulk("next"));
    read_transaction::<Three>(batch.facts(), pair.replies(tag))
}

#[test]
fn a_transaction_reads_as_its_commands() {
    for hello in [Hello::Known, Hello::Unknown] {
        let mut pair = Pair::new(1, plain());
        pair.server.says = hello;
        assert_eq!(run(&mut pair), Ok((Ok(()), Ok(11), Ok(Some(11)))));
    }
}

#[test]
fn a_watched_key_that_changed_aborts() {
    for hello in [Hello::Known, Hello::Unknown] {
        let mut pair = Pair::new(1, plain());
        pair.server.says = hello;
        pair.submit(words("WATCH w"));
        pair.drive();
        pair.server.set("w", "changed");
        assert_eq!(run(&mut pair), Err(Error::Aborted));
        assert_eq!(pair.server.get("k"), None);
        // The watch is over, whatever became of it.
        assert_eq!(run(&mut pair), Ok((Ok(()), Ok(11), Ok(Some(11)))));
    }
}

#[test]
fn a_command_that_cannot_be_queued_aborts_with_its_error() {
    for hello in [Hello::Known, Hello::Unknown] {
        let mut pair = Pair::new(1, plain());
        pair.server.says = hello;
        let tag = pair.transaction(&[words("SET k 1"), words("NOSUCH a"), words("INCR k")]);
        let next = pair.submit(echo("next"));
        pair.drive();
        let facts = [cmd::set("k", 1).as_ref().facts(); 3];
        type Any = Vec<redis_client_core::Command<cmd::Set, Frame>>;
        let error = read_transaction::<Any>(&facts, pair.replies(tag)).unwrap_err();
        let Error::Discarded { index: 1, command: "SET", error } = error else {
            panic!("{error:?}")
        };
        assert_eq!(error.code(), "ERR");
        assert!(error.text().starts_with(b"ERR unknown command `NOSUCH`"));
        let last = pair.replies(tag).last().unwrap().as_bytes();
        assert!(last.starts_with(b"-EXECABORT"));
        assert_eq!(pair.server.get("k"), None);
        assert_eq!(pair.reply(next), bulk("next"));
    }
}

#[test]
fn an_error_inside_exec_belongs_to_its_command() {
    let mut pair = Pair::new(1, plain());
    pair.server.set("n", "text");
    let tag = pair.transaction(&[words("INCR n"), words("INCR k")]);
    pair.drive();
    type Two = (redis_client_core::Command<cmd::Incr>, redis_client_core::Command<cmd::Incr>);
    let facts = [cmd::incr("n").as_ref().facts(); 2];
    let (one, two) = read_transaction::<Two>(&facts, pair.replies(tag)).unwrap();
    assert!(matches!(one, Err(Error::Server(error)) if error.code() == "ERR"));
    assert_eq!(two, Ok(1));
}

/// An error at each place, and at several: each result stays with its command.
#[test]
fn an_error_at_each_place_shifts_nothing() {
    type Four = Vec<redis_client_core::Command<cmd::Incr, i64>>;
    let facts = [cmd::incr("k").as_ref().facts(); 4];
    for errors in 0_u32..16 {
        let bad = |place: usize| errors >> place & 1 == 1;
        let texts =
            (0..4).map(|n| if bad(n) { format!("-E{n} x\r\n") } else { format!(":{n}\r\n") });
        let texts: Vec<String> = texts.collect();
        let frames: Vec<Frame> =
            texts.iter().map(|text| Frame::parse(text.clone()).unwrap()).collect();
        let check = |results: Vec<Result<i64, Error>>| {
            assert_eq!(results.len(), 4);
            for (n, result) in results.into_iter().enumerate() {
                match result {
                    Ok(value) => assert!(!bad(n) && value == n as i64),
                    Err(Error::Server(error)) => {
                        assert!(bad(n) && error.code() == format!("E{n}"));
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
        };
        check(Four::read(Results::of_pipeline(&facts, &frames, None)));
        let mut replies = vec![Frame::parse("+OK\r\n").unwrap()];
        replies.extend((0..4).map(|_| Frame::parse("+QUEUED\r\n").unwrap()));
        let exec = format!("*4\r\n{}", texts.concat());
        replies.push(Frame::parse(exec).unwrap());
        check(read_transaction::<Four>(&facts, &replies).unwrap());
    }
}

#[test]
fn an_unreadable_reply_belongs_to_its_command() {
    let frames = ["+OK\r\n", "$1\r\nx\r\n", "$2\r\n12\r\n"].map(|text| Frame::parse(text).unwrap());
    let mut batch = Batch::new();
    three().into_batch(&mut batch);
    let (set, incr, get) = Three::read(Results::of_pipeline(batch.facts(), &frames, None));
    let error = ReplyError::Number { expected: "i64" };
    assert_eq!(incr, Err(Error::Reply { command: "INCR", error }));
    assert_eq!((set, get), (Ok(()), Ok(Some(12))));
}

#[test]
fn a_part_of_a_pipeline_reads_as_far_as_it_came() {
    let frames = [Frame::parse("+OK\r\n").unwrap()];
    let mut batch = Batch::new();
    three().into_batch(&mut batch);
    let lost = Outcome::MaybeApplied
        .to_error(redis_client_core::Cause::Connection(ConnectionError::ClosedByServer));
    let results = Results::of_pipeline(batch.facts(), &frames, Some(lost.clone()));
    assert_eq!(Three::read(results), (Ok(()), Err(lost.clone()), Err(lost)));
    // Fewer than due, and no reason: no reply is made up.
    let results = Results::of_pipeline(batch.facts(), &frames, None);
    let missing = |command| Error::Reply { command, error: ReplyError::Null };
    assert_eq!(Three::read(results), (Ok(()), Err(missing("INCR")), Err(missing("GET"))));
}

#[test]
fn unreadable_transactions_are_errors() {
    let facts = three().0.as_ref().facts();
    let read = |replies: &[&str]| {
        let replies: Vec<Frame> =
            replies.iter().map(|reply| Frame::parse(reply.to_string()).unwrap()).collect();
        read_transaction::<(redis_client_core::Command<cmd::Set>,)>(&[facts], &replies)
    };
    let unreadable = |error| Err(Error::Reply { command: "EXEC", error });
    assert_eq!(read(&[]), unreadable(ReplyError::Null));
    assert_eq!(read(&["+OK\r\n", "+QUEUED\r\n"]), unreadable(ReplyError::Queued));
    let found = ReplyError::Type { expected: "an array", found: "a simple string" };
    assert_eq!(read(&["+OK\r\n", "+QUEUED\r\n", "+OK\r\n"]), unreadable(found));
    for found in [0, 2] {
        let exec = format!("*{found}\r\n{}", "+OK\r\n".repeat(found));
        let length = ReplyError::Length { expected: 1, found };
        assert_eq!(read(&["+OK\r\n", "+QUEUED\r\n", &exec]), unreadable(length));
    }
    assert_eq!(read(&["+OK\r\n", "+QUEUED\r\n", "_\r\n"]), Err(Error::Aborted));
    assert_eq!(read(&["+OK\r\n", "+QUEUED\r\n", "*-1\r\n"]), Err(Error::Aborted));
    let refused = read(&["-NOPERM no\r\n", "+OK\r\n", "-ERR EXEC without MULTI\r\n"]);
    assert!(matches!(refused, Err(Error::Server(error)) if error.code() == "NOPERM"));
}

#[test]
fn a_pipeline_cut_off_keeps_the_replies_that_came() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    let batch = pair.pipeline(&[echo("one"), echo("two")]);
    pair.stop_writing_after(pair.written() + 23);
    pair.drive();
    pair.disconnect(ConnectionError::ClosedByServer);
    let Some(Ended::Failed { frames, outcome, .. }) = pair.ended(batch) else { panic!() };
    assert_eq!((texts(frames), *outcome), (vec![bulk("one")], Outcome::MaybeApplied));
}

#[test]
fn a_batch_that_is_full_stays_whole() {
    let mut session = Session::new(Time::ZERO, plain().max_in_flight(1));
    session.submit(Time::ZERO, echo("x"), 1).unwrap();
    for mut batch in [Batch::new(), Batch::transaction()] {
        batch.push(echo("y"));
        let facts = batch.facts().len();
        let error = session.submit_batch(Time::ZERO, &mut batch, 2).unwrap_err();
        assert_eq!(error, SubmitError::Full(2));
        assert_eq!(batch.facts().len(), facts);
    }
}

/// A batch that was sent is spent: sent again, it must not leave replies waiting that never come.
#[test]
fn a_spent_batch_shifts_nothing() {
    for mut batch in [Batch::new(), Batch::transaction()] {
        let mut session =
            Session::new(Time::ZERO, plain().protocol(redis_client_core::Protocol::Resp2));
        batch.push(echo("y"));
        session.submit_batch(Time::ZERO, &mut batch, 1).unwrap();
        let in_flight = session.in_flight();
        assert_eq!(batch.facts().len(), 1, "facts stay, for reading the replies");
        let _ = session.submit_batch(Time::ZERO, &mut batch, 2);
        assert_eq!(session.in_flight(), in_flight, "nothing is waited for that was not sent");
        let events: Vec<_> = core::iter::from_fn(|| session.poll_event()).collect();
        assert!(matches!(events[..], [Event::Ready { .. }, ..]));
    }
}
