//! Shard channels, whose subscriptions a server may end unasked: their slot has moved away.

use bytes::{Bytes, BytesMut};
use redis_client_core::{ConnectionError, Protocol, cmd};
use testkit::pair::{Ended, Model, Pair, Server};

use crate::pubsub::both;
use crate::{bulk, confirmation, echo, plain, texts, words};

#[test]
fn the_server_may_end_a_shards_subscription_unasked() {
    for (mut pair, head) in both() {
        pair.submit(words("SSUBSCRIBE a b"));
        pair.drive();
        let moved = pair.server.move_shard("a");
        let next = pair.submit(words("PING next"));
        pair.send(&moved);
        pair.drive();
        assert_eq!(texts(&pair.pushes), [confirmation(head, "sunsubscribe", "a", 1)]);
        assert!(pair.reply(next).ends_with(bulk("next").as_bytes()));
        let all = pair.submit(words("SUNSUBSCRIBE"));
        let last = pair.submit(echo("last"));
        pair.drive();
        assert_eq!(texts(pair.replies(all)), [confirmation(head, "sunsubscribe", "b", 0)]);
        assert_eq!(pair.reply(last), bulk("last"));
    }
}

/// Only what confirms the verb that was sent is counted.
#[test]
fn an_unasked_end_is_no_confirmation_of_something_else() {
    for (mut pair, head) in both() {
        pair.submit(words("SSUBSCRIBE a b"));
        pair.drive();
        let two = pair.submit(words("SUBSCRIBE x y"));
        let next = pair.submit(words("PING next"));
        let moved = pair.server.move_shard("a");
        pair.send(moved);
        pair.drive();
        assert_eq!(texts(&pair.pushes), [confirmation(head, "sunsubscribe", "a", 1)]);
        let expected = [("x", 1), ("y", 2)];
        let expected = expected.map(|(name, n)| confirmation(head, "subscribe", name, n));
        assert_eq!(texts(pair.replies(two)), expected);
        assert!(pair.reply(next).ends_with(bulk("next").as_bytes()));
    }
}

/// A slot moves while SUNSUBSCRIBE is on its way: one confirmation is told unasked, one asked. In
/// RESP2 the second one comes where nothing is subscribed, and looks like a reply.
#[test]
fn an_unasked_end_may_cross_with_an_asked_one() {
    for (mut pair, head) in both() {
        for (command, names) in [
            ("SUNSUBSCRIBE a", 1),
            ("SUNSUBSCRIBE", 1),
            ("SUNSUBSCRIBE a b", 2),
            ("SUNSUBSCRIBE b a b", 3),
        ] {
            pair.submit(words("SSUBSCRIBE a"));
            pair.drive();
            pair.pushes.clear();
            let tag = pair.submit(words(command));
            let next = pair.submit(echo("next"));
            let moved = pair.server.move_shard("a");
            pair.send(&moved);
            pair.drive();
            assert_eq!(pair.replies(tag).len(), names, "{command}");
            assert_eq!((pair.reply(next), pair.closed()), (bulk("next").into(), None));
            let [surplus] = &texts(&pair.pushes)[..] else { panic!("{:?}", pair.pushes) };
            assert!(surplus.starts_with(&format!("{head}3\r\n{}", bulk("sunsubscribe"))));
        }
        // Nothing is left over from all that: the same array is a reply again.
        assert_eq!(pair.session.in_flight(), 0);
    }
}

/// Right behind SUNSUBSCRIBE, a reply that isn't a confirmation to the last element is a reply.
#[test]
fn a_reply_behind_the_end_of_a_shard_is_a_reply() {
    let (word, integer) = (bulk("sunsubscribe"), ":0\r\n");
    for list in [
        format!("*3\r\n{}{}{}", bulk("message"), bulk("a"), bulk("m")),
        format!("*3\r\n{word}{}{}", bulk("a"), bulk("0")),
        format!("*2\r\n{word}{}", bulk("a")),
        format!("*4\r\n{word}{}{integer}{integer}", bulk("a")),
        format!("*3\r\n{}{}{integer}", bulk("unsubscribe"), bulk("a")),
    ] {
        let (mut model, reply) = (Model::default(), list.clone());
        let server = move |command: &[Bytes], out: &mut Vec<u8>| match &command[0][..] {
            b"LRANGE" => out.extend(reply.as_bytes()),
            _ => model.execute(command, out),
        };
        let mut pair = Pair::with_server(1, plain().protocol(Protocol::Resp2), server);
        pair.submit(words("SSUBSCRIBE a"));
        pair.submit(words("SUNSUBSCRIBE a"));
        let tag = pair.submit(cmd::lrange("list", 0, -1));
        pair.drive();
        assert_eq!((pair.reply(tag), pair.pushes.len()), (list.into(), 0));
        // One reply later, even the very same array is one.
        let confirmation = confirmation('*', "sunsubscribe", "a", 0);
        let tag = pair.submit(words("SUNSUBSCRIBE"));
        let eaten = pair.submit(echo("x"));
        let last = pair.submit(echo("y"));
        pair.stall(true);
        pair.drive();
        let nil = format!("*3\r\n{word}$-1\r\n:0\r\n");
        let mut input = BytesMut::from(&format!("{nil}{}{confirmation}", bulk("x"))[..]);
        pair.session.handle_input(pair.now, &mut input).unwrap();
        pair.turn();
        assert_eq!((pair.replies(tag).len(), pair.reply(eaten)), (1, bulk("x").into()));
        assert_eq!(pair.reply(last), confirmation);
    }
}

/// In a cluster the command that is overtaken by the end is answered by an error, which is one reply
/// more than was counted: it must not be taken for the next command's.
#[test]
fn a_redirection_behind_an_unasked_end_ends_the_connection() {
    for error in ["-MOVED 866 127.0.0.1:7001\r\n", "-CLUSTERDOWN Hash slot not served\r\n"] {
        for (mut pair, head) in both() {
            pair.submit(words("SSUBSCRIBE a"));
            pair.drive();
            // The model would answer otherwise.
            pair.stop_writing_after(pair.written());
            pair.submit(words("SUNSUBSCRIBE a"));
            let next = pair.submit(echo("next"));
            pair.turn();
            pair.send(confirmation(head, "sunsubscribe", "a", 0));
            pair.send(error);
            pair.send(bulk("next"));
            pair.drive();
            assert_eq!(pair.closed(), Some(&ConnectionError::UnexpectedReply), "{error}");
            assert!(!matches!(pair.ended(next), Some(Ended::Reply(_))), "{error}");
        }
    }
}
