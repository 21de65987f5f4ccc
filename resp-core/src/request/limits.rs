//! How large a request may be.

/// The limits on one request; the defaults are those of Redis.
///
/// | limit | default | in Redis |
/// |---|---|---|
/// | arguments | 2,147,483,647 | `INT_MAX` |
/// | bytes of one argument | 512 MiB | `proto-max-bulk-len` |
/// | bytes of an inline request or a header line | 65,536 | `PROTO_INLINE_MAX_SIZE` |
/// | bytes of a whole request | 1 GiB | `client-query-buffer-limit` |
/// | before AUTH: arguments | 10 | networking.c |
/// | before AUTH: bytes of one argument | 16,384 | networking.c |
/// | before AUTH: bytes of a whole request | 1 MiB | networking.c |
///
/// A whole request counts with its headers and without the requests behind it. Redis counts only
/// what it hasn't parsed yet, so there several arguments of 512 MiB in one request may pass 1 GiB
/// together; here they may not, unless the limit is raised.
///
/// A parser spends 8 bytes an argument, and up to twice that while the list grows. An argument is
/// at least 6 bytes of a multibulk request, so there the list stays below three times the request;
/// inline, where a line limit of 64 KiB keeps that small, and in Tile38's native form it is at
/// least 2 bytes. Above the limit on arguments nothing is spent on more of them.
///
/// ```
/// use resp_core::request::RequestLimits;
///
/// let limits = RequestLimits::default().with_max_args(1024).with_max_bulk(1 << 20);
/// assert_eq!(limits.max_args(), 1024);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    max_args: usize,
    max_bulk: usize,
    max_line: usize,
    max_query: usize,
    unauthenticated_max_args: usize,
    unauthenticated_max_bulk: usize,
    unauthenticated_max_query: usize,
}

impl RequestLimits {
    /// Sets how many arguments a request may have; at most 2,147,483,647.
    #[must_use]
    pub fn with_max_args(mut self, args: usize) -> Self {
        self.max_args = args.min(MOST_ARGS);
        self
    }

    /// Sets the bytes that one argument may have; at most 4 GiB - 1.
    #[must_use]
    pub fn with_max_bulk(mut self, bytes: usize) -> Self {
        self.max_bulk = bytes.min(MOST_BYTES);
        self
    }

    /// Sets after how many bytes without a line end an inline request or a header line is
    /// refused; at most 4 GiB - 2.
    #[must_use]
    pub fn with_max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes.min(MOST_BYTES - 1);
        self
    }

    /// Sets the bytes that a whole request may have; at most 4 GiB - 1.
    #[must_use]
    pub fn with_max_query(mut self, bytes: usize) -> Self {
        self.max_query = bytes.min(MOST_BYTES);
        self
    }

    /// Sets the argument limit before AUTH; never above [`max_args`](Self::max_args).
    #[must_use]
    pub fn with_unauthenticated_max_args(mut self, args: usize) -> Self {
        self.unauthenticated_max_args = args.min(MOST_ARGS);
        self
    }

    /// Sets the bytes of one argument before AUTH; never above [`max_bulk`](Self::max_bulk).
    #[must_use]
    pub fn with_unauthenticated_max_bulk(mut self, bytes: usize) -> Self {
        self.unauthenticated_max_bulk = bytes.min(MOST_BYTES);
        self
    }

    /// Sets the bytes of a whole request before AUTH; never above [`max_query`](Self::max_query).
    #[must_use]
    pub fn with_unauthenticated_max_query(mut self, bytes: usize) -> Self {
        self.unauthenticated_max_query = bytes.min(MOST_BYTES);
        self
    }

    /// How many arguments a request may have.
    #[must_use]
    pub fn max_args(&self) -> usize {
        self.max_args
    }

    /// The bytes that one argument may have.
    #[must_use]
    pub fn max_bulk(&self) -> usize {
        self.max_bulk
    }

    /// The bytes that may come without a line end.
    #[must_use]
    pub fn max_line(&self) -> usize {
        self.max_line
    }

    /// The bytes that a whole request may have.
    #[must_use]
    pub fn max_query(&self) -> usize {
        self.max_query
    }
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            max_args: MOST_ARGS,
            max_bulk: 512 << 20,
            max_line: 64 << 10,
            max_query: 1 << 30,
            unauthenticated_max_args: 10,
            unauthenticated_max_bulk: 16 << 10,
            unauthenticated_max_query: 1 << 20,
        }
    }
}

/// The limits as they apply now, before or after AUTH.
///
/// Above `args` and `bulk` a request is refused, and above `refused_args` and `refused_bulk` it
/// would be after AUTH too: that decides between two errors.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) args: usize,
    pub(super) bulk: usize,
    pub(super) refused_args: usize,
    pub(super) refused_bulk: usize,
    pub(super) line: usize,
    pub(super) query: usize,
}

impl Bounds {
    pub(super) fn new(limits: &RequestLimits, authenticated: bool) -> Self {
        let (args, bulk, query) = if authenticated {
            (usize::MAX, usize::MAX, usize::MAX)
        } else {
            (
                limits.unauthenticated_max_args,
                limits.unauthenticated_max_bulk,
                limits.unauthenticated_max_query,
            )
        };
        Self {
            args: args.min(limits.max_args),
            bulk: bulk.min(limits.max_bulk),
            refused_args: limits.max_args,
            refused_bulk: limits.max_bulk,
            line: limits.max_line,
            query: query.min(limits.max_query),
        }
    }
}

/// `INT_MAX`, the most that Redis's `processMultibulkBuffer` takes.
const MOST_ARGS: usize = i32::MAX as usize;
/// Positions inside a request are kept as `u32`.
const MOST_BYTES: usize = u32::MAX as usize;
