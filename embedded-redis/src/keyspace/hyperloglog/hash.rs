//! Elements as registers.

use super::REGISTERS;

/// The register of an element, and what it counts for there: how many zeros its hash ends with,
/// and one.
pub(super) fn register(element: &[u8]) -> (usize, u8) {
    let hash = murmur(element);
    let register = hash as usize & (REGISTERS - 1);
    // A one behind all bits that are left ends the zeros in any case.
    let rest = hash >> 14 | 1 << 50;
    (register, rest.trailing_zeros() as u8 + 1)
}

/// MurmurHash64A, with the seed that Redis has.
fn murmur(bytes: &[u8]) -> u64 {
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(FACTOR);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let mixed = mix(little_endian(word).wrapping_mul(FACTOR));
        hash = (hash ^ mixed.wrapping_mul(FACTOR)).wrapping_mul(FACTOR);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        hash = (hash ^ little_endian(rest)).wrapping_mul(FACTOR);
    }
    mix(mix(hash).wrapping_mul(FACTOR))
}

fn mix(word: u64) -> u64 {
    word ^ word >> 47
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

const SEED: u64 = 0xadc8_3b19;
const FACTOR: u64 = 0xc6a4_a793_5bd1_e995;
