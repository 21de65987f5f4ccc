//! What has to wait until nothing is locked.

use std::task::Waker;

/// Wakers to be called or dropped out of the lock. Either may run an executor's code, and that a
/// future's `Drop`, which locks again.
#[derive(Debug, Default)]
#[must_use = "somebody waits to be woken"]
pub(crate) struct Later {
    pub(crate) wake: Vec<Waker>,
    drop: Vec<Waker>,
}

impl Later {
    pub(crate) fn drop_later(&mut self, waker: impl Into<Option<Waker>>) {
        self.drop.extend(waker.into());
    }

    /// Does it now.
    #[inline]
    pub(crate) fn run(self) {
        // Seldom is there anything.
        if !self.wake.is_empty() {
            self.wake_all();
        }
    }

    #[cold]
    fn wake_all(self) {
        for waker in self.wake {
            waker.wake();
        }
    }
}
