//! The aggregates that are open inside each other.

use alloc::vec::Vec;

use crate::error::DecodeErrorKind as Kind;

/// The aggregates whose elements are still coming, outermost first.
#[derive(Clone, Debug)]
pub(super) struct Nesting {
    open: Vec<Level>,
}

/// An aggregate whose elements are still coming.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// Elements still to come; for streamed pairs, 1 between key and value.
    pub(super) left: u64,
    pub(super) kind: LevelKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LevelKind {
    /// An array, a set, a map, a push at the top.
    Counted,
    /// Attributes, or a push between the elements of an aggregate: not an element itself.
    OutOfBand,
    /// Ends at an end marker.
    Streamed,
    /// Ends at an end marker, in front of a key.
    StreamedPairs,
}

impl Level {
    /// What holds so many elements, more than none.
    #[inline]
    pub(super) const fn counted(elements: u64) -> Self {
        Self { left: elements, kind: LevelKind::Counted }
    }

    pub(super) const STREAMED: Self = Self { left: 0, kind: LevelKind::Streamed };
    pub(super) const STREAMED_PAIRS: Self = Self { left: 0, kind: LevelKind::StreamedPairs };
}

impl Nesting {
    pub(super) const fn new() -> Self {
        Self { open: Vec::new() }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    #[inline]
    pub(super) fn depth(&self) -> u64 {
        self.open.len() as u64
    }

    #[inline]
    pub(super) fn open(&mut self, level: Level) {
        self.open.push(level);
    }

    /// Counts an element where it belongs; true when it was the frame itself.
    #[inline]
    pub(super) fn element_ends(&mut self) -> bool {
        while let Some(level) = self.open.last_mut() {
            match level.kind {
                LevelKind::Streamed => return false,
                LevelKind::StreamedPairs => {
                    level.left ^= 1;
                    return false;
                }
                LevelKind::Counted | LevelKind::OutOfBand => {}
            }
            level.left -= 1;
            if level.left > 0 {
                return false;
            }
            let out_of_band = level.kind == LevelKind::OutOfBand;
            self.open.pop();
            if out_of_band {
                return false;
            }
        }
        true
    }

    /// Closes the innermost aggregate at its end marker, whose line then ends the aggregate as an
    /// element of the one around it.
    pub(super) fn end_marker(&mut self) -> Result<(), Kind> {
        match self.open.last_mut() {
            Some(Level { kind: LevelKind::Streamed, .. }) => {}
            Some(Level { kind: LevelKind::StreamedPairs, left: 0 }) => {}
            _ => return Err(Kind::UnexpectedEnd),
        }
        self.open.pop();
        Ok(())
    }
}
