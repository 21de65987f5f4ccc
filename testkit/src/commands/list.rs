//! Lists.

use redis_client_core::args::{Place, Side};
use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    let all = [pushed(), read(), changed(), popped(), moved(), waited_for(), waited_in_vain()];
    all.into_iter().flatten().collect()
}

fn pushed() -> Vec<Case> {
    vec![
        gives(cmd::lpush("l", ["b", "a"]), 3).given("RPUSH l c"),
        gives(cmd::rpush("l", ["a", "b"]), 2),
        case(cmd::rpush("l", ["a"])).given("SET l v").fails("WRONGTYPE"),
        gives(cmd::lpushx("l", ["b", "a"]), 3).given("RPUSH l c"),
        gives(cmd::lpushx("l", ["a"]), 0),
        gives(cmd::rpushx("l", ["b", "c"]), 3).given("RPUSH l a"),
        gives(cmd::rpushx("l", ["a"]), 0),
    ]
}

fn read() -> Vec<Case> {
    let list = |case: Case| case.given("RPUSH l a b c a b");
    vec![
        list(gives(cmd::lrange("l", 0, 1), vec!["a".into(), "b".into()])),
        gives(cmd::lrange("l", 0, -1), vec![]),
        list(gives(cmd::llen("l"), 5)),
        gives(cmd::llen("l"), 0),
        list(gives(cmd::lindex("l", -1), Some("b".into()))),
        list(gives(cmd::lindex("l", 5), None)),
        list(gives(cmd::lpos("l", "b"), Some(1))),
        list(gives(cmd::lpos("l", "x"), None)),
        list(gives(cmd::lpos("l", "b").rank(-1), Some(4))),
        list(gives(cmd::lpos("l", "b").maxlen(1), None)),
        list(gives(cmd::lpos("l", "b").count(0), vec![1, 4])),
        list(gives(cmd::lpos("l", "b").rank(2).count(1).maxlen(5), vec![4])),
        list(gives(cmd::lpos("l", "x").count(1), vec![])),
        gives(cmd::lpos("l", "x").count(1), vec![]),
    ]
}

fn changed() -> Vec<Case> {
    let list = |case: Case| case.given("RPUSH l a b a");
    vec![
        list(gives(cmd::linsert("l", Place::Before, "b", "x"), 4)),
        list(gives(cmd::linsert("l", Place::After, "c", "x"), -1)),
        gives(cmd::linsert("l", Place::After, "c", "x"), 0),
        list(gives(cmd::lrem("l", 0, "a"), 2)),
        list(gives(cmd::lrem("l", -1, "a"), 1)),
        gives(cmd::lrem("l", 1, "a"), 0),
        list(gives(cmd::lset("l", -1, "x"), ())),
        list(case(cmd::lset("l", 3, "x")).fails("ERR index out of range")),
        list(gives(cmd::ltrim("l", 1, -1), ())),
        gives(cmd::ltrim("l", 1, -1), ()),
    ]
}

fn popped() -> Vec<Case> {
    let list = |case: Case| case.given("RPUSH l a b c");
    let all = || vec!["a".into(), "b".into(), "c".into()];
    vec![
        list(gives(cmd::lpop("l"), Some("a".into()))),
        gives(cmd::lpop("l"), None),
        list(gives(cmd::lpop("l").count(5), Some(all()))),
        list(gives(cmd::lpop("l").count(0), Some(vec![]))),
        gives(cmd::lpop("l").count(5), None),
        list(gives(cmd::rpop("l"), Some("c".into()))),
        gives(cmd::rpop("l"), None),
        list(gives(cmd::rpop("l").count(2), Some(vec!["c".into(), "b".into()]))),
        gives(cmd::rpop("l").count(2), None),
        list(gives(cmd::lmpop(["k", "l"], Side::Left), Some(("l".into(), vec!["a".into()])))),
        list(gives(cmd::lmpop(["k", "l"], Side::Left).count(5), Some(("l".into(), all())))),
        list(gives(cmd::lmpop(["l"], Side::Right), Some(("l".into(), vec!["c".into()])))),
        gives(cmd::lmpop(["k", "l"], Side::Right), None),
    ]
}

fn moved() -> Vec<Case> {
    let list = |case: Case| case.given("RPUSH l a b");
    vec![
        list(gives(cmd::lmove("l", "m", Side::Left, Side::Right), Some("a".into()))),
        list(gives(cmd::lmove("l", "m", Side::Right, Side::Left), Some("b".into()))),
        gives(cmd::lmove("l", "m", Side::Left, Side::Left), None),
        list(gives(cmd::rpoplpush("l", "m"), Some("b".into()))),
        gives(cmd::rpoplpush("l", "m"), None),
    ]
}

fn waited_for() -> Vec<Case> {
    let list = |case: Case| case.given("RPUSH l a b");
    let both = || Some(("l".into(), vec!["a".into(), "b".into()]));
    let last = || Some(("l".into(), vec!["b".into()]));
    vec![
        list(gives(cmd::blpop(["k", "l"], SHORT), Some(("l".into(), "a".into())))),
        list(gives(cmd::brpop(["k", "l"], SHORT), Some(("l".into(), "b".into())))),
        list(gives(cmd::blmpop(SHORT, ["k", "l"], Side::Left).count(5), both())),
        list(gives(cmd::blmpop(SHORT, ["k", "l"], Side::Right), last())),
        list(gives(cmd::blmove("l", "m", Side::Left, Side::Right, SHORT), Some("a".into()))),
        list(gives(cmd::blmove("l", "m", Side::Right, Side::Left, SHORT), Some("b".into()))),
        list(gives(cmd::brpoplpush("l", "m", SHORT), Some("b".into()))),
        case(cmd::blpop(["l"], SHORT)).given("SET l v").fails("WRONGTYPE"),
    ]
}

fn waited_in_vain() -> Vec<Case> {
    vec![
        gives(cmd::blpop(["k", "l"], SHORT), None),
        gives(cmd::brpop(["k", "l"], SHORT), None),
        gives(cmd::blmpop(SHORT, ["k", "l"], Side::Left), None),
        gives(cmd::blmove("l", "m", Side::Left, Side::Right, SHORT), None),
        gives(cmd::brpoplpush("l", "m", SHORT), None),
    ]
}

/// Seconds.
const SHORT: f64 = 0.01;
