//! Numbers at the edges of integer types, and input at the edges of limits.

use super::Sample;
use resp_core::{DecodeErrorKind as Kind, Limits};

/// The neighbours of 2^31, 2^32, 2^63 and 2^64, and their negatives, as every number there is.
pub(super) fn numbers() -> Vec<Sample> {
    let mut samples = Vec::new();
    for power in [1_i128 << 31, 1 << 32, 1 << 63, 1 << 64] {
        for number in [power - 1, power, power + 1] {
            for number in [number, -number] {
                samples.extend(NUMBERED.iter().map(|&(head, kind)| numbered(head, kind, number)));
            }
        }
    }
    for number in [-1, -2, -10] {
        samples.extend(NUMBERED.iter().map(|&(head, kind)| numbered(head, kind, number)));
    }
    // No length has a `?` but those of the streamed types.
    samples.extend(b":!=>|".map(|kind| {
        Sample::bad(&[kind, b'?', b'\r', b'\n'], 1, Kind::ExpectedDigit { found: b'?' })
    }));
    samples
}

/// One number behind one type byte, and what has to come of it under the default limits.
fn numbered(head: &[u8], kind: u8, number: i128) -> Sample {
    let token = head.len() as u64;
    let input = [head, &[kind], number.to_string().as_bytes(), b"\r\n"].concat();
    let Ok(value) = i64::try_from(number) else {
        return Sample::bad(&input, token + 1 + overflows_at(number), Kind::IntegerOverflow);
    };
    let limits = Limits::default();
    if kind == b':' || (matches!(kind, b'$' | b'*') && value == -1) {
        return Sample::good(&[&input]);
    }
    match (kind, u64::try_from(value)) {
        (_, Err(_)) => Sample::bad(&input, token, Kind::NegativeLength { length: value }),
        (b'$' | b'!' | b'=' | b';', Ok(length)) if length > limits.bulk => {
            Sample::bad(&input, token, Kind::BulkTooLong { length, limit: limits.bulk })
        }
        (b'*' | b'%' | b'~' | b'>' | b'|', Ok(length)) if length > u64::from(limits.aggregate) => {
            let limit = limits.aggregate;
            Sample::bad(&input, token, Kind::AggregateTooLong { length, limit })
        }
        _ => Sample::unfinished(&input),
    }
}

/// Which character of a number takes it out of 64 bits.
fn overflows_at(number: i128) -> u64 {
    let text = number.to_string();
    let fits =
        |length: &usize| text.get(..*length).is_some_and(|start| start.parse::<i64>().is_ok());
    let sign = usize::from(number < 0);
    (sign + 1..text.len()).filter(fits).max().unwrap_or(0) as u64
}

/// The types with a number behind them, and what must be in front of them.
const NUMBERED: &[(&[u8], u8)] = &[
    (b"", b':'),
    (b"", b'$'),
    (b"", b'!'),
    (b"", b'='),
    (b"", b'*'),
    (b"", b'%'),
    (b"", b'~'),
    (b"", b'>'),
    (b"", b'|'),
    (b"$?\r\n", b';'),
];

/// Small limits: what just fits, and what is one too many.
pub(super) fn limits() -> Vec<Sample> {
    let mut samples = Vec::new();
    let unlimited = Limits::default();
    let mut fits =
        |limits: Limits, frames: &[&[u8]]| samples.push(Sample::good(frames).limits(limits));
    let bulk = unlimited.bulk(4);
    fits(bulk, &[b"$4\r\nabcd\r\n", b"!4\r\nabcd\r\n", b"=4\r\ntxt:\r\n"]);
    fits(bulk, &[b"$?\r\n;4\r\nabcd\r\n;4\r\nefgh\r\n;0\r\n"]);
    fits(unlimited.bulk(0), &[b"$0\r\n\r\n", b"$-1\r\n", b"$?\r\n;0\r\n"]);
    let aggregate = unlimited.aggregate(2);
    fits(aggregate, &[b"*2\r\n:1\r\n:2\r\n", b"~2\r\n:1\r\n:2\r\n", b">2\r\n:1\r\n:2\r\n"]);
    fits(aggregate, &[b"%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n", b"|2\r\n:1\r\n:2\r\n:3\r\n:4\r\n_\r\n"]);
    fits(unlimited.aggregate(0), &[b"*0\r\n", b"%0\r\n", b">0\r\n", b"|0\r\n*-1\r\n"]);
    let line = unlimited.line(3);
    fits(line, &[b"+abc\r\n", b"-abc\r\n", b",1.5\r\n", b"(123\r\n", b",inf\r\n"]);
    fits(line, &[b":1234567\r\n", b"$4\r\nabcd\r\n"]);
    fits(unlimited.line(0), &[b"+\r\n", b"_\r\n", b"*?\r\n.\r\n"]);
    let depth = unlimited.depth(2);
    fits(depth, &[b"*1\r\n*1\r\n*0\r\n", b"%1\r\n~1\r\n:1\r\n*?\r\n.\r\n"]);
    fits(depth, &[b"*1\r\n|1\r\n+k\r\n+v\r\n>1\r\n+x\r\n*1\r\n:1\r\n"]);
    fits(depth, &[b"|1\r\n+k\r\n*1\r\n:1\r\n*1\r\n*1\r\n:1\r\n"]);
    fits(unlimited.depth(0), &[b"*0\r\n", b"$?\r\n;1\r\na\r\n;0\r\n", b">0\r\n", b"|0\r\n:1\r\n"]);
    fits(
        unlimited.frame(11),
        &[b"$5\r\nhello\r\n", b"+12345678\r\n", b"*2\r\n:1\r\n_\r\n", b"+OK\r\n"],
    );

    for &(limits, input, offset, kind) in PASSED {
        samples.push(Sample::bad(input, offset, kind).limits(limits));
        samples.push(Sample::bad(input, offset, kind).limits(limits).behind(b"*0\r\n"));
    }
    samples.retain(|sample| sample.limits.frame > 4 || !sample.input.starts_with(b"*0"));
    samples
}

/// Limits, input that passes one of them, where, and which.
const PASSED: &[(Limits, &[u8], u64, Kind)] = &[
    (BULK_4, b"$5\r\nhello\r\n", 0, Kind::BulkTooLong { length: 5, limit: 4 }),
    (BULK_4, b"!5\r\nhello\r\n", 0, Kind::BulkTooLong { length: 5, limit: 4 }),
    (BULK_4, b"=5\r\ntxt:a\r\n", 0, Kind::BulkTooLong { length: 5, limit: 4 }),
    (BULK_4, b"*1\r\n$5\r\nhello\r\n", 4, Kind::BulkTooLong { length: 5, limit: 4 }),
    (BULK_4, b"$?\r\n;4\r\nabcd\r\n;5\r\n", 14, Kind::BulkTooLong { length: 5, limit: 4 }),
    (AGGREGATE_2, b"*3\r\n:1\r\n", 0, Kind::AggregateTooLong { length: 3, limit: 2 }),
    (AGGREGATE_2, b"~3\r\n:1\r\n", 0, Kind::AggregateTooLong { length: 3, limit: 2 }),
    (AGGREGATE_2, b">3\r\n:1\r\n", 0, Kind::AggregateTooLong { length: 3, limit: 2 }),
    (AGGREGATE_2, b"%3\r\n:1\r\n", 0, Kind::AggregateTooLong { length: 3, limit: 2 }),
    (AGGREGATE_2, b"|3\r\n:1\r\n", 0, Kind::AggregateTooLong { length: 3, limit: 2 }),
    (AGGREGATE_2, b"*1\r\n>3\r\n:1\r\n", 4, Kind::AggregateTooLong { length: 3, limit: 2 }),
    (LINE_3, b"+abcd\r\n", 4, Kind::LineTooLong { limit: 3 }),
    (LINE_3, b"-abcd\r\n", 4, Kind::LineTooLong { limit: 3 }),
    (LINE_3, b"+abcdefgh", 4, Kind::LineTooLong { limit: 3 }),
    (LINE_3, b",1.25\r\n", 4, Kind::LineTooLong { limit: 3 }),
    (LINE_3, b",1.2x\r\n", 4, Kind::InvalidDouble { found: b'x' }),
    (LINE_3, b"(1234\r\n", 4, Kind::LineTooLong { limit: 3 }),
    (LINE_3, b"*1\r\n+abcd\r\n", 8, Kind::LineTooLong { limit: 3 }),
    (LINE_0, b"+a\r\n", 1, Kind::LineTooLong { limit: 0 }),
    (LINE_0, b"+\n", 1, Kind::ExpectedCr { found: b'\n' }),
    (DEPTH_2, b"*1\r\n*1\r\n*1\r\n:1\r\n", 8, Kind::TooDeep { limit: 2 }),
    (DEPTH_2, b"*1\r\n%1\r\n+k\r\n~1\r\n:1\r\n", 12, Kind::TooDeep { limit: 2 }),
    (DEPTH_2, b"*1\r\n*1\r\n>1\r\n+x\r\n:1\r\n", 8, Kind::TooDeep { limit: 2 }),
    (DEPTH_2, b"*1\r\n*1\r\n|1\r\n+k\r\n+v\r\n:1\r\n", 8, Kind::TooDeep { limit: 2 }),
    (DEPTH_2, b"|1\r\n|1\r\n|1\r\n", 8, Kind::TooDeep { limit: 2 }),
    (DEPTH_2, b"*?\r\n*?\r\n*?\r\n", 8, Kind::TooDeep { limit: 2 }),
    (DEPTH_0, b"*1\r\n:1\r\n", 0, Kind::TooDeep { limit: 0 }),
    (DEPTH_0, b"*?\r\n.\r\n", 0, Kind::TooDeep { limit: 0 }),
    (FRAME_10, b"$5\r\nhello\r\n", 10, Kind::FrameTooLong { limit: 10 }),
    (FRAME_10, b"$10\r\nhellohello\r\n", 0, Kind::FrameTooLong { limit: 10 }),
    (FRAME_10, b"+12345678\r\n", 10, Kind::FrameTooLong { limit: 10 }),
    (FRAME_10, b"*3\r\n:1\r\n:2\r\n:3\r\n", 10, Kind::FrameTooLong { limit: 10 }),
    (FRAME_10, b"*3\r\n:1\r\n:x\r\n", 9, Kind::ExpectedDigit { found: b'x' }),
    (FRAME_10, b"*?\r\n:1\r\n:2\r\n", 10, Kind::FrameTooLong { limit: 10 }),
    (FRAME_10, b"*2\r\n$6\r\nabcdef\r\n", 4, Kind::FrameTooLong { limit: 10 }),
    (FRAME_10, b"|0\r\n|0\r\n|0\r\n", 10, Kind::FrameTooLong { limit: 10 }),
    (FRAME_1, b"+OK\r\n", 1, Kind::FrameTooLong { limit: 1 }),
    (FRAME_1, b"x", 0, Kind::UnknownType { found: b'x' }),
    (FRAME_0, b"+OK\r\n", 0, Kind::FrameTooLong { limit: 0 }),
    (FRAME_0, b"x", 0, Kind::FrameTooLong { limit: 0 }),
];

const UNLIMITED: Limits =
    Limits { depth: 128, bulk: 1 << 29, aggregate: i32::MAX as u32, line: 1 << 16, frame: 1 << 30 };
const BULK_4: Limits = UNLIMITED.bulk(4);
const AGGREGATE_2: Limits = UNLIMITED.aggregate(2);
const LINE_3: Limits = UNLIMITED.line(3);
const LINE_0: Limits = UNLIMITED.line(0);
const DEPTH_2: Limits = UNLIMITED.depth(2);
const DEPTH_0: Limits = UNLIMITED.depth(0);
const FRAME_10: Limits = UNLIMITED.frame(10);
const FRAME_1: Limits = UNLIMITED.frame(1);
const FRAME_0: Limits = UNLIMITED.frame(0);
