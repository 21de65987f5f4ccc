//! Who goes when memory runs out.

/// An eviction policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    VolatileLru,
    VolatileLfu,
    VolatileRandom,
    VolatileTtl,
    AllkeysLru,
    AllkeysLfu,
    AllkeysRandom,
    NoEviction,
}

impl Policy {
    /// All of them with their names, in the order in which Redis tells them.
    pub(super) const ALL: [(Self, &'static str); 8] = [
        (Self::VolatileLru, "volatile-lru"),
        (Self::VolatileLfu, "volatile-lfu"),
        (Self::VolatileRandom, "volatile-random"),
        (Self::VolatileTtl, "volatile-ttl"),
        (Self::AllkeysLru, "allkeys-lru"),
        (Self::AllkeysLfu, "allkeys-lfu"),
        (Self::AllkeysRandom, "allkeys-random"),
        (Self::NoEviction, "noeviction"),
    ];

    pub(crate) fn name(self) -> &'static str {
        let mut all = Self::ALL.into_iter();
        all.find(|(policy, _)| *policy == self).map_or("", |(_, name)| name)
    }

    /// Whether only keys that have a deadline go.
    pub(crate) fn is_volatile(self) -> bool {
        matches!(
            self,
            Self::VolatileLru | Self::VolatileLfu | Self::VolatileRandom | Self::VolatileTtl
        )
    }

    /// Whether those go that were used least often.
    pub(crate) fn is_lfu(self) -> bool {
        matches!(self, Self::VolatileLfu | Self::AllkeysLfu)
    }

    /// Whether those go that were not used for the longest time.
    pub(crate) fn is_lru(self) -> bool {
        matches!(self, Self::VolatileLru | Self::AllkeysLru)
    }

    /// Whether it matters when, or how often, keys were used.
    #[inline]
    pub(crate) fn counts_usage(self) -> bool {
        self.is_lru() || self.is_lfu()
    }
}
