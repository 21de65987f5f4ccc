//! What commands are flagged as.

use core::fmt;
use core::ops::BitOr;

/// A set of flags, as `COMMAND INFO` of Redis 7.0 says them.
///
/// ```
/// use redis_server_core::Flags;
///
/// const GET: Flags = Flags::READONLY.with(Flags::FAST);
/// assert!(GET.contains(Flags::FAST));
/// assert_eq!(GET.names().collect::<Vec<_>>(), ["readonly", "fast"]);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u32);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// It may change data.
    pub const WRITE: Self = Self(1);
    /// It reads keys and changes none.
    pub const READONLY: Self = Self(1 << 1);
    /// It may need more memory, so it is refused where that has run out.
    pub const DENYOOM: Self = Self(1 << 2);
    /// It is for administration.
    pub const ADMIN: Self = Self(1 << 3);
    /// It is about channels.
    pub const PUBSUB: Self = Self(1 << 4);
    /// Scripts can't call it.
    pub const NOSCRIPT: Self = Self(1 << 5);
    /// It may keep its connection waiting.
    pub const BLOCKING: Self = Self(1 << 6);
    /// It runs while the server loads its data.
    pub const LOADING: Self = Self(1 << 7);
    /// It runs on a replica that has lost its master.
    pub const STALE: Self = Self(1 << 8);
    /// `MONITOR` does not show it.
    pub const SKIP_MONITOR: Self = Self(1 << 9);
    /// The slow log does not keep it.
    pub const SKIP_SLOWLOG: Self = Self(1 << 10);
    /// Its slot may be one that is being imported.
    pub const ASKING: Self = Self(1 << 11);
    /// It takes constant or logarithmic time.
    pub const FAST: Self = Self(1 << 12);
    /// It needs no authentication.
    pub const NO_AUTH: Self = Self(1 << 13);
    /// It may come without keys.
    pub const NO_MANDATORY_KEYS: Self = Self(1 << 14);
    /// It does not run while the server loads its data beside the old.
    pub const NO_ASYNC_LOADING: Self = Self(1 << 15);
    /// It is refused in transactions.
    pub const NO_MULTI: Self = Self(1 << 16);
    /// It may be run while scripts run that don't come to an end.
    pub const ALLOW_BUSY: Self = Self(1 << 17);
    /// It may have keys elsewhere than its [positions](super::KeyPositions) say.
    pub const MOVABLEKEYS: Self = Self(1 << 18);
    /// A connection that speaks RESP2 may run it while it is subscribed. Redis has a list in its
    /// place, so `COMMAND INFO` has no word for it.
    pub const ALLOW_SUBSCRIBED: Self = Self(1 << 19);

    /// These and those.
    #[must_use]
    pub const fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }

    /// Whether all of `flags` are among these.
    #[inline]
    #[must_use]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// The words of `COMMAND INFO`, in its order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unnamed = self.contains(Self::ALLOW_SUBSCRIBED).then_some("allow_subscribed");
        f.debug_set().entries(self.names().chain(unnamed)).finish()
    }
}

/// `addReplyFlagsForCommand` in Redis's server.c.
const NAMES: [(Flags, &str); 19] = [
    (Flags::WRITE, "write"),
    (Flags::READONLY, "readonly"),
    (Flags::DENYOOM, "denyoom"),
    (Flags::ADMIN, "admin"),
    (Flags::PUBSUB, "pubsub"),
    (Flags::NOSCRIPT, "noscript"),
    (Flags::BLOCKING, "blocking"),
    (Flags::LOADING, "loading"),
    (Flags::STALE, "stale"),
    (Flags::SKIP_MONITOR, "skip_monitor"),
    (Flags::SKIP_SLOWLOG, "skip_slowlog"),
    (Flags::ASKING, "asking"),
    (Flags::FAST, "fast"),
    (Flags::NO_AUTH, "no_auth"),
    (Flags::NO_MANDATORY_KEYS, "no_mandatory_keys"),
    (Flags::NO_ASYNC_LOADING, "no_async_loading"),
    (Flags::NO_MULTI, "no_multi"),
    (Flags::ALLOW_BUSY, "allow_busy"),
    (Flags::MOVABLEKEYS, "movablekeys"),
];
