//! All short sequences of protocol tokens, through every way out of the scanner.
//!
//! Each is decoded whole and byte by byte, by each of the [`WAYS`], and what comes of it compared
//! with the [oracle](oracle::parse): frames, views, nested pushes, errors and their offsets.

use std::panic::{AssertUnwindSafe, catch_unwind};

use resp_core::{DecodeErrorKind, Decoder, FrameRef, Limits};

use crate::chunking::{self, Chunking};
use crate::oracle::{self, Stop};
use crate::tree::Tree;
use crate::ways::{Outcome, WAYS};

/// Tokens to make sequences of.
pub type Alphabet = [&'static [u8]; 19];

/// What sequences were tried, and what came of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many.
    pub sequences: u64,
    /// How many of them hold a whole frame.
    pub frames: u64,
    /// How many of them panicked.
    pub panics: u64,
    /// How many of them came out otherwise by one way than by another, or than the oracle says.
    pub disagreements: u64,
    /// The first few of either, and what was wrong.
    pub examples: Vec<String>,
}

impl Report {
    /// Puts the report on other sequences to this one.
    pub fn add(&mut self, other: Self) {
        self.sequences += other.sequences;
        self.frames += other.frames;
        self.panics += other.panics;
        self.disagreements += other.disagreements;
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES);
    }

    fn take_down(&mut self, input: &[u8], wrong: &str) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(format!("\"{}\": {wrong}", input.escape_ascii()));
        }
    }
}

/// Tries one input: what is wrong with what comes of it. A limit that it passes ends the check, as
/// the oracle has none.
pub fn disagreement(input: &[u8]) -> Option<String> {
    let mut run = Run { alphabet: &BYTES, report: Report::default(), outcome: Outcome::default() };
    run.try_one(input);
    run.report.examples.pop()
}

/// Tries all sequences of up to `longest` tokens that begin with the given one.
pub fn run(alphabet: &Alphabet, first: &[u8], longest: usize) -> Report {
    let mut run = Run { alphabet, report: Report::default(), outcome: Outcome::default() };
    if longest > 0 {
        run.extend(&mut first.to_vec(), longest - 1);
    }
    run.report
}

struct Run<'a> {
    alphabet: &'a Alphabet,
    report: Report,
    outcome: Outcome,
}

impl Run<'_> {
    /// Tries a sequence, and all that go on with up to `more` further tokens.
    fn extend(&mut self, sequence: &mut Vec<u8>, more: usize) {
        self.try_one(sequence);
        if more == 0 {
            return;
        }
        let length = sequence.len();
        for token in self.alphabet {
            sequence.extend_from_slice(token);
            self.extend(sequence, more - 1);
            sequence.truncate(length);
        }
    }

    fn try_one(&mut self, input: &[u8]) {
        self.report.sequences += 1;
        match catch_unwind(AssertUnwindSafe(|| self.check(input))) {
            Ok(Ok(frames)) => self.report.frames += u64::from(frames > 0),
            Ok(Err(wrong)) => {
                self.report.disagreements += 1;
                self.report.take_down(input, &wrong);
            }
            Err(_) => {
                self.report.panics += 1;
                self.report.take_down(input, "panic");
            }
        }
    }

    /// Decodes a sequence. Says how many frames there are, or what is wrong.
    fn check(&mut self, input: &[u8]) -> Result<usize, String> {
        let (lengths, offset) = expected(input)?;
        let limits = Limits::default();
        for chunking in [Chunking::at([]), chunking::byte_by_byte(input.len())] {
            for (name, way) in WAYS {
                way(&mut self.outcome, limits, input, &chunking);
                if self.outcome.error.is_some_and(|error| is_limit(error.kind)) {
                    return Ok(0);
                }
                let found = self.outcome.error.map(|error| error.offset);
                if self.outcome.frames != lengths || found != offset {
                    let outcome = &self.outcome;
                    return Err(format!("{name}: {outcome:?} instead of {lengths:?}, {offset:?}"));
                }
            }
        }
        Ok(lengths.len())
    }
}

fn is_limit(kind: DecodeErrorKind) -> bool {
    use DecodeErrorKind::{AggregateTooLong, BulkTooLong, FrameTooLong, LineTooLong, TooDeep};
    matches!(
        kind,
        AggregateTooLong { .. }
            | BulkTooLong { .. }
            | FrameTooLong { .. }
            | LineTooLong { .. }
            | TooDeep { .. }
    )
}

/// What the ways make of an input: the frames, and the offset of the error.
type Expected = (Vec<(usize, bool)>, Option<u64>);

/// Asks the oracle about an input, and compares the views of its frames on the way.
fn expected(input: &[u8]) -> Result<Expected, String> {
    let mut decoder = Decoder::new(Limits::default());
    let (mut rest, mut lengths) = (input, Vec::new());
    loop {
        let parsed = match oracle::parse(rest) {
            Ok(parsed) => parsed,
            Err(Stop::Incomplete) => return Ok((lengths, None)),
            Err(Stop::Bad { offset }) => {
                return Ok((lengths, Some((input.len() - rest.len() + offset) as u64)));
            }
        };
        let Ok(Some(frame)) = decoder.decode_ref(rest) else {
            return Err(format!("not decoded: {parsed:?}"));
        };
        if let Some(wrong) = disagrees(frame, &parsed) {
            return Err(wrong);
        }
        lengths.push((parsed.length, !parsed.pushes.is_empty()));
        rest = rest.get(parsed.length..).unwrap_or_default();
    }
}

/// What is wrong with a decoded frame.
fn disagrees(frame: FrameRef<'_>, parsed: &oracle::Parsed) -> Option<String> {
    let tree = Tree::read(frame);
    if tree != parsed.tree || frame.len() != parsed.length {
        return Some(format!("decoded as {tree:?} instead of {:?}", parsed.tree));
    }
    let pushes: Vec<_> = frame.nested_pushes().map(Tree::read).collect();
    if pushes != parsed.pushes {
        return Some(format!("nested pushes {pushes:?} instead of {:?}", parsed.pushes));
    }
    let owned = frame.to_frame();
    if owned.as_frame() != frame || format!("{frame}{frame:?}") != format!("{owned}{owned:?}") {
        return Some("another frame when owned".to_owned());
    }
    None
}

/// What the protocol is spelled in: type bytes, digits, line ends.
pub const BYTES: Alphabet = [
    b"*", b"$", b":", b"+", b"-", b"%", b"~", b">", b"|", b"_", b",", b"=", b";", b".", b"?", b"0",
    b"1", b"\r\n", b"a",
];

/// Heads and small whole frames, so that six of them nest.
pub const FRAMES: Alphabet = [
    b"*1\r\n",
    b"*2\r\n",
    b"*?\r\n",
    b"%1\r\n",
    b"%?\r\n",
    b"~1\r\n",
    b">1\r\n",
    b">0\r\n",
    b"|1\r\n",
    b"|0\r\n",
    b"$?\r\n",
    b";1\r\na\r\n",
    b";0\r\n",
    b".\r\n",
    b":1\r\n",
    b"*0\r\n",
    b"$-1\r\n",
    b"$1\r\n",
    b"\r\n",
];

/// What the types of one line are made of, with lone CR and LF.
pub const LINES: Alphabet = [
    b",", b"#", b"(", b"!", b"=", b"$", b":", b"-", b"4", b"0", b"1", b".", b"e", b"inf", b"nan",
    b"t", b"\r\n", b"\r", b"\n",
];

/// The alphabets, with their names.
pub const ALPHABETS: [(&str, &Alphabet); 3] =
    [("bytes", &BYTES), ("frames", &FRAMES), ("lines", &LINES)];

const EXAMPLES: usize = 10;
