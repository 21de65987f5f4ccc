//! Where the password comes from that changes.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use adapter_core::{CredentialError, Credentials};

/// A token that the server asks for, and an application that may not have it yet.
///
/// (It is all in one thread; only the options want what several could use.)
#[derive(Debug, Default)]
pub(in crate::simulation) struct Vault {
    /// How often the token has changed.
    changes: AtomicUsize,
    /// How often the application still gives the one before.
    stale: AtomicUsize,
    /// How often it gives none.
    empty: AtomicUsize,
}

impl Vault {
    /// What the server asks for of those who connect from now on.
    pub(in crate::simulation) fn password(&self) -> String {
        token(self.changes.load(Relaxed))
    }

    /// Changes the token; the application takes notice after having been asked so many times.
    pub(in crate::simulation) fn change(&self, empty: usize, stale: usize) {
        self.changes.fetch_add(1, Relaxed);
        self.empty.store(empty, Relaxed);
        self.stale.store(stale, Relaxed);
    }

    /// What the application has.
    pub(super) fn ask(&self) -> Result<Credentials, CredentialError> {
        if take(&self.empty) {
            return Err(CredentialError::new("the vault is closed"));
        }
        let changes = self.changes.load(Relaxed);
        let is_stale = take(&self.stale);
        Ok(Credentials::password(token(changes.saturating_sub(usize::from(is_stale)))))
    }
}

/// One less, if there is any.
fn take(number: &AtomicUsize) -> bool {
    number.fetch_update(Relaxed, Relaxed, |number| number.checked_sub(1)).is_ok()
}

fn token(change: usize) -> String {
    format!("token {change}")
}
