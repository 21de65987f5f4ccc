//! Sets.

use std::collections::BTreeSet;

use bytes::Bytes;
use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [plain(), random(), several()].into_iter().flatten().collect()
}

fn plain() -> Vec<Case> {
    vec![
        gives(cmd::sadd("k", ["a", "b"]), 1).given("SADD k a"),
        case(cmd::sadd("k", ["a"])).given("SET k v").fails("WRONGTYPE"),
        gives(cmd::scard("k"), 2).given("SADD k a b"),
        gives(cmd::sismember("k", "a"), true).given("SADD k a"),
        gives(cmd::sismember("k", "a"), false),
        gives(cmd::smismember("k", ["a", "x"]), vec![true, false]).given("SADD k a"),
        gives(cmd::smembers("k"), texts(&["a"])).given("SADD k a"),
        gives(cmd::smembers("k").parse(), BTreeSet::from(["a".to_owned(), "b".to_owned()]))
            .given("SADD k b a"),
        gives(cmd::smembers("k"), Vec::new()),
        gives(cmd::smove("k", "l", "a"), true).given("SADD k a"),
        gives(cmd::smove("k", "l", "a"), false),
        gives(cmd::srem("k", ["a", "x"]), 1).given("SADD k a b"),
        gives(cmd::sscan("k", 0), (0, texts(&["a"]))).given("SADD k a"),
        gives(cmd::sscan("k", 0).match_("b*").count(100), (0, texts(&["b"]))).given("SADD k a b"),
    ]
}

fn random() -> Vec<Case> {
    vec![
        gives(cmd::spop("k"), Some("a".into())).given("SADD k a"),
        gives(cmd::spop("k"), None),
        gives(cmd::spop("k").count(2), texts(&["a"])).given("SADD k a"),
        gives(cmd::spop("k").count(2), Vec::new()),
        gives(cmd::srandmember("k"), Some("a".into())).given("SADD k a"),
        gives(cmd::srandmember("k"), None),
        gives(cmd::srandmember("k").count(2), texts(&["a"])).given("SADD k a"),
        gives(cmd::srandmember("k").count(-2), texts(&["a", "a"])).given("SADD k a"),
        gives(cmd::srandmember("k").count(2), Vec::new()),
    ]
}

fn several() -> Vec<Case> {
    let keys = || ["x", "y"];
    let two = |case: Case| case.given("SADD x a b").given("SADD y b c");
    vec![
        two(gives(cmd::sdiff(keys()), texts(&["a"]))),
        two(gives(cmd::sdiffstore("d", keys()), 1)),
        two(gives(cmd::sinter(keys()), texts(&["b"]))),
        two(gives(cmd::sintercard(keys()), 1)),
        two(gives(cmd::sintercard(keys()).limit(1), 1)),
        two(gives(cmd::sinterstore("d", keys()), 1)),
        two(gives(
            cmd::sunion(keys()).parse(),
            BTreeSet::from(["a".to_owned(), "b".to_owned(), "c".to_owned()]),
        )),
        two(gives(cmd::sunionstore("d", keys()), 3)),
    ]
}

fn texts(texts: &[&'static str]) -> Vec<Bytes> {
    texts.iter().map(|text| Bytes::from(*text)).collect()
}
