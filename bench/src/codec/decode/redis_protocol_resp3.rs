//! redis-protocol's decoder for RESP3.

use bytes::BytesMut;
use redis_protocol::resp3::decode::complete::{decode_bytes_mut, decode_range};
use redis_protocol::resp3::types::{BytesFrame, RangeFrame};

use crate::codec::workload::text_sum;

pub(super) fn borrowed(mut input: &[u8]) -> u64 {
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
        RangeFrame::Number { data, .. } => data as u64,
        RangeFrame::SimpleString { data: (start, end), .. }
        | RangeFrame::BlobString { data: (start, end), .. } => {
            text_sum(input.get(start..end).unwrap_or_default())
        }
        RangeFrame::Array { ref data, .. } => ranges_sum(data, input),
        _ => 0,
    }
}

fn ranges_sum(frames: &[RangeFrame], input: &[u8]) -> u64 {
    frames.iter().map(|frame| range_sum(frame, input)).sum()
}

pub(super) fn bytes_mut(input: &mut BytesMut) -> u64 {
    let mut sum = 0;
    while let Ok(Some((frame, _, _))) = decode_bytes_mut(input) {
        sum += bytes_sum(&frame);
    }
    sum
}

#[inline(always)]
fn bytes_sum(frame: &BytesFrame) -> u64 {
    match frame {
        BytesFrame::Number { data, .. } => *data as u64,
        BytesFrame::SimpleString { data, .. } | BytesFrame::BlobString { data, .. } => {
            text_sum(data)
        }
        BytesFrame::Array { data, .. } => all_bytes_sum(data),
        _ => 0,
    }
}

fn all_bytes_sum(frames: &[BytesFrame]) -> u64 {
    frames.iter().map(bytes_sum).sum()
}
