//! The rules one by one.

use bytes::Bytes;
use redis_server_core::resp_core::{Decoder, Limits, OutBuf};
use redis_server_core::{Hub, Notice, Topic};

fn resp3(notice: &Notice) -> Vec<u8> {
    let mut out = vec![];
    notice.write_resp3(&mut out);
    out
}

fn resp2(notice: &Notice) -> Vec<u8> {
    let mut out = vec![];
    notice.write_resp2(&mut out);
    out
}

#[test]
fn channels_and_patterns_count_together_and_shard_channels_apart() {
    let mut hub = Hub::new();
    assert_eq!(hub.subscribe(1, Topic::Channel, b"a"), 1);
    assert_eq!(hub.subscribe(1, Topic::Pattern, b"a"), 2);
    assert_eq!(hub.subscribe(1, Topic::ShardChannel, b"a"), 1);
    assert_eq!(hub.subscribe(1, Topic::Channel, b"b"), 3);
    assert_eq!(hub.subscribe(1, Topic::ShardChannel, b"b"), 2);
    assert_eq!(hub.subscribe(2, Topic::Channel, b"a"), 1);
    assert_eq!(hub.subscriptions(1), 5);
    let held = |topic| hub.held(1, topic);
    let topics = [Topic::Channel, Topic::Pattern, Topic::ShardChannel];
    assert_eq!((topics.map(held), hub.held(3, Topic::Channel)), ([2, 1, 2], 0));
    assert_eq!(hub.count(1, Topic::Pattern), 3);
    assert_eq!(hub.unsubscribe(1, Topic::Pattern, b"a"), 2);
    assert_eq!(hub.unsubscribe(1, Topic::ShardChannel, b"a"), 1);
}

#[test]
fn what_is_held_or_not_held_already_counts_the_same() {
    let mut hub = Hub::new();
    assert_eq!(hub.unsubscribe(1, Topic::Channel, b"a"), 0);
    assert_eq!(hub.subscribe(1, Topic::Channel, b"a"), 1);
    assert_eq!(hub.subscribe(1, Topic::Channel, b"a"), 1);
    assert_eq!(hub.unsubscribe(1, Topic::Channel, b"b"), 1);
    assert_eq!(hub.unsubscribe(2, Topic::Channel, b"a"), 0);
    assert_eq!(hub.publish(b"a", b"", |_, _| {}), 1);
    assert_eq!(hub.unsubscribe(1, Topic::Channel, b"a"), 0);
    assert!(hub.is_empty());
}

#[test]
fn ending_all_counts_down_and_says_so_where_there_is_none() {
    let mut hub = Hub::new();
    let none: Vec<_> = hub.unsubscribe_all(1, Topic::Channel).collect();
    assert_eq!(none, [(None, 0)]);

    hub.subscribe(1, Topic::Pattern, b"*");
    let none: Vec<_> = hub.unsubscribe_all(1, Topic::Channel).collect();
    assert_eq!(none, [(None, 1)]);

    hub.subscribe(1, Topic::Channel, b"b");
    hub.subscribe(1, Topic::Channel, b"a");
    hub.subscribe(2, Topic::Channel, b"a");
    let ended = hub.unsubscribe_all(1, Topic::Channel);
    assert_eq!(ended.len(), 2);
    let expected = [(Some(Bytes::from("a")), 2), (Some(Bytes::from("b")), 1)];
    assert_eq!(ended.collect::<Vec<_>>(), expected);
    assert_eq!(hub.names(Topic::Channel, None).collect::<Vec<_>>(), ["a"]);
    assert_eq!(hub.subscriptions(1), 1);
}

#[test]
fn all_is_ended_though_nobody_asks_what_it_was() {
    let mut hub = Hub::new();
    hub.subscribe(1, Topic::ShardChannel, b"a");
    drop(hub.unsubscribe_all(1, Topic::ShardChannel));
    assert!(hub.is_empty());
    assert_eq!(hub.len(Topic::ShardChannel), 0);
}

#[test]
fn a_message_comes_once_for_the_channel_and_once_for_each_pattern() {
    let mut hub = Hub::new();
    hub.subscribe(1, Topic::Channel, b"news");
    hub.subscribe(1, Topic::Pattern, b"n*");
    hub.subscribe(1, Topic::Pattern, b"*s");
    hub.subscribe(2, Topic::Pattern, b"*s");
    hub.subscribe(2, Topic::Pattern, b"x*");
    hub.subscribe(3, Topic::Channel, b"new");
    hub.subscribe(3, Topic::ShardChannel, b"news");
    let receivers: Vec<_> = hub.receivers(b"news").collect();
    let [ends, starts] = [Bytes::from("*s"), Bytes::from("n*")];
    assert_eq!(receivers, [(1, None), (1, Some(&ends)), (2, Some(&ends)), (1, Some(&starts))]);

    let mut delivered = vec![];
    let count = hub.publish(b"news", b"hi", |id, notice| delivered.push((id, resp2(notice))));
    assert_eq!(count, 4);
    let message = b"*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n".to_vec();
    let by_end = b"*4\r\n$8\r\npmessage\r\n$2\r\n*s\r\n$4\r\nnews\r\n$2\r\nhi\r\n".to_vec();
    let by_start = b"*4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$2\r\nhi\r\n".to_vec();
    assert_eq!(delivered, [(1, message), (1, by_end.clone()), (2, by_end), (1, by_start)]);
}

#[test]
fn shard_channels_are_a_world_of_their_own() {
    let mut hub = Hub::new();
    hub.subscribe(1, Topic::ShardChannel, b"a");
    hub.subscribe(2, Topic::Channel, b"a");
    hub.subscribe(2, Topic::Pattern, b"*");
    assert_eq!(hub.shard_receivers(b"a").collect::<Vec<_>>(), [1]);
    let mut delivered = vec![];
    let count = hub.publish_shard(b"a", b"hi", |id, notice| delivered.push((id, resp3(notice))));
    assert_eq!(count, 1);
    let message = b">3\r\n$8\r\nsmessage\r\n$1\r\na\r\n$2\r\nhi\r\n".to_vec();
    assert_eq!(delivered, [(1, message)]);
    assert_eq!(hub.publish_shard(b"b", b"hi", |_, _| panic!("nobody is there")), 0);
}

#[test]
fn queries_tell_what_pubsub_asks() {
    let mut hub = Hub::new();
    for id in [1, 2] {
        hub.subscribe(id, Topic::Channel, b"ab");
        hub.subscribe(id, Topic::Pattern, b"a*");
    }
    hub.subscribe(1, Topic::Channel, b"b");
    hub.subscribe(1, Topic::Pattern, b"b*");
    hub.subscribe(1, Topic::ShardChannel, b"s");
    assert_eq!(hub.names(Topic::Channel, None).collect::<Vec<_>>(), ["ab", "b"]);
    assert_eq!(hub.names(Topic::Channel, Some(b"a*")).collect::<Vec<_>>(), ["ab"]);
    assert_eq!(hub.names(Topic::ShardChannel, Some(b"*")).collect::<Vec<_>>(), ["s"]);
    assert_eq!(hub.subscribers(Topic::Channel, b"ab"), 2);
    assert_eq!(hub.subscribers(Topic::Channel, b"none"), 0);
    assert_eq!(hub.subscribers(Topic::ShardChannel, b"s"), 1);
    assert_eq!(hub.len(Topic::Pattern), 2);
}

#[test]
fn who_is_gone_leaves_nothing() {
    let mut hub = Hub::new();
    for id in 0..3 {
        for topic in [Topic::Channel, Topic::Pattern, Topic::ShardChannel] {
            hub.subscribe(id, topic, b"shared");
            hub.subscribe(id, topic, &[id]);
        }
    }
    hub.remove(1);
    hub.remove(1);
    hub.remove(9);
    assert_eq!(hub.subscriptions(1), 0);
    assert_eq!(hub.subscribers(Topic::Channel, b"shared"), 2);
    assert_eq!(hub.len(Topic::Pattern), 3);
    hub.remove(0);
    hub.remove(2);
    assert!(hub.is_empty());
    for topic in [Topic::Channel, Topic::Pattern, Topic::ShardChannel] {
        assert_eq!(hub.len(topic), 0);
    }
}

#[test]
fn a_name_is_held_once_and_not_as_a_slice_of_what_was_read() {
    let mut hub = Hub::new();
    let read = b"SUBSCRIBE abc".to_vec();
    hub.subscribe(1, Topic::Channel, &read[10..]);
    let kept = hub.names(Topic::Channel, None).next().unwrap().as_ptr();
    hub.subscribe(2, Topic::Channel, b"abc");
    for id in [1, 2] {
        let (name, _) = hub.unsubscribe_all(id, Topic::Channel).next().unwrap();
        assert_eq!(name.unwrap().as_ptr(), kept);
    }
    assert!(!read.as_ptr_range().contains(&kept));
}

#[test]
fn announcements_are_those_of_redis() {
    for (notice, rest, null) in [
        (
            Notice::subscribed(Topic::Channel, b"a", 1),
            "$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n",
            false,
        ),
        (
            Notice::subscribed(Topic::Pattern, b"", 10),
            "$10\r\npsubscribe\r\n$0\r\n\r\n:10\r\n",
            false,
        ),
        (
            Notice::subscribed(Topic::ShardChannel, b"\r\n", 2),
            "$10\r\nssubscribe\r\n$2\r\n\r\n\r\n:2\r\n",
            false,
        ),
        (
            Notice::unsubscribed(Topic::Channel, Some(b"_\r\n"), 0),
            "$11\r\nunsubscribe\r\n$3\r\n_\r\n\r\n:0\r\n",
            false,
        ),
        (Notice::unsubscribed(Topic::Channel, None, 0), "$11\r\nunsubscribe\r\nNULL:0\r\n", true),
        (Notice::unsubscribed(Topic::Pattern, None, 3), "$12\r\npunsubscribe\r\nNULL:3\r\n", true),
        (
            Notice::unsubscribed(Topic::ShardChannel, None, 0),
            "$12\r\nsunsubscribe\r\nNULL:0\r\n",
            true,
        ),
    ] {
        let expected =
            |head: &str, null: &str| format!("{head}3\r\n{}", rest.replace("NULL", null));
        assert_eq!(resp3(&notice), expected(">", "_\r\n").as_bytes());
        assert_eq!(resp2(&notice), expected("*", "$-1\r\n").as_bytes());
        assert_eq!(notice.len(), resp3(&notice).len());
        assert_eq!(notice.len() + if null { 2 } else { 0 }, resp2(&notice).len());
    }
}

#[test]
fn what_is_invalidated_is_said_as_redis_does() {
    let keys: [&[u8]; 2] = [b"k", b""];
    let both = |notice: &Notice| [resp3(notice), resp2(notice)].map(String::from_utf8);
    let is = |notice: Notice, rest: &str, null: &str| {
        let [third, second] = both(&notice).map(Result::unwrap);
        assert_eq!(third, format!(">{}", rest.replace("NULL", "_\r\n")));
        assert_eq!(second, format!("*{}", rest.replace("NULL", null)));
    };
    let (listed, null) = ("*2\r\n$1\r\nk\r\n$0\r\n\r\n", "$-1\r\n");
    let head = "2\r\n$10\r\ninvalidate\r\n";
    is(Notice::invalidate(Some(&keys)), &format!("{head}{listed}"), null);
    is(Notice::invalidate(None::<&[&[u8]]>), &format!("{head}NULL"), null);
    let head = "3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n";
    is(Notice::invalidate_message(Some(&keys)), &format!("{head}{listed}"), null);
    is(Notice::invalidate_message(None::<&[&[u8]]>), &format!("{head}NULL"), null);
    let broken = "2\r\n$21\r\ntracking-redir-broken\r\n:7\r\n";
    is(Notice::redirection_broken(7), broken, null);
}

#[test]
fn a_large_message_is_shared_between_outputs() {
    let notice = Notice::message(b"news", &[b'x'; 2 * OutBuf::SHARE_FROM]);
    let (mut one, mut other) = (OutBuf::new(), OutBuf::new());
    notice.write_resp3(&mut one);
    notice.write_resp2(&mut other);
    let [first, second] = [one, other].map(|out| {
        let mut slices = [std::io::IoSlice::new(&[]); 4];
        let filled = bytes::Buf::chunks_vectored(&out, &mut slices);
        slices[..filled].last().unwrap().as_ptr()
    });
    assert_eq!(first.wrapping_add(1), second);
}

#[test]
fn debug_does_not_show_what_is_published() {
    let notice = Notice::message(b"channel", b"secret");
    assert_eq!(
        format!("{notice:?}"),
        format!("Notice {{ kind: message, len: {}, .. }}", notice.len())
    );
}

#[test]
fn each_is_one_frame() {
    for notice in [
        Notice::message(b"", b""),
        Notice::pattern_message(b"*", &[0; 300], &[b'\n'; 70_000]),
        Notice::shard_message(b"a", b"\r\n"),
        Notice::subscribed(Topic::Channel, b"a", usize::MAX),
        Notice::unsubscribed(Topic::Channel, None, 0),
    ] {
        for bytes in [resp2(&notice), resp3(&notice)] {
            let mut decoder = Decoder::new(Limits::default());
            assert_eq!(decoder.decode_ref(&bytes).unwrap().unwrap().len(), bytes.len());
        }
    }
}

#[test]
fn a_line_is_the_same_in_both_versions() {
    let notice = Notice::line(b"1.5 [0 lua] \"get\"\r\n");
    assert_eq!(resp3(&notice), b"+1.5 [0 lua] \"get\"  \r\n");
    assert_eq!(resp2(&notice), resp3(&notice));
    assert_eq!(notice.len(), resp3(&notice).len());
    assert!(format!("{notice:?}").contains("line"));
}
