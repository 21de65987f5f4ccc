//! Keys of any type.

use redis_client_core::{cmd, replies};

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [plain(), expiry(), objects(), moved(), sorted(), waiting()].into_iter().flatten().collect()
}

fn plain() -> Vec<Case> {
    vec![
        gives(cmd::del(["a", "b"]), 1).given("SET a 1"),
        gives(cmd::unlink(["a", "b"]), 1).given("SET a 1"),
        gives(cmd::exists(["a", "a", "b"]), 2).given("SET a 1"),
        gives(cmd::touch(["a", "b"]), 1).given("SET a 1"),
        gives(cmd::keys("a*"), vec!["ab".into()]).given("MSET ab 1 b 2"),
        gives(cmd::randomkey(), None),
        gives(cmd::randomkey(), Some("k".into())).given("SET k v"),
        gives(cmd::rename("a", "b"), ()).given("SET a 1"),
        case(cmd::rename("a", "b")).fails("ERR no such key"),
        gives(cmd::renamenx("a", "b"), true).given("SET a 1"),
        gives(cmd::renamenx("a", "b"), false).given("MSET a 1 b 2"),
        gives(cmd::type_("k"), "none".into()),
        gives(cmd::type_("k"), "zset".into()).given("ZADD k 1 m"),
        gives(cmd::scan(0), (0, vec!["k".into()])).given("SET k v"),
        gives(cmd::scan(0).match_("a*").count(100).type_("string"), (0, vec!["a".into()]))
            .given("MSET a 1 b 2")
            .given("RPUSH aa 1"),
    ]
}

fn expiry() -> Vec<Case> {
    vec![
        gives(cmd::expire("k", 10), true).given("SET k v"),
        gives(cmd::expire("k", -1), false),
        gives(cmd::expire("k", 10).nx(), true).given("SET k v"),
        gives(cmd::expire("k", 10).xx(), false).given("SET k v"),
        gives(cmd::expire("k", 10).gt(), false).given("SET k v"),
        gives(cmd::expire("k", 10).lt(), true).given("SET k v"),
        gives(cmd::pexpire("k", 10_000), true).given("SET k v"),
        gives(cmd::pexpire("k", 10_000).nx(), true).given("SET k v"),
        gives(cmd::pexpire("k", 10_000).xx(), false).given("SET k v"),
        gives(cmd::pexpire("k", 10_000).gt(), false).given("SET k v"),
        gives(cmd::pexpire("k", 10_000).lt(), true).given("SET k v"),
        gives(cmd::expireat("k", 9_999_999_999), true).given("SET k v"),
        gives(cmd::expireat("k", 9_999_999_999).nx(), true).given("SET k v"),
        gives(cmd::expireat("k", 9_999_999_999).xx(), false).given("SET k v"),
        gives(cmd::expireat("k", 9_999_999_999).gt(), false).given("SET k v"),
        gives(cmd::expireat("k", 9_999_999_999).lt(), true).given("SET k v"),
        gives(cmd::pexpireat("k", 9_999_999_999_999), true).given("SET k v"),
        gives(cmd::pexpireat("k", 9_999_999_999_999).nx(), true).given("SET k v"),
        gives(cmd::pexpireat("k", 9_999_999_999_999).xx(), false).given("SET k v"),
        gives(cmd::pexpireat("k", 9_999_999_999_999).gt(), false).given("SET k v"),
        gives(cmd::pexpireat("k", 9_999_999_999_999).lt(), true).given("SET k v"),
        gives(cmd::expiretime("k"), 9_999_999_999).given("SET k v EXAT 9999999999"),
        gives(cmd::pexpiretime("k"), -1).given("SET k v"),
        gives(cmd::ttl("k"), -2),
        gives(cmd::pttl("k"), -1).given("SET k v"),
        gives(cmd::persist("k"), true).given("SET k v EX 10"),
        gives(cmd::persist("k"), false),
    ]
}

fn objects() -> Vec<Case> {
    vec![
        gives(cmd::object_encoding("k"), Some("int".into())).given("SET k 1"),
        gives(cmd::object_encoding("k"), None),
        gives(cmd::object_refcount("k"), Some(1)).given("SET k value"),
        gives(cmd::object_refcount("k"), None),
        gives(cmd::object_idletime("k"), Some(0)).given("SET k v"),
        gives(cmd::object_idletime("k"), None),
        case(cmd::object_freq("k"))
            .given("CONFIG SET maxmemory-policy allkeys-lfu")
            .given("SET k v")
            .cleanup("CONFIG SET maxmemory-policy noeviction"),
        case(cmd::object_freq("k")).given("SET k v").fails("ERR An LFU maxmemory policy"),
        case(cmd::object_help()),
    ]
}

fn moved() -> Vec<Case> {
    vec![
        gives(cmd::copy("a", "b"), true).given("SET a 1"),
        gives(cmd::copy("a", "b").db(1).replace(), true).given("SET a 1"),
        gives(cmd::copy("a", "b"), false).given("MSET a 1 b 2"),
        gives(cmd::move_("a", 1), true).given("SET a 1"),
        gives(cmd::move_("a", 1), false),
        gives(cmd::dump("k"), Some(DUMPED.into())).given("SET k v"),
        gives(cmd::dump("k"), None),
        gives(cmd::restore("k", 0, DUMPED), ()),
        gives(cmd::restore("k", 9_999_999_999_999, DUMPED).replace().absttl(), ()).given("SET k v"),
        gives(cmd::restore("k", 0, DUMPED).idletime(5), ()),
        gives(cmd::restore("k", 0, DUMPED).freq(5), ()),
        case(cmd::restore("k", 0, DUMPED)).given("SET k v").fails("BUSYKEY"),
        gives(cmd::migrate("127.0.0.1", 1, 0, 10, ["k"]), replies::Migrated::NoKey),
        case(cmd::migrate("127.0.0.1", 1, 0, 10, ["a", "b"]).copy().replace().auth("secret"))
            .given("SET a 1")
            .fails("IOERR"),
        case(cmd::migrate("127.0.0.1", 1, 0, 10, ["a"]).auth2("user", "secret"))
            .given("SET a 1")
            .fails("IOERR"),
    ]
}

fn sorted() -> Vec<Case> {
    let list = |case: Case| case.given("RPUSH k 3 1 2").given("MSET w1 9 w2 8 w3 7");
    vec![
        list(gives(cmd::sort("k"), vec!["1".into(), "2".into(), "3".into()])),
        list(gives(cmd::sort("k").by("w*").asc(), vec!["3".into(), "2".into(), "1".into()])),
        list(gives(cmd::sort("k").limit(1, 1).desc().alpha(), vec!["2".into()])),
        list(gives(cmd::sort("k").get("#").get("v*").limit(0, 1), vec![Some("1".into()), None])),
        list(gives(cmd::sort("k").store("d"), 3)),
        // The pattern is no destination.
        list(gives(cmd::sort("k").by("store").store("d"), 3)),
        list(gives(cmd::sort("k").get("w*").store("d").alpha(), 3)),
        list(gives(cmd::sort_ro("k"), vec!["1".into(), "2".into(), "3".into()])),
        list(gives(cmd::sort_ro("k").by("w*").asc(), vec!["3".into(), "2".into(), "1".into()])),
        list(gives(cmd::sort_ro("k").limit(1, 1).desc().alpha(), vec!["2".into()])),
        list(gives(cmd::sort_ro("k").get("#").get("v*").limit(0, 1), vec![Some("1".into()), None])),
    ]
}

fn waiting() -> Vec<Case> {
    vec![
        gives(cmd::wait(0, 10), 0),
        gives(cmd::wait(1, 10), 0),
        case(cmd::waitaof(1, 0, 10)).not_run("redis 7.2"),
    ]
}

/// What `DUMP` of Redis 7.0 makes of the string `v`.
const DUMPED: &[u8] = b"\x00\x01v\n\x00\x91\x08\xce\xb2\x198\x8a\xce";
