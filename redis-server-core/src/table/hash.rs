//! A hash of short ASCII names that is the same in any case.

/// Reads whole words, the last of which may overlap the one before, instead of byte for byte.
///
/// Case is dropped by setting a bit, which also takes `@` for a backtick and the like: whoever
/// finds a name by its hash compares it.
#[inline]
pub(super) fn hash(seed: u32, name: &[u8]) -> u32 {
    let mut hash = mix(u64::from(seed), name.len() as u64);
    if let Some(last) = name.last_chunk() {
        let (words, _) = name.as_chunks();
        for word in words {
            hash = mix(hash, u64::from_le_bytes(*word) | LOWER);
        }
        hash = mix(hash, u64::from_le_bytes(*last) | LOWER);
    } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        let halves = [u32::from_le_bytes(*first), u32::from_le_bytes(*last)].map(u64::from);
        hash = mix(hash, (halves[0] << 32 | halves[1]) | LOWER);
    } else if let (Some(first), Some(last)) = (name.first(), name.last()) {
        // Up to three bytes: the one in the middle is one of the two if there are less.
        let middle = name.get(name.len() / 2).unwrap_or(last);
        let bytes = [*first, *middle, *last, 0, 0, 0, 0, 0];
        hash = mix(hash, u64::from_le_bytes(bytes) | LOWER);
    }
    // The low bits of a product know nothing of the high bits of its factors.
    (hash ^ hash >> 32) as u32
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER)
}

/// The bit that makes a letter lower case, in each byte.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// 2^64 divided by the golden ratio, odd.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;
    use std::string::String;

    use super::hash;

    #[test]
    fn case_does_not_count_and_everything_else_does() {
        let name = "abcdefghijklmnopqrstuvwxyz";
        let mut seen = BTreeSet::new();
        for length in 0..=name.len() {
            let name = &name[..length];
            assert_eq!(hash(0, name.as_bytes()), hash(0, name.to_ascii_uppercase().as_bytes()));
            assert!(seen.insert(hash(0, name.as_bytes())), "{name}");
            for at in 0..length {
                let mut other = String::from(name);
                other.replace_range(at..=at, "_");
                assert!(seen.insert(hash(0, other.as_bytes())), "{other}");
            }
        }
        assert_ne!(hash(0, b"get"), hash(1, b"get"));
    }
}
