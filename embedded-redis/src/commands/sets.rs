//! Sets.

use super::Commands;

pub(super) const COMMANDS: Commands = &[];
