//! Yes-or-no facts, packed.

use core::fmt;

/// What a command is flagged as, as `COMMAND INFO` says it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// It may be run while scripts run that don't come to an end.
    pub const ALLOW_BUSY: Self = Self(1);
    /// It is for administration.
    pub const ADMIN: Self = Self(1 << 1);
    /// Its slot may be one that is being imported.
    pub const ASKING: Self = Self(1 << 2);
    /// It may keep its connection waiting.
    pub const BLOCKING: Self = Self(1 << 3);
    /// It is refused when memory runs out.
    pub const DENYOOM: Self = Self(1 << 4);
    /// It takes constant or logarithmic time.
    pub const FAST: Self = Self(1 << 5);
    /// It runs while the server loads its data.
    pub const LOADING: Self = Self(1 << 6);
    /// It may replicate something though it does not write.
    pub const MAY_REPLICATE: Self = Self(1 << 7);
    /// It does not run while the server loads its data beside the old.
    pub const NO_ASYNC_LOADING: Self = Self(1 << 8);
    /// It needs no authentication.
    pub const NO_AUTH: Self = Self(1 << 9);
    /// It may come without keys.
    pub const NO_MANDATORY_KEYS: Self = Self(1 << 10);
    /// It is refused in transactions.
    pub const NO_MULTI: Self = Self(1 << 11);
    /// Scripts can't call it.
    pub const NOSCRIPT: Self = Self(1 << 12);
    /// Only Sentinel has it.
    pub const ONLY_SENTINEL: Self = Self(1 << 13);
    /// It has to be allowed in the configuration.
    pub const PROTECTED: Self = Self(1 << 14);
    /// It is about channels.
    pub const PUBSUB: Self = Self(1 << 15);
    /// It reads keys and writes none.
    pub const READONLY: Self = Self(1 << 16);
    /// Sentinel has it too.
    pub const SENTINEL: Self = Self(1 << 17);
    /// `MONITOR` does not show it.
    pub const SKIP_MONITOR: Self = Self(1 << 18);
    /// The slow log does not keep it.
    pub const SKIP_SLOWLOG: Self = Self(1 << 19);
    /// It runs on a replica that has lost its master.
    pub const STALE: Self = Self(1 << 20);
    /// It may touch keys that its arguments don't name.
    pub const TOUCHES_ARBITRARY_KEYS: Self = Self(1 << 21);
    /// It may write keys.
    pub const WRITE: Self = Self(1 << 22);

    /// All of these.
    pub const fn all<const N: usize>(flags: [Self; N]) -> Self {
        let mut bits = 0;
        let mut rest = flags.as_slice();
        while let [first, others @ ..] = rest {
            bits |= first.0;
            rest = others;
        }
        Self(bits)
    }

    /// Whether all of `flags` are among these.
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// The names, as `COMMAND INFO` writes them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

const NAMES: [(Flags, &str); 23] = [
    (Flags::ALLOW_BUSY, "allow_busy"),
    (Flags::ADMIN, "admin"),
    (Flags::ASKING, "asking"),
    (Flags::BLOCKING, "blocking"),
    (Flags::DENYOOM, "denyoom"),
    (Flags::FAST, "fast"),
    (Flags::LOADING, "loading"),
    (Flags::MAY_REPLICATE, "may_replicate"),
    (Flags::NO_ASYNC_LOADING, "no_async_loading"),
    (Flags::NO_AUTH, "no_auth"),
    (Flags::NO_MANDATORY_KEYS, "no_mandatory_keys"),
    (Flags::NO_MULTI, "no_multi"),
    (Flags::NOSCRIPT, "noscript"),
    (Flags::ONLY_SENTINEL, "only_sentinel"),
    (Flags::PROTECTED, "protected"),
    (Flags::PUBSUB, "pubsub"),
    (Flags::READONLY, "readonly"),
    (Flags::SENTINEL, "sentinel"),
    (Flags::SKIP_MONITOR, "skip_monitor"),
    (Flags::SKIP_SLOWLOG, "skip_slowlog"),
    (Flags::STALE, "stale"),
    (Flags::TOUCHES_ARBITRARY_KEYS, "touches_arbitrary_keys"),
    (Flags::WRITE, "write"),
];
