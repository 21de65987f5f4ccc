//! What `CONFIG` sets.

use std::time::Duration;

use super::notify::Class;

/// How the server behaves. The names are those of `redis.conf`.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) databases: usize,
    /// Bytes; 0 is no limit.
    pub(crate) maxmemory: usize,
    pub(crate) notify: Class,
    pub(crate) password: Option<String>,
    /// How long a script may run; zero is no limit. Redis lets it run on and answers others with
    /// `BUSY`, which a server of one thread can't.
    pub(crate) lua_time_limit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            databases: 16,
            maxmemory: 0,
            notify: Class::default(),
            password: None,
            lua_time_limit: Duration::from_secs(5),
        }
    }
}

impl Settings {
    /// Whether it matters when keys were used.
    #[inline]
    pub(crate) fn counts_usage(&self) -> bool {
        false
    }

    /// Sets a parameter.
    ///
    /// # Errors
    ///
    /// What is wrong, as a sentence.
    pub(crate) fn set(&mut self, name: &[u8], value: &[u8]) -> Result<(), String> {
        let _ = value;
        Err(format!("there is no parameter {:?}", String::from_utf8_lossy(name)))
    }
}
