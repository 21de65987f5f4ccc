//! Names of any case: their hash, and whether one is another.
//!
//! Both read a name in words of eight bytes, the last of which may overlap the one before, instead
//! of byte for byte: a name is looked up for each request.

/// A hash that is the same in any case.
///
/// It drops the case by setting a bit, which also takes `@` for a backtick and the like: whoever
/// finds a name by its hash compares it.
#[inline]
pub(super) fn hash(seed: u32, name: &[u8]) -> u32 {
    let mut hash = mix(u64::from(seed), name.len() as u64);
    if let Some(last) = name.last_chunk() {
        // The last word has what is behind the whole ones.
        for word in name.as_chunks().0 {
            hash = mix(hash, u64::from_le_bytes(*word) | BIT_5);
        }
        hash = mix(hash, u64::from_le_bytes(*last) | BIT_5);
    } else {
        hash = mix(hash, short(name) | BIT_5);
    }
    // The low bits of a product know nothing of the high bits of its factors.
    (hash ^ hash >> 32) as u32
}

/// Whether a name of any case is one of lower case.
#[inline]
pub(super) fn is(name: &[u8], lower_case: &[u8]) -> bool {
    if name.len() != lower_case.len() {
        return false;
    }
    let same = |ours: &[u8; 8], theirs: &[u8; 8]| {
        lower(u64::from_le_bytes(*ours)) == u64::from_le_bytes(*theirs)
    };
    match (name.last_chunk(), lower_case.last_chunk()) {
        (Some(ours), Some(theirs)) => {
            let mut words = name.as_chunks().0.iter().zip(lower_case.as_chunks().0);
            same(ours, theirs) && words.all(|(ours, theirs)| same(ours, theirs))
        }
        _ => lower(short(name)) == short(lower_case),
    }
}

/// Less than eight bytes in one word. Two names of one length are the same if their words are.
#[inline]
fn short(name: &[u8]) -> u64 {
    match (name.first_chunk(), name.last_chunk(), name) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        (_, _, [first, .., last]) => {
            // Of two bytes, the one in the middle is the last one.
            let middle = name.get(name.len() / 2).unwrap_or(last);
            u64::from_le_bytes([*first, *middle, *last, 0, 0, 0, 0, 0])
        }
        (_, _, [only]) => u64::from(*only),
        (_, _, []) => 0,
    }
}

/// ASCII letters in lower case, other bytes as they are.
#[inline]
fn lower(word: u64) -> u64 {
    // Without their top bits, bytes can be added to without a carry into the next one.
    let low = word & !TOP_BITS;
    let from_a = low + EACH * u64::from(0x80 - b'A');
    let beyond_z = low + EACH * u64::from(0x7f - b'Z');
    let capital = (from_a ^ beyond_z) & !word & TOP_BITS;
    // From the top bit to the one that makes a letter lower case.
    word | capital >> 2
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER)
}

/// One in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte.
const TOP_BITS: u64 = EACH * 0x80;

/// The bit of each byte that makes a letter lower case.
const BIT_5: u64 = EACH * 0x20;

/// 2^64 divided by the golden ratio, odd.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;
    use std::string::String;

    use super::{hash, is};

    #[test]
    fn case_does_not_count_and_everything_else_does() {
        let name = "abcdefghijklmnopqrstuvwxyz";
        let mut seen = BTreeSet::new();
        for length in 0..=name.len() {
            let name = &name[..length];
            let upper = name.to_ascii_uppercase();
            assert_eq!(hash(0, name.as_bytes()), hash(0, upper.as_bytes()));
            assert!(is(upper.as_bytes(), name.as_bytes()));
            assert!(seen.insert(hash(0, name.as_bytes())), "{name}");
            for at in 0..length {
                let mut other = String::from(name);
                other.replace_range(at..=at, "_");
                assert!(seen.insert(hash(0, other.as_bytes())), "{other}");
            }
        }
        assert_ne!(hash(0, b"get"), hash(1, b"get"));
    }

    #[test]
    fn each_byte_in_each_place_is_compared_as_ascii_has_it() {
        for length in 1..20 {
            let mut name = [b'x'; 20];
            let mut other = [b'x'; 20];
            for at in 0..length {
                for ours in 0..=255 {
                    for theirs in 0..=255_u8 {
                        (name[at], other[at]) = (ours, theirs.to_ascii_lowercase());
                        let (name, other) = (&name[..length], &other[..length]);
                        assert_eq!(is(name, other), ours.to_ascii_lowercase() == other[at]);
                    }
                }
                (name[at], other[at]) = (b'x', b'x');
            }
        }
        assert!(is(b"", b"") && !is(b"", b"a") && !is(b"aa", b"a"));
    }
}
