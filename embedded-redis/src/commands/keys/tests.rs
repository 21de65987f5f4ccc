mod moves;
mod sorting;

use std::time::Duration;

use redis_server_core::Topic;

use crate::engine::testing::Rig;
use crate::engine::{Class, Settings};
use crate::keyspace::Limits;

/// A rig in which client 1 listens to all events of keys.
fn listening() -> Rig {
    let mut rig =
        Rig::with(Settings { notify: Class::parse(b"KEAmn").unwrap(), ..Settings::default() });
    rig.run_as(1, "ping");
    rig.engine.shared.hub.subscribe(2, Topic::Pattern, b"__keyevent*");
    rig.heard(1);
    rig
}

/// The events that client 1 has heard of: `set:a del:b`, those of other databases with a number.
fn events(rig: &mut Rig) -> String {
    let heard = rig.heard(1);
    let words: Vec<&str> =
        heard.split(' ').filter(|it| !it.is_empty() && !it.starts_with(['$', '*'])).collect();
    let events = words.chunks(4).map(|message| {
        let event = message[2].trim_start_matches("__keyevent@").replace("__", "");
        let event = event.trim_start_matches("0:").to_owned();
        format!("{event}:{}", message.get(3).unwrap_or(&""))
    });
    events.collect::<Vec<_>>().join(" ")
}

#[test]
fn keys_are_those_that_match_and_are_not_due() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("keys *"), "*0");
    rig.run("set \"\" x");
    assert_eq!(rig.run("keys *"), "*1 $0 ");
    assert_eq!(rig.run("keys **"), "*0", "only the star alone is everything");
    assert_eq!(rig.run("scan 0"), "*2 $1 0 *1 $0 ");
    assert_eq!(rig.run("scan 0 match *"), "*2 $1 0 *1 $0 ");
    assert_eq!(rig.run("scan 0 match **"), "*2 $1 0 *0");
    rig.run("set k[1] x px 5");
    rig.run("set kb x");
    assert_eq!(rig.run("keys k\\[*"), "*1 $4 k[1]");
    rig.now += Duration::from_millis(6);
    assert_eq!(rig.run("keys k*"), "*1 $2 kb");
}

#[test]
fn scan_sees_each_key_once_and_removes_what_is_due() {
    let mut rig = Rig::new();
    for number in 0..2_000 {
        rig.run(&format!("set s{number} x{}", if number % 4 == 0 { " px 10" } else { "" }));
        rig.run(&format!("sort none store l{number} get x"));
    }
    rig.now += Duration::from_millis(11);
    let (mut cursor, mut seen) = (String::from("0"), Vec::new());
    loop {
        let answer = rig.run(&format!("scan {cursor} COUNT 100 match s*[05] TYPE String"));
        let words: Vec<&str> = answer.split(' ').collect();
        cursor = words[2].to_owned();
        seen.extend(words[4..].iter().filter(|it| it.starts_with('s')).map(|it| (*it).to_owned()));
        if cursor == "0" {
            break;
        }
    }
    seen.sort();
    let mut expected: Vec<String> =
        (0..2_000).step_by(5).filter(|it| it % 4 != 0).map(|it| format!("s{it}")).collect();
    expected.sort();
    assert_eq!(seen, expected);
    assert_eq!(rig.engine.databases[0].db.len(), 1_500);
    assert_eq!(rig.engine.shared.stats.expired, 500);
}

#[test]
fn scan_reads_its_arguments_as_redis_does() {
    let mut rig = Rig::new();
    for cursor in ["x", "1x", "18446744073709551616", "\" 1\"", "-", "+"] {
        assert_eq!(rig.run(&format!("scan {cursor} count 0")), "-ERR invalid cursor", "{cursor}");
    }
    for cursor in ["\"\"", "-1", "+0", "18446744073709551615", "\"0\\x00x\""] {
        assert_eq!(rig.run(&format!("scan {cursor}")), "*2 $1 0 *0", "{cursor}");
    }
    assert_eq!(rig.run("scan 0 count 0 nonsense"), "-ERR syntax error");
    assert_eq!(rig.run("scan 0 count x match"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("scan 0 match"), "-ERR syntax error");
    assert_eq!(rig.run("scan 0 count 9223372036854775807"), "*2 $1 0 *0");
}

#[test]
fn a_deadline_is_set_on_conditions() {
    let mut rig = listening();
    rig.run("set a 1");
    for (command, answer) in [
        ("expire a 10 foo", "-ERR Unsupported option foo"),
        (
            "expire a x nx xx",
            "-ERR NX and XX, GT or LT options at the same time are not compatible",
        ),
        ("expire a 1 gt lt", "-ERR GT and LT options at the same time are not compatible"),
        ("expire a x", "-ERR value is not an integer or out of range"),
        ("expire none 9223372036854776", "-ERR invalid expire time in 'expire' command"),
        ("expire a -9223372036854776", "-ERR invalid expire time in 'expire' command"),
        ("pexpire a 9223372036854775807", "-ERR invalid expire time in 'pexpire' command"),
        ("expireat a 9223372036854776", "-ERR invalid expire time in 'expireat' command"),
        ("expire none 1", ":0"),
        ("expire a 100 xx", ":0"),
        ("expire a 100 gt", ":0"),
        ("expire a 100 LT", ":1"),
        ("expire a 200 lt", ":0"),
        ("expire a 200 nx", ":0"),
        ("expire a 200 gt xx", ":1"),
        ("expire a 200 gt", ":0"),
        ("expire a 200 lt", ":0"),
        ("pttl a", ":200000"),
        ("pexpire a 1500", ":1"),
        ("ttl a", ":2"),
        ("pexpire a 1499", ":1"),
        ("ttl a", ":1"),
        ("pexpiretime a", ":1700000001499"),
        ("expiretime a", ":1700000001"),
        ("pexpireat a 1700000001500", ":1"),
        ("expiretime a", ":1700000002"),
        ("pexpireat a 9223372036854775807", ":1"),
        ("ttl a", ":9223370336854776"),
        ("expiretime a", ":9223372036854776"),
        ("persist a", ":1"),
        ("persist a", ":0"),
        ("ttl a", ":-1"),
        ("pttl none", ":-2"),
    ] {
        assert_eq!(rig.run(command), answer, "{command}");
    }
}

#[test]
fn a_deadline_in_the_past_deletes() {
    let mut rig = listening();
    for command in
        ["expire a 0", "expire a -1", "pexpireat a 1700000000000", "expireat a 1", "pexpire a 0 nx"]
    {
        rig.run("set a 1");
        events(&mut rig);
        assert_eq!(rig.run(command), ":1");
        assert_eq!(events(&mut rig), "del:a", "{command}");
    }
    rig.run("set a 1");
    events(&mut rig);
    assert_eq!(rig.run("pexpireat a 1700000000001"), ":1");
    rig.run("persist a");
    assert_eq!(events(&mut rig), "expire:a persist:a");
}

#[test]
fn asking_for_a_key_counts_and_tells() {
    let mut rig = listening();
    for command in ["exists a", "type a", "ttl a", "touch a", "get a", "sort a", "copy a b"] {
        rig.run(command);
        assert_eq!(events(&mut rig), "keymiss:a", "{command}");
    }
    for command in ["object encoding a", "expire a 1", "persist a", "rename a b", "del a"] {
        rig.run(command);
        assert_eq!(events(&mut rig), "", "{command}");
    }
    assert_eq!(rig.engine.shared.stats.misses, 8);
}

#[test]
fn objects_tell_of_themselves() {
    let mut rig = Rig::new();
    rig.run("set a 9999");
    rig.run("set b 10000");
    rig.run("set c x");
    assert_eq!(rig.run("object refcount a"), ":2147483647");
    assert_eq!(rig.run("object refcount b"), ":1");
    assert_eq!(rig.run("object refcount c"), ":1");
    assert_eq!(rig.run("object ENCODING c"), "$6 embstr");
    assert_eq!(rig.run("object encoding none"), "$-1");
    assert_eq!(rig.run("object help").split(" +").count(), 16);
    assert!(rig.run("object").starts_with("-ERR wrong number of arguments for 'object'"));
}

#[test]
fn memory_is_what_is_allocated() {
    let mut rig = Rig::new();
    rig.run("set a 1");
    let bytes = |answer: String| answer[1..].parse::<usize>().unwrap();
    assert!(bytes(rig.run("memory usage a")) < 100);
    rig.run(&format!("set a {}", "x".repeat(10_000)));
    assert!((10_000..10_200).contains(&bytes(rig.run("memory usage a samples 0"))));
    assert_eq!(rig.run("memory usage none"), "$-1");
    assert_eq!(rig.run("memory usage none samples"), "-ERR syntax error");
    assert_eq!(rig.run("memory usage none samples -1"), "-ERR syntax error");
    assert!(rig.run("memory usage a samples x").starts_with("-ERR value is not an integer"));
}

#[test]
fn nobody_answers_who_waits_for_replicas() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("wait x -1"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("wait 0 x"), "-ERR timeout is not an integer or out of range");
    assert_eq!(rig.run("wait 0 -1"), "-ERR timeout is negative");
    assert_eq!(rig.run("wait 0 0"), ":0");
    assert_eq!(rig.run("wait 1 100"), "");
    rig.advance(Duration::from_millis(99));
    assert_eq!(rig.heard(0), "");
    rig.advance(Duration::from_millis(1));
    assert_eq!(rig.heard(0), ":0");
}

#[test]
fn any_key_may_be_the_random_one_but_none_that_is_due() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("randomkey"), "$-1");
    (0..50).for_each(|number| drop(rig.run(&format!("set due{number} x px 1"))));
    rig.run("set a x");
    rig.run("set b x");
    rig.now += Duration::from_millis(2);
    let seen: std::collections::BTreeSet<String> = (0..50).map(|_| rig.run("randomkey")).collect();
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["$1 a", "$1 b"]);
}

#[test]
fn what_was_dumped_is_restored() {
    let mut rig = listening();
    rig.run("set a 7 ex 100");
    let dumped = rig.engine.databases[0].db.find(b"a");
    let dumped = dumped.and_then(|place| rig.engine.databases[0].db.value(place)).unwrap();
    let text = crate::keyspace::dump(dumped).unwrap();
    let quoted: String = text.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    let text = format!("\"{quoted}\"");
    assert_eq!(rig.run(&format!("restore a 0 {text}")), "-BUSYKEY Target key name already exists.");
    for (arguments, answer) in [
        (format!("restore b x {text} foo"), "-ERR syntax error"),
        (format!("restore b x {text}"), "-ERR value is not an integer or out of range"),
        (format!("restore b -1 {text}"), "-ERR Invalid TTL value, must be >= 0"),
        ("restore b 0 x".to_owned(), "-ERR DUMP payload version or checksum are wrong"),
        (
            format!("restore b 0 {text} freq 256"),
            "-ERR Invalid FREQ value, must be >= 0 and <= 255",
        ),
        (format!("restore b 0 {text} freq 1 idletime 1"), "-ERR syntax error"),
        (format!("restore b 0 {text} idletime -1"), "-ERR Invalid IDLETIME value, must be >= 0"),
        (format!("restore b 100 {text} idletime 9"), "+OK"),
        ("object idletime b".to_owned(), ":9"),
        ("pttl b".to_owned(), ":100"),
        (format!("restore a 0 {text} REPLACE"), "+OK"),
        ("ttl a".to_owned(), ":-1"),
    ] {
        assert_eq!(rig.run(&arguments), answer, "{arguments}");
    }
    assert_eq!(rig.run("get a"), "$1 7");
    events(&mut rig);
    assert_eq!(rig.run(&format!("restore a 5 {text} absttl replace")), "+OK");
    assert_eq!(events(&mut rig), "del:a");
    assert_eq!(rig.run(&format!("restore a 5 {text}")), "+OK");
    assert_eq!(events(&mut rig), "new:a restore:a");
    assert_eq!(rig.run("dump none"), "$-1");
}
