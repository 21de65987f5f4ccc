//! Hashes.

use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    let all = [fields(), counters(), random(), scan(), expire(), expiry(), with_expiry()];
    all.into_iter().flatten().collect()
}

fn fields() -> Vec<Case> {
    vec![
        gives(cmd::hset("h", [("f", "v"), ("g", "w")]), 2),
        gives(cmd::hset("h", [("f", "v"), ("g", "w")]), 1).given("HSET h f v"),
        gives(cmd::hmset("h", [("f", "v"), ("g", "w")]), ()),
        gives(cmd::hsetnx("h", "f", "v"), true),
        gives(cmd::hsetnx("h", "f", "v"), false).given("HSET h f v"),
        gives(cmd::hget("h", "f"), Some("v".into())).given("HSET h f v"),
        gives(cmd::hget("h", "f"), None),
        case(cmd::hget("h", "f")).given("SET h v").fails("WRONGTYPE"),
        gives(cmd::hmget("h", ["f", "g"]), vec![Some("v".into()), None]).given("HSET h f v"),
        gives(cmd::hmget("h", ["f", "g"]), vec![None, None]),
        gives(cmd::hgetall("h"), vec![("f".into(), "v".into())]).given("HSET h f v"),
        gives(cmd::hgetall("h"), vec![]),
        gives(cmd::hkeys("h"), vec!["f".into()]).given("HSET h f v"),
        gives(cmd::hvals("h"), vec!["v".into()]).given("HSET h f v"),
        gives(cmd::hlen("h"), 2).given("HSET h f v g w"),
        gives(cmd::hlen("h"), 0),
        gives(cmd::hstrlen("h", "f"), 5).given("HSET h f value"),
        gives(cmd::hstrlen("h", "f"), 0),
        gives(cmd::hexists("h", "f"), true).given("HSET h f v"),
        gives(cmd::hexists("h", "f"), false),
        gives(cmd::hdel("h", ["f", "x"]), 1).given("HSET h f v g w"),
        gives(cmd::hdel("h", ["f", "x"]), 0),
    ]
}

fn counters() -> Vec<Case> {
    vec![
        gives(cmd::hincrby("h", "f", -3), -2).given("HSET h f 1"),
        gives(cmd::hincrby("h", "f", 2), 2),
        case(cmd::hincrby("h", "f", 2)).given("HSET h f v").fails("ERR hash value is not"),
        gives(cmd::hincrbyfloat("h", "f", 0.5), 1.5).given("HSET h f 1"),
        gives(cmd::hincrbyfloat("h", "f", 1.0), 2.0).given("HSET h f 1"),
    ]
}

fn random() -> Vec<Case> {
    vec![
        gives(cmd::hrandfield("h"), Some("f".into())).given("HSET h f v"),
        gives(cmd::hrandfield("h"), None),
        gives(cmd::hrandfield("h").count(3), vec!["f".into()]).given("HSET h f v"),
        gives(cmd::hrandfield("h").count(-2), vec!["f".into(), "f".into()]).given("HSET h f v"),
        gives(cmd::hrandfield("h").count(3), vec![]),
        gives(cmd::hrandfield("h").count(3).withvalues(), vec![("f".into(), "v".into())])
            .given("HSET h f v"),
        gives(cmd::hrandfield("h").count(3).withvalues(), vec![]),
    ]
}

fn scan() -> Vec<Case> {
    vec![
        gives(cmd::hscan("h", 0), (0, vec![("f".into(), "v".into())])).given("HSET h f v"),
        gives(cmd::hscan("h", 0), (0, vec![])),
        gives(cmd::hscan("h", 0).match_("f*").count(100), (0, vec![("f".into(), "v".into())]))
            .given("HSET h f v g w"),
        case(cmd::hscan("h", 0).novalues()).not_run("redis 7.4"),
    ]
}

fn expire() -> Vec<Case> {
    let both = || ["f", "g"];
    let commands = [
        case(cmd::hexpire("h", 10, both())),
        case(cmd::hexpire("h", 10, both()).nx()),
        case(cmd::hexpire("h", 10, both()).xx()),
        case(cmd::hexpire("h", 10, both()).gt()),
        case(cmd::hexpire("h", 10, both()).lt()),
        case(cmd::hpexpire("h", 10_000, both())),
        case(cmd::hpexpire("h", 10_000, both()).nx()),
        case(cmd::hpexpire("h", 10_000, both()).xx()),
        case(cmd::hpexpire("h", 10_000, both()).gt()),
        case(cmd::hpexpire("h", 10_000, both()).lt()),
        case(cmd::hexpireat("h", 9_999_999_999, both())),
        case(cmd::hexpireat("h", 9_999_999_999, both()).nx()),
        case(cmd::hexpireat("h", 9_999_999_999, both()).xx()),
        case(cmd::hexpireat("h", 9_999_999_999, both()).gt()),
        case(cmd::hexpireat("h", 9_999_999_999, both()).lt()),
        case(cmd::hpexpireat("h", 9_999_999_999_999, both())),
        case(cmd::hpexpireat("h", 9_999_999_999_999, both()).nx()),
        case(cmd::hpexpireat("h", 9_999_999_999_999, both()).xx()),
        case(cmd::hpexpireat("h", 9_999_999_999_999, both()).gt()),
        case(cmd::hpexpireat("h", 9_999_999_999_999, both()).lt()),
    ];
    commands.into_iter().map(|case| case.not_run("redis 7.4")).collect()
}

fn expiry() -> Vec<Case> {
    let commands = [
        case(cmd::hpersist("h", ["f", "g"])),
        case(cmd::hexpiretime("h", ["f", "g"])),
        case(cmd::hpexpiretime("h", ["f", "g"])),
        case(cmd::httl("h", ["f", "g"])),
        case(cmd::hpttl("h", ["f", "g"])),
    ];
    commands.into_iter().map(|case| case.not_run("redis 7.4")).collect()
}

fn with_expiry() -> Vec<Case> {
    let pairs = || [("f", "v"), ("g", "w")];
    let commands = [
        case(cmd::hgetdel("h", ["f", "g"])),
        case(cmd::hgetex("h", ["f", "g"])),
        case(cmd::hgetex("h", ["f", "g"]).ex(10)),
        case(cmd::hgetex("h", ["f", "g"]).px(10_000)),
        case(cmd::hgetex("h", ["f", "g"]).exat(9_999_999_999)),
        case(cmd::hgetex("h", ["f", "g"]).pxat(9_999_999_999_999)),
        case(cmd::hgetex("h", ["f", "g"]).persist()),
        case(cmd::hsetex("h", pairs())),
        case(cmd::hsetex("h", pairs()).fnx().ex(10)),
        case(cmd::hsetex("h", pairs()).fxx().px(10_000)),
        case(cmd::hsetex("h", pairs()).exat(9_999_999_999)),
        case(cmd::hsetex("h", pairs()).pxat(9_999_999_999_999)),
        case(cmd::hsetex("h", pairs()).keepttl()),
    ];
    commands.into_iter().map(|case| case.not_run("redis 8.0")).collect()
}
