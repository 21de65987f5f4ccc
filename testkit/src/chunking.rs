//! Ways of cutting an input into pieces, as a network may.
//!
//! The same bytes in any chunking must give the same result. A suite runs its inputs through
//! [`every_cut`], [`every_two_cuts`] where the input is short, [`byte_by_byte`] and a number of
//! [`random`] ones:
//!
//! ```
//! use testkit::chunking;
//!
//! let input = b"$5\r\nhello\r\n";
//! for chunking in chunking::every_cut(input.len()).chain(chunking::random(input.len(), 7).take(10)) {
//!     let joined: Vec<u8> = chunking.pieces(input).flatten().copied().collect();
//!     assert_eq!(joined, input);
//! }
//! ```

/// Where to cut an input of a known length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunking {
    /// Ascending. Two alike make an empty piece.
    cuts: Vec<usize>,
}

impl Chunking {
    /// Cuts at these positions, which must ascend; those past the end of an input don't cut it.
    pub fn at(cuts: impl Into<Vec<usize>>) -> Self {
        let cuts = cuts.into();
        debug_assert!(cuts.is_sorted(), "cuts ascend: {cuts:?}");
        Self { cuts }
    }

    /// The pieces of an input, in order. There may be empty ones among them.
    pub fn pieces<'a>(&self, input: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let ends = self.cuts.iter().copied().chain([input.len()]);
        let mut start = 0;
        ends.map(move |end| {
            let piece = input.get(start..end).unwrap_or_default();
            start += piece.len();
            piece
        })
    }
}

/// Each way of cutting once. The first and the last leave an empty piece, before and behind.
pub fn every_cut(length: usize) -> impl Iterator<Item = Chunking> {
    (0..=length).map(|cut| Chunking::at([cut]))
}

/// Each way of cutting twice that leaves no piece empty: half of the length's square.
pub fn every_two_cuts(length: usize) -> impl Iterator<Item = Chunking> {
    (1..length)
        .flat_map(move |first| (first + 1..length).map(move |second| Chunking::at([first, second])))
}

/// Pieces of one byte.
pub fn byte_by_byte(length: usize) -> Chunking {
    Chunking::at((1..length).collect::<Vec<_>>())
}

/// Chunkings without end, each with up to [`RANDOM_CUTS`] cuts anywhere; the same for the same
/// length and seed. Some pieces are empty.
pub fn random(length: usize, seed: u64) -> impl Iterator<Item = Chunking> {
    let mut random = SplitMix64::new(seed);
    core::iter::repeat_with(move || {
        let number = 1 + random.below(RANDOM_CUTS);
        let mut cuts: Vec<_> = (0..number).map(|_| random.below(length + 1)).collect();
        cuts.sort_unstable();
        Chunking::at(cuts)
    })
}

/// The most cuts of one [`random`] chunking: many enough to cut a head into single bytes, few
/// enough to leave long pieces too.
pub const RANDOM_CUTS: usize = 12;

/// Random numbers for tests: Steele, Lea and Flood's SplitMix64 (OOPSLA 2014), which takes any
/// seed and passes through all of its 2^64 states.
#[derive(Clone, Debug)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// Starts from a seed. The same seed gives the same numbers.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 random bits.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which must not be 0. All are as likely for any bound a test has.
    pub const fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_is_made() {
        let pieces: Vec<Vec<_>> = every_cut(2).map(|cuts| cuts.pieces(b"ab").collect()).collect();
        let [before, middle, behind]: [[&[u8]; 2]; 3] = [[b"", b"ab"], [b"a", b"b"], [b"ab", b""]];
        assert_eq!(pieces, [before, middle, behind]);
    }

    #[test]
    fn two_cuts_are_made_everywhere() {
        let cuts: Vec<_> = every_two_cuts(4).map(|chunking| chunking.cuts).collect();
        assert_eq!(cuts, [[1, 2], [1, 3], [2, 3]]);
        assert_eq!(every_two_cuts(48).count(), 47 * 46 / 2);
    }

    #[test]
    fn bytes_come_alone() {
        assert!(byte_by_byte(3).pieces(b"abc").eq([b"a", b"b", b"c"]));
        assert!(byte_by_byte(0).pieces(b"").eq([b""]));
    }

    #[test]
    fn random_chunkings_repeat_by_seed_and_differ_otherwise() {
        let chunkings = |seed| random(40, seed).take(100).collect::<Vec<_>>();
        assert_eq!(chunkings(1), chunkings(1));
        assert_ne!(chunkings(1), chunkings(2));
        let input: Vec<u8> = (0..40).collect();
        for chunking in chunkings(3) {
            assert_eq!(chunking.pieces(&input).collect::<Vec<_>>().concat(), input);
        }
    }

    /// The first outputs of the reference implementation for the seed 1234567.
    #[test]
    fn split_mix_gives_the_reference_numbers() {
        let mut random = SplitMix64::new(1_234_567);
        let numbers = [random.next(), random.next(), random.next()];
        let reference =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(numbers, reference);
    }
}
