//! Bitmaps.

use super::Commands;

pub(super) const COMMANDS: Commands = &[];
