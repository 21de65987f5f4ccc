#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics fails")]

use alloc::format;
use alloc::string::{String, ToString};

use bytes::Buf;
use resp_core::{Frame, OutBuf, Time};

use super::*;
use crate::error::ServerError;
use crate::reply::FromReply;

fn group() -> Group {
    Group::new("g", "me", ["s", "t"]).count(2)
}

/// What it wants to send, as words.
fn asks(consumer: &mut Consumer, now: u64) -> String {
    let mut out = OutBuf::new();
    consumer.poll_request(at(now)).encode(&mut out);
    let frame = Frame::parse(out.copy_to_bytes(out.remaining())).unwrap();
    Vec::<String>::from_reply(frame.as_frame()).unwrap().join(" ")
}

fn at(seconds: u64) -> Time {
    Time::ZERO + Duration::from_secs(seconds)
}

fn says(consumer: &mut Consumer, now: u64, wire: &str) {
    let frame = Frame::parse(wire.to_string()).unwrap();
    consumer.handle_reply(at(now), frame.as_frame()).unwrap();
}

fn errs(consumer: &mut Consumer, text: &'static str) -> Result<(), ServerError> {
    consumer.handle_error(ServerError::new(Bytes::from_static(text.as_bytes())))
}

/// One stream's entries, in a reply to `XREADGROUP`.
fn entries(stream: &str, ids: &[&str]) -> String {
    let ids: String =
        ids.iter().map(|id| format!("*2\r\n+{id}\r\n*2\r\n+n\r\n+{id}\r\n")).collect();
    let count = ids.matches("*2\r\n+n").count();
    format!("*2\r\n+{stream}\r\n*{count}\r\n{ids}")
}

fn ids(consumer: &mut Consumer) -> Vec<String> {
    core::iter::from_fn(|| consumer.poll_entry())
        .map(|entry| {
            let mark = if entry.redelivered { "again" } else { "new" };
            format!("{}:{}:{mark}", entry.stream.escape_ascii(), entry.id)
        })
        .collect()
}

const NULL: &str = "*-1\r\n";
const NOTHING: &str = "*2\r\n*2\r\n+s\r\n*0\r\n*2\r\n+t\r\n*0\r\n";
const OWN: &str = "XREADGROUP GROUP g me COUNT 2 STREAMS s t 0-0 0-0";
const NEW: &str = "XREADGROUP GROUP g me COUNT 2 BLOCK 5000 STREAMS s t > >";

/// Up to where it reads what is new.
fn reading(group: Group) -> Consumer {
    let mut consumer = Consumer::new(group);
    assert_eq!(asks(&mut consumer, 0), OWN);
    says(&mut consumer, 0, NOTHING);
    consumer
}

#[test]
fn its_own_pending_entries_come_first_page_by_page() {
    let mut consumer = Consumer::new(group());
    assert_eq!(asks(&mut consumer, 0), OWN);
    let page = format!("*2\r\n{}{}", entries("s", &["1-0", "2-0"]), entries("t", &["9-0"]));
    says(&mut consumer, 0, &page);
    assert_eq!(ids(&mut consumer), ["s:1-0:again", "s:2-0:again", "t:9-0:again"]);
    assert_eq!(asks(&mut consumer, 0), "XREADGROUP GROUP g me COUNT 2 STREAMS s t 2-0 9-0");
    says(&mut consumer, 0, NOTHING);
    assert_eq!(asks(&mut consumer, 0), NEW);
    says(&mut consumer, 0, &format!("%1\r\n+t\r\n*1\r\n{}", "*2\r\n+10-0\r\n*2\r\n+n\r\n+v\r\n"));
    assert_eq!(ids(&mut consumer), ["t:10-0:new"]);
    assert_eq!(asks(&mut consumer, 0), NEW);
    says(&mut consumer, 0, NULL);
    assert_eq!(asks(&mut consumer, 0), NEW);
}

#[test]
fn a_lost_reply_is_read_from_what_is_pending() {
    let mut consumer = reading(group());
    assert_eq!(asks(&mut consumer, 0), NEW);
    consumer.handle_unsent();
    assert_eq!(asks(&mut consumer, 0), NEW, "never left, nothing lost");
    assert!(consumer.is_waiting());
    consumer.handle_lost(at(0));
    assert_eq!(asks(&mut consumer, 0), OWN);
    says(&mut consumer, 0, &format!("*1\r\n{}", entries("s", &["1-0", "2-0"])));
    assert_eq!(asks(&mut consumer, 0), "XREADGROUP GROUP g me COUNT 2 STREAMS s t 2-0 0-0");
    // What reads the past may be read again from where it was.
    consumer.handle_lost(at(0));
    assert_eq!(asks(&mut consumer, 0), "XREADGROUP GROUP g me COUNT 2 STREAMS s t 2-0 0-0");
    assert_eq!(ids(&mut consumer), ["s:1-0:again", "s:2-0:again"]);
}

#[test]
fn what_a_server_gives_to_a_lost_request_is_found_when_its_time_is_over() {
    let mut consumer = reading(group());
    assert_eq!(asks(&mut consumer, 10), NEW);
    consumer.handle_lost(at(10));
    assert_eq!(asks(&mut consumer, 10), OWN);
    says(&mut consumer, 10, NOTHING);
    assert_eq!(asks(&mut consumer, 10), NEW);
    says(&mut consumer, 15, NULL);
    assert_eq!(asks(&mut consumer, 15), NEW.replace("5000", "1000"));
    says(&mut consumer, 16, NULL);
    assert_eq!(asks(&mut consumer, 16), OWN);
    says(&mut consumer, 16, &format!("*1\r\n{}", entries("s", &["1-0"])));
    assert_eq!(ids(&mut consumer), ["s:1-0:again"]);
    assert_eq!(asks(&mut consumer, 16), "XREADGROUP GROUP g me COUNT 2 STREAMS s t 1-0 0-0");
    says(&mut consumer, 16, NOTHING);
    assert_eq!(asks(&mut consumer, 30), NEW, "once");
}

#[test]
fn groups_are_created_where_they_are_missing() {
    let mut consumer = Consumer::new(group().create(GroupStart::End));
    assert_eq!(asks(&mut consumer, 0), "XGROUP CREATE s g $ MKSTREAM");
    assert_eq!(errs(&mut consumer, "BUSYGROUP exists"), Ok(()));
    assert_eq!(asks(&mut consumer, 0), "XGROUP CREATE t g $ MKSTREAM");
    consumer.handle_lost(at(0));
    assert_eq!(asks(&mut consumer, 0), "XGROUP CREATE t g $ MKSTREAM");
    says(&mut consumer, 0, "+OK\r\n");
    assert_eq!(asks(&mut consumer, 0), OWN);
    says(&mut consumer, 0, NOTHING);
    assert_eq!(asks(&mut consumer, 0), NEW);
    assert_eq!(errs(&mut consumer, "UNBLOCKED the stream key no longer exists"), Ok(()));
    assert_eq!(asks(&mut consumer, 0), NEW);
    assert_eq!(errs(&mut consumer, "NOGROUP it was destroyed"), Ok(()));
    assert_eq!(asks(&mut consumer, 0), "XGROUP CREATE s g $ MKSTREAM");
    assert!(errs(&mut consumer, "OOM no memory").is_err());
    assert_eq!(asks(&mut consumer, 0), "XGROUP CREATE s g $ MKSTREAM");

    let mut consumer = Consumer::new(group());
    assert_eq!(asks(&mut consumer, 0), OWN);
    assert!(errs(&mut consumer, "NOGROUP none").is_err(), "not wanted");
    assert_eq!(asks(&mut consumer, 0), OWN);
}

#[test]
fn what_others_left_is_claimed_in_time() {
    let mut consumer = reading(group().claim(Duration::from_secs(3)));
    let claim =
        |stream: &str, cursor: &str| format!("XAUTOCLAIM {stream} g me 3000 {cursor} COUNT 2");
    assert_eq!(asks(&mut consumer, 10), claim("s", "0-0"));
    says(&mut consumer, 10, "*3\r\n+5-0\r\n*2\r\n*2\r\n+1-0\r\n*2\r\n+n\r\n+v\r\n$-1\r\n*0\r\n");
    assert_eq!(ids(&mut consumer), ["s:1-0:again"]);
    assert_eq!(asks(&mut consumer, 10), claim("s", "5-0"));
    says(&mut consumer, 10, "*2\r\n+0-0\r\n*0\r\n");
    assert_eq!(asks(&mut consumer, 10), claim("t", "0-0"));
    says(&mut consumer, 10, "*2\r\n+0-0\r\n*0\r\n");
    // It doesn't sleep through the next time.
    assert_eq!(asks(&mut consumer, 11), NEW.replace("5000", "2000"));
    says(&mut consumer, 12, NULL);
    assert_eq!(asks(&mut consumer, 12), NEW.replace("5000", "1000"));
    says(&mut consumer, 13, NULL);
    assert_eq!(asks(&mut consumer, 13), claim("s", "0-0"));
    // What was claimed and lost is its own now.
    consumer.handle_lost(at(13));
    assert_eq!(asks(&mut consumer, 13), OWN);
}

#[test]
fn what_was_deleted_is_acknowledged_and_not_handed_out() {
    let mut consumer = Consumer::new(group());
    assert_eq!(asks(&mut consumer, 0), OWN);
    let two = "*2\r\n+1-0\r\n*-1\r\n*2\r\n+2-0\r\n_\r\n";
    says(
        &mut consumer,
        0,
        &format!("*2\r\n*2\r\n+s\r\n*2\r\n{two}*2\r\n+t\r\n*1\r\n*2\r\n+3-0\r\n*-1\r\n"),
    );
    assert_eq!((consumer.poll_entry(), consumer.vanished()), (None, 3));
    assert_eq!(asks(&mut consumer, 0), "XACK s g 1-0 2-0");
    consumer.handle_lost(at(0));
    assert_eq!(asks(&mut consumer, 0), "XACK s g 1-0 2-0");
    says(&mut consumer, 0, ":2\r\n");
    assert_eq!(asks(&mut consumer, 0), "XACK t g 3-0");
    says(&mut consumer, 0, ":1\r\n");
    assert_eq!(asks(&mut consumer, 0), "XREADGROUP GROUP g me COUNT 2 STREAMS s t 2-0 3-0");
}

#[test]
fn what_makes_no_sense_is_an_error_and_asked_for_again() {
    for wire in ["+OK\r\n", "*1\r\n+s\r\n", "*1\r\n*2\r\n+s\r\n+x\r\n"] {
        let mut consumer = reading(group());
        assert_eq!(asks(&mut consumer, 0), NEW);
        let frame = Frame::parse(wire).unwrap();
        assert!(consumer.handle_reply(at(0), frame.as_frame()).is_err(), "{wire:?}");
        assert_eq!(asks(&mut consumer, 0), OWN);
    }
}
