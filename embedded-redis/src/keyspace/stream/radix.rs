//! How many nodes Redis's radix tree would have.

use super::StreamId;

/// Counts the nodes of a compressed tree that has these keys, which come in order: one for each
/// key, one for each place where keys part, and one for each stretch in between.
pub(super) fn nodes(keys: impl Iterator<Item = StreamId>) -> usize {
    // The depths at which the way to the last key parts from others.
    let mut parts: Vec<usize> = Vec::new();
    let (mut nodes, mut last) = (0, None);
    for key in keys {
        nodes += 1;
        let Some(last) = last.replace(key) else { continue };
        let common = common_bytes(last, key);
        let mut below = KEY_BYTES;
        while let Some(depth) = parts.pop_if(|depth| *depth > common) {
            nodes += stretch(depth + 1, below);
            below = depth;
        }
        nodes += stretch(common + 1, below);
        if parts.last() != Some(&common) {
            parts.push(common);
            nodes += 1;
        }
    }
    if last.is_none() {
        return 1;
    }
    let mut below = KEY_BYTES;
    while let Some(depth) = parts.pop() {
        nodes += stretch(depth + 1, below);
        below = depth;
    }
    nodes + stretch(0, below)
}

/// The node between two others, if they don't follow each other at once.
fn stretch(from: usize, to: usize) -> usize {
    usize::from(to > from)
}

fn common_bytes(one: StreamId, other: StreamId) -> usize {
    let bits = match (one.ms ^ other.ms).leading_zeros() {
        64 => 64 + (one.seq ^ other.seq).leading_zeros(),
        bits => bits,
    };
    bits as usize / 8
}

const KEY_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_as_redis_does() {
        let count = |keys: &[(u64, u64)]| nodes(keys.iter().map(|&(ms, seq)| StreamId { ms, seq }));
        assert_eq!(count(&[]), 1);
        assert_eq!(count(&[(1, 1)]), 2);
        assert_eq!(count(&[(1, 1), (1, 2)]), 4);
        assert_eq!(count(&[(1, 1), (2, 1)]), 6);
        assert_eq!(count(&[(1, 1), (1, 2), (2, 1)]), 8);
        assert_eq!(count(&[(0, 1), (1 << 56, 0)]), 5);
    }
}
