//! Where a server is, and how its connection is watched over.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

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

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// `127.0.0.1:6379`, `[::1]:6379`, or the path of a Unix socket, with `tcp://` or `unix://` in
/// front or without.
impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(path) = text.strip_prefix("unix://").or_else(|| text.strip_prefix("unix:")) {
            return Ok(Self::Unix(path.into()));
        }
        if text.starts_with(['/', '.']) {
            return Ok(Self::Unix(text.into()));
        }
        let address = text.strip_prefix("tcp://").unwrap_or(text);
        address.parse().map(Self::Tcp).map_err(|_| AddressError { text: text.to_owned() })
    }
}

/// A text that is no [`Address`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError {
    text: String,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no address: give an IP address and a port, such as 127.0.0.1:6379 or \
             [::1]:6379, or the path of a Unix socket, such as /tmp/redis.sock",
            self.text
        )
    }
}

impl std::error::Error for AddressError {}
