//! Any reply as a tree.

use redis_client_core::{Error, FromReply, IntoBatch, ReplyError, Request, Results, Value, cmd};
use redis_client_core::{Facts, ServerError, read_reply};
use resp_core::{Frame, Limits};

fn read(wire: &str) -> Value {
    Value::from_reply(Frame::parse(wire.to_owned()).unwrap().as_frame()).unwrap()
}

#[test]
fn every_type() {
    for null in ["$-1\r\n", "*-1\r\n", "_\r\n"] {
        assert_eq!(read(null), Value::Null);
    }
    assert_eq!(read(":-7\r\n"), Value::from(-7));
    assert_eq!(read(",1.5\r\n"), Value::from(1.5));
    assert_eq!(read("#t\r\n"), Value::from(true));
    assert_eq!(read("+OK\r\n"), Value::Status("OK".into()));
    for text in ["$2\r\nab\r\n", "=6\r\ntxt:ab\r\n", "$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n"] {
        assert_eq!(read(text), Value::from("ab"));
    }
    assert_eq!(read("(123\r\n"), Value::BigNumber("123".into()));
    let two = vec![Value::from(1), Value::Null];
    assert_eq!(read("*2\r\n:1\r\n_\r\n"), Value::from(two.clone()));
    assert_eq!(read("~2\r\n:1\r\n_\r\n"), Value::Set(two));
    let map = vec![(Value::from("a"), Value::from(1))];
    assert_eq!(read("%1\r\n$1\r\na\r\n:1\r\n"), Value::from(map));
    let Value::Array(elements) = read("*2\r\n-ERR x\r\n:2\r\n") else { panic!() };
    assert_eq!(elements[0].as_error().map(ServerError::code), Some("ERR"));
    assert_eq!(elements[1], Value::from(2));
}

#[test]
fn a_commands_own_error_is_no_value() {
    let frame = Frame::parse("-ERR x\r\n").unwrap();
    let end = read_reply::<Value>(&Facts::UNKNOWN, frame.as_frame());
    assert!(matches!(end, Err(Error::Server(error)) if error.code() == "ERR"));
}

#[test]
fn each_form_of_a_thing() {
    for integer in [":42\r\n", "$2\r\n42\r\n", "+42\r\n", "(42\r\n"] {
        assert_eq!(read(integer).as_i64(), Some(42));
        assert_eq!(read(integer).as_f64(), Some(42.0));
    }
    for double in [",1.5\r\n", "$3\r\n1.5\r\n"] {
        assert_eq!((read(double).as_f64(), read(double).as_i64()), (Some(1.5), None));
    }
    assert_eq!(read("$19\r\n9223372036854775808\r\n").as_i64(), None);
    assert_eq!(
        [":1\r\n", "#t\r\n", ":2\r\n"].map(|wire| read(wire).as_bool()),
        [Some(true), Some(true), None]
    );
    for map in ["%1\r\n$1\r\na\r\n:1\r\n", "*2\r\n$1\r\na\r\n:1\r\n"] {
        assert_eq!(read(map).get("a"), Some(&Value::from(1)));
        assert_eq!((read(map).get("b"), read(map).pairs().count()), (None, 1));
    }
    assert_eq!(read("*1\r\n:1\r\n").pairs().count(), 0);
    assert_eq!(read("*1\r\n:1\r\n").as_array(), Some(&[Value::from(1)][..]));
    assert!(read("_\r\n").is_null());
    let bytes = Value::from(bytes::Bytes::from_static(b"\xff"));
    assert_eq!((bytes.as_str(), bytes.as_bytes()), (None, Some(&b"\xff"[..])));
    assert_eq!(format!("{bytes:?}"), r#"Text(b"\xff")"#);
}

#[test]
fn a_tree_is_as_deep_as_the_decoder_lets_through_by_itself() {
    let deepest = Limits::default().depth as usize;
    let nested = |depth: usize| format!("{}:1\r\n", "*1\r\n".repeat(depth));
    let mut value = &read(&nested(deepest));
    for _ in 0..deepest {
        value = &value.as_array().unwrap()[0];
    }
    assert_eq!(value, &Value::from(1));
    // Nobody but one who has raised the limit gets to see a deeper one.
    assert!(Frame::parse(nested(deepest + 1)).is_err());
}

#[test]
fn different_commands_in_one_vec() {
    let commands: Vec<Request> = vec![cmd::set("k", 1).into(), cmd::hgetall("h").into()];
    let facts: Vec<_> = commands.iter().map(Request::facts).collect();
    let frames =
        ["+OK\r\n", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"].map(|wire| Frame::parse(wire).unwrap());
    let replies = <Vec<Request> as IntoBatch>::read(Results::of_pipeline(&facts, &frames, None));
    assert_eq!(replies[0], Ok(Value::Status("OK".into())));
    assert_eq!(replies[1].as_ref().unwrap().get("a"), Some(&Value::from("b")));
}

#[test]
fn what_does_not_fit_names_the_command() {
    let null = Frame::parse("$-1\r\n").unwrap();
    let get = cmd::get("k");
    let error = read_reply::<u64>(get.as_ref().facts(), null.as_frame()).unwrap_err();
    assert_eq!(error, Error::Reply { command: "GET", error: ReplyError::Null });
    assert_eq!(error.to_string(), "GET: the reply is null (read it as an Option)");
    for wire in [":256\r\n", ":-1\r\n", "$3\r\n256\r\n", ",256\r\n", "(256\r\n"] {
        let frame = Frame::parse(wire).unwrap();
        let error = read_reply::<i8>(get.as_ref().facts(), frame.as_frame());
        if wire != ":-1\r\n" {
            let expected = ReplyError::Number { expected: "i8" };
            assert_eq!(error, Err(Error::Reply { command: "GET", error: expected }), "{wire}");
        }
    }
}
