//! What `CONFIG` sets.

use super::eviction::Policy;
use super::notify::Class;

/// How the server behaves. The names are those of `redis.conf`.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) databases: usize,
    /// Bytes; 0 is no limit.
    pub(crate) maxmemory: usize,
    pub(crate) maxmemory_policy: Policy,
    /// Keys of which the best to be evicted is chosen.
    pub(crate) maxmemory_samples: usize,
    pub(crate) lfu_log_factor: u32,
    /// Minutes.
    pub(crate) lfu_decay_time: u32,
    pub(crate) notify: Class,
    pub(crate) password: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            databases: 16,
            maxmemory: 0,
            maxmemory_policy: Policy::default(),
            maxmemory_samples: 5,
            lfu_log_factor: 10,
            lfu_decay_time: 1,
            notify: Class::default(),
            password: None,
        }
    }
}

impl Settings {
    /// Whether Redis would have small integers once for all keys: not if each has to know when it
    /// was used.
    pub(crate) fn shares_integers(&self) -> bool {
        self.maxmemory == 0 || !self.maxmemory_policy.counts_usage()
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
