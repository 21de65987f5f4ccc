//! Replies as values: each type from each form in which servers send it, and from wrong ones.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Debug;

use bytes::Bytes;
use redis_client_core::{Error, FromReply, ReplyError, ServerError, cmd, read_reply, text_of};
use resp_core::Frame;

fn read<T: FromReply>(wire: &str) -> Result<T, ReplyError> {
    T::from_reply(Frame::parse(wire.to_owned()).unwrap().as_frame())
}

#[track_caller]
fn all<T: FromReply + PartialEq + Debug>(wires: &[&str], value: &T) {
    for wire in wires {
        assert_eq!(read::<T>(wire).as_ref(), Ok(value), "{wire:?}");
    }
}

#[track_caller]
fn wrong<T: FromReply + PartialEq + Debug>(wires: &[&str], expected: &'static str) {
    for wire in wires {
        let error = read::<T>(wire).unwrap_err();
        let right = matches!(&error, ReplyError::Type { expected: due, .. } if *due == expected);
        assert!(right, "{wire:?}: {error:?}");
    }
}

const NULLS: [&str; 3] = ["$-1\r\n", "*-1\r\n", "_\r\n"];

#[track_caller]
fn null_and_errors<T: FromReply + PartialEq + Debug>() {
    for null in NULLS {
        assert_eq!(read::<T>(null), Err(ReplyError::Null));
    }
    for error in ["-WRONGTYPE x\r\n", "!11\r\nWRONGTYPE x\r\n"] {
        let Err(ReplyError::Server(error)) = read::<T>(error) else { panic!("{error}") };
        assert_eq!((error.code(), error.text()), ("WRONGTYPE", &b"WRONGTYPE x"[..]));
    }
}

/// Between `MULTI` and `EXEC` nobody knows yet what the reply will be.
#[test]
fn queued_is_no_value() {
    const QUEUED: &str = "+QUEUED\r\n";
    assert_eq!(read::<Bytes>(QUEUED), Err(ReplyError::Queued));
    assert_eq!(read::<String>(QUEUED), Err(ReplyError::Queued));
    assert_eq!(read::<i64>(QUEUED), Err(ReplyError::Queued));
    assert_eq!(read::<f64>(QUEUED), Err(ReplyError::Queued));
    assert_eq!(read::<bool>(QUEUED), Err(ReplyError::Queued));
    assert_eq!(read::<Vec<Bytes>>(QUEUED), Err(ReplyError::Queued));
    assert_eq!(read::<Option<Bytes>>(QUEUED), Err(ReplyError::Queued));
    // As of SET with NX, which may come to nothing.
    assert_eq!(read::<Option<()>>(QUEUED), Err(ReplyError::Queued));
    assert_eq!(read::<()>(QUEUED), Ok(()));
    assert_eq!(read::<Frame>(QUEUED), Ok(Frame::parse(QUEUED).unwrap()));
    assert_eq!(read::<String>("$6\r\nQUEUED\r\n"), Ok("QUEUED".to_owned()));
}

#[test]
fn strings() {
    let forms =
        ["$2\r\nab\r\n", "+ab\r\n", "=6\r\ntxt:ab\r\n", "$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n"];
    all(&forms, &Bytes::from_static(b"ab"));
    all(&forms, &"ab".to_owned());
    all(&forms, &b"ab".to_vec());
    let integer = [":-5\r\n"];
    all(&integer, &Bytes::from_static(b"-5"));
    all(&integer, &"-5".to_owned());
    all(&["(12345678901234567890123\r\n"], &"12345678901234567890123".to_owned());
    all(&["$0\r\n\r\n", "+\r\n", "$?\r\n;0\r\n"], &String::new());
    all(&["|1\r\n+ttl\r\n:1\r\n$2\r\nab\r\n"], &"ab".to_owned());
    wrong::<Bytes>(&["*0\r\n", "%0\r\n", "~0\r\n", "#t\r\n"], "a string");
    wrong::<String>(&["*1\r\n$1\r\na\r\n", "#f\r\n"], "a string");
    null_and_errors::<Bytes>();
    null_and_errors::<String>();
    null_and_errors::<Vec<u8>>();
    let frame = Frame::parse(&b"$2\r\n\xff\xfe\r\n"[..]).unwrap();
    assert_eq!(String::from_reply(frame.as_frame()), Err(ReplyError::Utf8));
    assert_eq!(Bytes::from_reply(frame.as_frame()).unwrap(), &b"\xff\xfe"[..]);
    assert_eq!(text_of(frame.as_frame()), Ok(&b"\xff\xfe"[..]));
}

#[test]
fn a_large_string_shares_the_read_buffer() {
    let wire = Bytes::from(format!("$1000\r\n{}\r\n", "x".repeat(1000)));
    let frame = Frame::parse(wire.clone()).unwrap();
    let value = Bytes::from_reply(frame.as_frame()).unwrap();
    assert_eq!(value.as_ptr(), wire[7..].as_ptr());
}

#[test]
fn integers() {
    let forms = [":42\r\n", "$2\r\n42\r\n", "+42\r\n", "(42\r\n"];
    all(&forms, &42_i8);
    all(&forms, &42_i16);
    all(&forms, &42_i32);
    all(&forms, &42_i64);
    all(&forms, &42_i128);
    all(&forms, &42_isize);
    all(&forms, &42_u16);
    all(&forms, &42_u32);
    all(&forms, &42_u64);
    all(&forms, &42_u128);
    all(&forms, &42_usize);
    all(&[":-9223372036854775808\r\n", "$20\r\n-9223372036854775808\r\n"], &i64::MIN);
    all(&["$20\r\n18446744073709551615\r\n", "(18446744073709551615\r\n"], &u64::MAX);
    all(&["#t\r\n"], &1_u64);
    all(&["#f\r\n"], &0_i64);
    wrong::<i64>(&["*0\r\n", "%0\r\n"], "a string");
    null_and_errors::<i64>();
    null_and_errors::<u16>();
}

#[test]
fn numbers_that_do_not_fit_are_errors() {
    fn not<T>(expected: &'static str) -> Result<T, ReplyError> {
        Err(ReplyError::Number { expected })
    }
    for wire in
        [":128\r\n", ":-129\r\n", "$3\r\n128\r\n", "$1\r\nx\r\n", "$0\r\n\r\n", "$2\r\n1 \r\n"]
    {
        assert_eq!(read::<i8>(wire), not("i8"), "{wire:?}");
    }
    assert_eq!(read::<i16>(":32768\r\n"), not("i16"));
    assert_eq!(read::<i32>(":2147483648\r\n"), not("i32"));
    assert_eq!(read::<i64>("$19\r\n9223372036854775808\r\n"), not("i64"));
    assert_eq!(read::<i64>("(9223372036854775808\r\n"), not("i64"));
    assert_eq!(read::<isize>("$3\r\n1.5\r\n"), not("isize"));
    for wire in [":-1\r\n", "$2\r\n-1\r\n"] {
        assert_eq!(read::<u16>(wire), not("u16"));
        assert_eq!(read::<u32>(wire), not("u32"));
        assert_eq!(read::<u64>(wire), not("u64"));
        assert_eq!(read::<u128>(wire), not("u128"));
        assert_eq!(read::<usize>(wire), not("usize"));
    }
    assert_eq!(read::<u16>(":65536\r\n"), not("u16"));
    assert_eq!(read::<u32>(":4294967296\r\n"), not("u32"));
    assert_eq!(read::<f64>("$3\r\nabc\r\n"), not("f64"));
    assert_eq!(read::<f32>("$0\r\n\r\n"), not("f32"));
    assert_eq!(read::<bool>(":2\r\n"), not("bool"));
}

#[test]
fn floats() {
    let forms = [",1.5\r\n", "$3\r\n1.5\r\n", "+1.5\r\n"];
    all(&forms, &1.5_f64);
    all(&forms, &1.5_f32);
    all(&[":3\r\n", "$1\r\n3\r\n", ",3\r\n", ",3.0\r\n"], &3.0_f64);
    all(&[",inf\r\n", "$3\r\ninf\r\n"], &f64::INFINITY);
    all(&[",-inf\r\n", "$4\r\n-inf\r\n"], &f64::NEG_INFINITY);
    for wire in [",nan\r\n", ",-nan\r\n", "$3\r\nnan\r\n"] {
        assert!(read::<f64>(wire).unwrap().is_nan(), "{wire:?}");
    }
    wrong::<f64>(&["#t\r\n", "*0\r\n"], "a string");
    null_and_errors::<f64>();
    null_and_errors::<f32>();
}

/// What ZSCORE and its kin answer is a double in RESP3 and text in RESP2: what reads the one
/// should read the other.
#[test]
fn a_double_reads_as_in_resp2() {
    all(&["$1\r\n3\r\n", ",3\r\n", ",3.0\r\n", ",3e0\r\n"], &3_i64);
    all(&["$3\r\n1.5\r\n", ",1.5\r\n", ",1.50\r\n"], &"1.5".to_owned());
    all(&["$1\r\n3\r\n", ",3\r\n"], &Bytes::from_static(b"3"));
    for wire in [
        "$3\r\n1.5\r\n",
        ",1.5\r\n",
        ",inf\r\n",
        ",nan\r\n",
        ",1e300\r\n",
        ",-9.3e18\r\n",
        ",9223372036854775808\r\n",
    ] {
        assert_eq!(read::<i64>(wire), Err(ReplyError::Number { expected: "i64" }), "{wire:?}");
    }
    all(&[",-9223372036854775808\r\n"], &i64::MIN);
    assert_eq!(read::<u64>(",-1\r\n"), Err(ReplyError::Number { expected: "u64" }));
}

#[test]
fn booleans_and_nothing() {
    all(&[":1\r\n", "#t\r\n", "+OK\r\n", "$1\r\n1\r\n"], &true);
    all(&[":0\r\n", "#f\r\n", "$1\r\n0\r\n"], &false);
    wrong::<bool>(&["+NO\r\n", "$1\r\n2\r\n", "*0\r\n"], "a boolean");
    null_and_errors::<bool>();
    all(&["+OK\r\n", ":1\r\n", "$1\r\nx\r\n", "*0\r\n", "%0\r\n", "#f\r\n"], &());
    null_and_errors::<()>();
}

#[test]
fn null_is_none_and_nothing_else_is() {
    all(&NULLS, &None::<Bytes>);
    all(&NULLS, &None::<i64>);
    all(&NULLS, &None::<Vec<i64>>);
    all(&NULLS, &None::<()>);
    all(&["$0\r\n\r\n"], &Some(Bytes::new()));
    all(&["*0\r\n"], &Some(Vec::<i64>::new()));
    all(&[":1\r\n", "$1\r\n1\r\n"], &Some(1));
    all(&["*3\r\n$1\r\n1\r\n_\r\n$-1\r\n"], &vec![Some(1), None, None]);
    assert_eq!(read::<Option<i64>>("$1\r\nx\r\n"), Err(ReplyError::Number { expected: "i64" }));
    let Err(ReplyError::Server(_)) = read::<Option<i64>>("-ERR x\r\n") else { panic!() };
}

#[test]
fn lists_and_sets() {
    let forms = [
        "*2\r\n:1\r\n:2\r\n",
        "~2\r\n:1\r\n:2\r\n",
        ">2\r\n:1\r\n:2\r\n",
        "*2\r\n$1\r\n1\r\n$1\r\n2\r\n",
        "%1\r\n:1\r\n:2\r\n",
        "*?\r\n:1\r\n:2\r\n.\r\n",
        "|1\r\n+a\r\n+b\r\n*2\r\n:1\r\n:2\r\n",
        "*2\r\n>1\r\n+news\r\n:1\r\n:2\r\n",
    ];
    all(&forms, &vec![1, 2]);
    all(&forms, &[1, 2]);
    all(&forms, &(1, 2));
    all(&forms, &BTreeSet::from([1, 2]));
    all(&forms, &HashSet::from([1, 2]));
    all(&["*0\r\n", "~0\r\n", "%0\r\n"], &Vec::<i64>::new());
    all(&["*2\r\n*1\r\n:1\r\n*0\r\n"], &vec![vec![1], vec![]]);
    all(&["*3\r\n:2\r\n:1\r\n:2\r\n"], &vec![2, 1, 2]);
    all(&["*3\r\n:2\r\n:1\r\n:2\r\n"], &BTreeSet::from([1, 2]));
    wrong::<Vec<i64>>(&["$1\r\nx\r\n", ":1\r\n", "+OK\r\n", "#t\r\n"], "an array");
    null_and_errors::<Vec<i64>>();
    null_and_errors::<[i64; 2]>();
    null_and_errors::<BTreeSet<i64>>();
    let error = read::<Vec<i64>>("*2\r\n:1\r\n$1\r\nx\r\n");
    assert_eq!(error, Err(ReplyError::Number { expected: "i64" }));
    assert_eq!(read::<Vec<i64>>("*2\r\n:1\r\n_\r\n"), Err(ReplyError::Null));
}

/// Bytes of a string against elements of an array: `Vec<u8>` is only ever the former.
#[test]
fn bytes_are_no_list() {
    all(&["$2\r\n12\r\n", ":12\r\n"], &b"12".to_vec());
    wrong::<Vec<u8>>(&["*2\r\n:1\r\n:2\r\n", "*0\r\n"], "a string");
    wrong::<Vec<u16>>(&["$2\r\n12\r\n"], "an array");
    all(&["*2\r\n$1\r\na\r\n$1\r\nb\r\n"], &vec![b"a".to_vec(), b"b".to_vec()]);
}

#[test]
fn lengths_that_do_not_fit_are_errors() {
    let length = |expected, found| Err(ReplyError::Length { expected, found });
    assert_eq!(read::<[i64; 2]>("*1\r\n:1\r\n").map(|_| ()), length(2, 1));
    assert_eq!(read::<[i64; 0]>("*1\r\n:1\r\n").map(|_| ()), length(0, 1));
    assert_eq!(read::<(i64, i64)>("*3\r\n:1\r\n:2\r\n:3\r\n").map(|_| ()), length(2, 3));
    assert_eq!(read::<(i64, i64, i64)>("*0\r\n").map(|_| ()), length(3, 0));
    assert_eq!(read::<Vec<(i64, i64)>>("*3\r\n:1\r\n:2\r\n:3\r\n").map(|_| ()), length(2, 1));
    assert_eq!(read::<HashMap<i64, i64>>("*1\r\n:1\r\n").map(|_| ()), length(2, 1));
    let nested = "*2\r\n*2\r\n:1\r\n:2\r\n*1\r\n:3\r\n";
    assert_eq!(read::<Vec<(i64, i64)>>(nested).map(|_| ()), length(2, 1));
}

/// HGETALL, CONFIG GET, ZRANGE WITHSCORES: a map, a flat list, or a list of pairs.
#[test]
fn pairs_come_flat_nested_or_as_a_map() {
    let forms = [
        "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n",
        "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n",
        "*2\r\n*2\r\n$1\r\na\r\n:1\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n",
        "*4\r\n+a\r\n$1\r\n1\r\n+b\r\n$1\r\n2\r\n",
        "%?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n",
        "~2\r\n*2\r\n+a\r\n:1\r\n*2\r\n+b\r\n:2\r\n",
    ];
    let pairs = [("a".to_owned(), 1), ("b".to_owned(), 2)];
    all(&forms, &pairs.to_vec());
    all(&forms, &pairs);
    all(&forms, &BTreeMap::from(pairs.clone()));
    all(&forms, &HashMap::from(pairs));
    let none = ["*0\r\n", "%0\r\n", "~0\r\n"];
    all(&none, &Vec::<(String, i64)>::new());
    all(&none, &HashMap::<String, i64>::new());
    all(&none, &BTreeMap::<String, i64>::new());
    wrong::<HashMap<String, i64>>(&["$1\r\nx\r\n", ":1\r\n"], "an array");
    null_and_errors::<HashMap<String, i64>>();
    null_and_errors::<Vec<(String, i64)>>();
    // Of equal keys the last one counts, and a list keeps both.
    let twice = "%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n";
    all(&[twice], &BTreeMap::from([("a".to_owned(), 2)]));
    all(&[twice], &vec![("a".to_owned(), 1), ("a".to_owned(), 2)]);
    // Values that are lists, flat and nested.
    let lists =
        ["*2\r\n+a\r\n*1\r\n:1\r\n", "%1\r\n+a\r\n*1\r\n:1\r\n", "*1\r\n*2\r\n+a\r\n*1\r\n:1\r\n"];
    all(&lists, &vec![("a".to_owned(), vec![1])]);
    all(&lists, &HashMap::from([("a".to_owned(), vec![1])]));
    all(
        &["%1\r\n+a\r\n%1\r\n+b\r\n:1\r\n"],
        &BTreeMap::from([("a".to_owned(), BTreeMap::from([("b".to_owned(), 1)]))]),
    );
}

#[test]
fn tuples_of_every_length() {
    let wire = |n: usize| {
        let elements: String = (1..=n).map(|value| format!(":{value}\r\n")).collect();
        format!("*{n}\r\n{elements}")
    };
    all(&[&wire(2)], &(1, "2".to_owned()));
    all(&[&wire(3)], &(1, 2, 3.0));
    all(&[&wire(4)], &(1, 2, 3, Some(4)));
    all(&[&wire(5)], &(1, 2, 3, 4, 5));
    all(&[&wire(6)], &(1, 2, 3, 4, 5, 6));
    all(&[&wire(7)], &(1, 2, 3, 4, 5, 6, 7));
    all(&[&wire(8)], &(1, 2, 3, 4, 5, 6, 7, 8));
    all(&["*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n"], &(0_u64, vec!["k".to_owned()]));
    all(&["*1\r\n*3\r\n:1\r\n:2\r\n:3\r\n"], &vec![(1, 2, 3)]);
}

#[test]
fn an_error_among_elements_is_that_elements_own() {
    let wire = "*3\r\n:1\r\n-ERR x\r\n:3\r\n";
    let Err(ReplyError::Server(error)) = read::<Vec<i64>>(wire) else { panic!() };
    assert_eq!(error.to_string(), "ERR x");
    all(&[wire], &vec![Ok(1), Err(error.clone()), Ok(3)]);
    all(&[wire], &(1, Err::<i64, _>(error.clone()), 3));
    // As a whole reply too, but only for those who ask for it.
    let frame = Frame::parse("-ERR x\r\n").unwrap();
    let facts = cmd::incr("k").as_ref().facts();
    assert_eq!(read_reply::<i64>(facts, frame.as_frame()), Err(Error::Server(error.clone())));
    let own = read_reply::<Result<i64, ServerError>>(facts, frame.as_frame());
    assert_eq!(own, Ok(Err(error)));
    let frame = Frame::parse("+x\r\n").unwrap();
    let error = ReplyError::Number { expected: "i64" };
    let expected = Error::Reply { command: "INCR", error };
    assert_eq!(read_reply::<i64>(facts, frame.as_frame()), Err(expected));
}

#[test]
fn a_frame_takes_anything() {
    for wire in
        ["+OK\r\n", "-ERR\r\n", "_\r\n", "%1\r\n+a\r\n*1\r\n:1\r\n", "|1\r\n+a\r\n:1\r\n:2\r\n"]
    {
        assert_eq!(read::<Frame>(wire).unwrap().as_bytes(), wire.as_bytes());
    }
    let elements = read::<Vec<Frame>>("*2\r\n-ERR\r\n*0\r\n").unwrap();
    assert_eq!(
        elements.iter().map(Frame::as_bytes).collect::<Vec<_>>(),
        [&b"-ERR\r\n"[..], b"*0\r\n"]
    );
}

#[test]
fn errors_print_safely() {
    let frame = Frame::parse(&b"!12\r\nERR \x1b[31m\n\xff!\r\n"[..]).unwrap();
    let error = ServerError::of(frame.as_frame()).unwrap();
    assert_eq!(error.to_string(), "ERR \\u{1b}[31m\\n\\xff!");
    assert_eq!(error.code(), "ERR");
    assert_eq!(ServerError::of(Frame::parse("+OK\r\n").unwrap().as_frame()), None);
    assert_eq!(ReplyError::Null.to_string(), "the reply is null (read it as an Option)");
}
