//! Where a server is, and how to connect to it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use redis_client_core::{Config, Credentials, Reconnect};

use crate::event::{ConnectionEvent, Hook};

/// The address of a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// A host name or IP address, and a port.
    Tcp {
        /// The name or address, IPv6 without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// The path of a Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

/// An [`Endpoint`] with its name looked up: what a socket can connect to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// An IP address and a port.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

/// How the operating system is to watch over a TCP connection. Unix sockets need none of it.
///
/// A dead peer, or one behind a cut cable, sends nothing; somebody has to ask. The session asks
/// with `PING` where it may; these are for when it may not, behind a command that blocks for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketOptions {
    /// Silence after which the first keepalive probe is sent; none switches probing off.
    pub keepalive_idle: Option<Duration>,
    /// Time between probes.
    pub keepalive_interval: Duration,
    /// Probes without an answer after which the connection is lost.
    pub keepalive_probes: u32,
    /// How long data may stay unacknowledged (`TCP_USER_TIMEOUT`, on Linux only); none leaves it
    /// to the system, where it is a quarter of an hour.
    pub user_timeout: Option<Duration>,
}

impl Default for SocketOptions {
    /// A dead peer is noticed 30 s after its last sign of life: probes after 15 s, 20 s and 25 s,
    /// lost at 30 s.
    fn default() -> Self {
        Self {
            keepalive_idle: Some(Duration::from_secs(15)),
            keepalive_interval: Duration::from_secs(5),
            keepalive_probes: 3,
            user_timeout: Some(Duration::from_secs(30)),
        }
    }
}

/// Where to connect, and what the session is to be like.
///
/// Made from a URL, `redis://[[user]:password@]host[:port][/database]` or
/// `unix:///path[?db=database]`, or from `host:port[/database]`:
///
/// ```
/// use adapter_core::{Endpoint, Options};
///
/// let options: Options = "redis://:secret@db.example/2".parse()?;
/// assert_eq!(options.endpoint, Endpoint::Tcp { host: "db.example".into(), port: 6379 });
/// # Ok::<(), adapter_core::OptionsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// What the session is to be like.
    pub config: Config,
    /// How long connecting may take, name lookup included and handshake not. 5 s by default.
    pub connect_timeout: Duration,
    /// How the operating system watches over the connection.
    pub socket: SocketOptions,
    pub(crate) reconnect: Reconnect,
    pub(crate) offline: Offline,
    pub(crate) resends: u32,
    pub(crate) lease_timeout: Duration,
    pub(crate) pool_size: Option<usize>,
    pub(crate) hook: Option<Hook>,
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

/// What is wrong with a URL. It repeats nothing of the URL, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionsError {
    /// It starts with something other than `redis://` or `unix://`.
    Scheme,
    /// There is no host.
    Host,
    /// The port is no number from 1 to 65535.
    Port,
    /// The database is no number from 0 on.
    Database,
    /// There is a user and no password.
    Password,
    /// A `%` is not followed by two hexadecimal digits, or what they stand for is not UTF-8.
    Escape,
    /// There is an option that isn't known.
    Option,
    /// `unix://` is followed by no path.
    Path,
}

impl Options {
    /// Connects to the endpoint with default settings.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            config: Config::default(),
            connect_timeout: CONNECT_TIMEOUT,
            socket: SocketOptions::default(),
            reconnect: Reconnect::default(),
            offline: Offline::default(),
            resends: RESENDS,
            lease_timeout: LEASE_TIMEOUT,
            pool_size: None,
            hook: None,
        }
    }

    /// Sets how a lost connection is made again.
    #[must_use]
    pub const fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }

    /// Sets what becomes of commands while there is no connection.
    #[must_use]
    pub const fn offline(mut self, offline: Offline) -> Self {
        self.offline = offline;
        self
    }

    /// Sets how often a command is sent again that only reads, or is marked by
    /// [`resend`](redis_client_core::Command::resend), where the connection is lost before its
    /// reply. Twice by default.
    #[must_use]
    pub const fn resends(mut self, times: u32) -> Self {
        self.resends = times;
        self
    }

    /// Sets how long to wait for a lease. 5 s by default.
    #[must_use]
    pub const fn lease_timeout(mut self, timeout: Duration) -> Self {
        self.lease_timeout = timeout;
        self
    }

    /// Sets how many connections a pool has.
    #[must_use]
    pub const fn pool_size(mut self, connections: usize) -> Self {
        self.pool_size = Some(connections);
        self
    }

    /// How many connections a pool has: as set, else as the environment says, else 20.
    ///
    /// # Errors
    ///
    /// If `REDIS_CLIENT_POOL_SIZE` is no positive number.
    pub fn effective_pool_size(&self) -> Result<usize, OptionsError> {
        Ok(self.pool_size.unwrap_or(20).max(1))
    }

    /// Sets what is called when something happens to a connection. It is called on the driver's
    /// task, and should be quick.
    #[must_use]
    pub fn on_event(mut self, hook: impl Fn(&ConnectionEvent) + Send + Sync + 'static) -> Self {
        self.hook = Some(Hook::new(hook));
        self
    }

    /// The same with another session configuration.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }
}

impl Default for Options {
    /// 127.0.0.1:6379.
    fn default() -> Self {
        Self::new(Endpoint::Tcp { host: DEFAULT_HOST.into(), port: DEFAULT_PORT })
    }
}

impl FromStr for Options {
    type Err = OptionsError;

    fn from_str(url: &str) -> Result<Self, OptionsError> {
        match url.split_once("://") {
            Some(("redis", rest)) => tcp(rest),
            Some(("unix", rest)) => unix(rest),
            Some(_) => Err(OptionsError::Scheme),
            None => tcp(url),
        }
    }
}

impl TryFrom<&str> for Options {
    type Error = OptionsError;

    fn try_from(url: &str) -> Result<Self, OptionsError> {
        url.parse()
    }
}

impl TryFrom<&String> for Options {
    type Error = OptionsError;

    fn try_from(url: &String) -> Result<Self, OptionsError> {
        url.parse()
    }
}

impl TryFrom<String> for Options {
    type Error = OptionsError;

    fn try_from(url: String) -> Result<Self, OptionsError> {
        url.parse()
    }
}

fn tcp(rest: &str) -> Result<Options, OptionsError> {
    if rest.contains(['?', '#']) {
        return Err(OptionsError::Option);
    }
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    // A password may hold an `@` that nobody escaped.
    let (credentials, address) = match authority.rsplit_once('@') {
        Some((credentials, address)) => (Some(credentials), address),
        None => (None, authority),
    };
    let (host, port) = host_and_port(address)?;
    let mut options = Options::new(Endpoint::Tcp { host, port });
    if !database.is_empty() {
        options.config = options.config.database(number(database).ok_or(OptionsError::Database)?);
    }
    if let Some(credentials) = credentials {
        let (user, password) = credentials.split_once(':').ok_or(OptionsError::Password)?;
        let (user, password) = (unescape(user)?, unescape(password)?);
        options.config = options.config.credentials(match user.is_empty() {
            true => Credentials::password(password),
            false => Credentials::user(user, password),
        });
    }
    Ok(options)
}

fn host_and_port(address: &str) -> Result<(String, u16), OptionsError> {
    let (host, port) = match address.strip_prefix('[') {
        Some(bracketed) => {
            let (host, port) = bracketed.split_once(']').ok_or(OptionsError::Host)?;
            (
                host,
                if port.is_empty() {
                    None
                } else {
                    Some(port.strip_prefix(':').ok_or(OptionsError::Port)?)
                },
            )
        }
        None => match address.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    if host.is_empty() {
        return Err(OptionsError::Host);
    }
    let port = match port {
        Some(port) => number(port).filter(|port| *port > 0).ok_or(OptionsError::Port)?,
        None => DEFAULT_PORT,
    };
    Ok((unescape(host)?, port))
}

fn unix(rest: &str) -> Result<Options, OptionsError> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.is_empty() {
        return Err(OptionsError::Path);
    }
    let mut options = Options::new(Endpoint::Unix(unescape(path)?.into()));
    if let Some(database) = query.strip_prefix("db=") {
        options.config = options.config.database(number(database).ok_or(OptionsError::Database)?);
    } else if !query.is_empty() {
        return Err(OptionsError::Option);
    }
    Ok(options)
}

/// Digits only: `parse` alone would take a plus sign.
fn number<N: FromStr>(text: &str) -> Option<N> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn unescape(text: &str) -> Result<String, OptionsError> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or(OptionsError::Escape)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(OptionsError::Escape);
        }
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| OptionsError::Escape)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).map_err(|_| OptionsError::Escape)
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the URL must start with redis:// or unix://",
            Self::Host => "the URL has no host",
            Self::Port => "the port must be a number from 1 to 65535",
            Self::Database => "the database must be a number from 0 on",
            Self::Password => "the URL has a user and no password (write user:password@host)",
            Self::Escape => "a % in the URL must be followed by two hexadecimal digits (%25 is %)",
            Self::Option => "unknown option in the URL (known: db, behind unix://)",
            Self::Path => "unix:// must be followed by the path of a socket",
        })
    }
}

impl std::error::Error for OptionsError {}

/// A server that throws clients out for what they ask would be asked for ever.
const RESENDS: u32 = 2;

/// Below the command timeout, so that it is the lease that is told to be short.
const LEASE_TIMEOUT: Duration = Duration::from_secs(5);

const DEFAULT_HOST: &str = "127.0.0.1";
const DEFAULT_PORT: u16 = 6379;

/// Long enough for three lost SYN packets on a LAN, short enough to try elsewhere.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp_of(url: &str) -> (String, u16) {
        match url.parse::<Options>().map(|options| options.endpoint) {
            Ok(Endpoint::Tcp { host, port }) => (host, port),
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn urls_and_short_strings_name_a_host_and_port() {
        assert_eq!(tcp_of("redis://db"), ("db".into(), 6379));
        assert_eq!(tcp_of("redis://db:7000/3"), ("db".into(), 7000));
        assert_eq!(tcp_of("db:7000/3"), ("db".into(), 7000));
        assert_eq!(tcp_of("redis://u:p%40@db"), ("db".into(), 6379));
        assert_eq!(tcp_of("redis://u:p@ss@[::1]:7"), ("::1".into(), 7));
        assert_eq!(
            "unix:///run/redis.sock?db=2".parse::<Options>().unwrap().endpoint,
            Endpoint::Unix("/run/redis.sock".into())
        );
    }

    #[test]
    fn each_rule_has_its_own_error() {
        let error = |url: &str| url.parse::<Options>().unwrap_err();
        assert_eq!(error("http://db"), OptionsError::Scheme);
        assert_eq!(error("redis://"), OptionsError::Host);
        assert_eq!(error("redis://:6379"), OptionsError::Host);
        assert_eq!(error("redis://db:0"), OptionsError::Port);
        assert_eq!(error("redis://db:65536"), OptionsError::Port);
        assert_eq!(error("redis://db:+1"), OptionsError::Port);
        assert_eq!(error("redis://[::1]7"), OptionsError::Port);
        assert_eq!(error("redis://db/-1"), OptionsError::Database);
        assert_eq!(error("redis://db/x"), OptionsError::Database);
        assert_eq!(error("redis://user@db"), OptionsError::Password);
        assert_eq!(error("redis://u:%4@db"), OptionsError::Escape);
        assert_eq!(error("redis://u:%+4@db"), OptionsError::Escape);
        assert_eq!(error("redis://db?x=1"), OptionsError::Option);
        assert_eq!(error("unix://"), OptionsError::Path);
        assert_eq!(error("unix:///s?x=1"), OptionsError::Option);
    }

    #[test]
    fn a_password_shows_nowhere() {
        let options: Options = "redis://user:canary@db".parse().unwrap();
        assert!(!format!("{options:?}").contains("canary"));
        let error = "redis://user:canary%zz@db".parse::<Options>().unwrap_err();
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
}
