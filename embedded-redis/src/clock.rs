//! What time it is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that a test can move: the system's with an offset, or one that stands still.
#[derive(Clone)]
pub(crate) struct Clock {
    /// Nanoseconds to be added.
    ahead: Arc<AtomicU64>,
    /// Whether the system's clock is what they are added to.
    runs: bool,
}

impl Clock {
    /// The system's clock.
    pub(crate) fn running() -> Self {
        Self { ahead: Arc::default(), runs: true }
    }

    /// One that stands at that time since the beginning of 1970 until it is moved.
    pub(crate) fn standing_at(time: Duration) -> Self {
        Self { ahead: Arc::new(AtomicU64::new(nanos(time))), runs: false }
    }

    /// One that shows the same and is moved by itself.
    pub(crate) fn another(&self) -> Self {
        Self {
            ahead: Arc::new(AtomicU64::new(self.ahead.load(Ordering::Relaxed))),
            runs: self.runs,
        }
    }

    /// The time since the beginning of 1970.
    #[inline]
    pub(crate) fn now(&self) -> Duration {
        let ahead = Duration::from_nanos(self.ahead.load(Ordering::Relaxed));
        if self.runs {
            SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + ahead
        } else {
            ahead
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(nanos(by), Ordering::Relaxed);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).field("runs", &self.runs).finish()
    }
}

/// For the next 500 years.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}
