//! Everything that can be said about a connection before there is one.

mod build;
mod check;
mod error;
mod escape;
mod key;
mod pool_size;
mod query;
mod url;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use redis_client_core::{Config, Reconnect};

use crate::credentials::CredentialProvider;
use crate::endpoint::{Endpoint, SocketOptions};
use crate::event::Hook;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
pub use error::OptionsError;
pub use key::PoolKey;

/// Where to connect, and what the session is to be like.
///
/// Made from a URL,
///
/// ```text
/// redis://[[user]:password@]host[:port][/database][?option=value&..]
/// rediss://..                                       the same over TLS (feature `tls`)
/// unix://[[user]:password@]/path[?db=database&..]
/// ```
///
/// from a short string, `host`, `host:port` or `host:port/database`, or by methods. An IPv6
/// address stands in brackets in a URL. The last `@` of what precedes the path ends the password;
/// all else that means something in a URL (`/ ? # %`) must be percent-encoded in it.
///
/// | option | value | method |
/// |---|---|---|
/// | `db` | a database, from 0 on | [`database`](Self::database) |
/// | `protocol` | `2`, `3`, or `auto`: 3 with fallback | [`protocol`](Self::protocol) |
/// | `client_name` | printable ASCII without spaces | [`client_name`](Self::client_name) |
/// | `timeout` | a time, or `none` | [`command_timeout`](Self::command_timeout) |
/// | `connect_timeout` | a time | [`connect_timeout`](Self::connect_timeout) |
/// | `handshake_timeout` | a time | [`Config::handshake_timeout`] |
/// | `pool_size` | a number, 1 to 65535 | [`pool_size`](Self::pool_size) |
/// | `keepalive` | a time, 1s to 32767s, or `none` | [`SocketOptions::keepalive_idle`] |
/// | `keepalive_interval` | a time, 1s to 32767s | [`SocketOptions::keepalive_interval`] |
/// | `keepalive_probes` | a number, 1 to 127 | [`SocketOptions::keepalive_probes`] |
/// | `user_timeout` | a time, or `none` | [`SocketOptions::user_timeout`] |
/// | `app.`*anything* | anything | [`metadata`](Self::metadata) |
///
/// Times are in seconds (`5`), or have a unit: `500ms`, `2s`, `1m`, `1h`. Each option may be given
/// once.
///
/// ```
/// use std::time::Duration;
/// use adapter_core::{Endpoint, Options};
///
/// let options: Options = "redis://:secret@db.example/2?timeout=500ms&app.team=billing".parse()?;
/// assert_eq!(*options.endpoint(), Endpoint::Tcp { host: "db.example".into(), port: 6379 });
/// assert_eq!(options.metadata_of("team"), Some("billing"));
///
/// let same = Options::tcp("db.example", 6379)
///     .password("secret")
///     .database(2)
///     .command_timeout(Duration::from_millis(500));
/// same.check()?;
/// assert_eq!(same.key(), options.key());
/// # Ok::<(), adapter_core::OptionsError>(())
/// ```
///
/// What comes from a string has been checked. What comes from methods is checked by connecting, or
/// before by [`Options::check`], with the same errors. Passwords show in neither `Debug` nor
/// errors.
#[derive(Clone)]
pub struct Options {
    pub(crate) endpoint: Endpoint,
    pub(crate) security: Security,
    /// Whom to trust, if the application has said.
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<TlsConfig>,
    pub(crate) config: Config,
    /// A user who still lacks a password; with one, both are in the configuration.
    user: Option<String>,
    pub(crate) provider: Option<Arc<dyn CredentialProvider>>,
    pub(crate) connect_timeout: Duration,
    pub(crate) socket: SocketOptions,
    pub(crate) reconnect: Reconnect,
    pub(crate) offline: Offline,
    pub(crate) resends: u32,
    pool_size: Option<usize>,
    pub(crate) lease_timeout: Duration,
    pub(crate) hook: Option<Hook>,
    metadata: BTreeMap<String, String>,
}

/// What becomes of a command while there is no connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offline {
    /// It waits, as long as the command timeout.
    #[default]
    Wait,
    /// It fails at once, with [`Error::NotSent`](redis_client_core::Error::NotSent).
    Fail,
}

/// Whether others can read along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// They can.
    #[default]
    Plain,
    /// TLS, with the server's host name checked.
    Tls,
}

/// Beginning to make them; the rest is in the methods that are named after what they set.
impl Options {
    /// Connects to the endpoint with default settings.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            security: Security::Plain,
            #[cfg(feature = "tls")]
            tls: None,
            config: Config::default(),
            user: None,
            provider: None,
            connect_timeout: CONNECT_TIMEOUT,
            socket: SocketOptions::default(),
            reconnect: Reconnect::default(),
            offline: Offline::default(),
            resends: RESENDS,
            pool_size: None,
            lease_timeout: LEASE_TIMEOUT,
            hook: None,
            metadata: BTreeMap::new(),
        }
    }

    /// Connects to a host, by name or address (IPv6 without brackets), with default settings.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::new(Endpoint::Tcp { host: host.into(), port })
    }

    /// Connects to a Unix socket with default settings.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::new(Endpoint::Unix(path.into()))
    }
}

/// What has been set.
impl Options {
    /// Where the server is.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether the connection is encrypted.
    pub const fn security(&self) -> Security {
        self.security
    }

    /// What the session is to be like: who to be, which database, and so on.
    pub const fn session_config(&self) -> &Config {
        &self.config
    }

    /// Who is asked for the credentials on each connect.
    pub fn provider(&self) -> Option<&Arc<dyn CredentialProvider>> {
        self.provider.as_ref()
    }

    /// How long connecting may take, name lookup included and handshake not.
    pub const fn dial_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// How the operating system watches over the connection.
    pub const fn socket_options(&self) -> &SocketOptions {
        &self.socket
    }

    /// What the application keeps under a key.
    pub fn metadata_of(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// All that the application keeps, in the order of the keys.
    pub fn all_metadata(&self) -> impl Iterator<Item = (&str, &str)> {
        self.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl Default for Options {
    /// 127.0.0.1:6379.
    fn default() -> Self {
        Self::tcp(DEFAULT_HOST, DEFAULT_PORT)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("endpoint", &self.endpoint)
            .field("security", &self.security)
            .field("config", &self.config)
            .field("connect_timeout", &self.connect_timeout)
            .field("socket", &self.socket)
            .field("reconnect", &self.reconnect)
            .field("offline", &self.offline)
            .field("pool_size", &self.pool_size)
            .field("lease_timeout", &self.lease_timeout)
            .field("metadata", &self.metadata.keys())
            .finish_non_exhaustive()
    }
}

const DEFAULT_HOST: &str = "127.0.0.1";
const DEFAULT_PORT: u16 = 6379;

/// Long enough for three lost SYN packets on a LAN, short enough to try elsewhere.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A server that throws clients out for what they ask would be asked for ever.
const RESENDS: u32 = 2;

/// Below the command timeout, so that it is the lease that is told to be short.
const LEASE_TIMEOUT: Duration = Duration::from_secs(5);
