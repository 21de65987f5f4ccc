//! Strings.

use redis_client_core::{Command, cmd};

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [plain(), set(), counters(), several(), lcs()].into_iter().flatten().collect()
}

fn plain() -> Vec<Case> {
    vec![
        gives(cmd::get("k"), None),
        gives(cmd::get("k"), Some("v".into())).given("SET k v"),
        case(cmd::get("k")).given("RPUSH k v").fails("WRONGTYPE"),
        gives(cmd::append("k", "w"), 2).given("SET k v"),
        gives(cmd::strlen("k"), 1).given("SET k v"),
        gives(cmd::getrange("k", 1, -1), "alue".into()).given("SET k value"),
        gives(cmd::substr("k", 0, 1), "va".into()).given("SET k value"),
        gives(cmd::setrange("k", 2, "x"), 3),
        gives(cmd::getdel("k"), Some("v".into())).given("SET k v"),
        gives(cmd::getdel("k"), None),
        gives(cmd::getset("k", "w"), Some("v".into())).given("SET k v"),
        gives(cmd::getset("k", "w"), None),
        gives(cmd::getex("k"), Some("v".into())).given("SET k v"),
        gives(cmd::getex("k").ex(10), None),
        gives(cmd::getex("k").px(10_000), Some("v".into())).given("SET k v"),
        gives(cmd::getex("k").exat(9_999_999_999), Some("v".into())).given("SET k v"),
        gives(cmd::getex("k").pxat(9_999_999_999_999), Some("v".into())).given("SET k v"),
        gives(cmd::getex("k").persist(), Some("v".into())).given("SET k v"),
        gives(cmd::setex("k", 10, "v"), ()),
        gives(cmd::psetex("k", 10, "v"), ()),
        gives(cmd::setnx("k", "v"), true),
        gives(cmd::setnx("k", "v"), false).given("SET k v"),
        case(cmd::delifeq("k", "v")).not_run("valkey 9.0"),
        case(cmd::delex("k")).not_run("redis 8.4"),
        case(cmd::delex("k").ifeq("v")).not_run("redis 8.4"),
        case(cmd::delex("k").ifne("v")).not_run("redis 8.4"),
        case(cmd::delex("k").ifdeq(DIGEST)).not_run("redis 8.4"),
        case(cmd::delex("k").ifdne(DIGEST)).not_run("redis 8.4"),
        case(cmd::digest("k")).not_run("redis 8.4"),
    ]
}

fn set() -> Vec<Case> {
    vec![
        gives(cmd::set("k", "v"), ()),
        gives(cmd::set("k", "v").nx(), Some(())),
        gives(cmd::set("k", "v").nx(), None).given("SET k v"),
        gives(cmd::set("k", "v").xx().ex(10), Some(())).given("SET k v"),
        gives(cmd::set("k", "v").xx().px(10), None),
        case(cmd::set("k", "v").ifeq("w")).not_run("valkey 8.1"),
        case(cmd::set("k", "v").ifne("w")).not_run("redis 8.4"),
        case(cmd::set("k", "v").ifdeq(DIGEST)).not_run("redis 8.4"),
        case(cmd::set("k", "v").ifdne(DIGEST).get()).not_run("redis 8.4"),
        gives(cmd::set("k", "v").exat(9_999_999_999), ()),
        gives(cmd::set("k", "v").pxat(9_999_999_999_999), ()),
        gives(cmd::set("k", "v").keepttl(), ()),
        gives(cmd::set("k", "v").get(), None),
        gives(cmd::set("k", "v").get().xx().ex(1), Some("old".into())).given("SET k old"),
        gives(cmd::set("k", "v").nx().get(), Some("old".into())).given("SET k old"),
        case(cmd::set("k", "v").get()).given("RPUSH k v").fails("WRONGTYPE"),
    ]
}

fn counters() -> Vec<Case> {
    vec![
        gives(cmd::incr("k"), 1),
        gives(cmd::incrby("k", -3), -2).given("SET k 1"),
        gives(cmd::decr("k"), -1),
        gives(cmd::decrby("k", 3), -3),
        case(cmd::incr("k")).given("SET k v").fails("ERR value is not an integer"),
        gives(cmd::incrbyfloat("k", 0.5), 1.5).given("SET k 1"),
        gives(cmd::incrbyfloat("k", 1.0), 2.0).given("SET k 1"),
    ]
}

fn several() -> Vec<Case> {
    vec![
        gives(cmd::mset([("a", 1), ("b", 2)]), ()),
        gives(cmd::msetnx([("a", 1), ("b", 2)]), true),
        gives(cmd::msetnx([("a", 1), ("b", 2)]), false).given("SET b 1"),
        case(pairs()).not_run("redis 8.4"),
        case(pairs().nx().ex(60)).not_run("redis 8.4"),
        case(pairs().xx().px(60_000)).not_run("redis 8.4"),
        case(pairs().exat(9_999_999_999)).not_run("redis 8.4"),
        case(pairs().pxat(9_999_999_999_999)).not_run("redis 8.4"),
        case(pairs().keepttl()).not_run("redis 8.4"),
        gives(cmd::mget(["a", "b", "c"]), vec![Some("1".into()), None, None])
            .given("SET a 1")
            .given("RPUSH c 1"),
    ]
}

fn lcs() -> Vec<Case> {
    let two = |case: Case| case.given("MSET a ohmytext b mynewtext");
    vec![
        gives(two_keys(), "".into()),
        two(gives(two_keys(), "mytext".into())),
        two(gives(two_keys().len(), 6)),
        two(case(two_keys().idx())),
        two(case(two_keys().idx().minmatchlen(4).withmatchlen())),
    ]
}

fn pairs() -> Command<cmd::Msetex> {
    cmd::msetex([("a", 1), ("b", 2)])
}

fn two_keys() -> Command<cmd::Lcs> {
    cmd::lcs("a", "b")
}

/// As [`cmd::digest`] gives them.
const DIGEST: &str = "b6acb9d84a38ff74";
