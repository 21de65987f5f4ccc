//! Every typed command, with each option, to the byte.

use bytes::Bytes;
use redis_client_core::{Effect, Facts, Request, cmd};

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
    check(cmd::mget(Vec::<&str>::new()), "MGET");
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
fn options_may_be_given_before_what_follows_them() {
    let migrate = || cmd::migrate("h", 1, 2, 3, ["a", "b"]);
    check(migrate(), "MIGRATE h 1  2 3 KEYS a b");
    check(migrate().copy().auth2("u", "p"), "MIGRATE h 1  2 3 COPY AUTH2 u p KEYS a b");
}

#[test]
fn an_option_goes_to_its_place_however_the_request_is_held() {
    for (host, key) in [(1, 1), (60, 60), (20_000, 1), (1, 20_000), (20_000, 20_000)] {
        let (host, key) = ("h".repeat(host), "k".repeat(key));
        let (shared, copied) = (Bytes::from(host.clone()), Bytes::from(key.clone()));
        let command = cmd::migrate(shared, 1, 2, 3, [copied]).replace().auth(&host).copy();
        let words = ["MIGRATE", &host, "1", "", "2", "3", "REPLACE", "AUTH", &host, "COPY"];
        let words: Vec<_> = words.into_iter().chain(["KEYS", &key]).collect();
        assert_eq!(wire(command.as_ref()), naive(&words));
        let read: Vec<_> = command.as_ref().arguments().collect();
        assert_eq!(read, words.iter().map(|word| word.as_bytes()).collect::<Vec<_>>());
        assert_eq!(command.as_ref().keys().collect::<Vec<_>>(), [key.as_bytes()]);
    }
}

#[test]
fn options_that_change_the_type_meet_in_one_variable() {
    let both = [cmd::set("a", 1).ex(1).into_any(), cmd::set("b", 2).into_any()];
    assert_eq!(both[0].as_ref().facts().name, "SET");
    check(both[1].clone().arg("NX"), "SET b 2 NX");
}

fn keys_of(request: &Request) -> Vec<&[u8]> {
    request.keys().collect()
}

#[test]
fn facts_say_what_redis_says() {
    let get = cmd::get("k");
    let facts = get.as_ref().facts();
    assert_eq!((facts.name, facts.arity, facts.effect), ("GET", 2, Effect::None));
    assert!(facts.is_readonly() && facts.may_resend());
    assert_eq!(keys_of(get.as_ref()), [b"k"]);
    let set = cmd::set("k", "v");
    assert!(!set.as_ref().facts().is_readonly() && !set.as_ref().may_resend());
    assert_eq!(keys_of(cmd::del(["a", "b"]).as_ref()), [b"a", b"b"]);
    assert_eq!(keys_of(cmd::mset([("a", 1), ("b", 2)]).as_ref()), [b"a", b"b"]);
    assert_eq!(keys_of(cmd::sort("k").by("w*").store("d").alpha().as_ref()), [b"k", b"d"]);
    assert!(cmd::ping().as_ref().may_resend());
    assert!(cmd::info().as_ref().may_resend());
    assert!(!cmd::client_id().as_ref().may_resend());
    assert!(keys_of(cmd::publish("c", "m").as_ref()).is_empty());
}

#[test]
fn the_generic_level_knows_the_same() {
    let facts = |request: &Request| request.facts() as *const Facts;
    assert_eq!(facts(&Request::new("get")), facts(cmd::get("k").as_ref()));
    let mut request = Request::new("Object");
    assert_eq!(request.facts().name, "OBJECT");
    request.arg("Encoding").arg("k");
    assert_eq!(facts(&request), facts(cmd::object_encoding("k").as_ref()));
    assert_eq!(keys_of(&request), [b"k"]);
    assert_eq!(cmd::command("NOSUCH").arg("k").as_ref().facts(), &Facts::UNKNOWN);
}
