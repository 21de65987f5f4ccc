//! A real redis-server says the same.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use redis_server_core::resp_core::{Decoder, Frame, Limits, View, encode};
use redis_server_core::{Arity, Flags, KeyPositions, Spec, Table};
use testkit::redis_server::RedisServer;

use super::with_request;

struct Redis {
    stream: TcpStream,
    _server: RedisServer,
}

impl Redis {
    fn start() -> Self {
        let server = RedisServer::start().unwrap();
        let stream = TcpStream::connect(server.addr().unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self { stream, _server: server }
    }

    fn call<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Frame {
        let mut request = vec![];
        encode::command(&mut request, args);
        self.stream.write_all(&request).unwrap();
        let mut decoder = Decoder::new(Limits::default());
        let mut input = bytes::BytesMut::new();
        loop {
            if let Some(frame) = decoder.decode(&mut input).unwrap() {
                assert!(input.is_empty());
                return frame;
            }
            let mut piece = [0; 4096];
            let read = self.stream.read(&mut piece).unwrap();
            assert!(read > 0, "closed");
            input.extend_from_slice(&piece[..read]);
        }
    }
}

fn text(view: View<'_>) -> String {
    match view {
        View::BulkString(text) | View::SimpleString(text) => {
            String::from_utf8(text.to_vec()).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn number(view: View<'_>) -> i64 {
    match view {
        View::Integer(number) => number,
        other => panic!("{other:?}"),
    }
}

/// One command of `COMMAND`, and the names of its flags.
struct Told {
    spec: Spec,
    flags: Vec<String>,
}

/// Every command and subcommand that `COMMAND` tells of.
fn told(redis: &mut Redis) -> Vec<Told> {
    let frame = redis.call(&["COMMAND"]);
    let View::Array(commands) = frame.view() else { panic!("no array") };
    let mut told = vec![];
    for command in commands {
        add(command.view(), &mut told);
    }
    told
}

fn add(command: View<'_>, told: &mut Vec<Told>) {
    let View::Array(parts) = command else { panic!("no array") };
    let parts: Vec<_> = parts.map(|part| part.view()).collect();
    let [name, arity, flags, first, last, step, _, _, _, subcommands] = &parts[..] else {
        panic!("{} parts", parts.len())
    };
    let arity = Arity::from(i32::try_from(number(*arity)).unwrap());
    let keys = KeyPositions {
        first: usize::try_from(number(*first)).unwrap(),
        last: isize::try_from(number(*last)).unwrap(),
        step: usize::try_from(number(*step)).unwrap(),
    };
    let View::Array(flags) = *flags else { panic!("no flags") };
    let flags = flags.map(|flag| text(flag.view())).collect();
    let spec = Spec::new("", arity).with_name(text(*name)).with_keys(keys);
    told.push(Told { spec, flags });
    let View::Array(subcommands) = *subcommands else { panic!("no subcommands") };
    for subcommand in subcommands {
        add(subcommand.view(), told);
    }
}

#[test]
fn errors_are_those_of_redis() {
    let mut redis = Redis::start();
    let mut table = Table::new();
    let told = told(&mut redis);
    assert!(told.len() > 300);
    for Told { spec, .. } in told {
        assert!(table.insert(spec, ()).is_none());
    }

    let long = |length: usize| "x".repeat(length);
    let mut requests: Vec<Vec<String>> = vec![];
    let mut ask = |args: &[&str]| requests.push(args.iter().map(|arg| (*arg).to_owned()).collect());
    ask(&[""]);
    ask(&["", ""]);
    ask(&["nil"]);
    ask(&["NiL", "a", "b"]);
    ask(&["nil\r\n+OK\r\n", "a\rb", "\n"]);
    ask(&["n\0il", "a\0b", "\0", "c"]);
    // None that is a command up to the NUL: Redis may find that, by the seed of its hash.
    ask(&["nil\0", "a"]);
    ask(&["config|get", "a"]);
    ask(&["é", "ü"]);
    ask(&["'", "''"]);
    for length in [120, 122, 123, 124, 125, 126, 127, 128, 129, 130, 1000, 100_000] {
        ask(&[&long(length), "a"]);
        ask(&["nil", &long(length), "b", "c"]);
        ask(&["nil", "a", &long(length), "c"]);
        ask(&["config", &long(length)]);
    }
    ask(&[&["nil"][..], &[""; 100]].concat());
    ask(&[&["nil"][..], &["abc"; 100]].concat());
    ask(&["config", ""]);
    ask(&["cOnfig", "nil", "x"]);
    ask(&["CONFIG", "a\r\nb"]);
    ask(&["config", "nil\0", "x"]);
    ask(&["config", "\0"]);
    ask(&["config", "config|get", "x"]);
    ask(&["config"]);
    ask(&["get"]);
    ask(&["GET", "a", "b"]);
    ask(&["Config", "Get"]);
    ask(&["config", "resetstat", "x"]);
    ask(&["mset", "a"]);
    // And every command with too few arguments, and with too many where that can be.
    for entry in &table {
        let name: Vec<&str> = entry.spec.name().split('|').collect();
        let arity = entry.spec.arity();
        if !arity.allows(name.len()) {
            ask(&name);
        }
        let many = [&name[..], &["x"; 20]].concat();
        // A refused EXEC ends the transaction and says that instead, which is up to who has them.
        let other = entry.is_container() || entry.spec.name() == "exec";
        if !arity.allows(many.len()) && !other {
            ask(&many);
        }
    }
    assert!(requests.len() > 400);
    for args in requests {
        let mut ours = vec![];
        with_request(&args, |request| table.lookup(request).unwrap_err().write_reply(&mut ours));
        let theirs = redis.call(&args);
        let theirs = theirs.as_bytes();
        assert_eq!(ours.escape_ascii().to_string(), theirs.escape_ascii().to_string(), "{args:?}");
    }
}

#[test]
fn flags_have_the_names_and_the_order_of_redis() {
    let all = [
        Flags::WRITE,
        Flags::READONLY,
        Flags::DENYOOM,
        Flags::ADMIN,
        Flags::PUBSUB,
        Flags::NOSCRIPT,
        Flags::BLOCKING,
        Flags::LOADING,
        Flags::STALE,
        Flags::SKIP_MONITOR,
        Flags::SKIP_SLOWLOG,
        Flags::ASKING,
        Flags::FAST,
        Flags::NO_AUTH,
        Flags::NO_MANDATORY_KEYS,
        Flags::NO_ASYNC_LOADING,
        Flags::NO_MULTI,
        Flags::ALLOW_BUSY,
        Flags::MOVABLEKEYS,
    ];
    let mut seen = Flags::NONE;
    for Told { spec, flags } in told(&mut Redis::start()) {
        let ours = all
            .into_iter()
            .filter(|flag| flag.names().all(|name| flags.iter().any(|told| told == name)))
            .fold(Flags::NONE, Flags::with);
        assert_eq!(ours.names().collect::<Vec<_>>(), flags, "{}", spec.name());
        seen = seen | ours;
    }
    let unseen: Vec<_> = all.into_iter().filter(|flag| !seen.contains(*flag)).collect();
    assert_eq!(unseen, []);
}

#[test]
fn keys_are_where_redis_finds_them() {
    let mut redis = Redis::start();
    for (command, keys) in [
        (&["get", "a"][..], KeyPositions::ONE),
        (&["del", "a", "b", "c"], KeyPositions::ALL),
        (&["mset", "a", "1", "b", "2"], KeyPositions { first: 1, last: -1, step: 2 }),
        (&["blpop", "a", "b", "0"], KeyPositions { first: 1, last: -2, step: 1 }),
        (&["bitop", "and", "c", "a", "b"], KeyPositions { first: 2, last: -1, step: 1 }),
    ] {
        let told = told(&mut redis);
        let told = told.iter().find(|told| told.spec.name() == command[0]).unwrap();
        assert_eq!(told.spec.keys(), keys, "{command:?}");
        let frame = redis.call(&[&["command", "getkeys"][..], command].concat());
        let View::Array(theirs) = frame.view() else { panic!("{command:?}") };
        let theirs: Vec<_> = theirs.map(|key| text(key.view())).collect();
        let ours: Vec<_> = keys.indices(command.len()).map(|index| command[index]).collect();
        assert_eq!(ours, theirs);
    }
}
