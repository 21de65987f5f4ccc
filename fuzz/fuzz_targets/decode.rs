//! Whatever comes in, in whatever pieces: the three ways out of the scanner agree, nothing
//! panics, and memory stays within what has been received.
//!
//! An input is two bytes and a stream. The first byte chooses limits, the second the pieces; `0`
//! stands for the default limits and for one byte at a time.

#![no_main]

use std::fmt::{self, Write};

use fuzz::{chunking, peak_of, whole};
use libfuzzer_sys::fuzz_target;
use resp_core::{Decoder, Frame, FrameRef, Limits, Scanner, View};
use testkit::ways::{self, Outcome, WAYS};

fuzz_target!(|input: &[u8]| {
    let [limits, seed, stream @ ..] = input else { return };
    let limits = limits_of(*limits);
    let mut expected = Outcome::default();
    ways::scan(&mut expected, limits, stream, &whole());
    assert!(expected.frames.iter().map(|(length, _)| length).sum::<usize>() <= stream.len());
    if let Some(error) = expected.error {
        assert!(error.offset < stream.len() as u64, "{error} is beyond {} bytes", stream.len());
    }

    // Has room for all frames, so that what it keeps is not counted.
    let mut outcome = expected.clone();
    for chunking in [chunking(stream.len(), *seed), whole()] {
        for (name, way) in WAYS {
            let ((), peak) = peak_of(|| way(&mut outcome, limits, stream, &chunking));
            assert_eq!(outcome, expected, "{name}");
            let bound = 4 * stream.len() + ALLOWANCE;
            assert!(peak <= bound, "{peak} bytes allocated for {}, {name}", stream.len());
        }
    }
    walk_all(limits, stream);
});

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
    Scanner::new(limits).scan(frame).is_ok()
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

/// Allocated besides what is in proportion to the input: the nesting levels (16 bytes each, and
/// `Vec` doubles), and the least that buffers start with.
const ALLOWANCE: usize = 64 * 1024;

/// Frames inside others are parsed again up to this length, since all of them would take a time
/// quadratic in the depth.
const REPARSED: usize = 256;
