//! Where encoded bytes go.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use bytes::{Buf, Bytes, BytesMut};

/// Something that the encoder appends to.
pub trait Out {
    /// Appends a copy of the bytes.
    fn put(&mut self, bytes: &[u8]);

    /// Appends bytes that may be kept as they are instead of copied.
    fn put_shared(&mut self, bytes: Bytes) {
        self.put(&bytes);
    }
}

impl Out for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl Out for BytesMut {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

impl<O: Out + ?Sized> Out for &mut O {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        (**self).put(bytes);
    }

    #[inline]
    fn put_shared(&mut self, bytes: Bytes) {
        (**self).put_shared(bytes);
    }
}

/// A queue of bytes to write: small pieces are gathered, large shared ones stay as they are, for
/// vectored writes.
///
/// Read it as a [`Buf`]: `chunks_vectored` (with the feature `std`) for the write,
/// [`advance`](Buf::advance) by what was written.
#[derive(Default)]
pub struct OutBuf {
    /// Full segments, first to be written first.
    segments: VecDeque<Bytes>,
    /// Bytes gathered behind them.
    tail: BytesMut,
    /// Bytes in all segments.
    queued: usize,
}

impl OutBuf {
    /// Shared pieces from this length on are queued without a copy. Below it a copy costs less
    /// than a segment of its own in a vectored write.
    pub const SHARE_FROM: usize = 16 * 1024;

    /// Nothing queued, nothing allocated.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes waiting to be written.
    #[inline]
    pub fn len(&self) -> usize {
        self.queued + self.tail.len()
    }

    /// Whether everything has been written.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves all of `other` to the end of this queue; a swap when this one is empty.
    pub fn append(&mut self, other: &mut Self) {
        if self.is_empty() {
            core::mem::swap(self, other);
            return;
        }
        if other.segments.is_empty() && other.tail.len() < Self::SHARE_FROM {
            self.tail.extend_from_slice(&other.tail);
            other.tail.clear();
            return;
        }
        self.seal();
        self.queued += other.queued;
        self.segments.append(&mut other.segments);
        self.tail = core::mem::take(&mut other.tail);
        other.queued = 0;
    }

    /// Gives back the memory if it is more than `capacity` bytes and nothing is queued.
    pub fn shrink(&mut self, capacity: usize) {
        if !self.is_empty() {
            return;
        }
        // What `capacity` says of a tail written in parts is only the last part's room.
        let gathered = self.tail.try_reclaim(capacity.saturating_add(1));
        let segments = self.segments.capacity().saturating_mul(size_of::<Bytes>()) > capacity;
        if gathered || segments {
            *self = Self::new();
        }
    }

    /// Makes a segment of the gathered bytes.
    fn seal(&mut self) {
        if !self.tail.is_empty() {
            self.queued += self.tail.len();
            self.segments.push_back(self.tail.split().freeze());
        }
    }
}

impl Out for OutBuf {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
    }

    fn put_shared(&mut self, bytes: Bytes) {
        if bytes.len() < Self::SHARE_FROM {
            return self.put(&bytes);
        }
        self.seal();
        self.queued += bytes.len();
        self.segments.push_back(bytes);
    }
}

impl Buf for OutBuf {
    fn remaining(&self) -> usize {
        self.len()
    }

    fn chunk(&self) -> &[u8] {
        self.segments.front().map_or(&self.tail, |segment| segment)
    }

    fn advance(&mut self, mut written: usize) {
        while let Some(segment) = self.segments.front_mut() {
            if written < segment.len() {
                segment.advance(written);
                self.queued -= written;
                return;
            }
            written -= segment.len();
            self.queued -= segment.len();
            self.segments.pop_front();
        }
        if written == self.tail.len() {
            // Keeps the memory for the next batch.
            self.tail.clear();
        } else {
            self.tail.advance(written);
        }
    }

    #[cfg(feature = "std")]
    fn chunks_vectored<'a>(&'a self, dst: &mut [std::io::IoSlice<'a>]) -> usize {
        let tail = (!self.tail.is_empty()).then_some(&self.tail[..]);
        let pieces = self.segments.iter().map(|segment| &segment[..]).chain(tail);
        let mut filled = 0;
        for (slot, piece) in dst.iter_mut().zip(pieces) {
            *slot = std::io::IoSlice::new(piece);
            filled += 1;
        }
        filled
    }
}

impl fmt::Debug for OutBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutBuf")
            .field("len", &self.len())
            .field("segments", &self.segments.len())
            .finish_non_exhaustive()
    }
}
