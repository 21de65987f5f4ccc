//! Each codec decodes a buffer of replies and reads every value in it.
//!
//! Some codecs build a tree as they decode and some look at the values when asked, so only
//! decoding and reading together compare. Owned frames are dropped within the time measured; the
//! buffer they are cut from is filled outside of it.
//!
//! redis-protocol has a decoder for each version of the protocol. Its RESP3 one knows the types that
//! resp-core and redis-rs always know, so that is the one to compare with; its RESP2 one knows five
//! types, is faster for it, and has rows of its own.

mod redis_protocol_resp3;

use std::rc::Rc;

use bytes::BytesMut;
use redis::Value;
use redis_protocol::resp2::decode::{decode_bytes_mut, decode_range};
use redis_protocol::resp2::types::{BytesFrame, RangeFrame};
use resp_core::{Decoder, Elements, FrameRef, Limits, Scan, Scanner, View};

use super::workload::{Workload, text_sum};
use super::{Pass, Runner};

pub(super) const RESP_CORE_BORROWED: &str = "resp-core borrowed";
pub(super) const RESP_CORE_OWNED: &str = "resp-core owned";
pub(super) const REDIS_PROTOCOL_RESP2_BORROWED: &str = "redis-protocol resp2 borrowed";
pub(super) const REDIS_PROTOCOL_RESP2_BYTES_MUT: &str = "redis-protocol resp2 bytes_mut";
pub(super) const REDIS_PROTOCOL_BORROWED: &str = "redis-protocol borrowed";
pub(super) const REDIS_PROTOCOL_BYTES_MUT: &str = "redis-protocol bytes_mut";

pub(super) fn runners(workload: Workload) -> Vec<Runner> {
    let workload = Rc::new(workload);
    let borrowed = |codec, read: fn(&[u8]) -> u64| {
        let input = Rc::clone(&workload);
        Runner::new(&workload, codec, move || Pass::time(|| read(&input.bytes)))
    };
    let owned = |codec, read: fn(&mut BytesMut) -> u64| {
        let input = Rc::clone(&workload);
        Runner::new(&workload, codec, move || {
            let mut input = BytesMut::from(&input.bytes[..]);
            Pass::time(|| read(&mut input))
        })
    };
    let scan = Runner { expected: None, ..borrowed("resp-core scan", resp_core_scan) };
    vec![
        borrowed(RESP_CORE_BORROWED, resp_core_borrowed),
        owned(RESP_CORE_OWNED, resp_core_owned),
        scan,
        borrowed(REDIS_PROTOCOL_BORROWED, redis_protocol_resp3::borrowed),
        owned(REDIS_PROTOCOL_BYTES_MUT, redis_protocol_resp3::bytes_mut),
        borrowed(REDIS_PROTOCOL_RESP2_BORROWED, redis_protocol_borrowed),
        owned(REDIS_PROTOCOL_RESP2_BYTES_MUT, redis_protocol_bytes_mut),
        borrowed("redis-rs", redis_rs),
    ]
}

fn resp_core_borrowed(mut input: &[u8]) -> u64 {
    let mut decoder = Decoder::new(Limits::default());
    let mut sum = 0;
    while let Ok(Some(frame)) = decoder.decode_ref(input) {
        sum += frame_sum(frame);
        input = input.get(frame.len()..).unwrap_or_default();
    }
    sum
}

fn resp_core_owned(input: &mut BytesMut) -> u64 {
    let mut decoder = Decoder::new(Limits::default());
    let mut sum = 0;
    while let Ok(Some(frame)) = decoder.decode(input) {
        sum += frame_sum(frame.as_frame());
    }
    sum
}

/// Inlined into the loop that decodes, as a user's match would be; so are those of the other codecs.
#[inline(always)]
fn frame_sum(frame: FrameRef<'_>) -> u64 {
    match frame.view() {
        View::Integer(value) => value as u64,
        View::SimpleString(text) | View::BulkString(text) => text_sum(text),
        View::Array(elements) => elements_sum(elements),
        _ => 0,
    }
}

fn elements_sum(elements: Elements<'_>) -> u64 {
    elements.map(frame_sum).sum()
}

/// Finds where the frames end and reads nothing.
fn resp_core_scan(mut input: &[u8]) -> u64 {
    let mut scanner = Scanner::new(Limits::default());
    let mut frames = 0;
    while let Ok(Scan::Frame { length }) = scanner.scan(input) {
        frames += 1;
        input = input.get(length..).unwrap_or_default();
    }
    frames
}

fn redis_protocol_borrowed(mut input: &[u8]) -> u64 {
    let mut sum = 0;
    while let Ok(Some((frame, length))) = decode_range(input) {
        sum += range_sum(&frame, input);
        input = input.get(length..).unwrap_or_default();
    }
    sum
}

#[inline(always)]
fn range_sum(frame: &RangeFrame, input: &[u8]) -> u64 {
    match *frame {
        RangeFrame::Integer(value) => value as u64,
        RangeFrame::SimpleString((start, end)) | RangeFrame::BulkString((start, end)) => {
            text_sum(input.get(start..end).unwrap_or_default())
        }
        RangeFrame::Array(ref elements) => ranges_sum(elements, input),
        _ => 0,
    }
}

fn ranges_sum(frames: &[RangeFrame], input: &[u8]) -> u64 {
    frames.iter().map(|frame| range_sum(frame, input)).sum()
}

fn redis_protocol_bytes_mut(input: &mut BytesMut) -> u64 {
    let mut sum = 0;
    while let Ok(Some((frame, _, _))) = decode_bytes_mut(input) {
        sum += bytes_sum(&frame);
    }
    sum
}

#[inline(always)]
fn bytes_sum(frame: &BytesFrame) -> u64 {
    match frame {
        BytesFrame::Integer(value) => *value as u64,
        BytesFrame::SimpleString(text) | BytesFrame::BulkString(text) => text_sum(text),
        BytesFrame::Array(elements) => all_bytes_sum(elements),
        _ => 0,
    }
}

fn all_bytes_sum(frames: &[BytesFrame]) -> u64 {
    frames.iter().map(bytes_sum).sum()
}

fn redis_rs(mut input: &[u8]) -> u64 {
    let mut parser = redis::Parser::new();
    let mut sum = 0;
    while let Ok(value) = parser.parse_value(&mut input) {
        sum += value_sum(&value);
    }
    sum
}

#[inline(always)]
fn value_sum(value: &Value) -> u64 {
    match value {
        Value::Int(value) => *value as u64,
        Value::BulkString(text) => text_sum(text),
        Value::SimpleString(text) => text_sum(text.as_bytes()),
        Value::Okay => text_sum(b"OK"),
        Value::Array(elements) => values_sum(elements),
        _ => 0,
    }
}

fn values_sum(values: &[Value]) -> u64 {
    values.iter().map(value_sum).sum()
}
