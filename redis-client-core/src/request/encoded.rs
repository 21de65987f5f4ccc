//! Encoded arguments: inline, on the heap, or with shared segments.

use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::{Out, OutBuf};

/// The arguments as bulk strings, without the array's head.
#[derive(Clone)]
pub(super) enum Encoded {
    Inline {
        length: u8,
        bytes: [u8; INLINE],
    },
    Heap(Vec<u8>),
    /// With shared segments.
    Segments(Vec<Piece>),
}

#[derive(Clone)]
pub(super) enum Piece {
    Copied(Vec<u8>),
    Shared(Bytes),
}

impl Encoded {
    /// Nothing.
    pub(super) const EMPTY: Self = Self::Inline { length: 0, bytes: [0; INLINE] };

    #[inline]
    pub(super) fn write(&self, out: &mut OutBuf) {
        match self {
            Self::Inline { .. } | Self::Heap(_) => out.put(self.contiguous()),
            Self::Segments(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Copied(bytes) => out.put(bytes),
                        Piece::Shared(bytes) => out.put_shared(bytes.clone()),
                    }
                }
            }
        }
    }

    /// In bytes.
    #[inline]
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Inline { length, .. } => usize::from(*length),
            Self::Heap(bytes) => bytes.len(),
            Self::Segments(pieces) => pieces.iter().map(|piece| piece.as_ref().len()).sum(),
        }
    }

    /// Moves what is behind `end` in front of what is between `start` and `end`.
    pub(super) fn rotate(&mut self, start: usize, end: usize) {
        let bytes = match self {
            Self::Inline { length, bytes } => bytes.get_mut(start..usize::from(*length)),
            Self::Heap(bytes) => bytes.get_mut(start..),
            Self::Segments(pieces) => return rotate_pieces(pieces, start, end),
        };
        if let Some(bytes) = bytes.filter(|bytes| end - start <= bytes.len()) {
            bytes.rotate_left(end - start);
        }
    }

    /// The bytes, as far as they are copied.
    #[inline]
    pub(super) fn contiguous(&self) -> &[u8] {
        match self {
            Self::Inline { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or(bytes),
            Self::Heap(bytes) => bytes,
            Self::Segments(pieces) => match pieces.first() {
                Some(Piece::Copied(bytes)) => bytes,
                _ => &[],
            },
        }
    }

    #[cold]
    fn put_behind(&mut self, bytes: &[u8]) {
        match self {
            Self::Inline { .. } => {
                let held = self.contiguous();
                let mut heap = Vec::with_capacity(held.len() + bytes.len() + SPARE);
                heap.extend_from_slice(held);
                heap.extend_from_slice(bytes);
                *self = Self::Heap(heap);
            }
            Self::Heap(heap) => heap.extend_from_slice(bytes),
            Self::Segments(pieces) => match pieces.last_mut() {
                Some(Piece::Copied(last)) => last.extend_from_slice(bytes),
                _ => pieces.push(Piece::Copied(bytes.to_vec())),
            },
        }
    }
}

impl Out for Encoded {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        if let Self::Inline { length, bytes: held } = self {
            let start = usize::from(*length);
            let end = start + bytes.len();
            if let Some(place) = held.get_mut(start..end) {
                place.copy_from_slice(bytes);
                // At most INLINE, which a u8 holds.
                *length = end as u8;
                return;
            }
        }
        self.put_behind(bytes);
    }

    fn put_shared(&mut self, bytes: Bytes) {
        if bytes.len() < OutBuf::SHARE_FROM {
            return self.put(&bytes);
        }
        if !matches!(self, Self::Segments(_)) {
            let copied = match self {
                Self::Heap(heap) => core::mem::take(heap),
                _ => self.contiguous().to_vec(),
            };
            *self = Self::Segments(alloc::vec![Piece::Copied(copied)]);
        }
        if let Self::Segments(pieces) = self {
            pieces.push(Piece::Shared(bytes));
        }
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

fn rotate_pieces(pieces: &mut Vec<Piece>, start: usize, end: usize) {
    let first = split(pieces, start);
    let behind = split(pieces, end);
    if let Some(moved) = pieces.get_mut(first..) {
        moved.rotate_left(behind.saturating_sub(first));
    }
}

/// Has a piece begin at this byte, and tells which.
fn split(pieces: &mut Vec<Piece>, mut at: usize) -> usize {
    for (index, piece) in pieces.iter_mut().enumerate() {
        let length = piece.as_ref().len();
        if at == 0 {
            return index;
        }
        if at < length {
            let rest = match piece {
                Piece::Copied(bytes) => Piece::Copied(bytes.split_off(at)),
                Piece::Shared(bytes) => Piece::Shared(bytes.split_off(at)),
            };
            pieces.insert(index + 1, rest);
            return index + 1;
        }
        at -= length;
    }
    pieces.len()
}

/// The bulk string at the start of encoded arguments, and what follows it.
pub(super) fn first_argument(encoded: &[u8]) -> (&[u8], &[u8]) {
    let head = encoded.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let length = encoded
        .get(1..head.saturating_sub(2))
        .and_then(|digits| core::str::from_utf8(digits).ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    let payload = encoded.get(head..).unwrap_or_default();
    let argument = payload.get(..length).unwrap_or(payload);
    (argument, payload.get(length + 2..).unwrap_or_default())
}

/// Encoded bytes held without an allocation: most commands with a key and a small value. A request
/// is 128 bytes then, which compilers move without a call.
const INLINE: usize = 86;

/// Room for the arguments that usually follow when a request outgrows its inline bytes.
const SPARE: usize = 128;
