//! What time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The system's clock, or one that a test moves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    /// Milliseconds that it is ahead.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The time since the beginning of 1970.
    #[inline]
    pub(crate) fn now(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ahead = self.ahead.load(Ordering::Relaxed);
        now + Duration::from_millis(ahead.unsigned_abs())
    }

    pub(crate) fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.ahead.fetch_add(millis, Ordering::Relaxed);
    }
}
