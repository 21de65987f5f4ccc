//! The rules of WIRE.md, row by row, through the public API.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic, in its helpers too"
)]

use bytes::BytesMut;
use resp_core::request::{
    Dialect, RequestErrorKind as Kind, RequestKind, RequestLimits, RequestParser,
};

type Args = Vec<Vec<u8>>;

fn parser() -> RequestParser {
    RequestParser::new(Dialect::Resp, RequestLimits::default())
}

fn unauthenticated() -> RequestParser {
    let mut parser = parser();
    parser.set_authenticated(false);
    parser
}

/// All requests in `input`, and the reply to what is wrong with the rest of it.
fn run(mut parser: RequestParser, input: &[u8]) -> (Vec<Args>, Option<Vec<u8>>) {
    let (mut requests, mut at) = (vec![], 0);
    loop {
        match parser.parse(&input[at..]) {
            Ok(parsed) => {
                at += parsed.consumed;
                let Some(request) = parsed.request else { return (requests, None) };
                requests.push(request.iter().map(<[u8]>::to_vec).collect());
            }
            Err(error) => {
                let mut reply = vec![];
                error.write_reply(&mut reply);
                return (requests, Some(reply));
            }
        }
    }
}

fn args(expected: &[&[u8]]) -> Args {
    expected.iter().map(|arg| arg.to_vec()).collect()
}

/// The bytes are refused with exactly this text, in `Display` and in the reply.
#[track_caller]
fn refused(mut parser: RequestParser, input: &[u8], text: &str) {
    let shown = &input[..input.len().min(40)];
    let error = parser.parse(input).expect_err(&shown.escape_ascii().to_string());
    assert_eq!(error.to_string(), text, "{}", shown.escape_ascii());
    let mut reply = vec![];
    error.write_reply(&mut reply);
    assert_eq!(reply, format!("-ERR Protocol error: {text}\r\n").into_bytes());
    assert_eq!(parser.parse(b"*1\r\n$4\r\nPING\r\n").unwrap_err(), error, "errors are sticky");
    assert_eq!(parser.parse_owned(&mut BytesMut::from("PING\r\n")).unwrap_err(), error);
}

/// The bytes are the start of something.
#[track_caller]
fn waits(mut parser: RequestParser, input: &[u8]) {
    let parsed = parser.parse(input).unwrap();
    assert!(parsed.request.is_none());
    assert_eq!(parsed.consumed, 0);
}

fn line(start: &[u8], total: usize) -> Vec<u8> {
    let mut line = start.to_vec();
    line.resize(total, b'1');
    line
}

#[test]
fn lines_end_within_64_kib() {
    waits(parser(), &line(b"x", 65_536));
    refused(parser(), &line(b"x", 65_537), "too big inline request");
    waits(parser(), &line(b"*", 65_536));
    refused(parser(), &line(b"*", 65_537), "too big mbulk count string");
    waits(parser(), &line(b"*1\r\n$", 4 + 65_536));
    refused(parser(), &line(b"*1\r\n$", 4 + 65_537), "too big bulk count string");
    // The longest that pass: the line end is the next byte.
    assert_eq!(run(parser(), &[line(b"x", 65_536), b"\n".to_vec()].concat()).0.len(), 1);
    let full = [line(b"*", 65_536), b"\r\n".to_vec()].concat();
    refused(parser(), &full, "invalid multibulk length");
}

#[test]
fn counts() {
    for bad in [
        "",
        "a",
        "+1",
        "01",
        "-0",
        "00",
        " 1",
        "1 ",
        "-",
        "2147483648",
        "4294967296",
        "4294967297",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "18446744073709551617",
        "-9223372036854775809",
        "1\0",
        "\0",
        "1\n",
        "0\nPING",
    ] {
        refused(parser(), format!("*{bad}\r\n").as_bytes(), "invalid multibulk length");
    }
    for good in ["1", "9", "10000", "2147483646", "2147483647"] {
        waits(parser(), format!("*{good}\r\n").as_bytes());
    }
    for nothing in ["0", "-1", "-10", "-2147483649", "-9223372036854775808"] {
        let input = format!("*{nothing}\r\nPING\r\n");
        assert_eq!(run(parser(), input.as_bytes()), (vec![args(&[b"PING"])], None));
    }
}

#[test]
fn lengths() {
    for bad in [
        "",
        "a",
        "+1",
        "01",
        "-0",
        "00",
        "-1",
        "-2147483648",
        "536870913",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "4294967297",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1\0",
        "\0",
        "1 ",
    ] {
        refused(parser(), format!("*1\r\n${bad}\r\n").as_bytes(), "invalid bulk length");
    }
    for good in ["0", "1", "9999", "10000", "536870911", "536870912"] {
        waits(parser(), format!("*1\r\n${good}\r\n").as_bytes());
    }
}

#[test]
fn lengths_that_would_overflow_stay_refused_without_limits() {
    let most = || {
        let limits = RequestLimits::default().with_max_bulk(usize::MAX);
        RequestParser::new(Dialect::Tile38, limits.with_max_query(usize::MAX))
    };
    for len in ["2147483648", "4294967200"] {
        waits(most(), format!("*1\r\n${len}\r\n").as_bytes());
        waits(most(), format!("${len} ").as_bytes());
    }
    let error = most().parse(b"*1\r\n$4294967295\r\n").unwrap_err();
    assert_eq!(error.kind(), Kind::QueryTooBig);
    for len in ["4294967296", "9223372036854775807"] {
        refused(most(), format!("*1\r\n${len}\r\n").as_bytes(), "invalid bulk length");
        refused(most(), format!("${len} ").as_bytes(), "invalid message");
    }
}

#[test]
fn arguments_start_with_a_dollar() {
    refused(parser(), b"*1\r\nx\r\n", "expected '$', got 'x'");
    refused(parser(), b"*1\r\n*0\r\n", "expected '$', got '*'");
    refused(parser(), b"*1\r\n\r\n", "expected '$', got ' '");
    refused(parser(), b"*2\r\n$1\r\na\r\n:1\r\n", "expected '$', got ':'");
    // Once a whole line has come, and not before.
    for part in [&b"*1\r\nx"[..], b"*1\r\nx\r", b"*1\r\n*0", b"*1\r\n\r", b"*1\r\n\nfoo"] {
        waits(parser(), part);
    }
    // What comes from the peer can't end the reply.
    for odd in [b'\r', b'\n', 0] {
        refused(parser(), &[b"*1\r\n", &[odd][..], b"\r\n"].concat(), "expected '$', got ' '");
    }
    let (_, reply) = run(parser(), b"*1\r\n\x80\r\n");
    assert_eq!(reply.unwrap(), b"-ERR Protocol error: expected '$', got '\x80'\r\n");
    let error = parser().parse(b"*1\r\n\x80\r\n").unwrap_err();
    assert_eq!(error.to_string(), "expected '$', got '\u{fffd}'");
}

#[test]
fn line_ends_are_checked() {
    const LINE_FEED: &str = "expected line feed after carriage return";
    refused(parser(), b"*1\rx$4\r\nPING\r\n", LINE_FEED);
    refused(parser(), b"*0\rx", LINE_FEED);
    refused(parser(), b"*1\r\n$4\rxPING\r\n", LINE_FEED);
    refused(parser(), b"*1\r\n$4\r\rPING\r\n", LINE_FEED);
    // Where Redis has an error, it is that one.
    refused(parser(), b"*x\rx", "invalid multibulk length");
    refused(parser(), b"*1\r\n$x\rx", "invalid bulk length");
    refused(parser(), b"*1\r\nx\rx", "expected '$', got 'x'");
    const LINE_END: &str = "expected line end after bulk string";
    refused(parser(), b"*1\r\n$4\r\nPINGxx", LINE_END);
    refused(parser(), b"*1\r\n$4\r\nPING\rx", LINE_END);
    refused(parser(), b"*1\r\n$4\r\nPING\n\n", LINE_END);
    refused(parser(), b"*1\r\n$3\r\nPING\r\n", LINE_END);
}

#[test]
fn before_auth_the_limits_are_lower() {
    waits(unauthenticated(), b"*10\r\n");
    refused(unauthenticated(), b"*11\r\n", "unauthenticated multibulk length");
    refused(unauthenticated(), b"*2147483647\r\n", "unauthenticated multibulk length");
    refused(unauthenticated(), b"*2147483648\r\n", "invalid multibulk length");
    waits(unauthenticated(), b"*1\r\n$16384\r\n");
    refused(unauthenticated(), b"*1\r\n$16385\r\n", "unauthenticated bulk length");
    refused(unauthenticated(), b"*1\r\n$536870912\r\n", "unauthenticated bulk length");
    refused(unauthenticated(), b"*1\r\n$536870913\r\n", "invalid bulk length");
    // Redis counts no inline arguments.
    assert_eq!(run(unauthenticated(), b"a b c d e f g h i j k l\r\n").0[0].len(), 12);

    let mut parser = unauthenticated();
    let input = b"*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n*11\r\n";
    let consumed = parser.parse(input).unwrap().consumed;
    parser.set_authenticated(true);
    assert!(parser.parse(&input[consumed..]).is_ok(), "AUTH counts for what follows it");
}

#[test]
fn a_query_beyond_its_limit_gets_no_reply() {
    let closed = |mut parser: RequestParser, input: &[u8]| {
        let error = parser.parse(input).unwrap_err();
        assert_eq!(error.kind(), Kind::QueryTooBig);
        let mut reply = vec![];
        error.write_reply(&mut reply);
        assert_eq!(reply, b"");
        assert_eq!(parser.parse(b"").unwrap_err(), error, "errors are sticky");
    };
    let small = |query| {
        let limits = RequestLimits::default().with_max_query(query);
        RequestParser::new(Dialect::Tile38, limits)
    };
    // Header, payload and line end make 20 bytes.
    for input in [&b"*1\r\n$10\r\n0123456789\r\n"[..], b"$15 0123456789abcde\r\n"] {
        assert_eq!(run(small(input.len()), input).0.len(), 1);
        closed(small(input.len() - 1), input);
    }
    closed(small(20), b"*1\r\n$11\r\n");
    closed(small(20), b"*3\r\n$1\r\nx\r\n$0\r\n\r\n$0\r\n\r\n");
    closed(small(20), &line(b"x", 20));
    closed(small(20), &line(b"*", 20));
    closed(small(20), &line(b"*1\r\n$", 20));
    assert_eq!(run(small(20), b"0123456789012345678\n").0.len(), 1);
    closed(small(20), b"01234567890123456789\n");

    // The defaults: 1 GiB, and 1 MiB before AUTH.
    let halves = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n";
    waits(parser(), halves.as_bytes());
    let limits = RequestLimits::default().with_max_bulk(1 << 31);
    let of = |bulk: usize| format!("*1\r\n${bulk}\r\n");
    let mut parser = RequestParser::new(Dialect::Resp, limits.clone());
    let header = of(1 << 30).len();
    assert!(parser.parse(of((1 << 30) - header - 2).as_bytes()).is_ok());
    closed(
        RequestParser::new(Dialect::Resp, limits.clone()),
        of((1 << 30) - header - 1).as_bytes(),
    );
    let mut parser =
        RequestParser::new(Dialect::Resp, limits.with_unauthenticated_max_bulk(usize::MAX));
    parser.set_authenticated(false);
    closed(parser, of(1 << 20).as_bytes());
}

#[test]
fn a_limit_on_arguments_holds_for_every_kind() {
    let four = || RequestParser::new(Dialect::Tile38, RequestLimits::default().with_max_args(4));
    for fits in [
        &b"*4\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n"[..],
        b"a b c d\r\n",
        b"$7 a b c d\r\n",
    ] {
        assert_eq!(run(four(), fits).0, [args(&[b"a", b"b", b"c", b"d"])]);
    }
    for exceeds in [&b"*5\r\n"[..], b"a b c d e\r\n", b"$9 a b c d e\r\n"] {
        refused(four(), exceeds, "invalid multibulk length");
    }
}

#[test]
fn a_limit_on_length_holds_however_much_has_come() {
    let two = || RequestParser::new(Dialect::Tile38, RequestLimits::default().with_max_bulk(2));
    assert_eq!(run(two(), b"*1\r\n$2\r\nab\r\n").0, [args(&[b"ab"])]);
    refused(two(), b"*1\r\n$3\r\n", "invalid bulk length");
    refused(two(), b"*1\r\n$3\r\nabc\r\n", "invalid bulk length");
    refused(two(), b"$3 abc\r\n", "invalid message");
}

#[test]
fn offsets_point_at_the_cause() {
    let ping = b"\r\n*1\r\n$4\r\nPING\r\n\r\n".to_vec();
    for (input, offset) in [
        (&b"*x\r\n"[..], 0),
        (b"*2\r\n$1\r\nx\r\n$-1\r\n", 11),
        (b"*2\r\n$1\r\nx\r\n+OK\r\n", 11),
        (b"*1\rx", 3),
        (b"*1\r\n$1\r\nxyz", 9),
        (b"*1\r\n$1\r\nx\rz", 10),
        (b"a 'b\r\n", 0),
        (b"a\0", 1),
    ] {
        let input = [&ping, input].concat();
        let mut parser = parser();
        let consumed = parser.parse(&input).unwrap().consumed;
        assert_eq!(consumed, ping.len() - 2);
        let error = parser.parse(&input[consumed..]).unwrap_err();
        assert_eq!(error.offset(), ping.len() as u64 + offset, "{}", input.escape_ascii());
    }
}

#[test]
fn empty_requests_are_consumed_at_once() {
    let mut parser = parser();
    for (input, consumed) in [
        (&b"\r\n\r\n \t\r\n*0\r\n*-1\r\n*1"[..], 17),
        (b"*1\r\n$4\r\nPING\r", 0),
        (b"*1\r\n$4\r\nPING\r\n\r\n", 14),
        (b"\r\n\n\n", 4),
        (b"\r", 0),
        (b"\r\nPING\r\n", 8),
        (b"", 0),
    ] {
        assert_eq!(parser.parse(input).unwrap().consumed, consumed, "{}", input.escape_ascii());
    }
}

#[test]
fn inline_quoting() {
    let table: [(&[u8], &[&[u8]]); 27] = [
        (b"PING", &[b"PING"]),
        (b"  a   b\t c  ", &[b"a", b"b", b"c"]),
        (b"foo\"bar\"", &[b"foobar"]),
        (b"foo'bar'", &[b"foobar"]),
        (b"ab'c d'", &[b"abc d"]),
        (b"\"\" ''", &[b"", b""]),
        (b"x \"\"", &[b"x", b""]),
        (b"plain \"q q\" plain 'r r'", &[b"plain", b"q q", b"plain", b"r r"]),
        (b"  \"a\"", &[b"a"]),
        (b"\"\\x41\\xff\\xFf\\x00\"", &[b"A\xff\xff\0"]),
        (b"\"\\x4\\xzz\\x\"", &[b"x4xzzx"]),
        (b"\"\\n\\r\\t\\b\\a\\q\\\\\\\"\\'\"", &[b"\n\r\t\x08\x07q\\\"'"]),
        (b"'\\n\\'\\x41\\\"'", &[b"\\n'\\x41\\\""]),
        (b"'a\"b' \"c'd\"", &[b"a\"b", b"c'd"]),
        (b"a\\nb", &[b"a\\nb"]),
        (b"\"a\"\x0bb", &[b"a", b"b"]),
        (b"\"a\"\tb 'c'\rd 'e'\x0cf", &[b"a", b"b", b"c", b"d", b"e", b"f"]),
        (b"a\rb", &[b"a", b"b"]),
        // Redis passes over these two between arguments but doesn't end one at them.
        (b"a\x0bb a\x0cb", &[b"a\x0bb", b"a\x0cb"]),
        (b"a \x0b\x0cb", &[b"a", b"b"]),
        (b"\"x\" a\x0bb", &[b"x", b"a\x0bb"]),
        (b"\xff\x80", &[b"\xff\x80"]),
        (b"$4", &[b"$4"]),
        (b"+OK", &[b"+OK"]),
        (b"a*1", &[b"a*1"]),
        (b" *1", &[b"*1"]),
        (b"\"a b\" c \"d\\\"e\" ''", &[b"a b", b"c", b"d\"e", b""]),
    ];
    for (text, expected) in table {
        for end in [&b"\r\n"[..], b"\n"] {
            let input = [text, end, b"NEXT\r\n"].concat();
            let (requests, error) = run(parser(), &input);
            assert_eq!(error, None, "{}", text.escape_ascii());
            assert_eq!(requests, [args(expected), args(&[b"NEXT"])], "{}", text.escape_ascii());
        }
    }
}

#[test]
fn inline_quotes_have_to_balance() {
    for bad in [
        "\"abc",
        "'abc",
        "\"a\"b",
        "'a'b",
        "a\"b\"c",
        "\"a\"'b'",
        "'a'\"b\"",
        "\"a\\",
        "\"a\\\"",
        "'a\\'",
        "a \"",
        "\"a\" \"b",
        "{\"a\":1}",
        "\"",
        "'",
        "a\\nb \\\"",
    ] {
        for end in ["\r\n", "\n"] {
            refused(parser(), format!("{bad}{end}").as_bytes(), "unbalanced quotes in request");
        }
        waits(parser(), bad.as_bytes());
    }
}

#[test]
fn a_nul_never_hangs() {
    refused(parser(), b"PI\0NG", "unexpected nul in inline request");
    refused(parser(), b"\0", "unexpected nul in inline request");
    refused(parser(), b"*1\0\r\n", "invalid multibulk length");
    refused(parser(), b"*1\r\n$4\0\r\n", "invalid bulk length");
    refused(parser(), b"*1\r\n\0\r\n", "expected '$', got ' '");
    // The start of a TLS handshake.
    refused(parser(), b"\x16\x03\x01\x02\x00\x01\x00", "unexpected nul in inline request");
}

#[test]
fn tile38_native() {
    let native = || RequestParser::new(Dialect::Tile38, RequestLimits::default());
    let table: [(&str, &[&[u8]]); 15] = [
        ("GET k", &[b"GET", b"k"]),
        ("  GET   k  ", &[b"GET", b"k"]),
        ("set a b point 1 2", &[b"set", b"a", b"b", b"point", b"1", b"2"]),
        (
            "set a b object {\"x\": [1, 2]} y",
            &[b"set", b"a", b"b", b"object", b"{\"x\": [1, 2]} y"],
        ),
        ("{ a", &[b"{ a"]),
        ("a{ b", &[b"a{", b"b"]),
        ("SET a b String \"c d\"", &[b"SET", b"a", b"b", b"String", b"c d"]),
        ("set a b string \"c\" \"d\"", &[b"set", b"a", b"b", b"string", b"c\" \"d"]),
        ("set a b string \"\"", &[b"set", b"a", b"b", b"string", b""]),
        ("set a b string \"", &[b"set", b"a", b"b", b"string", b"\""]),
        ("set a b string \"c d", &[b"set", b"a", b"b", b"string", b"\"c", b"d"]),
        ("set a b string x \"c d\"", &[b"set", b"a", b"b", b"string", b"x", b"\"c", b"d\""]),
        ("get a b string \"c d\"", &[b"get", b"a", b"b", b"string", b"\"c", b"d\""]),
        ("x set string \"c d\"", &[b"x", b"set", b"string", b"\"c", b"d\""]),
        ("a\r\nb\0 'c", &[b"a\r\nb\0", b"'c"]),
    ];
    for (payload, expected) in table {
        let input = format!("${} {payload}\r\nPING\r\n", payload.len());
        let (requests, error) = run(native(), input.as_bytes());
        assert_eq!(error, None, "{payload:?}");
        assert_eq!(requests, [args(expected), args(&[b"PING"])], "{payload:?}");
    }
    for part in ["$", "$3", "$3 ", "$3 GET", "$3 GET\r", "$536870912 ", "$x"] {
        waits(native(), part.as_bytes());
    }
    for bad in [
        "$ \r\n",
        "$x ",
        "$-1 ",
        "$+1 x\r\n",
        "$01 x\r\n",
        "$536870913 ",
        "$9223372036854775807 ",
        "$18446744073709551617 ",
        "$1 xyz",
        "$1 x\n\n",
        "$1 x\rx",
        "$3\r\nGET\r\n$1\r\nk\r\n ",
        "$000000000000000000001",
        "$\0 ",
    ] {
        refused(native(), bad.as_bytes(), "invalid message");
    }
    assert_eq!(run(native(), b"$0 \r\n$2   \r\n"), (vec![], None));

    let mut unauthenticated = native();
    unauthenticated.set_authenticated(false);
    refused(unauthenticated, b"$16385 ", "unauthenticated bulk length");
    // Never guessed.
    assert_eq!(run(parser(), b"$5 GET k\r\n").0, [args(&[b"$5", b"GET", b"k"])]);
}

#[test]
fn kinds() {
    let mut parser = RequestParser::new(Dialect::Tile38, RequestLimits::default());
    for (input, kind) in [
        (&b"*1\r\n$4\r\nPING\r\n"[..], RequestKind::Multibulk),
        (b"PING\r\n", RequestKind::Inline),
        (b"$4 PING\r\n", RequestKind::Tile38),
    ] {
        let request = parser.parse(input).unwrap().request.unwrap();
        assert_eq!((request.kind(), request.name(), request.len()), (kind, &b"PING"[..], 1));
        assert_eq!((request.arg(0), request.arg(1)), (Some(&b"PING"[..]), None));
    }
}

#[test]
fn owned_arguments_are_slices_that_stay() {
    let mut parser = parser();
    let mut input =
        BytesMut::from("\r\n*2\r\n$3\r\nGET\r\n$5\r\nfirst\r\nGET second\r\nECHO 'a b'\r\n*1");
    let buffer = input.as_ptr_range();
    let mut kept = vec![];
    while let Some(request) = parser.parse_owned(&mut input).unwrap() {
        assert_eq!(request.arg(1).unwrap(), request.arg_bytes(1).unwrap());
        assert!(request.iter_bytes().eq(request.iter()));
        kept.push(request.arg_bytes(1).unwrap());
        parser.recycle(request);
    }
    assert_eq!(&input[..], b"*1");
    input.clear();
    input.extend_from_slice(&[b'#'; 4096]);
    assert_eq!(kept, [&b"first"[..], b"second", b"a b"]);
    assert!(buffer.contains(&kept[0].as_ptr()) && buffer.contains(&kept[1].as_ptr()));
    assert!(!buffer.contains(&kept[2].as_ptr()), "quotes are resolved in a copy");
}
