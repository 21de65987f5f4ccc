//! The number of elements, from how many registers have which count.
//!
//! The method is that of Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog
//! sketches" (arXiv:1702.01284), as in Redis, and so is the order of the operations: the results
//! are the same to the last digit.

use super::REGISTERS;

/// How many registers have each count.
pub(super) type Histogram = [usize; 64];

pub(super) fn histogram(counts: impl Iterator<Item = u8>) -> Histogram {
    let mut histogram = [0; 64];
    for count in counts {
        if let Some(registers) = histogram.get_mut(usize::from(count)) {
            *registers += 1;
        }
    }
    histogram
}

pub(super) fn estimate(histogram: &Histogram) -> u64 {
    let all = REGISTERS as f64;
    let with = |count: usize| histogram.get(count).copied().unwrap_or_default() as f64;
    let mut z = all * tau((all - with(MOST_COUNT + 1)) / all);
    for count in (1..=MOST_COUNT).rev() {
        z += with(count);
        z *= 0.5;
    }
    z += all * sigma(with(0) / all);
    let estimate = (ALPHA * all * all / z).round();
    // Nobody has added so many: what C makes of that on most machines.
    if estimate < i64::MAX as f64 { estimate as u64 } else { 1 << 63 }
}

fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if before == z {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if before == z {
            return z / 3.0;
        }
    }
}

/// `1 / (2 * ln 2)`
const ALPHA: f64 = 0.721_347_520_444_481_7;
/// The greatest count but one: so many bits of the hash are left.
const MOST_COUNT: usize = 50;
