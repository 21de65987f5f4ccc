//! How a session is to be.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use resp_core::Limits;

use crate::request::Request;

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
    pub(crate) liveness: Option<Duration>,
    pub(crate) on_connect: Vec<Request>,
    pub(crate) max_in_flight: usize,
    pub(crate) max_queued: usize,
    pub(crate) limits: Limits,
}

/// Which version of the protocol to speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
#[derive(Clone, PartialEq, Eq, Hash)]
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

    /// The user's name; none is the default user's.
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The password in the clear: nothing to show to anybody.
    pub fn secret(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// What has been set.
impl Config {
    /// The protocol's version.
    pub const fn protocol_version(&self) -> Protocol {
        self.protocol
    }

    /// Who to be.
    pub const fn login(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// The database to select.
    pub const fn selected_database(&self) -> u32 {
        self.database
    }

    /// The name that `CLIENT LIST` shows.
    pub fn connection_name(&self) -> Option<&str> {
        self.client_name.as_deref()
    }

    /// The commands of [`on_connect`](Self::on_connect).
    pub fn opening(&self) -> &[Request] {
        &self.on_connect
    }

    /// How long the handshake may take.
    pub const fn handshake_limit(&self) -> Duration {
        self.handshake_timeout
    }

    /// How long to wait for a reply; none is for ever.
    pub const fn reply_timeout(&self) -> Option<Duration> {
        self.command_timeout
    }

    /// How long the server may be silent before it is asked for a sign of life, if at all.
    pub const fn silence_limit(&self) -> Option<Duration> {
        self.liveness
    }

    /// The first command of [`on_connect`](Self::on_connect) that can't be run there: its name. A
    /// session ends with [`Unsuitable`](crate::ConnectionError::Unsuitable) for it.
    pub fn unsuitable(&self) -> Option<&'static str> {
        let unsuitable = |request: &&Request| !request.facts().is_suitable();
        self.on_connect.iter().find(unsuitable).map(|request| request.facts().name)
    }

    /// What replies may be like.
    pub const fn reply_limits(&self) -> Limits {
        self.limits
    }
}

/// Setting it.
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

    /// Sets how long the server may be silent: so long, and an idle connection is asked for a sign
    /// of life by `PING`; as long again, or with any reply due, and it is given up. So a dead peer
    /// goes unnoticed for twice as long at most. 15 s by default, so 30 s at most, and 15 s where a
    /// reply is due. None never asks and never gives up.
    ///
    /// Behind a command that has a time of its own (a blocking one, or one with a timeout) it
    /// counts from the end of that time; behind one that blocks for ever it is up to the
    /// operating system's keepalive.
    #[must_use]
    pub const fn liveness(mut self, silence: Option<Duration>) -> Self {
        self.liveness = silence;
        self
    }

    /// Adds a command to be run at the start of each connection, behind `HELLO`, `AUTH` and
    /// `SELECT` and in front of everything else: `CLIENT NO-EVICT ON`, `CLIENT TRACKING ON`,
    /// `READONLY`. An error in reply fails the connection.
    ///
    /// Commands that block, subscribe, or change protocol or transaction can't be among them, nor
    /// `AUTH`, `SELECT` and `QUIT`.
    #[must_use]
    pub fn on_connect(mut self, command: impl AsRef<Request>) -> Self {
        self.on_connect.push(command.as_ref().clone());
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

    /// Sets what replies may be like.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for Config {
    /// RESP3 with fallback, no credentials, database 0, no name, library info told; 5 s for the
    /// handshake, 10 s for a command, 15 s of silence; 65,536 replies in flight, 64 MiB queued.
    fn default() -> Self {
        Self {
            protocol: Protocol::Auto,
            credentials: None,
            database: 0,
            client_name: None,
            library_info: true,
            handshake_timeout: Duration::from_secs(5),
            command_timeout: Some(Duration::from_secs(10)),
            liveness: Some(Duration::from_secs(15)),
            on_connect: Vec::new(),
            max_in_flight: 65_536,
            max_queued: 64 * 1024 * 1024,
            limits: Limits::default(),
        }
    }
}
