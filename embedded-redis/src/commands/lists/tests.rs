use std::time::Duration;

use redis_server_core::Topic;

use crate::engine::Class;
use crate::engine::testing::Rig;

/// A rig that has run these, of its first client.
fn after(lines: &[&str]) -> Rig {
    let mut rig = Rig::new();
    lines.iter().for_each(|line| drop(rig.run(line)));
    rig
}

#[test]
fn indexes_count_from_both_ends_however_large() {
    let mut rig = after(&["rpush l a b c d"]);
    let (min, max) = (i64::MIN, i64::MAX);
    assert_eq!(rig.run(&format!("lrange l {min} {max}")), "*4 $1 a $1 b $1 c $1 d");
    assert_eq!(rig.run("lrange l -3 -2"), "*2 $1 b $1 c");
    assert_eq!(rig.run("lrange l 3 1"), "*0");
    assert_eq!(rig.run(&format!("lrange l {max} {min}")), "*0");
    assert_eq!(rig.run("lrange l 0 -5"), "*0");
    assert_eq!(rig.run("lindex l -4"), "$1 a");
    assert_eq!(rig.run("lindex l -5"), "$-1");
    assert_eq!(rig.run(&format!("lindex l {min}")), "$-1");
    assert_eq!(rig.run("lset l 4 x"), "-ERR index out of range");
    assert_eq!(rig.run("lset l -1 z"), "+OK");
    assert_eq!(rig.run("ltrim l 1 -1"), "+OK");
    assert_eq!(rig.run("lrange l 0 -1"), "*3 $1 b $1 c $1 z");
    rig.run("ltrim l 5 9");
    assert_eq!(rig.run("exists l"), ":0");
}

#[test]
fn what_is_wrong_is_said_in_redis_order() {
    let mut rig = after(&["set s 1", "rpush l a"]);
    assert_eq!(rig.run("lindex none x"), "$-1");
    assert_eq!(rig.run("lset none x y"), "-ERR no such key");
    assert_eq!(rig.run("lrange s x 0"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("linsert s beside a b"), "-ERR syntax error");
    assert_eq!(rig.run("lpop s -1"), "-ERR value is out of range, must be positive");
    assert_eq!(rig.run("lpop s 1 1"), "-ERR wrong number of arguments for 'lpop' command");
    assert!(rig.run("lpop s 1").starts_with("-WRONGTYPE"));
    assert!(rig.run("lmove l s left left").starts_with("-WRONGTYPE"));
    assert_eq!(rig.run("lmove none s left left"), "$-1");
    assert_eq!(rig.run("llen l"), ":1");
    assert!(rig.run("blpop none s l 0").starts_with("-WRONGTYPE"));
    assert_eq!(rig.run("blpop s x"), "-ERR timeout is not a float or out of range");
    assert_eq!(rig.run("blpop s inf"), "-ERR timeout is negative");
    assert_eq!(rig.run("lmpop 9223372036854775807 l left"), "-ERR syntax error");
    assert_eq!(rig.run("lmpop 1 l left count 1 count 1"), "-ERR syntax error");
    assert_eq!(rig.run("blmpop x 0 l left"), "-ERR numkeys should be greater than 0");
}

#[test]
fn nothing_is_null_or_an_empty_array() {
    let mut rig = after(&["rpush l a"]);
    assert_eq!(rig.run("lpop none"), "$-1");
    assert_eq!(rig.run("lpop none 0"), "*-1");
    assert_eq!(rig.run("lpop l 0"), "*0");
    assert_eq!(rig.run("lmpop 2 none nor left"), "*-1");
    rig.run("hello 3");
    assert_eq!(rig.run("rpop none 1"), "_");
    assert_eq!(rig.run("lmpop 1 none left"), "_");
    assert_eq!(rig.run("lpos l x"), "_");
    assert_eq!(rig.run("lpos none x count 1"), "*0");
}

#[test]
fn equal_elements_are_removed_from_either_end() {
    let mut rig = after(&["rpush l a b a c a d a"]);
    assert_eq!(rig.run("lrem l -2 a"), ":2");
    assert_eq!(rig.run("lrange l 0 -1"), "*5 $1 a $1 b $1 a $1 c $1 d");
    assert_eq!(rig.run("lrem l 1 a"), ":1");
    assert_eq!(rig.run("lrange l 0 -1"), "*4 $1 b $1 a $1 c $1 d");
    assert_eq!(rig.run("lrem l -9223372036854775808 a"), ":1");
    assert_eq!(rig.run("lrem l 0 a"), ":0");
    assert_eq!(rig.run("linsert l after d e"), ":4");
    assert_eq!(rig.run("linsert l before b e"), ":5");
    assert_eq!(rig.run("lrem l 0 e"), ":2");
    assert_eq!(rig.run("lrange l 0 -1"), "*3 $1 b $1 c $1 d");
}

#[test]
fn positions_are_searched_from_either_end() {
    let mut rig = after(&["rpush l a b c a b a"]);
    assert_eq!(rig.run("lpos l a"), ":0");
    assert_eq!(rig.run("lpos l a rank 2"), ":3");
    assert_eq!(rig.run("lpos l a rank -1"), ":5");
    assert_eq!(rig.run("lpos l a rank -2 count 0"), "*2 :3 :0");
    assert_eq!(rig.run("lpos l a count 2 maxlen 3"), "*1 :0");
    assert_eq!(rig.run("lpos l a rank -1 maxlen 1"), ":5");
    assert_eq!(rig.run("lpos l b rank -1 maxlen 1"), "$-1");
    assert_eq!(rig.run("lpos l a rank 1 rank 3"), ":5");
    assert_eq!(rig.run("lpos l a rank -9223372036854775808"), ":5");
    assert!(rig.run("lpos l a rank 0").starts_with("-ERR RANK can't be zero"));
    assert_eq!(rig.run("lpos l a count"), "-ERR syntax error");
}

#[test]
fn who_has_come_first_is_served_first() {
    let mut rig = after(&[]);
    assert_eq!(rig.run_as(1, "blpop k other 0"), "");
    assert_eq!(rig.run_as(2, "brpop k 0"), "");
    assert_eq!(rig.run_as(3, "blmpop 0 1 k left count 5"), "");
    assert_eq!(rig.run("rpush k a b c d e"), ":5");
    assert_eq!(rig.heard(1), "*2 $1 k $1 a");
    assert_eq!(rig.heard(2), "*2 $1 k $1 e");
    assert_eq!(rig.heard(3), "*2 $1 k *3 $1 b $1 c $1 d");
    assert_eq!(rig.run("exists k"), ":0");
    assert_eq!(rig.run("rpush other x"), ":1");
    assert_eq!(rig.heard(1), "", "it does not wait any more");
}

#[test]
fn what_has_moved_serves_the_next() {
    let mut rig = after(&[]);
    rig.run_as(1, "blmove a b left right 0");
    rig.run_as(2, "brpoplpush b c 0");
    rig.run_as(3, "blpop c 0");
    assert_eq!(rig.run("rpush a x"), ":1");
    assert_eq!(rig.heard(1), "$1 x");
    assert_eq!(rig.heard(2), "$1 x");
    assert_eq!(rig.heard(3), "*2 $1 c $1 x");
    assert_eq!(rig.run("exists a b c"), ":0");
}

#[test]
fn other_types_are_waited_past_but_no_target_may_be_one() {
    let mut rig = after(&["set text 1"]);
    rig.run_as(1, "blpop k 0");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), "");
    rig.run("del k");
    rig.run("rpush l x");
    rig.run("rename l k");
    assert_eq!(rig.heard(1), "*2 $1 k $1 x");
    rig.run_as(1, "blmove k text left left 0");
    rig.run_as(2, "blpop k 0");
    rig.run("rpush k y");
    assert!(rig.heard(1).starts_with("-WRONGTYPE"));
    assert_eq!(rig.heard(2), "*2 $1 k $1 y");
}

#[test]
fn a_transaction_serves_at_its_end_and_never_waits() {
    let mut rig = after(&[]);
    rig.run_as(1, "blpop k 0");
    for line in ["multi", "rpush k a", "rpush k b", "lpop k", "blpop none 0"] {
        rig.run(line);
    }
    rig.run("blmove none k left left 0");
    assert_eq!(rig.run("exec"), "*5 :1 :2 $1 a *-1 $-1");
    assert_eq!(rig.heard(1), "*2 $1 k $1 b");
}

#[test]
fn time_runs_out_in_fractions_of_a_second() {
    let mut rig = after(&[]);
    rig.run_as(1, "blpop k 0.05");
    rig.run_as(2, "blmove k l left left 0.1");
    rig.run_as(3, "blpop k -0.0001");
    rig.advance(Duration::from_millis(49));
    assert_eq!(rig.heard(1), "");
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.heard(1), "*-1");
    assert_eq!(rig.heard(2), "");
    rig.advance(Duration::from_millis(50));
    assert_eq!(rig.heard(2), "*-1");
    rig.advance(Duration::from_secs(1_000_000));
    assert_eq!(rig.heard(3), "", "less than a millisecond is for ever");
}

#[test]
fn who_looks_at_keys_hears_what_happens_in_order() {
    let mut rig = after(&[]);
    rig.engine.shared.settings.notify = Class::parse(b"EAnm").expect("known letters");
    rig.run_as(1, "ping");
    rig.engine.shared.hub.subscribe(2, Topic::Pattern, b"*");
    let mut events = |line: &str| {
        rig.run(line);
        let heard = rig.heard(1).replace("__keyevent@0__:", "\n");
        let names = heard.lines().skip(1).map(|event| {
            let words: Vec<_> = event.split(' ').collect();
            format!("{} {}", words[0], words[2])
        });
        names.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(events("rpush a x y"), "new a, rpush a");
    assert_eq!(events("lmove a b right left"), "new b, lpush b, rpop a");
    assert_eq!(events("lmove a b left right"), "rpush b, lpop a, del a");
    assert_eq!(events("rpoplpush b b"), "lpush b, rpop b");
    assert_eq!(events("blpop b 0"), "lpop b");
    assert_eq!(events("lrem b 1 nothing"), "");
    assert_eq!(events("lpop b 0"), "");
    assert_eq!(events("linsert b before nothing z"), "");
    assert_eq!(events("linsert b before y z"), "linsert b");
    assert_eq!(events("ltrim b 0 -1"), "ltrim b");
    assert_eq!(events("lpop b 5"), "lpop b, del b");
    assert_eq!(events("lrange b 0 -1"), "keymiss b");
}
