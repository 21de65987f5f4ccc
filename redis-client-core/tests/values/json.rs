//! JSON as replies and arguments.

use redis_client_core::{FromReply, Json, ReplyError, cmd};
use resp_core::Frame;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{naive, wire};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    x: i32,
    y: Option<i32>,
}

fn read<T: FromReply>(wire: &str) -> Result<T, ReplyError> {
    T::from_reply(Frame::parse(wire.to_owned()).unwrap().as_frame())
}

#[test]
fn there_and_back() {
    let text = Json(Point { x: 1, y: None }).to_text().unwrap();
    let set = cmd::set("k", &text);
    assert_eq!(wire(set), naive(&["SET", "k", r#"{"x":1,"y":null}"#]));
    for wire in [format!("${}\r\n{text}\r\n", text.len()), format!("+{text}\r\n")] {
        assert_eq!(read::<Json<Point>>(&wire), Ok(Json(Point { x: 1, y: None })));
        assert_eq!(read::<serde_json::Value>(&wire), Ok(json!({"x": 1, "y": null})));
    }
    let set = cmd::set("k", json!([1, "é", null]));
    assert_eq!(wire(set), naive(&["SET", "k", r#"[1,"é",null]"#]));
}

#[test]
fn what_is_no_json() {
    assert_eq!(read::<Json<Point>>("$-1\r\n"), Err(ReplyError::Null));
    assert_eq!(read::<Option<Json<Point>>>("$-1\r\n"), Ok(None));
    for text in ["{\"x\":1", "{\"y\":1}", "", "\u{1}"] {
        let wire = format!("${}\r\n{text}\r\n", text.len());
        let error = read::<Json<Point>>(&wire).unwrap_err();
        assert!(matches!(error, ReplyError::Invalid { .. }), "{error:?}");
        assert!(error.to_string().starts_with("the reply is not JSON of its type: "));
    }
    assert!(matches!(read::<Json<Point>>("*0\r\n"), Err(ReplyError::Type { .. })));
}
