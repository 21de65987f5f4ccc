//! Requests that are none: what the client is told, and that nothing runs behind them.

use redis_server_core::resp_core::request::{Dialect, RequestErrorKind, RequestLimits};
use redis_server_core::{Closed, Config};
use testkit::chunking;

use super::{Desk, Stop};

/// Each row of the table in WIRE.md, and what Redis passes over but this codec refuses.
fn rows() -> Vec<(Vec<u8>, &'static str)> {
    let long = |start: &str| [start.as_bytes(), &[b'1'; 65_537]].concat();
    let mut rows = vec![
        (long("x"), "too big inline request"),
        (long("*"), "too big mbulk count string"),
        (long("*1\r\n$"), "too big bulk count string"),
    ];
    let short = [
        ("\"a\r\n", "unbalanced quotes in request"),
        ("'a\r\n", "unbalanced quotes in request"),
        ("\"a\"b\r\n", "unbalanced quotes in request"),
        ("*a\r\n", "invalid multibulk length"),
        ("*\r\n", "invalid multibulk length"),
        ("*+1\r\n", "invalid multibulk length"),
        ("*01\r\n", "invalid multibulk length"),
        ("*-0\r\n", "invalid multibulk length"),
        ("*2147483648\r\n", "invalid multibulk length"),
        ("*9223372036854775808\r\n", "invalid multibulk length"),
        ("*18446744073709551617\r\n", "invalid multibulk length"),
        ("*1\r\nx\r\n", "expected '$', got 'x'"),
        ("*1\r\n\r\n", "expected '$', got ' '"),
        ("*1\r\n:1\r\n", "expected '$', got ':'"),
        ("*1\r\n$-1\r\n", "invalid bulk length"),
        ("*1\r\n$x\r\n", "invalid bulk length"),
        ("*1\r\n$\r\n", "invalid bulk length"),
        ("*1\r\n$536870913\r\n", "invalid bulk length"),
        ("*1\r\n$9223372036854775807\r\n", "invalid bulk length"),
        ("*1\r\n$4\r\nPING__", "expected line end after bulk string"),
        ("*1\rx", "expected line feed after carriage return"),
        ("a\0b\r\n", "unexpected nul in inline request"),
        ("*1\0\r\n", "invalid multibulk length"),
        ("*1\r\n$1\0\r\n", "invalid bulk length"),
    ];
    rows.extend(short.map(|(input, text)| (input.as_bytes().to_vec(), text)));
    rows
}

/// Rows that are refused before `AUTH` only, or with another text.
fn rows_before_auth() -> Vec<(Vec<u8>, &'static str)> {
    let rows = [
        ("*11\r\n", "unauthenticated multibulk length"),
        ("*2147483647\r\n", "unauthenticated multibulk length"),
        ("*2147483648\r\n", "invalid multibulk length"),
        ("*1\r\n$16385\r\n", "unauthenticated bulk length"),
        ("*1\r\n$536870912\r\n", "unauthenticated bulk length"),
        ("*1\r\n$536870913\r\n", "invalid bulk length"),
    ];
    rows.map(|(input, text)| (input.as_bytes().to_vec(), text)).to_vec()
}

/// The input between requests that are fine: what is in front of it is answered, the error follows,
/// and nothing behind it runs.
fn check(config: &Config, before: &str, input: &[u8], replies: &str, text: &str) {
    let stream = [before.as_bytes(), input, b"\r\nPING\r\n"].concat();
    let expected = format!("{replies}-ERR Protocol error: {text}|");
    let cuts = [chunking::Chunking::at([]), chunking::byte_by_byte(stream.len())];
    let random = chunking::random(stream.len(), 5).take(10);
    for chunking in cuts.into_iter().chain(random) {
        let mut desk = Desk::new(config);
        let mut stop = Stop::NeedInput;
        for piece in chunking.pieces(&stream) {
            stop = desk.receive(piece);
        }
        let ran = before.split_whitespace().count();
        assert_eq!(desk.service.ran.len(), ran, "{}", input.escape_ascii());
        assert_eq!(desk.take(), expected, "{}", input.escape_ascii());
        assert!(
            matches!(&stop, Stop::Closed(Closed::Protocol(error)) if error.to_string() == text),
            "{stop:?}"
        );
        assert_eq!(desk.receive("PING\r\n"), stop, "it stays closed");
        assert_eq!(desk.take(), "");
    }
}

#[test]
fn what_is_no_request_is_refused_after_the_replies_due() {
    for (input, text) in rows() {
        check(&Config::default(), "PING\r\nQ\r\n", &input, "+PONG|-ERR unknown command|", text);
        check(&Config::default(), "", &input, "", text);
    }
}

#[test]
fn before_auth_the_limits_are_lower_and_the_texts_others() {
    let guarded = Config::default().with_password_required(true);
    for (input, text) in rows().into_iter().chain(rows_before_auth()) {
        check(&guarded, "PING\r\n", &input, "+PONG|", text);
    }
    for (input, _) in rows_before_auth() {
        let mut desk = Desk::new(&Config::default());
        let refused = matches!(desk.receive(&input), Stop::Closed(_));
        assert_eq!(refused, input.ends_with(b"8\r\n") || input.ends_with(b"913\r\n"));
    }
}

#[test]
fn auth_in_a_pipeline_counts_for_what_follows() {
    let args = "$1\r\na\r\n".repeat(10);
    let mut large = format!("*11\r\n$4\r\nPING\r\n{args}").into_bytes();
    large.extend_from_slice(b"*2\r\n$4\r\nECHO\r\n$20000\r\n");
    large.extend_from_slice(&[b'e'; 20_000]);
    let stream = [b"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n", &large[..], b"\r\nPING\r\n"].concat();
    let guarded = Config::default().with_password_required(true);
    for chunking in chunking::random(stream.len(), 3).take(50) {
        let mut desk = Desk::new(&guarded);
        for piece in chunking.pieces(&stream) {
            assert_eq!(desk.receive(piece), Stop::NeedInput);
        }
        assert_eq!(desk.service.ran, ["auth", "ping", "echo", "ping"]);
        assert!(desk.session.terms().is_authenticated());
    }
    let mut desk = Desk::new(&guarded);
    assert!(matches!(desk.receive(&stream[28..]), Stop::Closed(Closed::Protocol(_))));
}

#[test]
fn an_error_waits_behind_a_promised_reply() {
    let mut desk = Desk::new(&Config::default());
    let stop = desk.receive("LATER\r\nPING\r\n*x\r\nPING\r\n");
    assert_eq!((stop, desk.take().as_str()), (Stop::Paused, ""));
    assert!(desk.complete(0, "now"));
    assert!(matches!(desk.run(), Stop::Closed(Closed::Protocol(_))));
    assert_eq!(desk.take(), "+now|+PONG|-ERR Protocol error: invalid multibulk length|");
}

#[test]
fn a_request_that_is_too_long_in_all_ends_without_a_word() {
    let limits = RequestLimits::default().with_max_query(100);
    let mut desk = Desk::new(&Config::default().with_limits(limits));
    desk.receive("PING\r\n*9\r\n");
    let stop = desk.receive("$5\r\naaaaa\r\n".repeat(10));
    let Stop::Closed(Closed::Protocol(error)) = stop else { panic!("{stop:?}") };
    assert_eq!(error.kind(), RequestErrorKind::QueryTooBig);
    assert_eq!(desk.take(), "+PONG|");
    // Before AUTH it is 1 MiB.
    let mut desk = Desk::new(&Config::default().with_password_required(true));
    let many = "$16000\r\n".to_owned() + &"a".repeat(16_000) + "\r\n";
    let stop = desk.receive("*10\r\n".to_owned() + &many.repeat(9));
    assert_eq!(stop, Stop::NeedInput);
}

#[test]
fn requests_for_nothing_are_passed_over() {
    let stream = b"\r\n\n*0\r\n*-10\r\n*-1\r\n   \r\nPING\r\n\r\n*0\r\nping\n";
    for chunking in chunking::every_cut(stream.len()) {
        let mut desk = Desk::new(&Config::default());
        for piece in chunking.pieces(stream) {
            assert_eq!(desk.receive(piece), Stop::NeedInput);
        }
        assert!(desk.input.is_empty(), "what asks for nothing is dropped");
        assert_eq!(desk.take(), "+PONG|+PONG|");
    }
}

#[test]
fn the_dialect_is_an_option_and_never_guessed() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("$4 PING\r\n");
    assert_eq!((desk.take().as_str(), &desk.service.ran[0][..]), ("-ERR unknown command|", "$4"));
    let mut desk = Desk::new(&Config::default().with_dialect(Dialect::Tile38));
    desk.receive("$4 PING\r\n");
    assert_eq!(desk.take(), "$4 PONG|");
    assert!(matches!(desk.receive("$x PING\r\n"), Stop::Closed(Closed::Protocol(_))));
    assert_eq!(desk.take(), "-ERR Protocol error: invalid message|");
}

#[test]
fn http_ends_without_a_word() {
    for http in ["POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nPING\r\n", "hOsT: x\r\nPING\r\n"] {
        for config in [Config::default(), Config::default().with_password_required(true)] {
            let mut desk = Desk::new(&config);
            let stop = desk.receive(format!("PING\r\nLATER\r\n{http}"));
            assert_eq!(stop, Stop::Closed(Closed::CrossProtocol), "{http}");
            assert_eq!(desk.service.ran, ["ping", "later"]);
            assert!(!desk.complete(0, "too late"));
            assert_eq!(desk.take(), "");
        }
    }
}

#[test]
fn what_only_looks_like_http_is_a_command() {
    let mut desk = Desk::new(&Config::default());
    let looks = "Host:x\r\nHost\r\nPOSTS\r\n*1\r\n$4\r\nPOST\r\nECHO POST\r\n";
    assert_eq!(desk.receive(looks), Stop::NeedInput);
    assert_eq!(desk.take(), format!("{}$4|POST|", "-ERR unknown command|".repeat(4)));
    let mut desk = Desk::new(&Config::default().with_http_refused(false));
    assert_eq!(desk.receive("POST\r\nHost:\r\nPING\r\n"), Stop::NeedInput);
    assert_eq!(desk.service.ran, ["post", "host:", "ping"]);
}
