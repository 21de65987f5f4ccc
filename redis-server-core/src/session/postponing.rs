//! Commands that are put back in line.

use core::mem;

use bytes::{Buf, BytesMut};

use super::Session;

impl Session {
    /// Puts the latest request back in line, as [`Action::Postpone`](crate::Action::Postpone) asks
    /// for: it comes again when the session is to [`resume`](Self::resume), and nothing until then.
    pub fn postpone(&mut self, input: &mut BytesMut) {
        if self.latest < self.taken {
            self.postponed = self.taken - self.latest;
            self.taken = self.latest;
        } else {
            self.postponed = self.shared.len();
            self.put_back(input);
        }
    }

    /// Goes on with a command that was postponed; without one it does nothing.
    pub fn resume(&mut self) {
        self.postponed = 0;
    }

    /// Bytes of the input that are a command put back in line.
    #[must_use]
    pub fn postponed(&self) -> usize {
        self.postponed
    }

    /// Whether nobody would hear of the command that is waited for if the client hung up.
    pub(super) fn is_waited_for(&self) -> bool {
        self.output.is_blocked() || self.postponed > 0
    }

    /// Puts a large request, which was taken out of the input, back in front of the rest.
    #[cold]
    fn put_back(&mut self, input: &mut BytesMut) {
        input.advance(self.taken.min(input.len()));
        self.taken = 0;
        self.dropped = 0;
        let request = mem::take(&mut self.shared);
        let mut whole = request.try_into_mut().unwrap_or_else(|kept| BytesMut::from(&kept[..]));
        whole.extend_from_slice(input);
        *input = whole;
    }
}
