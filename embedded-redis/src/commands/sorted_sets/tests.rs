//! Commands of sorted sets: what is easy to get wrong.

use std::time::Duration;

use crate::engine::testing::Rig;

fn rig_with(commands: &[&str]) -> Rig {
    let mut rig = Rig::new();
    for command in commands {
        let answer = rig.run(command);
        assert!(!answer.starts_with('-'), "{command}: {answer}");
    }
    rig
}

#[test]
fn zadd_changes_only_what_its_options_allow() {
    let mut rig = rig_with(&["zadd z 5 a"]);
    assert_eq!(rig.run("zadd z nx 9 a 1 b"), ":1");
    assert_eq!(rig.run("zadd z xx ch 6 a 1 c"), ":1");
    assert_eq!(rig.run("zadd z gt ch 5 a 2 b"), ":1");
    assert_eq!(rig.run("zadd z LT ch 5 a 3 b"), ":1");
    assert_eq!(rig.run("zadd z gt incr -1 a"), "$-1");
    assert_eq!(rig.run("zadd z nx incr 1 a"), "$-1");
    assert_eq!(rig.run("zadd z incr 1.5 a"), "$3 6.5");
    assert_eq!(rig.run("zrange z 0 -1 withscores"), "*4 $1 b $1 2 $1 a $3 6.5");
    assert_eq!(rig.run("zadd new xx 1 a"), ":0");
    assert_eq!(rig.run("exists new"), ":0");
}

#[test]
fn zadd_is_refused_as_a_whole() {
    let mut rig = rig_with(&["set text x", "zadd z inf a"]);
    for (command, error) in [
        ("zadd z nx xx 1 a 1", "-ERR syntax error"),
        ("zadd z nx xx 1 a", "-ERR XX and NX options at the same time are not compatible"),
        ("zadd z gt nx 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"),
        ("zadd z incr 1 a 1 b", "-ERR INCR option supports a single increment-element pair"),
        ("zadd z 1 c x d", "-ERR value is not a valid float"),
        ("zadd text x d", "-ERR value is not a valid float"),
        ("zadd text 1 d", "-WRONGTYPE Operation against a key holding the wrong kind of value"),
        ("zincrby z -inf a", "-ERR resulting score is not a number (NaN)"),
        ("zincrby z ch a", "-ERR syntax error"),
    ] {
        assert_eq!(rig.run(command), error, "{command}");
    }
    assert_eq!(rig.run("zcard z"), ":1");
}

#[test]
fn scores_are_written_as_in_redis() {
    let mut rig = rig_with(&["zadd z 0.1 a 1e17 b -0 c"]);
    assert_eq!(rig.run("zmscore z a b c d"), "*4 $19 0.10000000000000001 $5 1e+17 $1 0 $-1");
    // A listpack has integers, of which ZSCAN shows all digits.
    assert_eq!(rig.run("zscan z 0 match [bc]"), "*2 $1 0 *4 $1 c $1 0 $1 b $18 100000000000000000");
    let long = "x".repeat(65);
    rig.run(&format!("zadd long -0 {long} 1e17 b"));
    assert_eq!(rig.run(&format!("zscore long {long}")), "$2 -0");
    assert_eq!(rig.run("zscan long 0 match b"), "*2 $1 0 *2 $1 b $5 1e+17");
}

#[test]
fn ranges_have_all_kinds_of_bounds() {
    let mut rig = rig_with(&["zadd z 1 a 2 b 2 c 3 d inf e"]);
    for (command, expected) in [
        ("zrange z -2 100", "*2 $1 d $1 e"),
        ("zrange z 0 1 rev", "*2 $1 e $1 d"),
        ("zrange z (1 3 byscore limit 1 2", "*2 $1 c $1 d"),
        ("zrange z 3 (1 byscore rev limit 1 2", "*2 $1 c $1 b"),
        ("zrange z 3 (1 rev byscore limit -1 2", "*0"),
        ("zrangebyscore z 2 +inf withscores limit 3 -1", "*2 $1 e $3 inf"),
        ("zrevrangebyscore z (inf (2", "*1 $1 d"),
        ("zcount z (2 (inf", ":1"),
        ("zcount z 3 2", ":0"),
        ("zrevrange z 4 9223372036854775807", "*1 $1 a"),
        ("zrange z -9223372036854775808 0", "*1 $1 a"),
        ("zrange z 0 -1 limit 1 -1", "*5 $1 a $1 b $1 c $1 d $1 e"),
    ] {
        assert_eq!(rig.run(command), expected, "{command}");
    }
}

#[test]
fn members_of_one_score_are_ranged_by_their_bytes() {
    for filler in ["zcard z", &format!("zadd z 0 {}", "y".repeat(65))] {
        let mut rig = rig_with(&["zadd z 0 a 0 b 0 c 0 d"]);
        rig.run(filler);
        for (command, expected) in [
            ("zrangebylex z [b (d", "*2 $1 b $1 c"),
            ("zrevrangebylex z (d - limit 1 5", "*2 $1 b $1 a"),
            ("zrange z (x (a bylex rev limit 0 1", "*1 $1 d"),
            ("zlexcount z - [c", ":3"),
            ("zlexcount z + -", ":0"),
            ("zlexcount z (b (b", ":0"),
            ("zremrangebylex z (b (d", ":1"),
        ] {
            assert_eq!(rig.run(command), expected, "{command} {filler}");
        }
    }
}

#[test]
fn lex_ranges_of_differing_scores_are_what_redis_comes_upon() {
    let mut rig = rig_with(&["zadd z 1 b 2 x 3 c 4 d"]);
    assert_eq!(rig.run("zrangebylex z [b [c"), "*1 $1 b");
    assert_eq!(rig.run("zrangebylex z [b [c limit 2 9"), "*1 $1 c");
    assert_eq!(rig.run("zrevrangebylex z [c [c"), "*2 $1 c $1 x");
    assert_eq!(rig.run("zrevrangebylex z [d [b limit 1 -1"), "*3 $1 c $1 x $1 b");
}

#[test]
fn what_a_range_may_not_be_asked_for() {
    let mut rig = rig_with(&["zadd z 1 a"]);
    for (command, error) in [
        (
            "zrange z 0 1 limit 0 1",
            "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or \
             BYLEX",
        ),
        (
            "zrangebylex z x y withscores",
            "-ERR syntax error, WITHSCORES not supported in combination with BYLEX",
        ),
        ("zrange z a b bylex", "-ERR min or max not valid string range item"),
        ("zrange z 1 nan byscore", "-ERR min or max is not a float"),
        ("zrange z 1 x", "-ERR value is not an integer or out of range"),
        ("zrange z 1 2 byscore bylex", "-ERR syntax error"),
        ("zrevrange z 1 2 rev", "-ERR syntax error"),
        ("zrangestore d z 0 1 withscores", "-ERR syntax error"),
        ("zrangebyscore z 1 2 limit 1", "-ERR syntax error"),
    ] {
        assert_eq!(rig.run(command), error, "{command}");
    }
}

#[test]
fn sets_of_both_kinds_are_combined_with_weights() {
    let mut rig = rig_with(&["zadd a 1 x 2 y inf z", "zadd b 10 x 20 w -inf z"]);
    assert_eq!(rig.run("zunion 2 a b withscores"), "*8 $1 z $1 0 $1 y $1 2 $1 x $2 11 $1 w $2 20");
    assert_eq!(
        rig.run("zinter 2 a b weights 2 0 aggregate max withscores"),
        "*4 $1 x $1 2 $1 z $3 inf"
    );
    assert_eq!(rig.run("zdiff 2 a b withscores"), "*2 $1 y $1 2");
    assert_eq!(rig.run("zintercard 3 a b a limit 1"), ":1");
    assert_eq!(rig.run("zinterstore d 2 a none"), ":0");
    assert_eq!(rig.run("zunionstore b 2 b a aggregate min"), ":4");
    assert_eq!(rig.run("zrange b 0 0 withscores"), "*2 $1 z $4 -inf");
    for (command, error) in [
        ("zunionstore d 0 a", "-ERR at least 1 input key is needed for 'zunionstore' command"),
        ("zunion 9223372036854775807 a", "-ERR syntax error"),
        ("zunion 1 a weights", "-ERR syntax error"),
        ("zunion 1 a weights x", "-ERR weight value is not a float"),
        ("zdiff 1 a weights 1", "-ERR syntax error"),
        ("zintercard 1 a limit x", "-ERR LIMIT can't be negative"),
        ("zunionstore d 1 a withscores", "-ERR syntax error"),
    ] {
        assert_eq!(rig.run(command), error, "{command}");
    }
}

#[test]
fn an_empty_result_removes_the_key_that_it_would_be_stored_in() {
    let mut rig = rig_with(&["zadd a 1 x", "set d text"]);
    assert_eq!(rig.run("zdiffstore d 2 a a"), ":0");
    assert_eq!(rig.run("exists d"), ":0");
    rig.run("set d text");
    assert_eq!(rig.run("zrangestore d none 0 1"), ":0");
    assert_eq!(rig.run("exists d"), ":0");
    assert_eq!(rig.run("zrangestore a a 0 -1"), ":1");
    assert_eq!(rig.run("zpopmin a"), "*2 $1 x $1 1");
    assert_eq!(rig.run("exists a"), ":0");
}

#[test]
fn popping_takes_the_outmost_first() {
    let mut rig = rig_with(&["zadd z 1 a 2 b 3 c 4 d"]);
    assert_eq!(rig.run("zpopmax z 2"), "*4 $1 d $1 4 $1 c $1 3");
    assert_eq!(rig.run("zpopmin z 0"), "*0");
    assert_eq!(rig.run("zmpop 2 none z min count 9"), "*2 $1 z *2 *2 $1 a $1 1 *2 $1 b $1 2");
    assert_eq!(rig.run("zmpop 1 z max"), "*-1");
    assert_eq!(rig.run("zpopmin z -1"), "-ERR value is out of range, must be positive");
    assert_eq!(rig.run("zmpop 9223372036854775807 z min"), "-ERR syntax error");
    assert_eq!(rig.run("zmpop 1 z min count 1 count 1"), "-ERR syntax error");
}

#[test]
fn who_waits_for_a_member_gets_it() {
    let mut rig = rig_with(&["set text x"]);
    assert_eq!(rig.run_as(1, "bzpopmin text z 0").split(' ').next(), Some("-WRONGTYPE"));
    assert_eq!(rig.run_as(1, "bzpopmin y z 0"), "");
    assert_eq!(rig.run_as(2, "bzmpop 1 2 y z max count 2"), "");
    assert_eq!(rig.run("set z x"), "+OK");
    assert_eq!(rig.run("del z"), ":1");
    assert_eq!(rig.run("zadd z 1 a 2 b 3 c"), ":3");
    assert_eq!(rig.heard(1), "*3 $1 z $1 a $1 1");
    assert_eq!(rig.heard(2), "*2 $1 z *2 *2 $1 c $1 3 *2 $1 b $1 2");
    assert_eq!(rig.run("exists z"), ":0");
    assert_eq!(rig.run_as(2, "bzpopmax z 0.1"), "");
    rig.advance(Duration::from_millis(150));
    assert_eq!(rig.heard(2), "*-1");
    rig.run("multi");
    rig.run("bzpopmax z 0");
    assert_eq!(rig.run("exec"), "*1 *-1");
}

#[test]
fn random_members_are_distinct_unless_the_count_is_negative() {
    let mut rig = rig_with(&["zadd z 1 a 2 b 3 c 4 d 5 e 6 f"]);
    for count in 1..6 {
        let answer = rig.run(&format!("zrandmember z {count}"));
        let mut members: Vec<_> = answer.split(' ').skip(2).step_by(2).collect();
        assert_eq!(members.len(), count);
        members.sort_unstable();
        members.dedup();
        assert_eq!(members.len(), count, "{answer}");
    }
    // All of them come in Redis's order.
    assert_eq!(rig.run("zrandmember z 7"), "*6 $1 f $1 e $1 d $1 c $1 b $1 a");
    assert!(rig.run("zrandmember z -10 withscores").starts_with("*20 "));
    assert_eq!(rig.run("zrandmember z 0"), "*0");
    assert_eq!(rig.run("zrandmember none"), "$-1");
    assert_eq!(
        rig.run("zrandmember z -9223372036854775807 withscores"),
        "-ERR value is out of range"
    );
}

#[test]
fn a_scan_sees_every_member() {
    let mut rig = Rig::new();
    for member in 0..1_000 {
        rig.run(&format!("zadd z {member} m{member}"));
    }
    let (mut cursor, mut seen) = ("0".to_owned(), 0);
    loop {
        let answer = rig.run(&format!("zscan z {cursor} count 100"));
        let words: Vec<_> = answer.split(' ').collect();
        seen += words[4..].chunks(4).filter(|it| it[1].strip_prefix('m') == Some(it[3])).count();
        cursor = words[2].to_owned();
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(seen, 1_000);
    assert_eq!(rig.run("zscan none 0 count 0"), "*2 $1 0 *0");
    assert_eq!(rig.run("zscan none 18446744073709551616"), "-ERR invalid cursor");
    assert_eq!(rig.run("zscan z 0 count 0"), "-ERR syntax error");
}

/// Redis adds what is stored one by one; the first that no listpack takes has all the others kept as
/// they are.
#[test]
fn a_negative_zero_is_kept_behind_what_no_listpack_takes() {
    let mut rig = Rig::new();
    rig.run("config set zset-max-listpack-value 1");
    rig.run("zadd z 1 bb -0.0 a");
    assert_eq!(rig.run("zscore z a"), "$2 -0");
    rig.run("zrangestore d z 0 -1");
    assert_eq!(rig.run("zscore d a"), "$1 0");
    rig.run("zrangestore d z 0 -1 rev");
    assert_eq!(rig.run("zscore d a"), "$2 -0");
}
