use redis_server_core::Topic;

use crate::engine::Class;
use crate::engine::testing::Rig;

#[test]
fn integers_are_answered_in_order() {
    let mut rig = Rig::new();
    rig.run("sadd s 5 -3 10 200 -3");
    rig.run("sadd t 10 5 7");
    assert_eq!(rig.run("smembers s"), "*4 $2 -3 $1 5 $2 10 $3 200");
    assert_eq!(rig.run("sunion s t"), "*5 $2 -3 $1 5 $1 7 $2 10 $3 200");
    assert_eq!(rig.run("sinter s t"), "*2 $1 5 $2 10");
    assert_eq!(rig.run("sdiff s t none"), "*2 $2 -3 $3 200");
    assert_eq!(rig.run("sscan s 5 match ?? count 1"), "*2 $1 0 *2 $2 -3 $2 10");
    assert_eq!(rig.run("spop s 9"), "*4 $2 -3 $1 5 $2 10 $3 200");
    assert_eq!(rig.run("exists s"), ":0");
    rig.speak(0, redis_server_core::Protocol::Resp3);
    assert_eq!(rig.run("smembers t"), "~3 $1 5 $1 7 $2 10");
    assert_eq!(rig.run("srandmember t 9"), "*3 $1 5 $1 7 $2 10");
    assert_eq!(rig.run("spop none 1"), "~0");
    assert_eq!(rig.run("spop none"), "_");
}

#[test]
fn what_comes_out_is_stored_over_whatever_was_there() {
    let mut rig = Rig::new();
    rig.run("sadd a 1 2 x");
    rig.run("sadd b 2 3 x");
    rig.run("set to text");
    assert_eq!(rig.run("sinterstore to a b"), ":2");
    assert_eq!(rig.run("sismember to x"), ":1");
    assert_eq!(rig.run("sdiffstore a a b"), ":1", "into one of its own sources");
    assert_eq!(rig.run("smembers a"), "*1 $1 1");
    assert_eq!(rig.run("sunionstore to none"), ":0");
    assert_eq!(rig.run("exists to"), ":0");
    rig.run("set text 1");
    assert!(rig.run("sinter none text").starts_with("-WRONGTYPE"), "all are looked at");
}

#[test]
fn a_limit_ends_the_counting() {
    let mut rig = Rig::new();
    rig.run("sadd a 1 2 3");
    rig.run("sadd b 1 2 3 4");
    assert_eq!(rig.run("sintercard 2 a b LIMIT 2"), ":2");
    assert_eq!(rig.run("sintercard 2 a b limit 2 limit 0"), ":3");
    assert_eq!(rig.run("sintercard 2 a none"), ":0");
    assert_eq!(rig.run("sintercard 0 a"), "-ERR numkeys should be greater than 0");
    assert_eq!(
        rig.run("sintercard 3 a b"),
        "-ERR Number of keys can't be greater than number of args"
    );
    assert_eq!(rig.run("sintercard 2 a b limit -1"), "-ERR LIMIT can't be negative");
    assert_eq!(rig.run("sintercard 2 a b limit"), "-ERR syntax error");
    assert_eq!(rig.run("sintercard 1 a b"), "-ERR syntax error");
}

#[test]
fn a_member_moves_once() {
    let mut rig = Rig::new();
    rig.run("sadd a 1 2");
    rig.run("set text 1");
    assert_eq!(rig.run("smove none text 1"), ":0", "the target is not looked at");
    assert!(rig.run("smove a text 9").starts_with("-WRONGTYPE"));
    assert_eq!(rig.run("smove a a 1"), ":1");
    assert_eq!(rig.run("smove a a 9"), ":0");
    assert_eq!(rig.run("smove a b 1"), ":1");
    assert_eq!(rig.run("smove a b 2"), ":1");
    assert_eq!(rig.run("exists a"), ":0");
    assert_eq!(rig.run("smembers b"), "*2 $1 1 $1 2");
}

#[test]
fn counts_of_random_members_are_bounded() {
    let mut rig = Rig::new();
    rig.run("sadd s a b c");
    assert_eq!(rig.run("srandmember s -9223372036854775807"), "-ERR value is out of range");
    assert_eq!(rig.run("srandmember none -9223372036854775807"), "*0");
    assert!(rig.run("srandmember s -7").starts_with("*7 "));
    assert!(rig.run("srandmember s 9223372036854775807").starts_with("*3 "));
    assert_eq!(rig.run("srandmember s x y"), "-ERR syntax error");
    assert_eq!(rig.run("spop s x"), "-ERR value is out of range, must be positive");
    assert_eq!(rig.run("spop s 0"), "*0");
    assert!(rig.run("spop s 2").starts_with("*2 "));
    assert_eq!(rig.run("scard s"), ":1");
}

#[test]
fn who_looks_at_keys_hears_what_happens_in_order() {
    let mut rig = Rig::new();
    rig.engine.shared.settings.notify = Class::parse(b"EAn").expect("known letters");
    rig.run_as(1, "ping");
    rig.engine.shared.hub.subscribe(2, Topic::Pattern, b"*");
    let mut events = |line: &str| {
        rig.run(line);
        let heard = rig.heard(1);
        let events = heard.split(' ').filter_map(|word| word.strip_prefix("__keyevent@0__:"));
        events.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(events("sadd a 1 2 3"), "new sadd");
    assert_eq!(events("sadd a 1"), "");
    assert_eq!(events("smove a b 1"), "srem new sadd");
    assert_eq!(events("smove a a 2"), "");
    assert_eq!(events("sadd a 1"), "sadd");
    assert_eq!(events("smove a b 1"), "srem");
    assert_eq!(events("sunionstore c a b"), "new sunionstore");
    assert_eq!(events("sinterstore c a b"), "del");
    assert_eq!(events("sdiffstore c none"), "");
    assert_eq!(events("spop a 1"), "spop");
    assert_eq!(events("spop a 9"), "spop del");
    assert_eq!(events("srem b 1 2"), "srem del");
}
