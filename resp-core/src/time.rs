//! What the machines of both sides take for time.

use core::ops::Add;
use core::time::Duration;

/// A moment on a monotonic clock, as time since an epoch of the driver's choice.
///
/// The machines built on this codec never read a clock: every call that needs the time is told.
///
/// ```
/// use core::time::Duration;
/// use resp_core::Time;
///
/// let later = Time::ZERO + Duration::from_secs(2);
/// assert_eq!(later.since(Time::ZERO), Duration::from_secs(2));
/// assert_eq!(Time::ZERO.since(later), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    nanos: u64,
}

impl Time {
    /// The epoch itself.
    pub const ZERO: Self = Self { nanos: 0 };

    /// So long after the epoch. 584 years at the most; longer counts as that.
    pub fn from_epoch(elapsed: Duration) -> Self {
        Self { nanos: u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX) }
    }

    /// The time since the epoch.
    pub const fn to_epoch(self) -> Duration {
        Duration::from_nanos(self.nanos)
    }

    /// The time from `earlier` to this moment; zero if `earlier` is the later one.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.nanos.saturating_sub(earlier.nanos))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self { nanos: self.nanos.saturating_add(nanos) }
    }
}
