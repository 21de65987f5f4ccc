//! Nesting a million levels deep, on a thread with a stack of 64 KiB: refused by default, and
//! where it is allowed, nothing that is done with the frame takes a stack frame a level.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::fmt::{self, Write};
use std::hint::black_box;
use std::thread;

use bytes::BytesMut;
use resp_core::{DecodeErrorKind, Decoder, Frame, FrameRef, Limits, Scan, Scanner, View};

/// Ways to nest: what opens a level, and what closes it.
const SHAPES: [(&str, &str); 9] = [
    ("*1\r\n", ""),
    ("~1\r\n", ""),
    ("%1\r\n_\r\n", ""),
    (">1\r\n", ""),
    ("|1\r\n_\r\n", "_\r\n"),
    ("*2\r\n", "_\r\n"),
    ("*?\r\n", ".\r\n"),
    ("~?\r\n", ".\r\n"),
    ("%?\r\n_\r\n", ".\r\n"),
];

#[test]
fn too_deep_is_refused_by_default() {
    for (open, close) in SHAPES {
        on_a_small_stack(move || {
            let input = nested(open, close, deep(open));
            let limit = Limits::default().depth;
            let mut scanner = Scanner::new(Limits::default());
            let error = scanner.scan(&input).unwrap_err();
            assert_eq!(error.kind, DecodeErrorKind::TooDeep { limit });
            assert_eq!(error.offset, open.len() as u64 * u64::from(limit));

            let mut buffer = BytesMut::from(&input[..]);
            let mut decoder = Decoder::new(Limits::default());
            assert_eq!(decoder.decode(&mut buffer).unwrap_err(), error);
            assert_eq!(Frame::parse(input).unwrap_err(), error);
        });
    }
}

#[test]
fn the_limit_itself_is_allowed() {
    let limit = Limits::default().depth as usize;
    for (open, close) in SHAPES {
        on_a_small_stack(move || {
            use_everything(&decode(&nested(open, close, limit), Limits::default()));
            assert!(Frame::parse(nested(open, close, limit + 1)).is_err());
        });
    }
}

#[test]
fn a_million_levels_where_allowed() {
    for (open, close) in SHAPES {
        on_a_small_stack(move || {
            let levels = deep(open);
            let input = nested(open, close, levels);
            let limits = Limits::default().depth(levels as u32);
            let mut scanner = Scanner::new(limits);
            for piece in input.chunks(4096) {
                black_box(scanner.scan(piece).unwrap());
            }
            assert!(!scanner.is_mid_frame());
            drop(black_box(scanner.clone()));

            let frame = decode(&input, limits);
            use_in_linear_time(frame.as_frame());
            if matches!(open, "*1\r\n" | "~1\r\n") {
                // With several elements a level, the output itself grows with the square of the
                // depth, as redis-cli's: each line is indented by all levels.
                write!(Sink::default(), "{frame}").unwrap();
            }
            black_box(frame.clone());
        });
    }
}

/// More columns than a formatter's width can say.
#[test]
fn indents_have_no_limit() {
    let mut input = nested("*1\r\n", "", 30_000);
    input.truncate(input.len() - 3);
    input.extend_from_slice(b"*2\r\n:1\r\n:2\r\n");
    let frame = decode(&input, Limits::default().depth(MILLION as u32));
    let mut sink = Sink::default();
    write!(sink, "{frame}").unwrap();
    let line = "1) ".len() * 30_000 + "1) (integer) 1".len();
    assert_eq!(sink.written, 2 * line + 1);
}

/// All of what can be done with a frame.
fn use_everything(frame: &Frame) {
    use_in_linear_time(frame.as_frame());
    write!(Sink::default(), "{frame} {frame:#?}").unwrap();
    // Each level reads what is below it.
    let mut levels = 0;
    let mut inner = Some(frame.as_frame());
    while let Some(frame) = inner {
        levels += 1;
        assert!(frame.attributes().all(|(key, value)| key.len() + value.len() < frame.len()));
        assert_eq!(frame.nested_pushes().count(), usize::from(frame.as_bytes()[0] == b'>'));
        inner = match frame.view() {
            View::Array(mut all) | View::Set(mut all) | View::Push(mut all) => all.next(),
            View::Map(mut pairs) => pairs.next().map(|(_, value)| value),
            _ => None,
        };
    }
    black_box(levels);
}

/// What reads a frame a fixed number of times, however deep it is.
fn use_in_linear_time(frame: FrameRef<'_>) {
    let copy = frame.to_frame();
    assert!(copy.as_frame() == frame);
    let mut other = frame.as_bytes().to_vec();
    if let Some(last) = other.iter().rposition(|byte| *byte == b'_') {
        other.splice(last..=last, *b"+x");
        let limits = Limits::default().depth(MILLION as u32);
        assert!(decode(&other, limits).as_frame() != frame, "another leaf, another frame");
    }
    write!(Sink::default(), "{frame:?} {frame:.8?} {:?}", frame.view()).unwrap();
    assert_eq!(frame.attributes().take(2).count(), usize::from(frame.as_bytes()[0] == b'|'));
    if frame.as_bytes()[0] != b'|' {
        // Attributes of attributes are read once for each level.
        let first_push = frame.nested_pushes().next().map(|push| push.len());
        assert!(first_push.is_none_or(|length| length < frame.len()));
    }
    match frame.view() {
        View::Array(elements) | View::Set(elements) | View::Push(elements) => {
            assert!(!elements.is_empty() && elements.len() <= 2);
            let inner = elements.flat_map(|element| {
                assert!(element.len() < frame.len());
                match element.view() {
                    View::Array(inner) | View::Set(inner) | View::Push(inner) => {
                        Some(inner.count())
                    }
                    _ => None,
                }
            });
            assert!(inner.count() <= 2);
        }
        View::Map(pairs) => assert_eq!((pairs.count(), pairs.flatten_pairs().count()), (1, 2)),
        view => assert_eq!(view, View::Null),
    }
    drop(copy.into_bytes());
}

/// How deep to nest. A tenth of a million overflows the stack as surely, in a tenth of the time.
fn deep(open: &str) -> usize {
    if open == "*1\r\n" { MILLION } else { MILLION / 10 }
}

/// A frame so many levels deep, a null in the middle.
fn nested(open: &str, close: &str, levels: usize) -> Vec<u8> {
    // A push inside of another frame takes no element's place.
    let after = if open == ">1\r\n" { "_\r\n".repeat(levels - 1) } else { String::new() };
    (open.repeat(levels) + "_\r\n" + &close.repeat(levels) + &after).into_bytes()
}

fn decode(input: &[u8], limits: Limits) -> Frame {
    let mut decoder = Decoder::new(limits);
    let mut buffer = BytesMut::from(input);
    let frame = decoder.decode(&mut buffer).unwrap().unwrap();
    assert!(buffer.is_empty());
    let length = frame.as_bytes().len();
    assert_eq!(Scanner::new(limits).scan(input), Ok(Scan::Frame { length }));
    frame
}

/// Runs it on a thread of its own, whose panic is passed on; a stack that overflows aborts.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(64 * 1024).spawn(work).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Takes any text and keeps its length.
#[derive(Default)]
struct Sink {
    written: usize,
}

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.written += text.len();
        Ok(())
    }
}

const MILLION: usize = 1_000_000;
