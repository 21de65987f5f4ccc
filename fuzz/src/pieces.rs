//! Cutting a stream into the pieces that a connection might deliver.

/// The pieces of a stream, of lengths that a seed decides: some short, some empty, some the rest.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a [u8],
    longest: usize,
    random: u64,
}

impl<'a> Pieces<'a> {
    /// The low digit of the seed says how long pieces may get, 1 byte for an ASCII `0`; all of it
    /// says which lengths they have.
    pub fn new(stream: &'a [u8], seed: u8) -> Self {
        Self { rest: stream, longest: 1 << (seed % 8), random: u64::from(seed) }
    }

    /// One piece.
    pub fn whole(stream: &'a [u8]) -> Self {
        Self { rest: stream, longest: usize::MAX, random: 0 }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        // Knuth's constants; the upper bits are the random ones.
        self.random =
            self.random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let length = match self.longest {
            1 | usize::MAX => self.longest,
            longest => (self.random >> 33) as usize % (longest + 1),
        };
        let (piece, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        Some(piece)
    }
}
