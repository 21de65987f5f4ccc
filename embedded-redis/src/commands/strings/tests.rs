use std::time::Duration;

use redis_server_core::Topic;

use crate::engine::Class;
use crate::engine::testing::Rig;

#[test]
fn set_takes_its_options_in_any_case_and_order() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("set a 1 xx"), "$-1");
    assert_eq!(rig.run("set a 1 Nx GET"), "$-1");
    assert_eq!(rig.run("set a 2 nx get"), "$1 1");
    assert_eq!(rig.run("set a 2 nx"), "$-1");
    assert_eq!(rig.run("set a 2 EX 5 ex 6 XX get"), "$1 1");
    assert_eq!(rig.run("get a"), "$1 2");
    for line in [
        "set a 3 nx xx",
        "set a 3 ex",
        "set a 3 ex 5 px 5",
        "set a 3 keepttl ex 5",
        "set a 3 pxat 5 keepttl",
        "set a 3 persist",
        "set a 3 nonsense",
    ] {
        assert_eq!(rig.run(line), "-ERR syntax error", "{line}");
    }
    assert_eq!(rig.run("get a"), "$1 2");
}

#[test]
fn set_refuses_times_that_are_none() {
    let mut rig = Rig::new();
    for time in ["ex 0", "px -1", "ex 9223372036854775807", "px 9223372036854775807", "exat 0"] {
        let expected = "-ERR invalid expire time in 'set' command";
        assert_eq!(rig.run(&format!("set a 1 {time}")), expected, "{time}");
    }
    assert_eq!(rig.run("set a 1 ex x"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("setex a 0 1"), "-ERR invalid expire time in 'setex' command");
    assert_eq!(rig.run("psetex a 0 1"), "-ERR invalid expire time in 'psetex' command");
    assert_eq!(rig.run("get a"), "$-1");
}

#[test]
fn a_deadline_goes_or_stays_as_set_says() {
    let mut rig = Rig::new();
    rig.run("set gone 1 px 100");
    rig.run("set stays 1 px 100");
    rig.run("set kept 1 px 100");
    assert_eq!(rig.run("set stays 2"), "+OK");
    assert_eq!(rig.run("set kept 2 keepttl"), "+OK");
    rig.now += Duration::from_millis(100);
    assert_eq!(rig.run("mget gone kept"), "*2 $1 1 $1 2");
    rig.now += Duration::from_millis(1);
    assert_eq!(rig.run("mget gone stays kept"), "*3 $-1 $1 2 $-1");
}

#[test]
fn getex_changes_the_deadline_alone() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("getex a ex 0"), "$-1");
    rig.run("set a 1");
    assert_eq!(rig.run("getex a ex 0"), "-ERR invalid expire time in 'getex' command");
    assert_eq!(rig.run("getex a persist ex 1"), "-ERR syntax error");
    assert_eq!(rig.run("getex a px 1"), "$1 1");
    assert_eq!(rig.run("getex a persist"), "$1 1");
    rig.now += Duration::from_secs(1);
    assert_eq!(rig.run("getex a exat 1"), "$1 1");
    assert_eq!(rig.run("exists a"), ":0");
}

#[test]
fn parts_are_within_the_string() {
    let mut rig = Rig::new();
    rig.run("set a hello");
    for (range, expected) in [
        ("0 -1", "$5 hello"),
        ("-3 -2", "$2 ll"),
        ("-9223372036854775808 9223372036854775807", "$5 hello"),
        ("5 9", "$0 "),
        ("-2 -3", "$0 "),
        ("3 1", "$0 "),
        ("-100 -100", "$1 h"),
    ] {
        assert_eq!(rig.run(&format!("getrange a {range}")), expected, "{range}");
    }
    assert_eq!(rig.run("getrange nothing 0 -1"), "$0 ");
}

#[test]
fn setrange_neither_makes_nor_exceeds_without_need() {
    let mut rig = Rig::new();
    let too_long = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)";
    assert_eq!(rig.run("setrange a 536870912 x"), too_long);
    assert_eq!(rig.run("setrange a 9223372036854775807 x"), too_long);
    assert_eq!(rig.run("setrange a 9223372036854775807 \"\""), ":0");
    assert_eq!(rig.run("exists a"), ":0");
    assert_eq!(rig.run("setrange a -1 x"), "-ERR offset is out of range");
    assert_eq!(rig.run("setrange a 2 x"), ":3");
    assert_eq!(rig.run("get a"), "$3 \0\0x");
    assert_eq!(rig.run("setrange a 0 y"), ":3");
}

#[test]
fn numbers_overflow_with_an_error() {
    let mut rig = Rig::new();
    let overflow = "-ERR increment or decrement would overflow";
    assert_eq!(rig.run("decrby a -9223372036854775808"), "-ERR decrement would overflow");
    assert_eq!(rig.run("incrby a 9223372036854775807"), ":9223372036854775807");
    assert_eq!(rig.run("incr a"), overflow);
    assert_eq!(rig.run("decrby a 9223372036854775807"), ":0");
    assert_eq!(rig.run("append a x"), ":2");
    assert_eq!(rig.run("decr a"), "-ERR value is not an integer or out of range");
}

#[test]
fn floats_are_added_in_decimal_for_people() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("incrbyfloat a 0.1"), "$3 0.1");
    assert_eq!(rig.run("incrbyfloat a 0.2"), "$3 0.3");
    assert_eq!(rig.run("incrbyfloat a 5.0e3"), "$22 5000.29999999999999982");
    assert_eq!(rig.run("incrbyfloat a x"), "-ERR value is not a valid float");
    let infinite = "-ERR increment would produce NaN or Infinity";
    assert_eq!(rig.run("incrbyfloat a inf"), infinite);
    assert_eq!(rig.run("get a"), "$22 5000.29999999999999982");
    assert_eq!(rig.run("incrbyfloat b inf"), infinite);
    assert_eq!(rig.run("exists b"), ":0");
}

#[test]
fn many_are_set_all_or_none() {
    let mut rig = Rig::new();
    let arity = "-ERR wrong number of arguments for 'mset' command";
    assert_eq!(rig.run("mset a 1 b"), arity);
    assert_eq!(rig.run("mset a 1 b 2 a 3"), "+OK");
    assert_eq!(rig.run("msetnx c 1 b 2"), ":0");
    assert_eq!(rig.run("msetnx c 1 c 2"), ":1");
    assert_eq!(rig.run("mget a b c d"), "*4 $1 3 $1 2 $1 2 $-1");
}

#[test]
fn the_subsequence_is_the_one_that_redis_finds() {
    let mut rig = Rig::new();
    rig.run("mset a ohmytext b mynewtext");
    assert_eq!(rig.run("lcs a b"), "$6 mytext");
    assert_eq!(rig.run("lcs a b len"), ":6");
    assert_eq!(
        rig.run("lcs a b idx"),
        "*4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6"
    );
    assert_eq!(
        rig.run("lcs a b idx withmatchlen minmatchlen 4"),
        "*4 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6"
    );
    assert_eq!(rig.run("lcs a nothing"), "$0 ");
    assert_eq!(rig.run("lcs a b minmatchlen"), "-ERR syntax error");
}

#[test]
fn who_looks_at_keys_hears_what_happens() {
    let mut rig = Rig::new();
    rig.engine.shared.settings.notify = Class::parse(b"EAnm").expect("known letters");
    assert_eq!(rig.run_as(1, "ping"), "+PONG");
    rig.engine.shared.hub.subscribe(2, Topic::Pattern, b"*");
    let mut events = |line: &str| {
        rig.run(line);
        let heard = rig.heard(1);
        let events = heard.split(' ').filter_map(|word| word.strip_prefix("__keyevent@0__:"));
        events.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(events("set a 1 ex 5"), "new set expire");
    assert_eq!(events("getex a persist"), "persist");
    assert_eq!(events("getex a persist"), "");
    assert_eq!(events("getex a px 9"), "expire");
    assert_eq!(events("get b"), "keymiss");
    assert_eq!(events("append a x"), "append");
    assert_eq!(events("setrange a 0 \"\""), "");
    assert_eq!(events("setrange a 0 x"), "setrange");
    assert_eq!(events("getdel a"), "del");
    assert_eq!(events("incrbyfloat a 1"), "new incrbyfloat");
    assert_eq!(events("decr a"), "incrby");
    assert_eq!(events("getset a 1"), "set");
}
