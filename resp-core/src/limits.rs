//! What a peer may make the decoder accept.

/// Bounds on what one frame may hold, checked before anything is stored.
///
/// Lengths that a peer declares reserve no memory: a bound refuses early what would be refused
/// anyway once the bytes have come.
///
/// ```
/// use resp_core::Limits;
///
/// let limits = Limits::default().depth(16).bulk(1024 * 1024);
/// assert_eq!(limits, Limits { depth: 16, bulk: 1024 * 1024, ..Limits::default() });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Aggregates open inside each other. Redis's own replies stay below 10.
    pub depth: u32,
    /// Bytes in one bulk string, bulk error, verbatim string or chunk of a streamed string.
    pub bulk: u64,
    /// Elements of one aggregate; pairs in a map.
    pub aggregate: u32,
    /// Bytes in one simple string, simple error, double or big number, without the CRLF.
    pub line: u32,
    /// Bytes in one whole frame, from its type byte to its last CRLF.
    pub frame: u64,
}

impl Limits {
    /// Sets the greatest nesting depth. Whoever walks a frame level by level passes over what is
    /// innermost once for each level around it: the product of this and a frame's length bounds
    /// what that takes.
    #[must_use]
    pub const fn depth(mut self, aggregates: u32) -> Self {
        self.depth = aggregates;
        self
    }

    /// Sets the greatest length of a bulk string, in bytes.
    #[must_use]
    pub const fn bulk(mut self, bytes: u64) -> Self {
        self.bulk = bytes;
        self
    }

    /// Sets the greatest number of elements (pairs, for a map) in an aggregate.
    #[must_use]
    pub const fn aggregate(mut self, elements: u32) -> Self {
        self.aggregate = elements;
        self
    }

    /// Sets the greatest length of a line, in bytes.
    #[must_use]
    pub const fn line(mut self, bytes: u32) -> Self {
        self.line = bytes;
        self
    }

    /// Sets the greatest length of a whole frame, in bytes.
    #[must_use]
    pub const fn frame(mut self, bytes: u64) -> Self {
        self.frame = bytes;
        self
    }
}

impl Default for Limits {
    /// Depth 128, bulk 512 MiB (`proto-max-bulk-len`), aggregate 2^31 - 1, line 64 KiB, frame 1 GiB.
    fn default() -> Self {
        Self {
            depth: 128,
            bulk: 512 * MIB,
            aggregate: i32::MAX as u32,
            line: 64 * 1024,
            frame: 1024 * MIB,
        }
    }
}

const MIB: u64 = 1024 * 1024;
