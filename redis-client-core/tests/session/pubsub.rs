//! Subscriptions and their confirmations, in both protocols.

use bytes::{Bytes, BytesMut};
use redis_client_core::{ConnectionError, Outcome, Protocol, cmd};
use testkit::pair::{Ended, Hello, Model, Pair, Server};

use crate::{bulk, confirmation, echo, plain, texts, words};

/// A connection in RESP2 and one in RESP3, and the type byte of news in each.
pub(crate) fn both() -> [(Pair, char); 2] {
    let pair = |hello, seed| {
        let mut pair = Pair::with_server(seed, plain(), Model::default().hello(hello)).cut(7);
        pair.drive();
        pair
    };
    [(pair(Hello::Unknown, 2), '*'), (pair(Hello::Known, 3), '>')]
}

#[test]
fn each_channel_is_confirmed() {
    for (mut pair, head) in both() {
        for (command, word) in [
            ("SUBSCRIBE a b c", "subscribe"),
            ("psubscribe a b c", "psubscribe"),
            ("SSubscribe a b c", "ssubscribe"),
        ] {
            let before = pair.submit(words("PING before"));
            let tag = pair.submit(words(command));
            let after = pair.submit(words("PING after"));
            pair.drive();
            let frames = texts(pair.replies(tag));
            let held = if word == "psubscribe" { 3 } else { 0 };
            let expected: Vec<_> = ["a", "b", "c"]
                .iter()
                .zip(1..)
                .map(|(name, n)| confirmation(head, word, name, held + n))
                .collect();
            assert_eq!(frames, expected);
            assert!(pair.reply(before).ends_with(bulk("before").as_bytes()));
            assert!(pair.reply(after).ends_with(bulk("after").as_bytes()));
        }
        assert_eq!(pair.pushes, []);
    }
}

#[test]
fn a_refusal_stands_for_all() {
    for (mut pair, head) in both() {
        pair.server.refuses_subscribe = true;
        let tag = pair.submit(words("SUBSCRIBE a b c"));
        let next = pair.submit(echo("next"));
        pair.drive();
        let frames = texts(pair.replies(tag));
        assert_eq!(frames, ["-NOPERM No permissions to access a channel\r\n"]);
        assert_eq!(pair.reply(next), bulk("next"));
        // Without any channel it is an error as well.
        pair.server.refuses_subscribe = false;
        let none = pair.submit(words("SUBSCRIBE"));
        let some = pair.submit(words("SUBSCRIBE x"));
        pair.drive();
        assert!(texts(pair.replies(none))[0].starts_with("-ERR wrong number"));
        assert_eq!(texts(pair.replies(some)), [confirmation(head, "subscribe", "x", 1)]);
    }
}

#[test]
fn unsubscribing_from_all_is_confirmed_for_each_held() {
    for (mut pair, head) in both() {
        for (kind, word) in [("", ""), ("P", "p"), ("S", "s")] {
            let subscribe = pair.submit(words(&format!("{kind}SUBSCRIBE a b")));
            // Not confirmed yet, and all the same counted when its turn comes.
            let all = pair.submit(words(&format!("{kind}UNSUBSCRIBE")));
            let none = pair.submit(words(&format!("{kind}UNSUBSCRIBE")));
            let next = pair.submit(echo("next"));
            pair.drive();
            assert_eq!(pair.replies(subscribe).len(), 2);
            let word = format!("{word}unsubscribe");
            let expected = [confirmation(head, &word, "a", 1), confirmation(head, &word, "b", 0)];
            assert_eq!(texts(pair.replies(all)), expected);
            let null = if head == '*' { "$-1\r\n" } else { "_\r\n" };
            let nothing = format!("{head}3\r\n{}{null}:0\r\n", bulk(&word));
            assert_eq!(texts(pair.replies(none)), [nothing]);
            assert_eq!(pair.reply(next), bulk("next"));
        }
    }
}

#[test]
fn unsubscribing_by_name_is_confirmed_for_each_name() {
    for (mut pair, head) in both() {
        pair.submit(words("SUBSCRIBE a b"));
        let some = pair.submit(words("UNSUBSCRIBE a unknown a"));
        let next = pair.submit(words("PING next"));
        let rest = pair.submit(words("UNSUBSCRIBE"));
        pair.drive();
        let left = ["a", "unknown", "a"].map(|name| confirmation(head, "unsubscribe", name, 1));
        assert_eq!(texts(pair.replies(some)), left);
        assert!(pair.reply(next).ends_with(bulk("next").as_bytes()));
        assert_eq!(texts(pair.replies(rest)), [confirmation(head, "unsubscribe", "b", 0)]);
    }
}

#[test]
fn a_channel_named_twice_is_confirmed_twice() {
    for (mut pair, _) in both() {
        let twice = pair.submit(words("SUBSCRIBE a a"));
        let all = pair.submit(words("UNSUBSCRIBE"));
        let next = pair.submit(echo("next"));
        pair.drive();
        assert_eq!((pair.replies(twice).len(), pair.replies(all).len()), (2, 1));
        assert_eq!(pair.reply(next), bulk("next"));
    }
}

#[test]
fn messages_come_between_confirmations_and_replies() {
    for (mut pair, head) in both() {
        pair.submit(words("SUBSCRIBE a"));
        pair.submit(words("PSUBSCRIBE a*"));
        pair.drive();
        let message = format!("{head}3\r\n{}{}{}", bulk("message"), bulk("a"), bulk("m"));
        let by_pattern =
            format!("{head}4\r\n{}{}{}{}", bulk("pmessage"), bulk("a*"), bulk("a"), bulk("m"));
        let published = pair.server.publish("a", "m");
        assert_eq!(published, format!("{message}{by_pattern}").into_bytes());

        // The server's words, one by one, as they may come: a message behind each.
        let mut model = std::mem::take(&mut pair.server);
        let server = move |command: &[Bytes], out: &mut Vec<u8>| {
            let start = out.len();
            model.execute(command, out);
            let answer = out.split_off(start);
            let mut decoder = resp_core::Decoder::new(resp_core::Limits::default());
            let mut rest = &answer[..];
            out.extend(&published);
            while let Ok(Some(frame)) = decoder.decode_ref(rest) {
                out.extend(frame.as_bytes());
                out.extend(&published);
                rest = &rest[frame.len()..];
            }
        };
        let config = plain().protocol(match head {
            '*' => Protocol::Resp2,
            _ => Protocol::Resp3,
        });
        let mut pair = Pair::with_server(5, config, server).cut(3);
        if head == '*' {
            // Nothing before a subscription is news in RESP2.
            let mut input = BytesMut::from(&confirmation('*', "subscribe", "a", 1)[..]);
            pair.session.submit(pair.now, words("SUBSCRIBE a"), 99).unwrap();
            pair.session.handle_input(pair.now, &mut input).unwrap();
            while !matches!(
                pair.session.poll_event(),
                Some(redis_client_core::Event::Replies { tag: 99, .. })
            ) {}
            let mut out = resp_core::OutBuf::new();
            assert!(pair.session.poll_transmit(&mut out));
            return in_between(pair, head, &message, &by_pattern);
        }
        in_between(pair, head, &message, &by_pattern);
    }
}

fn in_between<S: Server>(mut pair: Pair<S>, head: char, message: &str, by_pattern: &str) {
    let subscribe = pair.submit(words("SUBSCRIBE b c"));
    let ping = pair.submit(words("PING x"));
    let error = pair.submit(words("SUBSCRIBE"));
    let unsubscribe = pair.submit(words("UNSUBSCRIBE b c"));
    let last = pair.submit(words("PING last"));
    pair.drive();
    assert_eq!(pair.replies(subscribe).len(), 2, "{head}");
    assert!(pair.reply(ping).ends_with(bulk("x").as_bytes()));
    assert!(texts(pair.replies(error))[0].starts_with("-ERR"));
    assert_eq!(pair.replies(unsubscribe).len(), 2);
    assert!(pair.reply(last).ends_with(bulk("last").as_bytes()));
    assert!(pair.pushes.len() >= 2 * (5 + 7));
    for pair in texts(&pair.pushes).chunks(2) {
        assert_eq!(pair, [message, by_pattern]);
    }
}

#[test]
fn ping_while_subscribed_is_a_reply() {
    for (mut pair, head) in both() {
        pair.submit(words("SUBSCRIBE a"));
        let (ping, hello) = (pair.submit(cmd::ping()), pair.submit(cmd::ping().message("hello")));
        let get = pair.submit(cmd::get("k"));
        pair.drive();
        let resp2 = head == '*';
        let pong = if resp2 { "*2\r\n$4\r\npong\r\n$0\r\n\r\n" } else { "+PONG\r\n" };
        assert_eq!(pair.reply(ping), pong);
        let head = if resp2 { "*2\r\n$4\r\npong\r\n" } else { "" };
        assert_eq!(pair.reply(hello), format!("{head}{}", bulk("hello")));
        // Refused, and one reply all the same.
        assert_eq!(pair.reply(get).starts_with(b"-ERR Can't execute 'get'"), resp2);
    }
}

#[test]
fn a_message_in_resp2_is_a_reply_where_nothing_is_subscribed() {
    for end in ["UNSUBSCRIBE", "RESET"] {
        message_after(end);
    }
}

fn message_after(end: &str) {
    let message = format!("*3\r\n{}{}{}", bulk("message"), bulk("a"), bulk("m"));
    let mut model = Model::default().hello(Hello::Unknown);
    let list = message.clone();
    let server = move |command: &[Bytes], out: &mut Vec<u8>| match &command[0][..] {
        b"LRANGE" => out.extend(list.as_bytes()),
        _ => model.execute(command, out),
    };
    let mut pair = Pair::with_server(1, plain(), server);
    pair.submit(words("SUBSCRIBE a"));
    pair.submit(words(end));
    let tag = pair.submit(cmd::lrange("list", 0, -1));
    pair.drive();
    assert_eq!((pair.reply(tag), pair.pushes.len()), (message.into(), 0));
}

#[test]
fn a_loss_between_confirmations_hands_over_what_came() {
    for (mut pair, head) in both() {
        pair.stall(true);
        let tag = pair.submit(words("SUBSCRIBE a b"));
        pair.drive();
        let one = confirmation(head, "subscribe", "a", 1);
        let mut input = BytesMut::from(&one[..]);
        pair.session.handle_input(pair.now, &mut input).unwrap();
        pair.disconnect(ConnectionError::ClosedByServer);
        let Some(Ended::Failed { frames, outcome, .. }) = pair.ended(tag) else { panic!() };
        assert_eq!((texts(frames), *outcome), (vec![one], Outcome::MaybeApplied));
    }
}

/// A server may have ended more than it said: its null still means that there is nothing to end.
#[test]
fn a_confirmation_without_a_name_is_the_only_one() {
    for (mut pair, _) in both() {
        pair.submit(words("SUBSCRIBE a b"));
        pair.drive();
        pair.server = Model::default();
        let all = pair.submit(words("UNSUBSCRIBE"));
        let next = pair.submit(echo("next"));
        pair.drive();
        assert_eq!((pair.replies(all).len(), pair.reply(next)), (1, bulk("next").into()));
    }
}

/// RESET ends all subscriptions without a word about them, and goes back to RESP2.
#[test]
fn reset_ends_subscriptions_and_resp3() {
    for (mut pair, _) in both() {
        pair.submit(words("SUBSCRIBE a b"));
        let reset = pair.submit(words("RESET"));
        let none = pair.submit(words("UNSUBSCRIBE"));
        let two = pair.submit(words("SUBSCRIBE c d"));
        let ping = pair.submit(words("PING x"));
        pair.drive();
        assert_eq!(pair.reply(reset), "+RESET\r\n");
        assert_eq!((pair.replies(none).len(), pair.replies(two).len()), (1, 2));
        assert!(pair.reply(ping).ends_with(bulk("x").as_bytes()));
        let message = pair.server.publish("c", "m");
        pair.send(message);
        let next = pair.submit(words("PING next"));
        pair.drive();
        assert!(pair.reply(next).ends_with(bulk("next").as_bytes()));
        assert_eq!((pair.pushes.len(), pair.closed()), (1, None));
    }
}

/// HELLO switches the protocol in mid-stream.
#[test]
fn hello_in_mid_stream_switches_the_protocol() {
    for (mut pair, head) in both() {
        let other = if head == '*' { '>' } else { '*' };
        pair.server.says = Hello::Known;
        let refused = pair.submit(words("HELLO 4"));
        let version = if other == '*' { 2 } else { 3 };
        pair.submit(words(&format!("HELLO {version}")));
        let two = pair.submit(words("SUBSCRIBE c d"));
        pair.drive();
        assert!(pair.reply(refused).starts_with(b"-NOPROTO"));
        let expected = [("c", 1), ("d", 2)];
        let expected = expected.map(|(name, n)| confirmation(other, "subscribe", name, n));
        assert_eq!(texts(pair.replies(two)), expected);
        let message = pair.server.publish("c", "m");
        pair.send(message);
        let next = pair.submit(words("PING next"));
        pair.drive();
        assert!(pair.reply(next).ends_with(bulk("next").as_bytes()));
        assert_eq!((pair.pushes.len(), pair.closed()), (1, None));
    }
}

/// Once it is RESP3, an array is a reply even if it looks like a message.
#[test]
fn an_array_is_a_reply_in_resp3() {
    let message = format!("*3\r\n{}{}{}", bulk("message"), bulk("a"), bulk("m"));
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let (mut model, list) = (Model::default(), message.clone());
        let server = move |command: &[Bytes], out: &mut Vec<u8>| match &command[0][..] {
            b"LRANGE" => out.extend(list.as_bytes()),
            _ => model.execute(command, out),
        };
        let mut pair = Pair::with_server(1, plain().protocol(protocol), server);
        pair.submit(words("HELLO 3"));
        pair.submit(words("SUBSCRIBE a"));
        let tag = pair.submit(cmd::lrange("list", 0, -1));
        pair.drive();
        assert_eq!((pair.reply(tag), pair.pushes.len()), (message.clone().into(), 0));
    }
}
