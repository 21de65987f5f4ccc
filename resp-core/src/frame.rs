//! Frames: checked bytes, and views into them.

mod print;
mod token;
mod view;

use bytes::Bytes;

use crate::decode::Decoder;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::limits::Limits;
use token::Token;
pub use view::{Chunks, Elements, Pairs, Pushes, View};

/// One complete frame that owns its bytes.
///
/// It is the checked bytes themselves, not a tree of values: small frames are held inline, larger
/// ones share the read buffer. So cloning, dropping, comparing and printing take no recursion
/// however deep the nesting, and a frame costs no allocation whatever it holds.
/// [`view`](Self::view) reads what is in it.
///
/// A frame above [`Frame::INLINE`] bytes, and the [`Bytes`] taken out of it, keep the read buffer
/// they came in alive. Copy what you keep for long.
#[derive(Clone)]
pub struct Frame {
    repr: Repr,
}

#[derive(Clone)]
enum Repr {
    Inline { length: u8, bytes: [u8; Frame::INLINE] },
    Shared(Bytes),
}

impl Frame {
    /// Frames up to this length, in bytes, are held without an allocation or a reference count.
    pub const INLINE: usize = 46;

    /// Reads exactly one frame, with default [`Limits`].
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for bytes that are no frame, part of one, or more than one.
    ///
    /// ```
    /// # use resp_core::{Frame, View};
    /// let frame = Frame::parse(":42\r\n")?;
    /// assert_eq!(frame.view(), View::Integer(42));
    /// # Ok::<(), resp_core::DecodeError>(())
    /// ```
    pub fn parse(bytes: impl Into<Bytes>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        let mut decoder = Decoder::new(Limits::default());
        match decoder.decode_ref(&bytes)?.map(|frame| frame.len()) {
            Some(length) if length == bytes.len() => Ok(Self::from_checked(bytes)),
            Some(length) => {
                Err(DecodeError { offset: length as u64, kind: DecodeErrorKind::TrailingBytes })
            }
            None => {
                Err(DecodeError { offset: bytes.len() as u64, kind: DecodeErrorKind::Incomplete })
            }
        }
    }

    /// Takes bytes that the scanner has found to be one frame.
    #[inline]
    pub(crate) fn from_checked(bytes: Bytes) -> Self {
        Self::inline(&bytes, bytes.len()).unwrap_or(Self { repr: Repr::Shared(bytes) })
    }

    /// Copies the frame of `length` bytes that the scanner has found at the start of the input, if
    /// they are few.
    #[inline]
    pub(crate) fn inline(input: &[u8], length: usize) -> Option<Self> {
        if length > Self::INLINE {
            return None;
        }
        let bytes = match input.first_chunk() {
            // A copy of fixed length is a few instructions; nobody sees what it takes along.
            Some(chunk) => *chunk,
            None => {
                let mut bytes = [0; Self::INLINE];
                bytes.get_mut(..length)?.copy_from_slice(input.get(..length)?);
                bytes
            }
        };
        // At most INLINE, which a u8 holds.
        Some(Self { repr: Repr::Inline { length: length as u8, bytes } })
    }

    /// The frame, borrowed.
    #[inline]
    pub fn as_frame(&self) -> FrameRef<'_> {
        match &self.repr {
            Repr::Inline { length, bytes } => {
                FrameRef { bytes: bytes.get(..usize::from(*length)).unwrap_or(bytes), owner: None }
            }
            Repr::Shared(bytes) => FrameRef { bytes, owner: Some(bytes) },
        }
    }

    /// What the frame holds.
    #[inline]
    pub fn view(&self) -> View<'_> {
        self.as_frame().view()
    }

    /// The frame as it came over the wire.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.as_frame().bytes
    }

    /// The frame as it came over the wire; a copy only where it is held inline.
    pub fn into_bytes(self) -> Bytes {
        match self.repr {
            Repr::Inline { .. } => Bytes::copy_from_slice(self.as_bytes()),
            Repr::Shared(bytes) => bytes,
        }
    }
}

/// One complete frame within checked bytes.
///
/// Two are equal when they hold the same values in the same types; a double equals another
/// whatever its digits, NaN included, and every null is alike. What is streamed differs from what is
/// counted.
#[derive(Clone, Copy)]
pub struct FrameRef<'a> {
    /// Attributes first, if there are any.
    bytes: &'a [u8],
    /// What the bytes are a slice of, if it is shared.
    owner: Option<&'a Bytes>,
}

impl<'a> FrameRef<'a> {
    /// Wraps bytes that the scanner has found to be one frame.
    #[inline]
    pub(crate) const fn from_checked(bytes: &'a [u8]) -> Self {
        Self { bytes, owner: None }
    }

    /// How many bytes the frame takes on the wire.
    #[inline]
    #[expect(clippy::len_without_is_empty, reason = "a frame has a type byte at least")]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The frame as it came over the wire.
    #[inline]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether it is an error, of either type.
    #[inline]
    pub fn is_error(&self) -> bool {
        match self.bytes.first() {
            Some(b'-' | b'!') => true,
            Some(b'|') => matches!(self.type_byte(), b'-' | b'!'),
            _ => false,
        }
    }

    /// Whether it is null, of any type.
    #[inline]
    pub fn is_null(&self) -> bool {
        matches!(self.body(), [b'_', ..] | [b'$' | b'*', b'-', ..])
    }

    /// The byte that tells the frame's type, its attributes skipped.
    #[inline]
    pub fn type_byte(&self) -> u8 {
        self.body().first().copied().unwrap_or(b'_')
    }

    /// Makes a slice of this frame own its memory: shared with the read buffer where the frame
    /// is, else copied.
    ///
    /// ```
    /// # use resp_core::{Frame, View};
    /// let frame = Frame::parse("$5\r\nhello\r\n")?;
    /// let View::BulkString(text) = frame.view() else { panic!() };
    /// let owned: bytes::Bytes = frame.as_frame().to_shared(text);
    /// assert_eq!(owned, "hello");
    /// # Ok::<(), resp_core::DecodeError>(())
    /// ```
    #[inline]
    pub fn to_shared(&self, part: &[u8]) -> Bytes {
        let shared = self.owner.and_then(|owner| {
            let start = part.as_ptr().addr().checked_sub(owner.as_ptr().addr())?;
            let within = start.checked_add(part.len())? <= owner.len();
            (within && !part.is_empty()).then(|| owner.slice(start..start + part.len()))
        });
        shared.unwrap_or_else(|| Bytes::copy_from_slice(part))
    }

    /// Makes the frame own its bytes.
    pub fn to_frame(&self) -> Frame {
        Frame::inline(self.bytes, self.bytes.len())
            .unwrap_or_else(|| Frame { repr: Repr::Shared(self.to_shared(self.bytes)) })
    }

    /// Other checked bytes of the same owner.
    const fn sibling(&self, bytes: &'a [u8]) -> Self {
        Self { bytes, owner: self.owner }
    }
}

impl PartialEq for FrameRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.bytes, other.bytes);
        if left == right {
            return true;
        }
        // Equal tokens open equal aggregates, so the order of tokens is all there is to compare.
        loop {
            match (Token::read(left), Token::read(right)) {
                (Some((one, left_rest)), Some((two, right_rest))) if one == two => {
                    (left, right) = (left_rest, right_rest);
                }
                (None, None) => return true,
                _ => return false,
            }
        }
    }
}

impl Eq for FrameRef<'_> {}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Line(b',', one), Self::Line(b',', two)) => {
                let (one, two) = (view::double(one), view::double(two));
                one == two || (one.is_nan() && two.is_nan())
            }
            (Self::Line(one_kind, one), Self::Line(two_kind, two))
            | (Self::Payload(one_kind, one), Self::Payload(two_kind, two)) => {
                one_kind == two_kind && one == two
            }
            (Self::Integer(one), Self::Integer(two)) => one == two,
            (Self::Open(one_kind, one), Self::Open(two_kind, two)) => {
                one_kind == two_kind && one == two
            }
            (Self::Chunk(one), Self::Chunk(two)) => one == two,
            (Self::Null, Self::Null)
            | (Self::OpenChunks, Self::OpenChunks)
            | (Self::End, Self::End) => true,
            _ => false,
        }
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.as_frame() == other.as_frame()
    }
}

impl Eq for Frame {}

#[cfg(test)]
mod tests;
