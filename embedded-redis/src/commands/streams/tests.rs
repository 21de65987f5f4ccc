use std::time::Duration;

use redis_server_core::Protocol;

use crate::engine::testing::Rig;

fn check(rig: &mut Rig, pairs: &[(&str, &str)]) {
    for (line, reply) in pairs {
        assert_eq!(rig.run(line), *reply, "{line}");
    }
}

const INVALID: &str = "-ERR Invalid stream ID specified as stream command argument";

#[test]
fn ids_are_made_and_checked() {
    check(
        &mut Rig::new(),
        &[
            ("xadd s nomkstream 1 a b", "$-1"),
            ("xadd s 0-* a b", "$3 0-1"),
            ("xadd s 5 a b", "$3 5-0"),
            ("xadd s 5-* a b", "$3 5-1"),
            ("xadd s * a b", "$15 1700000000000-0"),
            ("xadd s * a b", "$15 1700000000000-1"),
            ("xadd s 6 a b", NOT_BEHIND),
            ("xadd s 0-0 a b", "-ERR The ID specified in XADD must be greater than 0-0"),
            ("xadd s -5 a b", INVALID),
            ("xadd s 1 a b c", "-ERR wrong number of arguments for 'xadd' command"),
            ("xrange s (5 (5-2", "*1 *2 $3 5-1 *2 $1 a $1 b"),
            ("xrange s 5 5 count 1", "*1 *2 $3 5-0 *2 $1 a $1 b"),
            ("xrevrange s 5 0 count 2", "*2 *2 $3 5-1 *2 $1 a $1 b *2 $3 5-0 *2 $1 a $1 b"),
            ("xrange s - + count -1", "*-1"),
            ("xrange none - + count 0", "*0"),
            ("xrange s - (0-0", "-ERR invalid end ID for the interval"),
            ("xrange s (- +", INVALID),
            ("xdel s 5 x", INVALID),
            ("xdel s 5 5 7", ":1"),
            ("xlen s", ":4"),
        ],
    );
}

const NOT_BEHIND: &str =
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item";

#[test]
fn trimming_takes_its_options_as_redis_does() {
    check(
        &mut Rig::new(),
        &[
            ("xadd s 1 a b", "$3 1-0"),
            ("xadd s 2 a b", "$3 2-0"),
            ("xadd s maxlen 2 3 a b", "$3 3-0"),
            ("xtrim s maxlen ~ 0 limit 1", ":0"),
            ("xtrim s maxlen ~ 1", ":0"),
            ("xtrim s minid 3", ":1"),
            ("xtrim s maxlen = 0 limit 1", EXACT_LIMIT),
            ("xadd s limit 0 4 a b", EXACT_LIMIT),
            ("xtrim s limit 0", "-ERR syntax error, XTRIM must be called with a trimming strategy"),
            ("xtrim s maxlen -1", "-ERR The MAXLEN argument must be >= 0."),
            ("xtrim s maxlen ~", "-ERR value is not an integer or out of range"),
            ("xtrim s maxlen 0", ":1"),
            // It stays, and with it where its ids begin.
            ("xlen s", ":0"),
            ("xadd s 3 a b", NOT_BEHIND),
        ],
    );
}

const EXACT_LIMIT: &str = "-ERR syntax error, LIMIT cannot be used without the special ~ option";

#[test]
fn a_reader_waits_for_what_it_has_not_seen() {
    let mut rig = Rig::new();
    rig.run("xadd s 1 a b");
    assert_eq!(rig.run_as(1, "xread streams s t 1 0"), "*-1");
    assert_eq!(rig.run_as(1, "xread block 0 streams t s 0 $"), "");
    assert_eq!(rig.run_as(2, "xread block 100 count 1 streams s 1"), "");
    rig.run("set t 1");
    rig.run("xadd s 2 a b");
    let expected = "*1 *2 $1 s *1 *2 $3 2-0 *2 $1 a $1 b";
    assert_eq!(rig.heard(1), expected);
    assert_eq!(rig.heard(2), expected);
    assert_eq!(rig.run_as(2, "xread block 100 streams s $"), "");
    rig.advance(Duration::from_millis(101));
    assert_eq!(rig.heard(2), "*-1");
}

#[test]
fn in_resp3_streams_are_a_map() {
    let mut rig = Rig::new();
    rig.run("xadd s 1 a b");
    rig.speak(0, Protocol::Resp3);
    assert_eq!(rig.run("xread streams s 0"), "%1 $1 s *1 *2 $3 1-0 *2 $1 a $1 b");
    rig.run("xgroup create s g 0");
    let group = "*1 %6 $4 name $1 g $9 consumers :0 $7 pending :0 $17 last-delivered-id $3 0-0 \
                 $12 entries-read _ $3 lag :1";
    assert_eq!(rig.run("xinfo groups s"), group);
    assert_eq!(rig.run("xread block 0 streams s $"), "");
    rig.run_as(1, "xadd s 2 a b");
    assert_eq!(rig.heard(0), "%1 $1 s *1 *2 $3 2-0 *2 $1 a $1 b");
}

#[test]
fn a_group_gives_each_entry_to_one_consumer() {
    let mut rig = Rig::new();
    check(
        &mut rig,
        &[
            ("xgroup create s g 0 mkstream", "+OK"),
            ("xgroup create s g 0", "-BUSYGROUP Consumer Group name already exists"),
            ("xadd s 1 a b", "$3 1-0"),
            ("xadd s 2 a b", "$3 2-0"),
            ("xreadgroup group g c count 1 streams s >", ONE),
            ("xreadgroup group g d streams s >", "*1 *2 $1 s *1 *2 $3 2-0 *2 $1 a $1 b"),
            ("xreadgroup group g d streams s >", "*-1"),
            ("xreadgroup group g c streams s 0", ONE),
            ("xpending s g", "*4 :2 $3 1-0 $3 2-0 *2 *2 $1 c $1 1 *2 $1 d $1 1"),
            ("xdel s 1", ":1"),
            ("xreadgroup group g c streams s 0", "*1 *2 $1 s *1 *2 $3 1-0 *-1"),
            ("xpending s g - + 9 c", "*1 *4 $3 1-0 $1 c :0 :2"),
            ("xack s g 2 2 9", ":1"),
            ("xpending s g - + 9 d", "*0"),
            ("xgroup delconsumer s g c", ":1"),
            ("xpending s g", "*4 :0 $-1 $-1 *-1"),
        ],
    );
}

const ONE: &str = "*1 *2 $1 s *1 *2 $3 1-0 *2 $1 a $1 b";

#[test]
fn what_is_pending_can_be_claimed() {
    let mut rig = Rig::new();
    rig.run("xgroup create s g 0 mkstream");
    (1..=3).for_each(|ms| assert_ne!(rig.run(&format!("xadd s {ms} a b")), ""));
    rig.run("xreadgroup group g c streams s >");
    rig.advance(Duration::from_millis(50));
    check(
        &mut rig,
        &[
            ("xclaim s g d 51 1", "*0"),
            // Who gets nothing is not made.
            ("xgroup delconsumer s g d", ":0"),
            ("xgroup createconsumer s g d", ":1"),
            ("xclaim s g d 50 1 justid", "*1 $3 1-0"),
            ("xpending s g - + 1", "*1 *4 $3 1-0 $1 d :0 :1"),
            ("xclaim s g d 0 2 retrycount 7 idle 20 lastid 9", "*1 *2 $3 2-0 *2 $1 a $1 b"),
            ("xpending s g idle 1 2 2 1", "*1 *4 $3 2-0 $1 d :20 :7"),
            ("xclaim s g d 0 2 foo", "-ERR Unrecognized XCLAIM option 'foo'"),
            ("xdel s 2", ":1"),
            ("xautoclaim s g e 0 0 count 2", "*3 $3 3-0 *1 *2 $3 1-0 *2 $1 a $1 b *1 $3 2-0"),
            ("xautoclaim s g e 10 2 justid", "*3 $3 0-0 *1 $3 3-0 *0"),
            ("xautoclaim s g e 0 0 count 0", "-ERR COUNT must be > 0"),
            (
                "xautoclaim s g e 0 0 count 9007199254740993",
                "-ERR Insufficient memory, failed allocating transient memory, COUNT too high.",
            ),
            ("xack s g 1 3", ":2"),
            ("xclaim s g d 0 1 2 force justid", "*1 $3 1-0"),
        ],
    );
}

#[test]
fn who_waits_in_a_group_hears_that_it_goes() {
    let mut rig = Rig::new();
    for (ending, error) in [
        ("del s", "-UNBLOCKED the stream key no longer exists"),
        ("set s 1", "-UNBLOCKED the stream key no longer exists"),
        (
            "xgroup destroy s g",
            "-NOGROUP the consumer group this client was blocked on no longer exists",
        ),
    ] {
        rig.run("del s");
        rig.run("xgroup create s g 0 mkstream");
        assert_eq!(rig.run_as(1, "xreadgroup group g c block 0 streams s >"), "");
        rig.run(ending);
        assert_eq!(rig.heard(1), error, "{ending}");
    }
}

#[test]
fn each_entry_wakes_one_of_a_group() {
    let mut rig = Rig::new();
    rig.run("xgroup create s g 0 mkstream");
    assert_eq!(rig.run_as(1, "xreadgroup group g c block 0 streams s >"), "");
    assert_eq!(rig.run_as(2, "xreadgroup group g d block 0 noack streams s >"), "");
    rig.run("xadd s 1 a b");
    assert_eq!(rig.heard(1), ONE);
    assert_eq!(rig.heard(2), "");
    rig.run("xadd s 2 a b");
    assert_eq!(rig.heard(2), "*1 *2 $1 s *1 *2 $3 2-0 *2 $1 a $1 b");
    assert_eq!(rig.run("xpending s g"), "*4 :1 $3 1-0 $3 1-0 *1 *2 $1 c $1 1");
}

#[test]
fn groups_are_no_change_for_those_who_watch() {
    let mut rig = Rig::new();
    rig.run("xadd s 1 a b");
    for (change, reply) in [("xgroup create s g 0", "*1 :1"), ("xadd s 2 a b", "*-1")] {
        rig.run("watch s");
        rig.run_as(1, change);
        rig.run("multi");
        rig.run("xdel s 1");
        assert_eq!(rig.run("exec"), reply, "{change}");
    }
}

#[test]
fn the_lag_is_known_until_something_is_removed() {
    let mut rig = Rig::new();
    (1..=4).for_each(|ms| assert_ne!(rig.run(&format!("xadd s {ms} a b")), ""));
    rig.run("xgroup create s g 0");
    rig.run("xreadgroup group g c count 1 streams s >");
    let lag = |rig: &mut Rig| {
        let info = rig.run("xinfo groups s");
        info.split_once("entries-read ").map(|(_, rest)| rest.to_string()).unwrap()
    };
    assert_eq!(lag(&mut rig), ":1 $3 lag :3");
    rig.run("xdel s 3");
    assert_eq!(lag(&mut rig), ":1 $3 lag $-1");
    rig.run("xreadgroup group g c streams s >");
    assert_eq!(lag(&mut rig), ":4 $3 lag :0");
    let set = "xsetid s 9 entriesadded 2";
    assert!(rig.run(set).ends_with("smaller than the target stream length"));
    assert_eq!(rig.run("xsetid s 9 entriesadded 7 maxdeletedid 8"), "+OK");
    assert_eq!(lag(&mut rig), ":4 $3 lag $-1");
}
