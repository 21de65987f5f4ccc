//! How a session is to be.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use resp_core::Limits;

/// What a session tells the server at the start, and the bounds it keeps.
///
/// ```
/// use core::time::Duration;
/// use redis_client_core::{Config, Credentials};
///
/// let config = Config::default()
///     .credentials(Credentials::password("secret"))
///     .database(2)
///     .client_name("billing")
///     .command_timeout(Some(Duration::from_secs(2)));
/// assert!(!format!("{config:?}").contains("secret"));
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) protocol: Protocol,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) database: u32,
    pub(crate) client_name: Option<String>,
    pub(crate) library_info: bool,
    pub(crate) handshake_timeout: Duration,
    pub(crate) command_timeout: Option<Duration>,
    pub(crate) max_in_flight: usize,
    pub(crate) max_queued: usize,
    pub(crate) limits: Limits,
}

/// Which version of the protocol to speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// RESP3, or RESP2 where the server doesn't know it (Redis before 6).
    #[default]
    Auto,
    /// RESP2, without asking.
    Resp2,
    /// RESP3 or nothing.
    Resp3,
}

/// Who to be for the server. Neither part shows in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(crate) username: Option<String>,
    pub(crate) password: String,
}

impl Credentials {
    /// The default user's password (`requirepass`).
    pub fn password(password: impl Into<String>) -> Self {
        Self { username: None, password: password.into() }
    }

    /// A user of the server's access control list. Since Redis 6.
    pub fn user(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { username: Some(username.into()), password: password.into() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

impl Config {
    /// Sets the protocol's version.
    #[must_use]
    pub const fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Sets who to be.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets the database to select.
    #[must_use]
    pub const fn database(mut self, database: u32) -> Self {
        self.database = database;
        self
    }

    /// Sets the name that `CLIENT LIST` shows. Redis takes no spaces or line ends in it.
    #[must_use]
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = Some(name.into());
        self
    }

    /// Sets whether to tell this library's name and version by `CLIENT SETINFO`. Servers before
    /// 7.2 don't know it, which does no harm.
    #[must_use]
    pub const fn library_info(mut self, tell: bool) -> Self {
        self.library_info = tell;
        self
    }

    /// Sets how long the handshake may take.
    #[must_use]
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Sets how long to wait for a reply, from the moment the command is submitted; none waits
    /// for ever. A client waits as long, before that, for a command to be taken at all.
    #[must_use]
    pub const fn command_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.command_timeout = timeout;
        self
    }

    /// Sets how many replies may be outstanding before submitting is refused for a while.
    #[must_use]
    pub const fn max_in_flight(mut self, replies: usize) -> Self {
        self.max_in_flight = replies;
        self
    }

    /// Sets how many bytes may wait to be sent before submitting is refused for a while. One
    /// command or batch of any size is taken when nothing waits.
    #[must_use]
    pub const fn max_queued(mut self, bytes: usize) -> Self {
        self.max_queued = bytes;
        self
    }

    /// What replies may be like.
    pub const fn reply_limits(&self) -> Limits {
        self.limits
    }

    /// Sets what replies may be like.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for Config {
    /// RESP3 with fallback, no credentials, database 0, no name, library info told; 5 s for the
    /// handshake, 10 s for a command; 65,536 replies in flight, 64 MiB queued.
    fn default() -> Self {
        Self {
            protocol: Protocol::Auto,
            credentials: None,
            database: 0,
            client_name: None,
            library_info: true,
            handshake_timeout: Duration::from_secs(5),
            command_timeout: Some(Duration::from_secs(10)),
            max_in_flight: 65_536,
            max_queued: 64 * 1024 * 1024,
            limits: Limits::default(),
        }
    }
}
