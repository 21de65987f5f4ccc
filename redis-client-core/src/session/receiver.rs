//! Input to frames, the half of a session that needs no knowledge of it.

use alloc::collections::VecDeque;

use bytes::BytesMut;
use resp_core::{DecodeError, Decoder, Frame, Limits};

/// Cuts a server's stream into frames for [`Session::handle_frame`](super::Session::handle_frame).
///
/// Apart from the session so that a driver can look for frames while others use the session.
#[derive(Clone, Debug)]
pub struct Receiver {
    decoder: Decoder,
    /// Found, and to be handed out before anything else.
    found: VecDeque<Frame>,
}

impl Receiver {
    /// Starts at the beginning of a stream.
    pub const fn new(limits: Limits) -> Self {
        Self { decoder: Decoder::new(limits), found: VecDeque::new() }
    }

    /// Takes the next frame off the front of the input; none if it isn't complete. Pushes that a
    /// server sent between the elements of a reply come as frames of their own, before it.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for input that is no RESP or that passes a limit; the same from then on.
    #[inline]
    pub fn receive(&mut self, input: &mut BytesMut) -> Result<Option<Frame>, DecodeError> {
        if let Some(frame) = self.found.pop_front() {
            return Ok(Some(frame));
        }
        let frame = self.decoder.decode(input)?;
        if !self.decoder.scanner().has_nested_push() {
            return Ok(frame);
        }
        Ok(frame.and_then(|frame| {
            self.found.extend(frame.as_frame().nested_pushes().map(|push| push.to_frame()));
            self.found.push_back(frame);
            self.found.pop_front()
        }))
    }

    /// How many bytes are missing at least for the next frame: the rest of a payload, else 1.
    pub const fn missing(&self) -> u64 {
        self.decoder.scanner().missing()
    }
}
