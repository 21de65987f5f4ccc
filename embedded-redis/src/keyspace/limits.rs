//! Up to where Redis packs collections.

/// When a collection becomes what Redis stores in another way, and never goes back. It matters for what
/// commands say, `OBJECT ENCODING` above all, and for the order in which members come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) hash: Listpack,
    pub(crate) sorted_set: Listpack,
    /// `set-max-intset-entries`
    pub(crate) integers: usize,
}

/// Up to where a collection is a listpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listpack {
    /// How many are in it: `hash-max-listpack-entries`, `zset-max-listpack-entries`.
    pub(crate) entries: usize,
    /// Bytes of the longest: `hash-max-listpack-value`, `zset-max-listpack-value`.
    pub(crate) value: usize,
}

impl Limits {
    /// Those of Redis 7.0.
    pub(crate) const DEFAULT: Self = Self {
        hash: Listpack { entries: 512, value: 64 },
        sorted_set: Listpack { entries: 128, value: 64 },
        integers: 512,
    };
}
