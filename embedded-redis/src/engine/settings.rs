//! What `CONFIG` sets.

use super::notify::Class;

/// How the server behaves. The names are those of `redis.conf`.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) databases: usize,
    /// Bytes; 0 is no limit.
    pub(crate) maxmemory: usize,
    pub(crate) notify: Class,
    pub(crate) password: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { databases: 16, maxmemory: 0, notify: Class::default(), password: None }
    }
}

impl Settings {
    /// Whether it matters when keys were used.
    #[inline]
    pub(crate) fn counts_usage(&self) -> bool {
        false
    }
}
