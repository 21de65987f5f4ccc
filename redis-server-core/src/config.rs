//! What a session is told beforehand.

use core::time::Duration;

use resp_core::request::{Dialect, RequestLimits};

/// How a connection is served; the defaults are those of Redis where Redis has one.
///
/// | setting | default | in Redis |
/// |---|---|---|
/// | dialect | RESP, inline | the same |
/// | password required | no | `requirepass` |
/// | limits on a request | see [`RequestLimits`] | the same |
/// | output at which commands wait, and go on | 64 KiB, 16 KiB | none |
/// | the same before `AUTH` | 4 KiB, 1 KiB | none |
/// | output limit | none, [`OutputLimit::SUBSCRIBER`] for subscribers | `client-output-buffer-limit` |
/// | replies promised at once | 1,024 | none |
/// | idle timeout | none | `timeout` |
/// | HTTP refused | yes | the same |
///
/// Since commands wait while the client doesn't read, what a connection holds is at most the high
/// mark and one reply, and pub/sub messages up to the output limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub(crate) dialect: Dialect,
    pub(crate) password_required: bool,
    pub(crate) limits: RequestLimits,
    pub(crate) marks: Marks,
    pub(crate) output_limit: Option<OutputLimit>,
    pub(crate) subscriber_output_limit: Option<OutputLimit>,
    pub(crate) max_promised: usize,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) refuses_http: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dialect: Dialect::Resp,
            password_required: false,
            limits: RequestLimits::default(),
            marks: Marks { high: HIGH_MARK, low: HIGH_MARK / 4 },
            output_limit: None,
            subscriber_output_limit: Some(OutputLimit::SUBSCRIBER),
            max_promised: MAX_PROMISED,
            idle_timeout: None,
            refuses_http: true,
        }
    }
}

impl Config {
    /// Sets which kinds of request are taken.
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Says whether clients start as not authenticated. Who they are is the service's affair.
    #[must_use]
    pub fn with_password_required(mut self, required: bool) -> Self {
        self.password_required = required;
        self
    }

    /// Sets how large a request may be.
    #[must_use]
    pub fn with_limits(mut self, limits: RequestLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets at how many bytes of output waiting commands are no longer run, and at how many they
    /// are again. A `low` above `high` counts as `high`, and a `high` of 0 as 1: with nothing to be
    /// written, nothing would end the waiting.
    #[must_use]
    pub fn with_output_marks(mut self, high: usize, low: usize) -> Self {
        let high = high.max(1);
        self.marks = Marks { high, low: low.min(high) };
        self
    }

    /// Sets how much may wait for a client that isn't subscribed to anything.
    #[must_use]
    pub fn with_output_limit(mut self, limit: Option<OutputLimit>) -> Self {
        self.output_limit = limit;
        self
    }

    /// Sets how much may wait for a subscriber.
    #[must_use]
    pub fn with_subscriber_output_limit(mut self, limit: Option<OutputLimit>) -> Self {
        self.subscriber_output_limit = limit;
        self
    }

    /// Sets how many replies may be promised and not yet there; with so many, commands wait. At
    /// least 1.
    #[must_use]
    pub fn with_max_promised(mut self, promised: usize) -> Self {
        self.max_promised = promised.max(1);
        self
    }

    /// Sets after how long without a byte from the client, or one that it took, the connection is
    /// closed. Subscribers, and those who wait for a promised reply, are never idle.
    #[must_use]
    pub fn with_idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Sets whether a line `POST` or `Host:` closes the connection without a word, with all that
    /// waits to be written: a web page can have a browser send HTTP to a server on the same machine,
    /// with commands in its body. Only a service with a command of such a name does without.
    #[must_use]
    pub fn with_http_refused(mut self, refused: bool) -> Self {
        self.refuses_http = refused;
        self
    }

    /// Which kinds of request are taken.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// How much may wait for a subscriber.
    #[must_use]
    pub fn subscriber_output_limit(&self) -> Option<OutputLimit> {
        self.subscriber_output_limit
    }

    /// Whether clients start as not authenticated.
    #[must_use]
    pub fn password_required(&self) -> bool {
        self.password_required
    }

    pub(crate) fn marks(&self, authenticated: bool) -> Marks {
        let Marks { high, low } = self.marks;
        if authenticated {
            Marks { high, low }
        } else {
            Marks { high: high.min(UNAUTHENTICATED_MARK), low: low.min(UNAUTHENTICATED_MARK / 4) }
        }
    }
}

/// How much output may wait for a client before its connection is given up: Redis's
/// `client-output-buffer-limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputLimit {
    /// Bytes above which the connection is closed at once.
    pub hard: usize,
    /// Bytes above which it is closed when that has lasted for [`soft_for`](Self::soft_for).
    pub soft: usize,
    /// How long the soft limit may be exceeded.
    pub soft_for: Duration,
}

impl OutputLimit {
    /// Redis's for subscribers: 32 MiB, or 8 MiB for 60 s.
    pub const SUBSCRIBER: Self =
        Self { hard: 32 << 20, soft: 8 << 20, soft_for: Duration::from_secs(60) };
}

/// Bytes of output at which commands wait, and go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) high: usize,
    pub(crate) low: usize,
}

/// As much as one write takes; more would only be memory.
const HIGH_MARK: usize = 64 * 1024;
/// Enough for an error to each of the commands that a handshake has.
const UNAUTHENTICATED_MARK: usize = 4 * 1024;
/// As many as pipelines usually have, with an entry of about 100 bytes each.
const MAX_PROMISED: usize = 1024;
