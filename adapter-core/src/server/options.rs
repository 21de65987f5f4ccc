//! How a server is set up.

use std::io;
use std::time::Duration;

use redis_server_core::Config;

use super::listen::AcceptOptions;
use crate::endpoint::Address;
use crate::link::Link;
use crate::runtime::Transport;
#[cfg(feature = "tls")]
use crate::tls::TlsServerConfig;

/// An address to listen at, and how connections to it are served. A server may have several, each
/// with its own protocol.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listen {
    /// The address.
    pub address: Address,
    /// How sockets are set up.
    pub accept: AcceptOptions,
    /// How connections are served: dialect, limits, timeouts.
    pub session: Config,
    /// TLS, where that is wanted.
    #[cfg(feature = "tls")]
    pub tls: Option<TlsServerConfig>,
}

impl Listen {
    /// At that address, with everything else as by default.
    #[must_use]
    pub fn new(address: Address) -> Self {
        Self {
            address,
            accept: AcceptOptions::default(),
            session: Config::default(),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Sets how sockets are set up.
    #[must_use]
    pub fn with_accept(mut self, accept: AcceptOptions) -> Self {
        self.accept = accept;
        self
    }

    /// Sets how connections are served.
    #[must_use]
    pub fn with_session(mut self, session: Config) -> Self {
        self.session = session;
        self
    }

    /// Has connections encrypted.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls(mut self, tls: TlsServerConfig) -> Self {
        self.tls = Some(tls);
        self
    }

    pub(crate) fn is_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }

    /// Puts TLS around a stream, if that is wanted.
    pub(crate) fn secure<S: Transport>(&self, stream: S) -> io::Result<Link<S>> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return tls.accept(stream).map(Link::from).map_err(io::Error::other);
        }
        Ok(Link::Plain(stream))
    }
}

/// What concerns a server as a whole. The defaults are redis-server's, where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerOptions {
    /// Connections at a time, over all listeners; 10,000. Those beyond are answered with `ERR max
    /// number of clients reached` and closed.
    pub max_clients: usize,
    /// Channels and patterns that one connection may be subscribed to; 65,536.
    pub max_subscriptions: usize,
    /// Time between two calls of [`Service::on_tick`](super::Service::on_tick); none: it is never
    /// called.
    pub tick: Option<Duration>,
    /// Bytes that one read takes at most; 64 KiB. Each thread has one such buffer, and a
    /// connection has memory of its own only for what is incomplete.
    pub read_buffer: usize,
    /// How long a connection that is being closed may take to read its last replies, and a TLS
    /// handshake to be done; 5 s.
    pub close_timeout: Duration,
    /// How long connections have to finish when [`Action::Shutdown`](super::Action) ends the
    /// server; 10 s.
    pub shutdown_grace: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            max_clients: 10_000,
            max_subscriptions: 65_536,
            tick: None,
            read_buffer: 64 * 1024,
            close_timeout: Duration::from_secs(5),
            shutdown_grace: Duration::from_secs(10),
        }
    }
}

/// Servers on several cores: see [`RunningServer::start`](super::RunningServer::start).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cores {
    /// How many threads, each with an executor and a shard of the service; as many as the process
    /// may use cores.
    pub threads: usize,
    /// How connections come to the threads; [`Balance::ReusePort`].
    pub balance: Balance,
    /// Whether each thread stays on a core of its own; off.
    pub pin: bool,
}

impl Default for Cores {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, Into::into),
            balance: Balance::default(),
            pin: false,
        }
    }
}

/// How connections come to a server's threads.
///
/// Connections to a Unix socket, which only one thread can accept, take turns where this says
/// [`ReusePort`](Self::ReusePort).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Balance {
    /// Each thread listens, and the system spreads the connections by their addresses
    /// (`SO_REUSEPORT`): no hand-over, and uneven while there are few.
    #[default]
    ReusePort,
    /// One thread accepts, and the threads take turns.
    RoundRobin,
    /// One thread accepts, and who has the fewest gets the next.
    LeastConnections,
    /// One thread accepts, and the client's IP address decides, so that all its connections meet
    /// the same shard.
    SourceAddress,
}
