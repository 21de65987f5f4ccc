//! Arguments and replies of streams that the installed server can't show.

use std::fmt::Debug;

use redis_client_core::args::{IdBound, NewId, StreamId};
use redis_client_core::replies::{
    AutoClaimed, Confirmation, ConsumerInfo, EntryRemoval, StreamEntry,
};
use redis_client_core::{FromReply, ReplyError};
use resp_core::Frame;

fn read<T: FromReply>(wire: &str) -> Result<T, ReplyError> {
    T::from_reply(Frame::parse(wire.to_owned()).unwrap().as_frame())
}

#[track_caller]
fn shows<T: FromReply + Debug>(wire: &str, value: &str) {
    assert_eq!(format!("{:?}", read::<T>(wire).unwrap()), value);
}

#[test]
fn ids_are_ordered_like_their_entries() {
    let id = |text: &str| text.parse::<StreamId>();
    assert_eq!(id("5-3"), Ok(StreamId::new(5, 3)));
    assert_eq!(id("5"), Ok(StreamId::new(5, 0)));
    assert_eq!(id("18446744073709551615-18446744073709551615"), Ok(StreamId::MAX));
    assert!(StreamId::new(9, 10) < StreamId::new(10, 9));
    assert!(StreamId::new(10, 9) < StreamId::new(10, 10));
    assert_eq!(StreamId::new(5, 3).to_string(), "5-3");
    for wrong in ["", "-", "5-", "-3", "5-3-1", "*", "$", "18446744073709551616-0"] {
        assert!(id(wrong).is_err(), "{wrong}");
        let wire = format!("${}\r\n{wrong}\r\n", wrong.len());
        assert!(matches!(read::<StreamId>(&wire), Err(ReplyError::Number { .. })), "{wrong}");
    }
    assert_eq!(read::<StreamId>("$3\r\n5-3\r\n"), Ok(StreamId::new(5, 3)));
    assert_eq!(IdBound::from(StreamId::MIN), IdBound::Included(StreamId::MIN));
    assert_eq!(NewId::from(StreamId::MIN), NewId::Id(StreamId::MIN));
}

/// Redis 6.2 has null for what was deleted, and two elements only.
#[test]
fn entries_that_are_gone() {
    let entries = "*3\r\n*-1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n+f\r\n+v\r\n$-1\r\n";
    let entry = "StreamEntry { id: StreamId { ms: 1, seq: 1 }, fields: [(b\"f\", b\"v\")], \
                 idle: None, deliveries: None }";
    shows::<Vec<StreamEntry>>(entries, &format!("[{entry}]"));
    shows::<AutoClaimed<StreamEntry>>(
        &format!("*2\r\n$3\r\n0-0\r\n{entries}"),
        &format!(
            "AutoClaimed {{ next: StreamId {{ ms: 0, seq: 0 }}, entries: [{entry}], deleted: [] }}"
        ),
    );
    assert_eq!(read::<StreamEntry>("*-1\r\n"), Err(ReplyError::Null));
    assert_eq!(read::<StreamEntry>("*1\r\n$3\r\n1-1\r\n"), Err(ReplyError::Null));
}

/// As `XREADGROUP` answers with `CLAIM`, since Redis 8.4.
#[test]
fn entries_with_their_deliveries() {
    shows::<StreamEntry>(
        "*4\r\n$3\r\n1-1\r\n*2\r\n+f\r\n+v\r\n:70\r\n:2\r\n",
        "StreamEntry { id: StreamId { ms: 1, seq: 1 }, fields: [(b\"f\", b\"v\")], \
         idle: Some(70), deliveries: Some(2) }",
    );
}

#[test]
fn what_became_of_entries() {
    use EntryRemoval::{Deleted, Kept, NotFound};
    assert_eq!(read("*3\r\n:-1\r\n:1\r\n:2\r\n"), Ok(vec![NotFound, Deleted, Kept]));
    assert!(matches!(read::<EntryRemoval>(":3\r\n"), Err(ReplyError::Number { .. })));
}

/// `inactive` is there since Redis 7.2.
#[test]
fn consumers() {
    let map = "%4\r\n+name\r\n+ada\r\n+pending\r\n:1\r\n+idle\r\n:2\r\n+inactive\r\n:-1\r\n";
    let info =
        "ConsumerInfo { name: b\"ada\", pending: 1, idle: 2, inactive: Some(-1) }".to_owned();
    shows::<ConsumerInfo>(map, &info);
    shows::<ConsumerInfo>(&map.replace("%4", "*8"), &info);
    assert_eq!(
        read::<ConsumerInfo>("%1\r\n+name\r\n+ada\r\n"),
        Err(ReplyError::Missing { field: "pending" })
    );
}

#[test]
fn confirmations() {
    let wire = ">3\r\n$10\r\npsubscribe\r\n$1\r\na\r\n:2\r\n";
    shows::<Confirmation>(wire, "Confirmation { name: Some(b\"a\"), held: 2 }");
    let message = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n";
    assert!(matches!(read::<Confirmation>(message), Err(ReplyError::Type { .. })));
}
