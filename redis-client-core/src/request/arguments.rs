//! Reading a request's arguments back.

use core::fmt;

use super::encoded::{Encoded, Piece, first_argument};

/// The arguments of a request, the name first.
#[derive(Clone)]
pub struct Arguments<'a> {
    /// What is left of the piece that is being read.
    rest: &'a [u8],
    pieces: core::slice::Iter<'a, Piece>,
}

impl<'a> Arguments<'a> {
    pub(super) fn of(encoded: &'a Encoded) -> Self {
        let (rest, pieces) = match encoded {
            Encoded::Segments(pieces) => (&[][..], pieces.as_slice()),
            _ => (encoded.contiguous(), &[][..]),
        };
        Self { rest, pieces: pieces.iter() }
    }
}

/// Says nothing of them: they may be secrets.
impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments").finish_non_exhaustive()
    }
}

impl<'a> Iterator for Arguments<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while self.rest.is_empty() {
            self.rest = self.pieces.next()?.as_ref();
        }
        let (argument, rest) = first_argument(self.rest);
        let head_only = argument.is_empty() && !self.rest.ends_with(b"$0\r\n\r\n");
        if head_only
            && rest.is_empty()
            && let Some(Piece::Shared(shared)) = self.pieces.next()
        {
            // Behind the shared bytes comes the end of their line.
            let behind = self.pieces.next().map_or(&[][..], AsRef::as_ref);
            self.rest = behind.get(2..).unwrap_or_default();
            return Some(shared);
        }
        self.rest = rest;
        Some(argument)
    }
}
