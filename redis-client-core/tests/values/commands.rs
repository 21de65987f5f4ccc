//! Every typed command, with each option, to the byte.

use redis_client_core::{Effect, Facts, Keys, Request, cmd};

use crate::{naive, wire};

#[track_caller]
fn check(command: impl AsRef<Request>, words: &str) {
    let words: Vec<&str> = words.split(' ').collect();
    assert_eq!(wire(command.as_ref()), naive(&words), "{words:?}");
    assert_eq!(command.as_ref().count(), words.len());
}

#[test]
fn one_command_in_full() {
    let bytes = b"*6\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n$2\r\nPX\r\n$3\r\n500\r\n$2\r\nNX\r\n";
    assert_eq!(wire(cmd::set("k", "v").px(500).nx()), bytes);
}

#[test]
fn connection() {
    check(cmd::ping(), "PING");
    check(cmd::ping().message("m"), "PING m");
    check(cmd::echo("m"), "ECHO m");
}

#[test]
fn strings() {
    check(cmd::get("k"), "GET k");
    check(cmd::set("k", "v"), "SET k v");
    check(cmd::set("k", 1).ex(2), "SET k 1 EX 2");
    check(cmd::set("k", "v").px(u64::MAX), "SET k v PX 18446744073709551615");
    check(cmd::set("k", "v").exat(3), "SET k v EXAT 3");
    check(cmd::set("k", "v").pxat(4), "SET k v PXAT 4");
    check(cmd::set("k", "v").keepttl(), "SET k v KEEPTTL");
    check(cmd::set("k", "v").get(), "SET k v GET");
    check(cmd::set("k", "v").nx(), "SET k v NX");
    check(cmd::set("k", "v").xx(), "SET k v XX");
    check(cmd::set("k", "v").nx().ex(5), "SET k v NX EX 5");
    check(cmd::set("k", "v").nx().get(), "SET k v NX GET");
    check(cmd::set("k", "v").xx().keepttl().get(), "SET k v XX KEEPTTL GET");
    check(cmd::incr("k"), "INCR k");
    check(cmd::mget(["a", "b"]), "MGET a b");
    check(cmd::mget([1, 2]), "MGET 1 2");
    check(cmd::mget::<&str>([]), "MGET");
}

#[test]
fn keys() {
    check(cmd::del(["k"]), "DEL k");
    check(cmd::del((1..=3).map(|id| format!("user:{id}"))), "DEL user:1 user:2 user:3");
    check(cmd::expire("k", -1), "EXPIRE k -1");
    check(cmd::expire("k", 1).nx(), "EXPIRE k 1 NX");
    check(cmd::expire("k", 1).xx(), "EXPIRE k 1 XX");
    check(cmd::expire("k", 1).gt(), "EXPIRE k 1 GT");
    check(cmd::expire("k", 1).lt(), "EXPIRE k 1 LT");
}

#[test]
fn hashes_lists_and_channels() {
    check(cmd::hset("h", [("f", "v")]), "HSET h f v");
    check(cmd::hset("h", [("f", 1), ("g", 2)]), "HSET h f 1 g 2");
    check(cmd::hgetall("h"), "HGETALL h");
    check(cmd::lrange("l", 0, -1), "LRANGE l 0 -1");
    check(cmd::publish("c", "m"), "PUBLISH c m");
}

#[test]
fn anything_by_its_name() {
    check(cmd::command("PING"), "PING");
    check(cmd::command("CONFIG GET").arg("save"), "CONFIG GET save");
    check(cmd::command("  object   encoding ").arg("k"), "object encoding k");
    check(cmd::command("ZADD").arg("z").args([("1.5"), ("a")]).arg(2), "ZADD z 1.5 a 2");
    check(cmd::command("X").args(Vec::<String>::new()), "X");
}

#[test]
fn the_result_type_changes_no_byte() {
    check(cmd::get("k").parse::<u64>(), "GET k");
    check(cmd::get("k").timeout(std::time::Duration::from_secs(1)), "GET k");
    check(cmd::get("k").clone(), "GET k");
    check(cmd::get("k").into_request(), "GET k");
}

#[test]
fn facts_say_what_redis_says() {
    let facts: [(&Facts, &str, bool, Keys); 13] = [
        (cmd::ping().as_ref().facts(), "PING", true, Keys::None),
        (cmd::echo("m").as_ref().facts(), "ECHO", true, Keys::None),
        (cmd::get("k").as_ref().facts(), "GET", true, Keys::FIRST),
        (cmd::set("k", "v").as_ref().facts(), "SET", false, Keys::FIRST),
        (cmd::incr("k").as_ref().facts(), "INCR", false, Keys::FIRST),
        (cmd::mget(["k"]).as_ref().facts(), "MGET", true, Keys::ALL),
        (cmd::del(["k"]).as_ref().facts(), "DEL", false, Keys::ALL),
        (cmd::expire("k", 1).as_ref().facts(), "EXPIRE", false, Keys::FIRST),
        (cmd::hset("h", [("f", "v")]).as_ref().facts(), "HSET", false, Keys::FIRST),
        (cmd::hgetall("h").as_ref().facts(), "HGETALL", true, Keys::FIRST),
        (cmd::lrange("l", 0, 1).as_ref().facts(), "LRANGE", true, Keys::FIRST),
        (cmd::publish("c", "m").as_ref().facts(), "PUBLISH", false, Keys::None),
        (cmd::command("GET").as_ref().facts(), "command", false, Keys::None),
    ];
    for (found, name, readonly, keys) in facts {
        let effect = Effect::None;
        assert_eq!(*found, Facts { name, readonly, keys, effect });
    }
}
