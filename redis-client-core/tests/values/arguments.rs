//! What can stand as an argument, and what it looks like.

use std::borrow::Cow;

use bytes::{Buf, Bytes};
use redis_client_core::{Request, ToArg, cmd};
use resp_core::{Frame, OutBuf, View};

use crate::{naive, wire};

#[track_caller]
fn check(argument: impl ToArg, expected: impl AsRef<[u8]>) {
    let mut request = Request::new("X");
    request.arg(argument);
    let shown = String::from_utf8_lossy(expected.as_ref()).into_owned();
    assert_eq!(wire(&request), naive(&[b"X", expected.as_ref()]), "{shown}");
}

#[test]
fn text_and_bytes_go_as_they_are() {
    check("", "");
    check("a b\r\n\"ü", "a b\r\n\"ü");
    check(String::from("text"), "text");
    let text = String::from("text");
    check(&text, "text");
    let twice: &&str = &text.as_str();
    check(twice, "text");
    check(Box::<str>::from("text"), "text");
    check(Cow::Borrowed("text"), "text");
    check(Cow::<[u8]>::Owned(vec![0, 255]), [0, 255]);
    check('x', "x");
    check('é', "é");
    check('😀', "😀");
    check([0_u8, 13, 10, 255], [0, 13, 10, 255]);
    check(b"array", b"array");
    check(&[1_u8, 2][..], [1, 2]);
    check(vec![1_u8, 2], [1, 2]);
    check(Bytes::from_static(b"shared"), b"shared");
}

#[test]
fn booleans_as_they_are_read() {
    check(true, "1");
    check(false, "0");
}

#[test]
fn integers_of_every_width() {
    check(i8::MIN, "-128");
    check(i16::MIN, "-32768");
    check(i32::MIN, "-2147483648");
    check(i64::MIN, "-9223372036854775808");
    check(i128::MIN, "-170141183460469231731687303715884105728");
    check(isize::MIN, isize::MIN.to_string());
    check(u8::MAX, "255");
    check(u16::MAX, "65535");
    check(u32::MAX, "4294967295");
    check(u64::MAX, "18446744073709551615");
    check(u128::MAX, "340282366920938463463374607431768211455");
    check(usize::MAX, usize::MAX.to_string());
    check(0, "0");
    check(-1, "-1");
}

#[test]
fn floats_as_redis_reads_them() {
    check(0.0, "0");
    check(-0.0, "-0");
    check(1.0, "1");
    check(-1.5, "-1.5");
    check(0.1, "0.1");
    check(f64::INFINITY, "inf");
    check(f64::NEG_INFINITY, "-inf");
    check(f64::NAN, "nan");
    check(f64::MAX, "1.7976931348623157e308");
    check(f64::MIN_POSITIVE, "2.2250738585072014e-308");
    check(5e-324, "5e-324");
    check(1e15, "1000000000000000");
    check(9_007_199_254_740_993.0, "9007199254740992");
    check(0.1_f32, "0.1");
    check(1.0_f32, "1");
    check(-0.0_f32, "-0");
    check(f32::INFINITY, "inf");
    check(f32::NEG_INFINITY, "-inf");
    check(f32::NAN, "nan");
    for value in [1e16, 1e21, 1e-7, 123_456.789, f64::EPSILON, -2.5e-10] {
        let frame = Frame::parse(wire(cmd::echo(value))).unwrap();
        let View::Array(arguments) = frame.view() else { panic!() };
        let Some(View::BulkString(text)) = arguments.last().map(|last| last.view()) else {
            panic!()
        };
        let text = str::from_utf8(text).unwrap();
        assert_eq!(text.parse(), Ok(value), "{text}");
    }
}

/// From 16 KiB on the caller's own memory goes out, below it is copied.
#[test]
fn large_bytes_are_shared_and_small_ones_copied() {
    for (length, shared) in [(OutBuf::SHARE_FROM - 1, false), (OutBuf::SHARE_FROM, true)] {
        let value = Bytes::from(vec![b'x'; length]);
        let mut out = OutBuf::new();
        cmd::set("k", value.clone()).as_ref().encode(&mut out);
        let mut found = false;
        let mut bytes = Vec::new();
        while out.has_remaining() {
            found |= out.chunk().as_ptr() == value.as_ptr();
            bytes.extend_from_slice(out.chunk());
            out.advance(out.chunk().len());
        }
        assert_eq!(found, shared, "{length}");
        assert_eq!(bytes, naive(&[b"SET", &b"k"[..], &value]));
    }
}

#[test]
fn a_type_of_ones_own() {
    struct UserKey(u64);
    impl ToArg for UserKey {
        fn write_arg(&self, request: &mut Request) {
            request.push(format!("user:{}", self.0).as_bytes());
        }
    }
    check(UserKey(7), "user:7");
    let key = UserKey(7);
    check(&key, "user:7");
    assert_eq!(wire(cmd::mget([UserKey(1), UserKey(2)])), naive(&["MGET", "user:1", "user:2"]));
}

#[test]
fn debug_keeps_arguments_to_itself() {
    let request = cmd::set("key-secret", "value-secret").into_request();
    assert_eq!(format!("{request:?}"), "SET with 2 arguments");
    assert_eq!(
        format!("{:?}", cmd::command("A\u{1b}[31m\n")),
        "Command(A\\x1b[31m with 0 arguments)"
    );
}
