//! What some commands answer with besides text, numbers and lists of them.

mod keys;
mod string;

pub use keys::Migrated;
pub use string::{Lcs, LcsMatch};
