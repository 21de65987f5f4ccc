//! The decoder: frames out of a stream, borrowed or owned.

use bytes::{Buf, BytesMut};

use crate::error::DecodeError;
use crate::frame::{Frame, FrameRef};
use crate::limits::Limits;
use crate::scan::{Scan, Scanner};

/// Cuts a stream into frames.
///
/// The caller owns the buffer and appends to it what arrives. Each call takes up where the last
/// one stopped, so no byte is scanned again because more have come, and a frame is the same
/// whatever the pieces were. So what has been shown of an unfinished frame must stay as it is, in
/// front of what follows: a caller that changes it gets a frame of bytes that nobody checked, whose
/// values mean nothing, and one that takes it away gets none.
///
/// Use [`decode`](Self::decode) for frames that outlive the buffer, [`decode_ref`](Self::decode_ref)
/// for frames read in place, and not both in the middle of one frame. To find boundaries without
/// keeping any bytes, use a [`Scanner`].
///
/// ```
/// use bytes::BytesMut;
/// use resp_core::{Decoder, Limits, View};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let mut input = BytesMut::from("$5\r\nhel");
/// assert_eq!(decoder.decode(&mut input)?, None);
///
/// input.extend_from_slice(b"lo\r\n:1\r\n");
/// let frame = decoder.decode(&mut input)?.expect("complete");
/// assert_eq!(frame.view(), View::BulkString(b"hello"));
/// assert_eq!(input, ":1\r\n");
/// # Ok::<(), resp_core::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    scanner: Scanner,
}

impl Decoder {
    /// Starts at the beginning of a stream.
    pub const fn new(limits: Limits) -> Self {
        Self { scanner: Scanner::new(limits) }
    }

    /// Takes the next frame off the front of the input; none if it isn't complete.
    ///
    /// Frames of up to [`Frame::INLINE`] bytes are copied, larger ones share the buffer's memory.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for input that is no RESP or that passes a limit; the same from then on.
    #[inline]
    pub fn decode(&mut self, input: &mut BytesMut) -> Result<Option<Frame>, DecodeError> {
        let Some(length) = self.scan(input)? else { return Ok(None) };
        if let Some(frame) = Frame::inline(input, length) {
            input.advance(length);
            return Ok(Some(frame));
        }
        Ok(Some(Frame::from_checked(input.split_to(length).freeze())))
    }

    /// Reads the frame at the front of the input in place; none if it isn't complete. The caller
    /// drops the [`len`](FrameRef::len) bytes of it before the next call.
    ///
    /// ```
    /// # use resp_core::{Decoder, Limits, View};
    /// let mut decoder = Decoder::new(Limits::default());
    /// let mut input: &[u8] = b":1\r\n:2\r\n";
    /// let mut sum = 0;
    /// while let Some(frame) = decoder.decode_ref(input)? {
    ///     if let View::Integer(value) = frame.view() {
    ///         sum += value;
    ///     }
    ///     input = &input[frame.len()..];
    /// }
    /// assert_eq!(sum, 3);
    /// # Ok::<(), resp_core::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for input that is no RESP or that passes a limit; the same from then on.
    #[inline]
    pub fn decode_ref<'a>(&mut self, input: &'a [u8]) -> Result<Option<FrameRef<'a>>, DecodeError> {
        let Some(length) = self.scan(input)? else { return Ok(None) };
        Ok(input.get(..length).map(FrameRef::from_checked))
    }

    /// The scanner underneath, for where it is in the stream.
    pub const fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// The length of the frame at the front of the input, if it is complete.
    #[inline(always)]
    fn scan(&mut self, input: &[u8]) -> Result<Option<usize>, DecodeError> {
        // The input begins with what the scanner has seen of an unfinished frame. A caller that
        // dropped some of it gets nothing until it is back.
        let seen = self.scanner.scanned();
        match self.scanner.scan(input.get(seen..).unwrap_or_default())? {
            Scan::Frame { length } => Ok(Some(seen + length)),
            Scan::Incomplete => Ok(None),
        }
    }
}
