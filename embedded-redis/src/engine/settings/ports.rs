//! Ports that the system chooses.

use std::sync::{Arc, OnceLock};

/// Those that a server has got, which is known only when it listens: all who share these learn it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ports(Arc<OnceLock<Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    plain: u16,
    tls: u16,
}

impl Ports {
    /// Says them, once; 0 is none.
    pub(super) fn found(&self, plain: u16, tls: u16) {
        let _ = self.0.set(Numbers { plain, tls });
    }

    pub(super) fn plain(&self) -> u16 {
        self.0.get().map_or(0, |numbers| numbers.plain)
    }

    pub(super) fn tls(&self) -> u16 {
        self.0.get().map_or(0, |numbers| numbers.tls)
    }
}
