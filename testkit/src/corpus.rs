//! Inputs for decoders, good and bad, each with what has to come of it.
//!
//! What a sample expects is written down or worked out here, not asked of the decoder. Suites
//! take [`all`] and add the ways to feed it: whole, cut by [`chunking`](crate::chunking), through
//! each decoder.

mod bad;
mod bounds;
mod good;
mod printed;

use resp_core::{DecodeError, DecodeErrorKind, Limits};

pub use printed::{PRINTED, Printed};

/// An input and what has to come of it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What the decoder is to be made with.
    pub limits: Limits,
    /// The bytes of the stream.
    pub input: Vec<u8>,
    /// The lengths of the frames it begins with.
    pub frames: Vec<usize>,
    /// What is wrong behind them. Without an error, what is behind them is an unfinished frame.
    pub error: Option<DecodeError>,
}

impl Sample {
    fn new(limits: Limits, frames: &[&[u8]], rest: &[u8]) -> Self {
        let mut input = frames.concat();
        input.extend_from_slice(rest);
        let frames = frames.iter().map(|frame| frame.len()).collect();
        Self { limits, input, frames, error: None }
    }

    /// Whole frames and nothing else.
    fn good(frames: &[&[u8]]) -> Self {
        Self::new(Limits::default(), frames, b"")
    }

    /// The beginning of a frame.
    fn unfinished(input: &[u8]) -> Self {
        Self::new(Limits::default(), &[], input)
    }

    /// Bad at this offset, for this reason.
    fn bad(input: &[u8], offset: u64, kind: DecodeErrorKind) -> Self {
        Self { error: Some(DecodeError { offset, kind }), ..Self::unfinished(input) }
    }

    fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same behind a good frame, which moves the offset.
    fn behind(&self, frame: &[u8]) -> Self {
        let mut moved = self.clone();
        moved.input.splice(..0, frame.iter().copied());
        moved.frames.insert(0, frame.len());
        if let Some(error) = &mut moved.error {
            error.offset += frame.len() as u64;
        }
        moved
    }

    /// The same inside an array, as its second element. Takes samples of one frame at most.
    fn nested(&self) -> Self {
        let mut nested = self.behind(HEAD);
        nested.frames = match self.frames[..] {
            [length] => vec![HEAD.len() + length],
            _ => Vec::new(),
        };
        nested
    }
}

/// Every sample: each on its own, behind another frame, and inside an array.
pub fn all() -> Vec<Sample> {
    let samples = [good::samples(), bad::samples(), bounds::numbers()].concat();
    let nested: Vec<_> = samples.iter().filter(|sample| fits_in_array(sample)).collect();
    let nested: Vec<_> = nested.into_iter().map(Sample::nested).collect();
    let bad: Vec<_> = samples.iter().filter(|sample| sample.error.is_some()).collect();
    let behind: Vec<_> = bad.into_iter().map(|sample| sample.behind(b"+OK\r\n")).collect();
    [samples, nested, behind, bounds::limits()].concat()
}

/// Whether a sample is one element at most when an array is around it: a push is none.
fn fits_in_array(sample: &Sample) -> bool {
    let push = match sample.input.first() {
        Some(b'>') => true,
        Some(b'|') => sample.input.contains(&b'>'),
        _ => false,
    };
    sample.frames.len() <= usize::from(!push)
}

/// In front of the element under test: an array of two, the first of them there.
const HEAD: &[u8] = b"*2\r\n:1\r\n";
