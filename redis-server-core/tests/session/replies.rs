//! Every answer in both versions of the protocol, to the byte.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::{Bytes, BytesMut};
use redis_server_core::resp_core::{Decoder, Limits};
use redis_server_core::{Action, Config, Next, Null, Protocol, Reply, Simple, ToReply};

use super::Desk;

/// What a client gets to read.
fn written(protocol: Protocol, answer: impl FnOnce(Reply<'_>) -> Action) -> String {
    let mut desk = Desk::new(&Config::default());
    desk.session.terms().set_protocol(protocol);
    desk.input.extend_from_slice(b"x\r\n");
    let Next::Request(_, reply, _) = desk.session.poll_request(&mut desk.input) else {
        panic!("there is a request")
    };
    assert_eq!(reply.protocol(), protocol);
    assert_eq!(answer(reply), Action::Continue);
    desk.take()
}

/// The answer is these bytes in RESP2 and those in RESP3.
#[track_caller]
fn check(answer: impl Fn(Reply<'_>) -> Action, resp2: &str, resp3: &str) {
    assert_eq!(written(Protocol::Resp2, &answer), resp2);
    assert_eq!(written(Protocol::Resp3, &answer), resp3);
}

#[track_caller]
fn same(answer: impl Fn(Reply<'_>) -> Action, both: &str) {
    check(answer, both, both);
}

fn done(_: impl Sized) -> Action {
    Action::Continue
}

#[test]
fn scalars() {
    same(|reply| reply.ok(), "+OK|");
    same(|reply| reply.simple("a\r\nb"), "+a  b|");
    same(|reply| reply.error("ERR a\nb\r+OK"), "-ERR a b +OK|");
    same(|reply| reply.error_of(format_args!("ERR {}", 5)), "-ERR 5|");
    same(|reply| reply.int(i64::MIN), ":-9223372036854775808|");
    same(|reply| reply.bulk("a\r\n"), "$3|a||");
    same(|reply| reply.bulk(""), "$0||");
    same(|reply| reply.shared(&Bytes::from_static(b"abc")), "$3|abc|");
    check(|reply| reply.null(), "$-1|", "_|");
    check(|reply| reply.null_array(), "*-1|", "_|");
    check(|reply| reply.boolean(true), ":1|", "#t|");
    check(|reply| reply.boolean(false), ":0|", "#f|");
    check(|reply| reply.double(2.5), "$3|2.5|", ",2.5|");
    check(|reply| reply.double(0.1), "$19|0.10000000000000001|", ",0.10000000000000001|");
    check(|reply| reply.decimal("0.10"), "$4|0.10|", ",0.10|");
    check(|reply| reply.decimal("one"), "$3|one|", "$3|one|");
    check(|reply| reply.double(f64::INFINITY), "$3|inf|", ",inf|");
    check(|reply| reply.double(f64::NEG_INFINITY), "$4|-inf|", ",-inf|");
    check(|reply| reply.double(f64::NAN), "$3|nan|", ",nan|");
    check(|reply| reply.big_number("-123"), "$4|-123|", "(-123|");
    same(|reply| reply.big_number("1x\r\n"), "$4|1x||");
    check(|reply| reply.verbatim(*b"txt", "a"), "$1|a|", "=5|txt:a|");
    same(|reply| reply.none(), "");
    same(|_| Action::Continue, "-ERR the command was not answered|");
}

#[test]
fn large_shared_text_is_not_copied_and_keeps_its_place() {
    let text = Bytes::from(vec![b'x'; 100_000]);
    let expected = format!("$100000|{}|", "x".repeat(100_000));
    same(|reply| reply.shared(&text), &expected);
}

#[test]
fn aggregates() {
    same(|reply| done(reply.array(0)), "*0|");
    same(|reply| done(reply.array(2).add(1).add("a")), "*2|:1|$1|a|");
    check(|reply| done(reply.set(1).add(1)), "*1|:1|", "~1|:1|");
    check(|reply| done(reply.push(1).add(1)), "*1|:1|", ">1|:1|");
    check(|reply| done(reply.map(1).pair("a", true)), "*2|$1|a|:1|", "%1|$1|a|#t|");
    check(|reply| done(reply.map(0)), "*0|", "%0|");
}

#[test]
fn aggregates_in_aggregates() {
    let nested = |reply: Reply<'_>| {
        let mut outer = reply.array(3);
        {
            let mut map = outer.item().map(2);
            let mut inner = map.value("a").set(1);
            let _ = inner.item().double(0.5);
            drop(inner);
            let _ = map.value("b").null_array();
        }
        assert_eq!(outer.remaining(), 2);
        drop(outer.item().array(1).item().array(0));
        outer.add(());
        Action::Continue
    };
    check(
        nested,
        "*3|*4|$1|a|*1|$3|0.5|$1|b|*-1|*1|*0|+OK|",
        "*3|%2|$1|a|~1|,0.5|$1|b|_|*1|*0|+OK|",
    );
}

#[test]
fn what_is_missing_is_filled() {
    check(|reply| done(reply.array(3).add(1)), "*3|:1|$-1|$-1|", "*3|:1|_|_|");
    check(|reply| done(reply.map(2).pair("a", 1)), "*4|$1|a|:1|$-1|$-1|", "%2|$1|a|:1|_|_|");
    check(|reply| done(reply.map(1).value("a")), "*2|$1|a|$-1|", "%1|$1|a|_|");
    check(|reply| done(reply.array(2).item().array(1)), "*2|*1|$-1|$-1|", "*2|*1|_|_|");
    check(|reply| done(reply.array(1).item()), "*1|$-1|", "*1|_|");
}

/// In debug builds it panics, for whoever has written the handler to see.
#[test]
fn what_is_too_much_is_left_out() {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let panicked = std::cell::Cell::new(false);
        let surplus = |reply: Reply<'_>| {
            let mut items = reply.array(1);
            items.add(1);
            let add = std::panic::AssertUnwindSafe(|| drop(items.item().array(5)));
            panicked.set(std::panic::catch_unwind(add).is_err());
            Action::Continue
        };
        assert_eq!(written(protocol, surplus), "*1|:1|");
        assert_eq!(panicked.get(), cfg!(debug_assertions));
    }
}

#[track_caller]
fn any(value: impl ToReply, resp2: &str, resp3: &str) {
    check(|reply| reply.any(&value), resp2, resp3);
}

#[test]
fn values() {
    any((), "+OK|", "+OK|");
    any(Simple("QUEUED"), "+QUEUED|", "+QUEUED|");
    any(Null, "$-1|", "_|");
    any(None::<i64>, "$-1|", "_|");
    any(Some(1_u16), ":1|", ":1|");
    any(true, ":1|", "#t|");
    any(0.5_f32, "$3|0.5|", ",0.5|");
    any(u64::MAX, "$20|18446744073709551615|", "(18446744073709551615|");
    any(i128::from(i64::MIN), ":-9223372036854775808|", ":-9223372036854775808|");
    any("a", "$1|a|", "$1|a|");
    any(String::from("a"), "$1|a|", "$1|a|");
    any(std::borrow::Cow::from("a"), "$1|a|", "$1|a|");
    any(*b"ab", "$2|ab|", "$2|ab|");
    any(vec![b'a'], "$1|a|", "$1|a|");
    any(Box::new(Bytes::from_static(b"a")), "$1|a|", "$1|a|");
    any([1, 2], "*2|:1|:2|", "*2|:1|:2|");
    any(vec!["a"], "*1|$1|a|", "*1|$1|a|");
    any(
        (1, "a", 0.5, (), Null, true),
        "*6|:1|$1|a|$3|0.5|+OK|$-1|:1|",
        "*6|:1|$1|a|,0.5|+OK|_|#t|",
    );
    any(BTreeMap::from([("a", 1)]), "*2|$1|a|:1|", "%1|$1|a|:1|");
    any(HashMap::from([("a", [1])]), "*2|$1|a|*1|:1|", "%1|$1|a|*1|:1|");
    any(BTreeSet::from([1, 2]), "*2|:1|:2|", "~2|:1|:2|");
}

#[test]
fn a_frame_goes_out_as_it_came() {
    let text = "*2\r\n:1\r\n%1\r\n+a\r\n_\r\n";
    let mut input = BytesMut::from(text);
    let frame = Decoder::new(Limits::default()).decode(&mut input).unwrap().unwrap();
    same(|reply| reply.frame(frame.clone()), &text.replace("\r\n", "|"));
}

/// `HELLO` is answered in what it asks for.
#[test]
fn the_protocol_changes_within_a_pipeline() {
    let mut desk = Desk::new(&Config::default());
    desk.session.push(1).add(true);
    desk.receive("SUBSCRIBE a\r\nHELLO\r\nSUBSCRIBE a\r\n");
    desk.session.push(1).add(true);
    assert_eq!(
        desk.take(),
        "*1|:1|*3|$9|subscribe|$1|a|:1|%1|$5|proto|:3|>3|$9|subscribe|$1|a|:1|>1|#t|"
    );
}

#[test]
fn what_stands_in_front_of_an_answer_is_for_resp3_alone() {
    let with_attributes = |mut reply: Reply<'_>| {
        if let Some(mut pairs) = reply.attributes(1) {
            pairs.pair("ttl", 5);
        }
        reply.bulk("v")
    };
    check(with_attributes, "$1|v|", "|1|$3|ttl|:5|$1|v|");
    let behind_a_push = |mut reply: Reply<'_>| {
        if let Some(mut items) = reply.push_ahead(2) {
            items.add("load").add(42);
        }
        reply.bulk("v")
    };
    check(behind_a_push, "$1|v|", ">2|$4|load|:42|$1|v|");
}
