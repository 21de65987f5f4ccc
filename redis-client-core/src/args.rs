//! What some commands take besides text and numbers: one of several words, or words that belong
//! together.

use crate::request::Request;

/// An argument that may be several words.
#[allow(dead_code, reason = "for the groups to come")]
pub(crate) trait Words {
    /// Appends them.
    fn write(self, request: &mut Request);
}
