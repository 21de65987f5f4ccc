//! How frames print, and when two are equal.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::Frame;
use crate::{DecodeError, DecodeErrorKind, Decoder, Limits, View};

fn frame(wire: &[u8]) -> Frame {
    Frame::parse(wire.to_vec()).unwrap()
}

#[test]
fn display_prints_the_table() {
    for printed in testkit::corpus::PRINTED {
        let frame = frame(printed.wire);
        assert_eq!(frame.to_string(), printed.text, "{:?}", printed.wire.escape_ascii());
        assert_eq!(frame.as_frame().to_string(), printed.text);
    }
}

#[test]
fn precision_cuts_each_string() {
    let array = frame(b"*3\r\n$6\r\nabcdef\r\n+uvwxyz\r\n$2\r\nab\r\n");
    assert_eq!(format!("{array:.2}"), "1) \"ab\".. (6 bytes)\n2) uv.. (6 bytes)\n3) \"ab\"");
    assert_eq!(format!("{array:.6}"), array.to_string());
}

#[test]
fn debug_is_one_line() {
    for (wire, text) in [
        (&b"+OK\r\n"[..], "+OK"),
        (b"-ERR \"a\"\x1b\r\n", r#"-ERR "a"\x1b"#),
        (b":-5\r\n", "-5"),
        (b"$4\r\na\r\n\"\r\n", r#"b"a\r\n\"""#),
        (b"$-1\r\n", "nil"),
        (b",1.50\r\n", "1.5"),
        (b"#t\r\n", "true"),
        (b"!1\r\na\r\n", "!\"a\""),
        (b"(12\r\n", "(12"),
        (b"*0\r\n", "[]"),
        (b"*2\r\n:1\r\n*2\r\n:2\r\n:3\r\n", "[1, [2, 3]]"),
        (b"%2\r\n+a\r\n:1\r\n+b\r\n%0\r\n", "{+a: 1, +b: {}}"),
        (b"~2\r\n:1\r\n:2\r\n", "~[1, 2]"),
        (b">2\r\n:1\r\n:2\r\n", ">[1, 2]"),
        (b"*?\r\n:1\r\n:2\r\n.\r\n", "[1, 2]"),
        (b"$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n", "$[b\"a\", b\"b\"]"),
        (b"|1\r\n+k\r\n+v\r\n:1\r\n", "|{+k: +v} 1"),
        (b"*2\r\n:1\r\n>1\r\n+x\r\n:2\r\n", "[1, >[+x] 2]"),
    ] {
        assert_eq!(format!("{:?}", frame(wire)), text);
    }
}

#[test]
fn debug_is_short() {
    let long = frame(format!("$1000\r\n{}\r\n", "x".repeat(1000)).as_bytes());
    assert_eq!(format!("{long:?}"), format!("b\"{}\".. (1000 bytes)", "x".repeat(64)));
    assert!(format!("{:?}", long.view()).len() < 120);
    let many = frame(format!("*1000\r\n{}", ":1\r\n".repeat(1000)).as_bytes());
    assert!(format!("{many:?}").len() < 400 && format!("{many:?}").ends_with(" .."));
    assert!(format!("{:?}", many.view()).len() < 200);
}

#[test]
fn equal_frames() {
    for (one, two) in [
        (&b"$-1\r\n"[..], &b"_\r\n"[..]),
        (b"*-1\r\n", b"_\r\n"),
        (b",1\r\n", b",1.0\r\n"),
        (b",1e2\r\n", b",100\r\n"),
        (b",nan\r\n", b",-nan\r\n"),
        (b",0\r\n", b",-0\r\n"),
        (b",inf\r\n", b",1e999\r\n"),
        (b"*2\r\n$-1\r\n,1\r\n", b"*2\r\n*-1\r\n,1.\r\n"),
    ] {
        let (one, two) = (frame(one), frame(two));
        assert_eq!(one, two);
        assert_eq!(one.as_frame(), two.clone().as_frame());
    }
}

#[test]
fn unequal_frames() {
    let all = [
        &b"+1\r\n"[..],
        b"-1\r\n",
        b":1\r\n",
        b"$1\r\n1\r\n",
        b"_\r\n",
        b",1\r\n",
        b"#t\r\n",
        b"#f\r\n",
        b"!1\r\n1\r\n",
        b"=5\r\ntxt:1\r\n",
        b"=5\r\nmkd:1\r\n",
        b"(1\r\n",
        b"(+1\r\n",
        b"*0\r\n",
        b"%0\r\n",
        b"~0\r\n",
        b">0\r\n",
        b"*?\r\n.\r\n",
        b"*1\r\n_\r\n",
        b"*1\r\n*0\r\n",
        b"*2\r\n_\r\n_\r\n",
        b"%1\r\n_\r\n_\r\n",
        b"~2\r\n_\r\n_\r\n",
        b">2\r\n_\r\n_\r\n",
        b"*1\r\n>1\r\n_\r\n_\r\n",
        b"|1\r\n_\r\n_\r\n_\r\n",
        b"|1\r\n_\r\n:1\r\n_\r\n",
        b"$?\r\n;1\r\n1\r\n;0\r\n",
        b"$?\r\n;0\r\n",
    ];
    for (index, one) in all.iter().enumerate() {
        for (other, two) in all.iter().enumerate() {
            assert_eq!(frame(one) == frame(two), index == other, "{one:?} {two:?}");
        }
    }
}

/// The time to find them does not grow with the square of the attributes in a row: with it, these
/// would take minutes.
#[test]
fn pushes_are_found_behind_any_number_of_attributes() {
    for attributes in ["|0\r\n", "|1\r\n_\r\n_\r\n", "|1\r\n_\r\n|0\r\n_\r\n"] {
        let many = attributes.repeat(200_000);
        let both = frame(format!("*1\r\n{many}>1\r\n:1\r\n>1\r\n:2\r\n{many}_\r\n").as_bytes());
        let lengths: Vec<_> = both.as_frame().nested_pushes().map(|push| push.len()).collect();
        assert_eq!(lengths, [many.len() + 8, 8]);
    }
}

#[test]
fn parse_takes_exactly_one_frame() {
    for (wire, offset, kind) in [
        (&b""[..], 0, DecodeErrorKind::Incomplete),
        (b":1\r", 3, DecodeErrorKind::Incomplete),
        (b"*1\r\n", 4, DecodeErrorKind::Incomplete),
        (b":1\r\n:2\r\n", 4, DecodeErrorKind::TrailingBytes),
    ] {
        assert_eq!(Frame::parse(wire.to_vec()), Err(DecodeError { offset, kind }));
    }
    assert!(Frame::parse("x").is_err());
}

/// A caller that drops bytes of an unfinished frame gets no frame out of other bytes.
#[test]
fn bytes_taken_away_in_mid_frame_are_missed() {
    let mut decoder = Decoder::new(Limits::default());
    assert_eq!(decoder.decode_ref(b"$5\r\nhel").unwrap(), None);
    assert_eq!(decoder.decode_ref(b"").unwrap(), None);
    let frame = decoder.decode_ref(b"$5\r\nhello\r\n").unwrap().unwrap();
    assert_eq!(frame.view(), View::BulkString(b"hello"));
}
