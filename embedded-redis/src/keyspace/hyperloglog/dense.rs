//! All registers, one after the other, six bits each, the lowest first.

use super::estimate::{self, Histogram};
use super::{HEADER, REGISTERS};

/// Raises a register, if it is less, and returns whether it was.
pub(super) fn raise(bytes: &mut [u8], register: usize, count: u8) -> bool {
    // Four registers are in three bytes.
    let group = bytes.iter_mut().skip(HEADER + register / 4 * 3).take(3);
    let shift = register % 4 * 6;
    let mut word = 0;
    let mut places = [None, None, None];
    for ((index, byte), place) in group.enumerate().zip(&mut places) {
        word |= u32::from(*byte) << (8 * index);
        *place = Some(byte);
    }
    if word >> shift & MASK >= u32::from(count) {
        return false;
    }
    word = word & !(MASK << shift) | u32::from(count) << shift;
    for (place, new) in places.into_iter().flatten().zip(word.to_le_bytes()) {
        *place = new;
    }
    true
}

pub(super) fn registers(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let groups = bytes.get(HEADER..).unwrap_or_default().chunks_exact(3);
    groups.flat_map(|group| {
        let word = group.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        [word, word >> 6, word >> 12, word >> 18].map(|count| (count & MASK) as u8)
    })
}

pub(super) fn histogram(bytes: &[u8]) -> Histogram {
    estimate::histogram(registers(bytes))
}

const MASK: u32 = (1 << 6) - 1;
/// What all registers take.
pub(super) const BYTES: usize = REGISTERS * 6 / 8;
