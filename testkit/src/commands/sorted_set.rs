//! Sorted sets.

use bytes::Bytes;
use redis_client_core::args::{Aggregate, LexBound, ScoreBound, ScoreEnd};
use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [
        added(),
        plain(),
        popped(),
        blocking(),
        random(),
        ranges(),
        ranges_by_lex(),
        old_ranges(),
        removed(),
        several(),
        scanned(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn added() -> Vec<Case> {
    let a = || cmd::zadd("k", [(2.0, "a")]);
    vec![
        gives(cmd::zadd("k", [(1.0, "a"), (2.5, "b")]), 2),
        case(a()).given("SET k v").fails("WRONGTYPE"),
        abc(gives(a().nx(), 0)),
        abc(gives(a().xx().ch(), 1)),
        abc(gives(a().gt().ch(), 1)),
        abc(gives(a().lt().ch(), 0)),
        abc(gives(a().xx().gt().ch(), 1)),
        abc(gives(a().incr(), Some(3.0))),
        abc(gives(a().nx().incr(), None)),
        gives(cmd::zadd("k", [(f64::INFINITY, "a")]).incr(), Some(f64::INFINITY)),
        case(a().nx().gt()).fails("ERR GT, LT, and/or NX options at the same time"),
        gives(cmd::zincrby("k", 2.0, "a"), 2.0),
        abc(gives(cmd::zincrby("k", -2.0, "b"), 0.0)),
    ]
}

fn plain() -> Vec<Case> {
    vec![
        gives(cmd::zcard("k"), 0),
        abc(gives(cmd::zcard("k"), 3)),
        abc(gives(cmd::zcount("k", 1, 2), 2)),
        abc(gives(cmd::zcount("k", ScoreBound::Excluded(1.0), f64::INFINITY), 2)),
        abc(gives(cmd::zcount("k", f64::NEG_INFINITY, ScoreBound::Excluded(1.5)), 1)),
        same_score(gives(cmd::zlexcount("k", LexBound::Lowest, LexBound::Highest), 3)),
        same_score(gives(
            cmd::zlexcount("k", LexBound::Included(b"a"), LexBound::Excluded(b"c")),
            2,
        )),
        abc(gives(cmd::zscore("k", "b"), Some(2.0))),
        gives(cmd::zscore("k", "b"), None),
        gives(cmd::zscore("k", "b"), Some(f64::NEG_INFINITY)).given("ZADD k -inf b"),
        abc(gives(cmd::zmscore("k", ["a", "x"]), vec![Some(1.0), None])),
        abc(gives(cmd::zrank("k", "b"), Some(1))),
        gives(cmd::zrank("k", "b"), None),
        case(cmd::zrank("k", "b").withscore()).not_run("redis 7.2"),
        abc(gives(cmd::zrevrank("k", "a"), Some(2))),
        abc(gives(cmd::zrevrank("k", "x"), None)),
        case(cmd::zrevrank("k", "b").withscore()).not_run("redis 7.2"),
    ]
}

fn popped() -> Vec<Case> {
    vec![
        abc(gives(cmd::zpopmin("k"), scored(&[("a", 1.0)]))),
        gives(cmd::zpopmin("k"), scored(&[])),
        abc(gives(cmd::zpopmin("k").count(2), scored(&[("a", 1.0), ("b", 2.0)]))),
        gives(cmd::zpopmin("k").count(2), scored(&[])),
        abc(gives(cmd::zpopmax("k"), scored(&[("c", 3.5)]))),
        gives(cmd::zpopmax("k"), scored(&[])),
        abc(gives(cmd::zpopmax("k").count(2), scored(&[("c", 3.5), ("b", 2.0)]))),
        abc(gives(
            cmd::zmpop(["x", "k"], ScoreEnd::Min),
            Some(("k".into(), scored(&[("a", 1.0)]))),
        )),
        abc(gives(
            cmd::zmpop(["k"], ScoreEnd::Max).count(2),
            Some(("k".into(), scored(&[("c", 3.5), ("b", 2.0)]))),
        )),
        gives(cmd::zmpop(["k"], ScoreEnd::Min), None),
    ]
}

fn blocking() -> Vec<Case> {
    vec![
        abc(gives(cmd::bzpopmin(["x", "k"], 0.05), Some(("k".into(), "a".into(), 1.0)))),
        gives(cmd::bzpopmin(["x", "k"], 0.05), None),
        abc(gives(cmd::bzpopmax(["k"], 0.05), Some(("k".into(), "c".into(), 3.5)))),
        gives(cmd::bzpopmax(["k"], 0.05), None),
        abc(gives(
            cmd::bzmpop(0.05, ["x", "k"], ScoreEnd::Min),
            Some(("k".into(), scored(&[("a", 1.0)]))),
        )),
        abc(gives(
            cmd::bzmpop(0.05, ["k"], ScoreEnd::Max).count(2),
            Some(("k".into(), scored(&[("c", 3.5), ("b", 2.0)]))),
        )),
        gives(cmd::bzmpop(0.05, ["k"], ScoreEnd::Min), None),
    ]
}

fn random() -> Vec<Case> {
    let one = |case: Case| case.given("ZADD k 1.5 a");
    vec![
        one(gives(cmd::zrandmember("k"), Some("a".into()))),
        gives(cmd::zrandmember("k"), None),
        one(gives(cmd::zrandmember("k").count(-2), texts(&["a", "a"]))),
        one(gives(cmd::zrandmember("k").count(2).withscores(), scored(&[("a", 1.5)]))),
        gives(cmd::zrandmember("k").count(2).withscores(), scored(&[])),
    ]
}

fn ranges() -> Vec<Case> {
    let by_score = || cmd::zrange("k", ScoreBound::Excluded(1.0), f64::INFINITY).byscore();
    vec![
        abc(gives(cmd::zrange("k", 0, -1), texts(&["a", "b", "c"]))),
        abc(gives(cmd::zrange("k", 0, 1).rev(), texts(&["c", "b"]))),
        abc(gives(cmd::zrange("k", 1, -1).withscores(), scored(&[("b", 2.0), ("c", 3.5)]))),
        gives(cmd::zrange("k", 0, -1).withscores(), scored(&[])),
        abc(gives(by_score(), texts(&["b", "c"]))),
        abc(gives(by_score().limit(1, -1).withscores(), scored(&[("c", 3.5)]))),
        abc(gives(cmd::zrange("k", 2.0, f64::NEG_INFINITY).byscore().rev(), texts(&["b", "a"]))),
        same_score(gives(
            cmd::zrange("k", LexBound::Excluded(b"a"), LexBound::Highest).bylex().limit(0, 1),
            texts(&["b"]),
        )),
        case(cmd::zrange("k", 0, -1).limit(0, 1)).fails("ERR syntax error"),
        abc(gives(cmd::zrangestore("d", "k", 0, -1), 3)),
        abc(gives(cmd::zrangestore("d", "k", f64::INFINITY, 1.0).byscore().rev().limit(0, 2), 2)),
        same_score(gives(
            cmd::zrangestore("d", "k", LexBound::Lowest, LexBound::Included(b"b")).bylex(),
            2,
        )),
    ]
}

fn ranges_by_lex() -> Vec<Case> {
    let (low, high) = (LexBound::Lowest, LexBound::Highest);
    let (from, to) = (LexBound::Included(b"b"), LexBound::Excluded(b"c"));
    vec![
        same_score(gives(cmd::zrangebylex("k", low, high), texts(&["a", "b", "c"]))),
        same_score(gives(cmd::zrangebylex("k", from, high).limit(1, 5), texts(&["c"]))),
        same_score(gives(cmd::zrevrangebylex("k", to, low), texts(&["b", "a"]))),
        same_score(gives(cmd::zrevrangebylex("k", high, low).limit(2, -1), texts(&["a"]))),
        same_score(gives(cmd::zremrangebylex("k", low, to), 2)),
    ]
}

fn old_ranges() -> Vec<Case> {
    let above = ScoreBound::Excluded(1.0);
    vec![
        abc(gives(cmd::zrangebyscore("k", 1, 2.0), texts(&["a", "b"]))),
        abc(gives(
            cmd::zrangebyscore("k", above, f64::INFINITY).withscores().limit(1, 1),
            scored(&[("c", 3.5)]),
        )),
        abc(gives(cmd::zrevrangebyscore("k", 2.0, above), texts(&["b"]))),
        abc(gives(
            cmd::zrevrangebyscore("k", f64::INFINITY, 1).withscores().limit(0, 1),
            scored(&[("c", 3.5)]),
        )),
        abc(gives(cmd::zrevrange("k", 0, 0), texts(&["c"]))),
        abc(gives(cmd::zrevrange("k", 0, 0).withscores(), scored(&[("c", 3.5)]))),
    ]
}

fn removed() -> Vec<Case> {
    vec![
        abc(gives(cmd::zrem("k", ["a", "x"]), 1)),
        abc(gives(cmd::zremrangebyrank("k", 1, -1), 2)),
        abc(gives(cmd::zremrangebyscore("k", 1, ScoreBound::Excluded(3.5)), 2)),
    ]
}

fn several() -> Vec<Case> {
    let keys = || ["x", "y"];
    let two = |case: Case| case.given("ZADD x 1 a 2 b").given("ZADD y 10 b 20 c");
    vec![
        two(gives(cmd::zdiff(keys()), texts(&["a"]))),
        two(gives(cmd::zdiff(keys()).withscores(), scored(&[("a", 1.0)]))),
        two(gives(cmd::zdiffstore("d", keys()), 1)),
        two(gives(cmd::zinter(keys()), texts(&["b"]))),
        two(gives(cmd::zinter(keys()).withscores(), scored(&[("b", 12.0)]))),
        two(gives(
            cmd::zinter(keys()).weights([2.0, 1.0]).aggregate(Aggregate::Min).withscores(),
            scored(&[("b", 4.0)]),
        )),
        two(gives(
            cmd::zinter(keys()).aggregate(Aggregate::Sum).withscores(),
            scored(&[("b", 12.0)]),
        )),
        two(gives(
            cmd::zinter(keys()).aggregate(Aggregate::Max).withscores(),
            scored(&[("b", 10.0)]),
        )),
        two(gives(cmd::zintercard(keys()), 1)),
        two(gives(cmd::zintercard(keys()).limit(1), 1)),
        two(gives(cmd::zinterstore("d", keys()), 1)),
        two(gives(cmd::zinterstore("d", keys()).weights([1.0, 2.0]).aggregate(Aggregate::Sum), 1)),
        two(gives(cmd::zinterstore("d", keys()).aggregate(Aggregate::Min), 1)),
        two(gives(cmd::zinterstore("d", keys()).aggregate(Aggregate::Max), 1)),
        two(gives(cmd::zunion(keys()), texts(&["a", "b", "c"]))),
        two(gives(
            cmd::zunion(keys()).weights([1.0, 0.0]).aggregate(Aggregate::Max).withscores(),
            scored(&[("c", 0.0), ("a", 1.0), ("b", 2.0)]),
        )),
        two(gives(cmd::zunion(keys()).aggregate(Aggregate::Min), texts(&["a", "b", "c"]))),
        two(gives(cmd::zunion(keys()).aggregate(Aggregate::Sum), texts(&["a", "b", "c"]))),
        two(gives(cmd::zunionstore("d", keys()), 3)),
        two(gives(cmd::zunionstore("d", keys()).weights([1.0, 2.0]).aggregate(Aggregate::Sum), 3)),
        two(gives(cmd::zunionstore("d", keys()).aggregate(Aggregate::Min), 3)),
        two(gives(cmd::zunionstore("d", keys()).aggregate(Aggregate::Max), 3)),
    ]
}

fn scanned() -> Vec<Case> {
    vec![
        gives(cmd::zscan("k", 0), (0, scored(&[]))),
        abc(gives(cmd::zscan("k", 0).match_("b*").count(100), (0, scored(&[("b", 2.0)])))),
        case(cmd::zscan("k", 0).noscores()).not_run("valkey 8.0"),
    ]
}

fn abc(case: Case) -> Case {
    case.given("ZADD k 1 a 2 b 3.5 c")
}

fn same_score(case: Case) -> Case {
    case.given("ZADD k 0 a 0 b 0 c")
}

fn texts(texts: &[&'static str]) -> Vec<Bytes> {
    texts.iter().map(|text| Bytes::from(*text)).collect()
}

fn scored(members: &[(&'static str, f64)]) -> Vec<(Bytes, f64)> {
    members.iter().map(|(member, score)| (Bytes::from(*member), *score)).collect()
}
