//! Random numbers from a seed.

/// SplitMix64: enough to sample keys, and the same from the same seed.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where that is 0.
    #[inline]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * bound as u128;
        (wide >> 64) as usize
    }

    /// Keeps so many of them, each as likely as the others.
    pub(crate) fn choose<T>(&mut self, from: &mut Vec<T>, count: usize) {
        if count >= from.len() {
            return;
        }
        for at in 0..count {
            let other = at + self.below(from.len() - at);
            from.swap(at, other);
        }
        from.truncate(count);
    }

    /// Another sequence: for whoever can't hold on to this one.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }
}
