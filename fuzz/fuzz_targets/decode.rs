//! Whatever comes in, in whatever pieces: the three ways out of the scanner agree, nothing
//! panics, and memory stays within what has been received.
//!
//! An input is two bytes and a stream. The first byte chooses limits, the second the pieces; `0`
//! stands for the default limits and for one byte at a time.

#![no_main]

use std::fmt::{self, Write};

use bytes::{BufMut, BytesMut};
use fuzz::{Pieces, peak_of};
use libfuzzer_sys::fuzz_target;
use resp_core::{DecodeError, Decoder, Frame, FrameRef, Limits, Scan, Scanner, View};

fuzz_target!(|input: &[u8]| {
    let [limits, seed, stream @ ..] = input else { return };
    let limits = limits_of(*limits);
    let expected = scan(limits, Pieces::whole(stream));
    assert!(expected.frames.iter().sum::<usize>() <= stream.len());
    if let Some(error) = expected.error {
        assert!(error.offset < stream.len() as u64, "{error} is beyond {} bytes", stream.len());
    }

    let pieces = Pieces::new(stream, *seed);
    assert_eq!(scan(limits, pieces.clone()), expected);
    for pieces in [pieces, Pieces::whole(stream)] {
        let bound = 4 * stream.len() + 16 * expected.frames.len() + ALLOWANCE;
        let (borrowed, peak) = peak_of(|| decode_borrowed(limits, stream, pieces.clone()));
        assert_eq!(borrowed, expected);
        assert!(peak <= bound, "{peak} bytes allocated for {}, borrowed", stream.len());

        let (owned, peak) = peak_of(|| decode_owned(limits, stream, pieces));
        assert_eq!(owned, expected);
        assert!(peak <= bound, "{peak} bytes allocated for {}, owned", stream.len());
    }
    walk_all(limits, stream);
});

/// What a decoder makes of a stream.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    /// The length of each frame.
    frames: Vec<usize>,
    error: Option<DecodeError>,
    /// Bytes of the stream scanned in the end.
    offset: u64,
}

fn scan<'a>(limits: Limits, pieces: impl Iterator<Item = &'a [u8]>) -> Outcome {
    let mut scanner = Scanner::new(limits);
    let mut outcome = Outcome::default();
    let mut begun = 0;
    // Where the current frame can end at the earliest.
    let mut earliest = 0;
    for mut piece in pieces {
        loop {
            let before = scanner.offset();
            match scanner.scan(piece) {
                Ok(Scan::Frame { length }) => {
                    assert!(length > 0 && !scanner.is_mid_frame());
                    assert!(scanner.offset() == before + length as u64);
                    assert!(scanner.offset() >= earliest, "ends earlier than `missing` said");
                    assert!(scanner.frame_start() == scanner.offset());
                    outcome.frames.push(begun + length);
                    begun = 0;
                    piece = &piece[length..];
                }
                Ok(Scan::Incomplete) => {
                    begun += piece.len();
                    assert_eq!(scanner.offset(), before + piece.len() as u64);
                    assert_eq!(scanner.is_mid_frame(), begun > 0);
                    earliest = scanner.offset().saturating_add(scanner.missing());
                    assert!(scanner.missing() > 0);
                    break;
                }
                Err(error) => {
                    assert_eq!(scanner.scan(b"+OK\r\n"), Err(error), "an error is final");
                    outcome.error = Some(error);
                    return outcome;
                }
            }
        }
    }
    outcome.offset = scanner.offset();
    outcome
}

fn decode_borrowed<'a>(
    limits: Limits,
    stream: &[u8],
    pieces: impl Iterator<Item = &'a [u8]>,
) -> Outcome {
    let mut decoder = Decoder::new(limits);
    let mut outcome = Outcome::default();
    let (mut start, mut end) = (0, 0);
    for piece in pieces {
        end += piece.len();
        loop {
            match decoder.decode_ref(&stream[start..end]) {
                Ok(Some(frame)) => {
                    outcome.frames.push(frame.len());
                    start += frame.len();
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.decode_ref(b"+OK\r\n"), Err(error), "an error is final");
                    outcome.error = Some(error);
                    return outcome;
                }
            }
        }
    }
    outcome.offset = decoder.scanner().offset();
    outcome
}

fn decode_owned<'a>(
    limits: Limits,
    stream: &[u8],
    pieces: impl Iterator<Item = &'a [u8]>,
) -> Outcome {
    let mut decoder = Decoder::new(limits);
    let mut outcome = Outcome::default();
    let mut held = BytesMut::new();
    let mut start = 0;
    for piece in pieces {
        held.put_slice(piece);
        loop {
            match decoder.decode(&mut held) {
                Ok(Some(frame)) => {
                    let length = frame.as_bytes().len();
                    assert_eq!(frame.as_bytes(), &stream[start..start + length]);
                    outcome.frames.push(length);
                    start += length;
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.decode(&mut held), Err(error), "an error is final");
                    outcome.error = Some(error);
                    return outcome;
                }
            }
        }
    }
    outcome.offset = decoder.scanner().offset();
    outcome
}

/// Reads every frame in every way there is.
fn walk_all(limits: Limits, mut stream: &[u8]) {
    let mut decoder = Decoder::new(limits);
    let mut last: Option<FrameRef<'_>> = None;
    while let Ok(Some(frame)) = decoder.decode_ref(stream) {
        stream = &stream[frame.len()..];
        let pushes = frame.nested_pushes().count();
        assert_eq!(decoder.scanner().has_nested_push(), pushes > 0);
        if let Some(last) = last {
            assert_eq!(equal(frame, last), equal(last, frame));
        }
        last = Some(frame);
        walk(frame);
    }
}

fn walk(frame: FrameRef<'_>) {
    let owned = frame.to_frame();
    assert_eq!(owned.as_frame(), frame);
    assert_eq!(owned.clone().into_bytes(), frame.as_bytes());
    let shown = [length(format_args!("{frame}")), length(format_args!("{frame:?}"))];
    assert_eq!(shown, [length(format_args!("{owned}")), length(format_args!("{owned:?}"))]);
    length(format_args!("{frame:.3}"));

    // No recursion: the limits may allow more depth than the stack does. Pushes are asked for
    // once, since every frame around one would name it again.
    let mut due = vec![(owned.as_frame(), true)];
    while let Some((frame, outermost)) = due.pop() {
        let bytes = frame.as_bytes();
        if outermost || bytes.len() < REPARSED {
            match Frame::parse(bytes.to_vec()) {
                Ok(alone) => assert_eq!(alone.as_frame(), frame),
                Err(error) => assert!(!within(Limits::default(), bytes), "{error}"),
            }
        }
        if outermost {
            due.extend(frame.nested_pushes().map(|push| (push, true)));
        }
        due.extend(frame.attributes().flat_map(|(key, value)| [(key, false), (value, false)]));
        assert!(length(format_args!("{:?}", frame.view())) > 0);
        match frame.view() {
            View::SimpleString(text) | View::SimpleError(text) | View::BigNumber(text) => {
                assert!(!text.contains(&b'\r') && !text.contains(&b'\n'));
            }
            View::BulkString(text) | View::BulkError(text) => {
                assert_eq!(owned.as_frame().to_shared(text), text);
            }
            View::Verbatim { format, .. } => assert_eq!(format.len(), 3),
            View::Integer(_) | View::Null | View::Double(_) | View::Boolean(_) => {}
            View::Array(elements) | View::Set(elements) | View::Push(elements) => {
                assert_eq!(elements.len(), elements.count());
                assert_eq!(elements.is_empty(), { elements }.next().is_none());
                due.extend(elements.map(|element| (element, false)));
            }
            View::Map(pairs) => {
                assert_eq!(pairs.len(), pairs.count());
                assert_eq!(pairs.is_empty(), { pairs }.next().is_none());
                assert_eq!(pairs.flatten_pairs().count(), 2 * pairs.len());
                due.extend(pairs.flatten_pairs().map(|frame| (frame, false)));
            }
            View::StreamedString(chunks) => {
                assert_eq!(chunks.to_vec().len(), chunks.map(<[u8]>::len).sum::<usize>());
            }
        }
    }
}

fn equal(one: FrameRef<'_>, two: FrameRef<'_>) -> bool {
    one == two
}

fn within(limits: Limits, frame: &[u8]) -> bool {
    scan(limits, Pieces::whole(frame)).error.is_none()
}

/// Two bits of the byte a limit or two; an ASCII `0` gives the defaults.
fn limits_of(byte: u8) -> Limits {
    let byte = byte ^ b'0';
    let choice = |shift: u8| usize::from(byte >> shift & 3);
    let default = Limits::default();
    let (line, frame) =
        [(default.line, default.frame), (3, default.frame), (default.line, 16), (8, 64)][choice(6)];
    Limits {
        depth: [default.depth, 1, 4, 1024][choice(0)],
        bulk: [default.bulk, 0, 5, 64][choice(2)],
        aggregate: [default.aggregate, 0, 2, 16][choice(4)],
        line,
        frame,
    }
}

/// How many bytes are printed, without keeping them.
fn length(text: fmt::Arguments<'_>) -> usize {
    struct Length(usize);
    impl Write for Length {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += text.len();
            Ok(())
        }
    }
    let mut length = Length(0);
    length.write_fmt(text).expect("Length takes everything");
    length.0
}

/// Allocated besides what is in proportion to the input and to the outcome's list of frames: the
/// nesting levels (16 bytes each, and `Vec` doubles), and the least that buffers start with.
const ALLOWANCE: usize = 64 * 1024;

/// Frames inside others are parsed again up to this length, since all of them would take a time
/// quadratic in the depth.
const REPARSED: usize = 256;
