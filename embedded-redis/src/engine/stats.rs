//! What `INFO` counts.

use std::collections::BTreeMap;

use super::error::Error;

/// Counts since the start, or since `CONFIG RESETSTAT`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) connections: u64,
    pub(crate) rejected_connections: u64,
    pub(crate) commands: u64,
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) expired: u64,
    pub(crate) evicted: u64,
    pub(crate) peak_memory: usize,
    /// By the place of the command in the table.
    pub(crate) calls: Vec<Calls>,
    /// By the code of the error.
    pub(crate) errors: BTreeMap<Vec<u8>, u64>,
}

/// How often a command was run, and how that went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) run: u64,
    /// It was not run.
    pub(crate) rejected: u64,
    /// It was, and has answered with an error.
    pub(crate) failed: u64,
}

impl Stats {
    /// The counts of a command.
    #[inline]
    pub(crate) fn calls_of(&mut self, command: usize) -> &mut Calls {
        if command >= self.calls.len() {
            self.calls.resize(command + 1, Calls::default());
        }
        match self.calls.get_mut(command) {
            Some(calls) => calls,
            None => unreachable!("there are as many"),
        }
    }

    /// A client is answered with an error.
    #[cold]
    pub(crate) fn answered_with(&mut self, error: &Error) {
        let text = error.as_ref();
        let code = text.split(|byte| *byte == b' ').next().unwrap_or_default();
        if let Some(count) = self.errors.get_mut(code) {
            *count += 1;
        } else if self.errors.len() < MOST_CODES {
            self.errors.insert(code.to_vec(), 1);
        }
    }

    pub(crate) fn errors(&self) -> u64 {
        self.errors.values().sum()
    }
}

/// Scripts may make up codes.
const MOST_CODES: usize = 128;
