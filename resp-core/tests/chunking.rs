//! The same bytes in any chunking give the same frames, the same errors and the same offsets,
//! through each of the three ways out of the scanner.
#![expect(clippy::indexing_slicing, reason = "a panic fails the test")]

use resp_core::{DecodeError, DecodeErrorKind, Limits, Scanner};
use testkit::chunking::{self, Chunking};
use testkit::corpus::{self, Sample};
use testkit::ways::{Outcome, WAYS, scan};

#[test]
fn every_chunking_gives_the_same() {
    let samples = corpus::all();
    let cases: u64 = std::thread::scope(|scope| {
        let halves = samples.chunks(samples.len().div_ceil(THREADS));
        let threads: Vec<_> = halves
            .map(|samples| scope.spawn(|| samples.iter().map(check_every_chunking).sum::<u64>()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    println!("{} samples, {cases} cases", samples.len());
    assert!(cases >= 1_000_000, "{cases} cases are too few");
}

/// Checks one sample whole and in pieces, each way. Returns the number of chunkings.
fn check_every_chunking(sample: &Sample) -> u64 {
    let expected = Outcome { frames: expected_frames(sample), error: sample.error };
    let length = sample.input.len();
    let whole = Chunking::at([]);
    let two_cuts = chunking::every_two_cuts(if length <= TWO_CUTS_UP_TO { length } else { 0 });
    let chunkings = [whole, chunking::byte_by_byte(length)]
        .into_iter()
        .chain(chunking::every_cut(length))
        .chain(two_cuts)
        .chain(chunking::random(length, SEED).take(RANDOM));
    let mut cases = 0;
    let mut outcome = Outcome::default();
    for chunking in chunkings {
        for (name, way) in WAYS {
            way(&mut outcome, sample.limits, &sample.input, &chunking);
            assert_eq!(outcome, expected, "{name} of {} by {chunking:?}", input(sample));
        }
        cases += 1;
    }
    cases
}

/// The lengths of the frames, and whether a push is inside, which the bytes tell where no payload
/// holds a `>`.
fn expected_frames(sample: &Sample) -> Vec<(usize, bool)> {
    let mut start = 0;
    let lengths = sample.frames.iter().map(|&length| {
        let frame = &sample.input[start..start + length];
        start += length;
        let pushes = frame.split(|byte| *byte == b'\n').filter(|line| line.first() == Some(&b'>'));
        let at_top = usize::from(frame[0] == b'>' || frame.ends_with(b"\r\n>1\r\n+x\r\n"));
        (length, pushes.count() > at_top)
    });
    lengths.collect()
}

fn input(sample: &Sample) -> String {
    format!("{:?} with {:?}", sample.input.escape_ascii().to_string(), sample.limits)
}

/// A type byte that is none is refused, wherever a frame may start; those that are none are all
/// but fourteen.
#[test]
fn every_byte_is_a_type_or_refused() {
    const TYPES: &[u8] = b"+-:$*_,#!=(%~>|";
    for byte in 0..=u8::MAX {
        for (before, frames) in [(&b""[..], vec![]), (b":1\r\n", vec![4]), (b"*1\r\n", vec![])] {
            let error = match byte {
                _ if TYPES.contains(&byte) => None,
                b'.' => Some(DecodeErrorKind::UnexpectedEnd),
                found => Some(DecodeErrorKind::UnknownType { found }),
            };
            let offset = before.len() as u64;
            let sample = Sample {
                limits: Limits::default(),
                input: [before, &[byte]].concat(),
                frames: frames.clone(),
                error: error.map(|kind| DecodeError { offset, kind }),
            };
            let expected = Outcome { frames: expected_frames(&sample), error: sample.error };
            for chunking in chunking::every_cut(sample.input.len()) {
                let mut outcome = Outcome::default();
                scan(&mut outcome, sample.limits, &sample.input, &chunking);
                assert_eq!(outcome, expected, "{}", input(&sample));
            }
        }
    }
}

/// What the scanner says is missing never is more than it is: a reader that waits for so much
/// doesn't wait for ever.
#[test]
fn what_is_missing_is_missing() {
    for sample in corpus::all().iter().filter(|sample| sample.error.is_none()) {
        let mut scanner = Scanner::new(sample.limits);
        let mut start = 0;
        for &length in &sample.frames {
            for at in start..start + length {
                let (missing, left) = (scanner.missing(), (start + length - at) as u64);
                assert!((1..=left).contains(&missing), "{missing} at {at} of {}", input(sample));
                scanner.scan(&sample.input[at..=at]).unwrap();
            }
            start += length;
            assert_eq!(scanner.missing(), 1, "between frames, in {}", input(sample));
        }
    }
    let mut scanner = Scanner::new(Limits::default());
    for (piece, missing) in [("*1\r\n$50\r\nx", 51), ("xyz", 48), (&("x".repeat(46) + "\r\n"), 1)] {
        scanner.scan(piece.as_bytes()).unwrap();
        assert_eq!(scanner.missing(), missing);
    }
}

/// A line of the greatest length, cut everywhere around its end.
#[test]
fn the_line_limit_holds_at_every_cut() {
    let limit = Limits::default().line;
    for (length, fits) in [(limit - 1, true), (limit, true), (limit + 1, false), (limit + 9, false)]
    {
        for kind in *b"+-,(" {
            let digits = vec![b'7'; length as usize];
            let input = [&[kind][..], &digits, b"\r\n"].concat();
            let offset = u64::from(limit) + 1;
            let error = DecodeError { offset, kind: DecodeErrorKind::LineTooLong { limit } };
            let expected = Outcome {
                frames: if fits { vec![(input.len(), false)] } else { vec![] },
                error: (!fits).then_some(error),
            };
            let end = input.len();
            for cut in (0..16).chain(end - 16..=end) {
                let mut outcome = Outcome::default();
                scan(&mut outcome, Limits::default(), &input, &Chunking::at([cut]));
                assert_eq!(outcome, expected, "{length} bytes cut at {cut}");
            }
        }
    }
}

const THREADS: usize = 2;

/// The bar for a sample.
const RANDOM: usize = 1000;
const TWO_CUTS_UP_TO: usize = 48;

const SEED: u64 = 0x5eed;
