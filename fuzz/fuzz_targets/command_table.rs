//! A command table with any names, and any request: what it finds is what a list would, and what
//! it says of the others is short and well-formed.
//!
//! An input is a number of names, each a line, an empty line, and what a client sends. The first
//! byte of a name's line is its arity.

#![no_main]

use bytes::BytesMut;
use fuzz::peak_of;
use libfuzzer_sys::fuzz_target;
use redis_server_core::{Arity, Refused, Spec, Table};
use resp_core::request::{Dialect, Request, RequestLimits, RequestParser};
use resp_core::{Decoder, Limits, View};

fuzz_target!(|input: &[u8]| {
    let (names, stream) = match input.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&input[..end], &input[end + 2..]),
        None => (input, &b""[..]),
    };
    let (mut table, mut list) = (Table::new(), Vec::<Listed>::new());
    for (number, line) in names.split(|byte| *byte == b'\n').enumerate() {
        let Some((arity, name)) = line.split_first() else { continue };
        let (arity, name) = (Arity::from(i32::from(*arity as i8)), String::from_utf8_lossy(name));
        let spec = Spec::new("", arity).with_name(name.clone().into_owned());
        let replaced = table.insert(spec, number).map(|entry| entry.handler);
        let name = name.to_ascii_lowercase();
        let earlier = list.iter().position(|listed| listed.name == name);
        assert_eq!(replaced, earlier.map(|earlier| list.remove(earlier).number));
        list.push(Listed { name, arity, number });
    }
    assert_eq!(table.len(), list.len());
    for listed in &list {
        let names_one = !listed.name.split('|').skip(1).any(|part| part.contains('|'));
        let found = table.get(listed.name.to_ascii_uppercase().as_bytes());
        let has_container = |listed: &Listed| {
            let container = listed.name.split_once('|').map(|(container, _)| container);
            container.is_none_or(|container| list.iter().any(|other| other.name == container))
        };
        if names_one && has_container(listed) {
            assert_eq!(found.map(|entry| entry.handler), Some(listed.number), "{listed:?}");
        }
    }
    let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
    let mut rest = stream;
    while let Ok(parsed) = parser.parse(rest) {
        let Some(request) = parsed.request else { break };
        check(&table, &list, request);
        rest = &rest[parsed.consumed..];
    }
});

#[derive(Debug)]
struct Listed {
    name: String,
    arity: Arity,
    number: usize,
}

/// What a list makes of a request: who runs it, or the start of the error.
fn expected(list: &[Listed], request: Request<'_>) -> Result<usize, &'static str> {
    let by_name = |name: &[u8]| {
        let name = name.to_ascii_lowercase();
        list.iter().find(move |listed| listed.name.as_bytes() == name)
    };
    // A bar in what a client sends is a letter like any other.
    let plain = |name: &[u8]| !name.contains(&b'|');
    let name = request.name();
    let Some(mut found) = by_name(name).filter(|_| plain(name)) else {
        return Err("ERR unknown command '");
    };
    let prefix = format!("{}|", found.name);
    let contains = list.iter().any(|listed| listed.name.starts_with(&prefix));
    if let (true, Some(argument)) = (contains, request.arg(1)) {
        let full = [prefix.as_bytes(), argument].concat();
        found = by_name(&full).ok_or("ERR unknown subcommand '")?;
    }
    if !found.arity.allows(request.len()) {
        return Err("ERR wrong number of arguments for '");
    }
    Ok(found.number)
}

fn check(table: &Table<usize>, list: &[Listed], request: Request<'_>) {
    match (table.lookup(request), expected(list, request)) {
        (Ok(entry), expected) => assert_eq!(Ok(entry.handler), expected, "{request:?}"),
        (Err(refused), Err(start)) => check_error(&refused, start, list),
        (Err(refused), Ok(_)) => panic!("{refused:?} for {request:?}"),
    }
}

/// It is one error frame, not much longer than what Redis shows of a request.
fn check_error(refused: &Refused<'_>, start: &str, list: &[Listed]) {
    let longest = list.iter().map(|listed| listed.name.len()).max().unwrap_or_default();
    let (reply, peak) = peak_of(|| {
        let mut reply = Vec::new();
        refused.write_reply(&mut reply);
        reply
    });
    assert!(reply.len() <= longest + SHOWN, "{} bytes", reply.len());
    assert!(peak <= 8 * (longest + SHOWN), "{peak} bytes");
    let mut input = BytesMut::from(&reply[..]);
    let frame =
        Decoder::new(Limits::default()).decode(&mut input).expect("an error is well-formed");
    let frame = frame.expect("an error is whole");
    assert!(input.is_empty(), "an error is one frame");
    let View::SimpleError(text) = frame.view() else { panic!("{frame}") };
    assert!(text.starts_with(start.as_bytes()), "{frame}");
    assert!(format!("{refused:?}").len() < 256 + longest, "Debug is short");
}

/// The name and the arguments, up to 128 bytes each, and the words around them.
const SHOWN: usize = 1024;
