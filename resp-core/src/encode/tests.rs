//! The bytes of each frame type.

use alloc::format;
use alloc::vec::Vec;

use bytes::Bytes;

use super::*;

fn encoded(encode: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out);
    out
}

#[test]
fn lines() {
    assert_eq!(encoded(|out| simple_string(out, b"OK")), b"+OK\r\n");
    assert_eq!(encoded(|out| simple_string(out, b"")), b"+\r\n");
    assert_eq!(encoded(|out| simple_error(out, b"ERR no")), b"-ERR no\r\n");
    assert_eq!(encoded(null), b"_\r\n");
    assert_eq!(encoded(null_bulk_string), b"$-1\r\n");
    assert_eq!(encoded(null_array), b"*-1\r\n");
    assert_eq!(encoded(|out| boolean(out, true)), b"#t\r\n");
    assert_eq!(encoded(|out| boolean(out, false)), b"#f\r\n");
    assert_eq!(encoded(|out| double(out, -1.5)), b",-1.5\r\n");
    assert_eq!(encoded(|out| assert!(big_number(out, b"-12"))), b"(-12\r\n");
}

/// As in CVE-2025-67733: a reply must not be able to hold another one.
#[test]
fn line_ends_in_lines_become_spaces() {
    assert_eq!(encoded(|out| simple_string(out, b"a\r\n+OK\r\n")), b"+a  +OK  \r\n");
    assert_eq!(encoded(|out| simple_error(out, b"\n\r")), b"-  \r\n");
    assert_eq!(encoded(|out| assert!(!big_number(out, b"1\r\n:2"))), b"");
    assert_eq!(encoded(|out| assert!(!big_number(out, b"-"))), b"");
}

#[test]
fn integers() {
    for (value, wire) in [
        (0, &b":0\r\n"[..]),
        (9, b":9\r\n"),
        (-1, b":-1\r\n"),
        (10, b":10\r\n"),
        (i64::MAX, b":9223372036854775807\r\n"),
        (i64::MIN, b":-9223372036854775808\r\n"),
    ] {
        assert_eq!(encoded(|out| integer(out, value)), wire);
    }
}

#[test]
fn strings() {
    assert_eq!(encoded(|out| bulk_string(out, b"")), b"$0\r\n\r\n");
    assert_eq!(encoded(|out| bulk_string(out, b"a\r\nb")), b"$4\r\na\r\nb\r\n");
    assert_eq!(encoded(|out| bulk_shared(out, Bytes::from_static(b"a"))), b"$1\r\na\r\n");
    assert_eq!(encoded(|out| bulk_error(out, b"ERR\r\n")), b"!5\r\nERR\r\n\r\n");
    assert_eq!(encoded(|out| verbatim(out, *b"mkd", b"*a*")), b"=7\r\nmkd:*a*\r\n");
    assert_eq!(encoded(|out| verbatim(out, *b"txt", b"")), b"=4\r\ntxt:\r\n");
}

#[test]
fn heads() {
    for length in [0, 1, 9, 10, 99, 100, 4_294_967_296, usize::MAX] {
        let wire = encoded(|out| {
            array(out, length);
            map(out, length);
            set(out, length);
            push(out, length);
            attributes(out, length);
        });
        let heads = ["*", "%", "~", ">", "|"].map(|kind| format!("{kind}{length}\r\n"));
        assert_eq!(wire, heads.concat().as_bytes());
    }
}

#[test]
fn commands() {
    let none: [&str; 0] = [];
    assert_eq!(encoded(|out| command(out, none)), b"*0\r\n");
    assert_eq!(encoded(|out| command(out, ["GET", ""])), b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n");
    let ten = encoded(|out| command(out, ["ECHO", "0123456789"]));
    assert_eq!(ten, b"*2\r\n$4\r\nECHO\r\n$10\r\n0123456789\r\n");
}

#[test]
fn what_is_appended_to_stays() {
    let mut out = b"+before\r\n".to_vec();
    integer(&mut out, 1);
    assert_eq!(out, b"+before\r\n:1\r\n");
}
