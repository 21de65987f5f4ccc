//! What the fuzz targets share: cutting a stream into pieces, and counting memory.

use testkit::chunking::{Chunking, SplitMix64};
use testkit::counting_alloc::{CountingAlloc, measure};

/// The pieces that a connection might deliver a stream in, of lengths that a seed decides: some
/// short, some empty, some the rest. The seed's remainder by 8 says how long they may get, 1 byte
/// for an ASCII `0`; all of it says which lengths they have.
pub fn chunking(length: usize, seed: u8) -> Chunking {
    let longest = 1 << (seed % 8);
    let mut random = SplitMix64::new(seed.into());
    let mut cuts = Vec::new();
    let mut at = 0;
    while at < length {
        at += if longest == 1 { 1 } else { random.below(longest + 1) };
        cuts.push(at.min(length));
    }
    Chunking::at(cuts)
}

/// One piece.
pub fn whole() -> Chunking {
    Chunking::at([])
}

/// What `run` returns, and how many bytes it had allocated at most at any moment: a length that a
/// peer declares and never sends can't reserve memory unnoticed.
pub fn peak_of<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let (result, allocations) = measure(run);
    (result, allocations.peak as usize)
}

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;
