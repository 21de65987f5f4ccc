//! The three ways out of the scanner, driven alike: [`decode`], [`decode_ref`], [`scan`].
//!
//! Each feeds an input by pieces and says what came of it, and checks on its way what must hold
//! for any input: the frames are the bytes of the input, an error is final, and the scanner knows
//! where it is.
#![expect(clippy::indexing_slicing, reason = "an index out of bounds fails the test, as it should")]

use bytes::BytesMut;
use resp_core::{DecodeError, Decoder, Limits, Scan, Scanner};

use crate::chunking::Chunking;

/// What came of an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The length of each frame, and whether the scanner saw a push inside.
    pub frames: Vec<(usize, bool)>,
    /// What ended it.
    pub error: Option<DecodeError>,
}

impl Outcome {
    fn clear(&mut self) {
        self.frames.clear();
        self.error = None;
    }
}

/// A way through an input: the outcome to fill in, the limits, the input and how it is cut.
pub type Way = fn(&mut Outcome, Limits, &[u8], &Chunking);

/// The ways, with their names.
pub const WAYS: [(&str, Way); 3] = [("decode", decode), ("decode_ref", decode_ref), ("scan", scan)];

/// Owned frames out of a buffer that grows.
///
/// # Panics
///
/// When what must hold for any input does not.
pub fn decode(outcome: &mut Outcome, limits: Limits, input: &[u8], chunking: &Chunking) {
    outcome.clear();
    let mut decoder = Decoder::new(limits);
    let mut buffer = BytesMut::new();
    let mut start = 0;
    for piece in chunking.pieces(input) {
        buffer.extend_from_slice(piece);
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(frame)) => {
                    let length = frame.as_bytes().len();
                    assert_eq!(frame.as_bytes(), &input[start..start + length]);
                    start += length;
                    outcome.frames.push((length, decoder.scanner().has_nested_push()));
                }
                Ok(None) => break,
                Err(error) => return fail(outcome, error, || decoder.decode(&mut buffer).err()),
            }
        }
    }
    check_place(decoder.scanner(), start, input.len());
    assert_eq!(buffer, &input[start..], "an unfinished frame stays in the buffer");
}

/// Frames read in place, in a slice that grows.
///
/// # Panics
///
/// When what must hold for any input does not.
pub fn decode_ref(outcome: &mut Outcome, limits: Limits, input: &[u8], chunking: &Chunking) {
    outcome.clear();
    let mut decoder = Decoder::new(limits);
    let (mut start, mut end) = (0, 0);
    for piece in chunking.pieces(input) {
        end += piece.len();
        loop {
            let arrived = &input[start..end];
            match decoder.decode_ref(arrived) {
                Ok(Some(frame)) => {
                    let length = frame.len();
                    assert_eq!(frame.as_bytes(), &arrived[..length]);
                    start += length;
                    outcome.frames.push((length, decoder.scanner().has_nested_push()));
                }
                Ok(None) => break,
                Err(error) => return fail(outcome, error, || decoder.decode_ref(b"+OK\r\n").err()),
            }
        }
    }
    check_place(decoder.scanner(), start, input.len());
}

/// Boundaries only: the scanner sees each piece once.
///
/// # Panics
///
/// When what must hold for any input does not.
pub fn scan(outcome: &mut Outcome, limits: Limits, input: &[u8], chunking: &Chunking) {
    outcome.clear();
    let mut scanner = Scanner::new(limits);
    let (mut start, mut begun) = (0, 0);
    // Where the current frame can end at the earliest.
    let mut earliest = 0;
    for mut piece in chunking.pieces(input) {
        loop {
            match scanner.scan(piece) {
                Ok(Scan::Frame { length }) => {
                    assert!(length > 0 && !scanner.is_mid_frame());
                    assert!(scanner.offset() >= earliest, "ends earlier than `missing` said");
                    outcome.frames.push((begun + length, scanner.has_nested_push()));
                    start += begun + length;
                    begun = 0;
                    piece = &piece[length..];
                }
                Ok(Scan::Incomplete) => {
                    begun += piece.len();
                    assert!(scanner.missing() > 0);
                    earliest = scanner.offset().saturating_add(scanner.missing());
                    break;
                }
                Err(error) => return fail(outcome, error, || scanner.scan(b"+OK\r\n").err()),
            }
        }
    }
    check_place(&scanner, start, input.len());
}

/// Takes down an error, which has to come again.
fn fail(outcome: &mut Outcome, error: DecodeError, again: impl FnOnce() -> Option<DecodeError>) {
    assert_eq!(again(), Some(error), "an error is final");
    outcome.error = Some(error);
}

/// The scanner knows where it is: how much it was given, and how much of that are frames.
fn check_place(scanner: &Scanner, frames: usize, given: usize) {
    assert_eq!(scanner.offset(), given as u64);
    assert_eq!(scanner.frame_start(), frames as u64);
    assert_eq!(scanner.is_mid_frame(), frames < given);
}
