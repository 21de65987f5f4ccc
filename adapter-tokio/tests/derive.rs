//! The derives by the adapter's own name, for those who depend on nothing else.

use adapter_tokio::resp_core::Frame;
use adapter_tokio::{FromReply, ToFields, cmd};

#[derive(Debug, PartialEq, FromReply, ToFields)]
struct User {
    name: String,
    born: Option<u16>,
}

#[test]
fn a_struct_from_a_hash_and_to_one() {
    let frame = Frame::parse("%1\r\n+name\r\n+Ada\r\n").map_err(|error| error.to_string());
    let user = frame.map(|frame| User::from_reply(frame.as_frame()));
    let ada = User { name: "Ada".into(), born: None };
    assert_eq!(user, Ok(Ok(User { name: "Ada".into(), born: None })));
    assert_eq!(cmd::hset("user:1", ada.to_fields()).as_ref().count(), 4);
}
