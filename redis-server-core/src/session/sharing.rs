//! Large requests, whose arguments share memory with the read buffer.

use core::mem;

use bytes::BytesMut;
use resp_core::request::{Place, RequestKind};

use super::Session;

impl Session {
    /// Whether the arguments of a large request may share memory with the read buffer: they are in
    /// it, as those of an inline request with quotes are not, and it holds not much else.
    #[cold]
    pub(super) fn is_shared(&self, input: &BytesMut, place: &Place) -> bool {
        let memory = input.capacity().saturating_add(self.dropped);
        place.kind() == RequestKind::Multibulk && place.len() >= memory / 2
    }

    /// Gives the driver the memory of a large request back, if no argument was kept.
    #[cold]
    pub(super) fn recycle(&mut self, input: &mut BytesMut) {
        if let Ok(mut memory) = mem::take(&mut self.shared).try_into_mut()
            && input.is_empty()
        {
            memory.clear();
            *input = memory;
        }
    }
}

/// Requests from this size on are taken out of the read buffer, so that their arguments can be
/// kept without a copy: Redis's `PROTO_MBULK_BIG_ARG`.
pub(super) const SHARE_FROM: usize = 32 * 1024;
