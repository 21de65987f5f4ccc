//! Registers as runs of equal ones.
//!
//! Of the bytes, `00xxxxxx` are `x + 1` zeros, `01xxxxxx yyyyyyyy` are `xy + 1` zeros, and
//! `1vvvvvxx` are `x + 1` registers with `v + 1`.

use super::estimate::Histogram;
use super::{Corrupt, HEADER, REGISTERS};

/// Registers that are equal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Zeros(usize),
    /// The same, written with two bytes.
    ManyZeros(usize),
    Counts {
        count: u8,
        len: usize,
    },
}

impl Run {
    pub(super) fn zeros(len: usize) -> Self {
        if len > MOST_ZEROS { Self::ManyZeros(len) } else { Self::Zeros(len) }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Self::Zeros(len) | Self::ManyZeros(len) | Self::Counts { len, .. } => len,
        }
    }

    /// How many bytes it is written with.
    fn bytes(self) -> usize {
        if let Self::ManyZeros(_) = self { 2 } else { 1 }
    }

    /// One with as many registers as given; none without any.
    fn part(self, len: usize) -> Option<Self> {
        match self {
            _ if len == 0 => None,
            Self::Zeros(_) | Self::ManyZeros(_) => Some(Self::zeros(len)),
            Self::Counts { count, .. } => Some(Self::Counts { count, len }),
        }
    }

    /// The run that is written there.
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let first = *bytes.get(at)?;
        Some(match first >> 6 {
            0 => Self::Zeros(usize::from(first) + 1),
            1 => {
                let second = bytes.get(at + 1).copied().unwrap_or_default();
                Self::ManyZeros((usize::from(first & 0x3f) << 8 | usize::from(second)) + 1)
            }
            _ => Self::Counts { count: (first >> 2 & 0x1f) + 1, len: usize::from(first & 3) + 1 },
        })
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Zeros(len) => out.push((len - 1) as u8),
            Self::ManyZeros(len) => out.extend([((len - 1) >> 8) as u8 | 0x40, (len - 1) as u8]),
            Self::Counts { count, len } => out.push(Self::byte(count, len)),
        }
    }

    /// How a few registers are written that are not 0.
    fn byte(count: u8, len: usize) -> u8 {
        0x80 | (count - 1) << 2 | (len - 1) as u8
    }
}

pub(super) fn runs(bytes: &[u8]) -> impl Iterator<Item = Run> {
    let mut at = HEADER;
    std::iter::from_fn(move || {
        let run = Run::read(bytes, at)?;
        at += run.bytes();
        Some(run)
    })
}

pub(super) fn histogram(bytes: &[u8]) -> Result<Histogram, Corrupt> {
    let mut histogram = [0; 64];
    let mut registers = 0;
    for run in runs(bytes) {
        let count = if let Run::Counts { count, .. } = run { count } else { 0 };
        if let Some(registers) = histogram.get_mut(usize::from(count)) {
            *registers += run.len();
        }
        registers += run.len();
    }
    if registers == REGISTERS { Ok(histogram) } else { Err(Corrupt) }
}

/// Raises a register, if it is less, and returns whether it was; none if the result would be too
/// long, or can't be written.
pub(super) fn raise(
    bytes: &mut Vec<u8>,
    register: usize,
    count: u8,
) -> Result<Option<bool>, Corrupt> {
    if count > MOST_COUNT {
        return Ok(None);
    }
    let found = find(bytes, register).ok_or(Corrupt)?;
    if let Run::Counts { count: old, .. } = found.run
        && old >= count
    {
        return Ok(Some(false));
    }
    let mut new = Vec::with_capacity(5);
    let before = found.run.part(register - found.first);
    let after = found.run.part(found.first + found.run.len() - register - 1);
    for run in [before, Some(Run::Counts { count, len: 1 }), after].into_iter().flatten() {
        run.write(&mut new);
    }
    let old = found.run.bytes();
    if new.len() > old && bytes.len() + new.len() - old > MOST_BYTES {
        return Ok(None);
    }
    let end = bytes.len().min(found.at + old);
    bytes.splice(found.at..end, new);
    join(bytes, found.previous);
    if let Some(last) = bytes.get_mut(HEADER - 1) {
        *last |= 0x80;
    }
    Ok(Some(true))
}

/// The run that a register is in.
struct Found {
    run: Run,
    /// Where it is written.
    at: usize,
    /// Where the one before it is written; the same for the first.
    previous: usize,
    /// Its first register.
    first: usize,
}

fn find(bytes: &[u8], register: usize) -> Option<Found> {
    let (mut at, mut previous, mut first) = (HEADER, HEADER, 0);
    loop {
        let run = Run::read(bytes, at)?;
        if register < first + run.len() {
            return Some(Found { run, at, previous, first });
        }
        previous = at;
        at += run.bytes();
        first += run.len();
    }
}

/// Joins registers with the same count that are beside each other, in the few runs from there that
/// may have changed.
fn join(bytes: &mut Vec<u8>, mut at: usize) {
    for _ in 0..CHANGED_RUNS {
        let Some(run) = Run::read(bytes, at) else { return };
        if let Run::Counts { count, len } = run
            && let Some(Run::Counts { count: other, len: more }) = Run::read(bytes, at + 1)
            && count == other
            && len + more <= MOST_COUNTS
        {
            bytes.remove(at);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = Run::byte(count, len + more);
            }
            continue;
        }
        at += run.bytes();
    }
}

/// The longest runs, and the greatest count, that can be written.
const MOST_ZEROS: usize = 64;
const MOST_COUNTS: usize = 4;
const MOST_COUNT: u8 = 32;
/// `hll-sparse-max-bytes`
const MOST_BYTES: usize = 3000;
/// The one before, up to three new ones, and the one behind.
const CHANGED_RUNS: usize = 5;
