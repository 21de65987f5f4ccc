//! How much keys are used, and who goes when memory runs out.

use super::context::{Context, Data};
use crate::keyspace::Place;

impl Data<'_> {
    /// The key was used.
    #[cold]
    pub(crate) fn used(&mut self, _place: Place) {}

    /// The key is new.
    #[inline]
    pub(crate) fn start_usage(&mut self, _place: Place) {}
}

impl Context<'_> {
    /// Whether there is too little memory for a command that needs more, though others were evicted.
    #[inline]
    pub(crate) fn out_of_memory(&mut self) -> bool {
        false
    }
}
