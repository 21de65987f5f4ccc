//! One suite for every adapter: what a client promises, against a real redis-server.
//!
//! The sections are generic over the [`Runtime`], and ask nothing of the executor but that it
//! spawns drivers. An adapter's tests run each of them through [`everywhere`]: over TCP, a Unix
//! socket and, with the feature `certificates`, TLS; in RESP3 and in RESP2; always with a password.
//! A second executor of the same adapter runs them [`once`], over TCP in RESP3.
//!
//! ```no_run
//! use testkit::conformance::{self, Adapter};
//!
//! async fn commands<R: Adapter>() -> conformance::Outcome {
//!     conformance::everywhere("commands", conformance::commands::<R>).await
//! }
//! ```

mod batches;
mod cancel;
mod commands;
mod cursors;
mod groups;
mod journal;
mod load;
mod loss;
mod optimistic;
mod pipelines;
mod pools;
mod pubsub;
mod reconnecting;
mod refused;
mod registry;
mod replies;
mod scripts;
mod session;
mod silence;
mod slow;
#[cfg(feature = "certificates")]
mod trust;
mod waiting;

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

#[cfg(feature = "certificates")]
use adapter_core::TlsConfig;
use adapter_core::{
    Client, Config, ConnectError, Credentials, Driver, Endpoint, Link, Options, Protocol,
    Reconnect, Runtime, Spawn, Transport,
};

#[cfg(feature = "certificates")]
use crate::certificates::Certificates;
use crate::redis_server::RedisServer;
pub use batches::batches;
pub use cancel::{Tally, cancel_at_every_poll, cancel_at_random};
pub use commands::commands;
pub use cursors::cursors;
pub use groups::groups;
pub use load::{backpressure, large_values, many_at_once, small_steps};
pub use loss::{loss, timeouts};
pub use optimistic::optimistic;
pub use pipelines::pipelines;
pub use pools::pools;
pub use pubsub::pubsub;
pub use reconnecting::reconnecting;
pub use refused::refused;
pub use registry::registry;
pub use replies::replies;
pub use scripts::scripts;
pub use session::session;
pub use silence::silence;
#[cfg(feature = "certificates")]
pub use trust::trust;
pub use waiting::{all, eventually, within};
pub(crate) use waiting::{join, sleep};

/// How a section ends. Assertions that fail panic; an error is something that should not have
/// failed at all.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A runtime that the suite can be run on.
pub trait Adapter: Runtime + Default + Spawn<Driver<Self>> {}

impl<R: Runtime + Default + Spawn<Driver<R>>> Adapter for R {}

/// A server, and how to connect to it.
#[derive(Debug)]
pub struct Setup {
    /// The server, which nobody else uses.
    pub server: RedisServer,
    /// The protocol to be spoken.
    pub protocol: Protocol,
    over: Over,
    /// Whom to trust, where it is TLS.
    #[cfg(feature = "certificates")]
    tls: Option<TlsConfig>,
}

/// By what way to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Tcp,
    Unix,
    #[cfg(feature = "certificates")]
    Tls,
}

impl Setup {
    pub(crate) fn start(over: Over, protocol: Protocol) -> io::Result<Self> {
        Self::start_with(over, protocol, &[])
    }

    /// With lines of redis.conf.
    pub(crate) fn start_with(
        over: Over,
        protocol: Protocol,
        directives: &[(&str, &str)],
    ) -> io::Result<Self> {
        let builder = RedisServer::builder()
            .config("requirepass", PASSWORD)
            .config("enable-debug-command", "yes");
        let builder =
            directives.iter().fold(builder, |builder, (name, value)| builder.config(*name, *value));
        #[cfg(feature = "certificates")]
        let mut tls = None;
        let builder = match over {
            Over::Tcp => builder.tcp(),
            Over::Unix => builder.unix_socket(),
            #[cfg(feature = "certificates")]
            Over::Tls => {
                let certificates = Certificates::new()?;
                let trust = TlsConfig::new().ca_pem(certificates.ca_pem());
                tls = Some(trust.map_err(io::Error::other)?);
                builder.tls(certificates.tls(certificates.server()?))
            }
        };
        Ok(Self {
            server: builder.start()?,
            protocol,
            over,
            #[cfg(feature = "certificates")]
            tls,
        })
    }

    /// The same once more, with a server of its own.
    ///
    /// # Errors
    ///
    /// If the server doesn't start.
    pub fn another(&self) -> io::Result<Self> {
        Self::start(self.over, self.protocol)
    }

    /// Where the server is.
    pub fn endpoint(&self) -> Endpoint {
        match (self.server.addr(), self.server.socket_path()) {
            (Some(addr), _) => Endpoint::Tcp { host: addr.ip().to_string(), port: addr.port() },
            (None, path) => Endpoint::Unix(path.map(Into::into).unwrap_or_default()),
        }
    }

    /// Whether it is TLS.
    fn is_encrypted(&self) -> bool {
        !matches!(self.over, Over::Tcp | Over::Unix)
    }

    /// The session's configuration. Its timeout is long enough for a loaded machine.
    pub fn config(&self) -> Config {
        Config::default()
            .protocol(self.protocol)
            .credentials(Credentials::password(PASSWORD))
            .command_timeout(Some(PATIENCE))
    }

    /// How to get there, with [`config`](Self::config).
    pub fn options(&self) -> Options {
        self.secured(Options::new(self.endpoint()).config(self.config()))
    }

    /// The same options with TLS, if the server wants that.
    pub fn secured(&self, options: Options) -> Options {
        #[cfg(feature = "certificates")]
        if let Some(tls) = &self.tls {
            return options.tls(tls.clone());
        }
        options
    }

    /// Puts TLS around a stream to the server, if it wants that.
    ///
    /// # Errors
    ///
    /// If TLS can't be set up.
    pub fn link<S: Transport>(&self, stream: S) -> io::Result<Link<S>> {
        #[cfg(feature = "certificates")]
        if let (Some(tls), Some(addr)) = (&self.tls, self.server.addr()) {
            return Ok(tls.connect(&addr.ip().to_string(), stream)?.into());
        }
        Ok(stream.into())
    }

    /// Connects, and spawns the driver.
    ///
    /// # Errors
    ///
    /// Those of [`Client::connect`].
    pub async fn client<R: Adapter>(&self) -> Result<Client<R>, ConnectError> {
        self.client_with(self.config()).await
    }

    /// The same with another configuration.
    ///
    /// # Errors
    ///
    /// Those of [`Client::connect`].
    pub async fn client_with<R: Adapter>(&self, config: Config) -> Result<Client<R>, ConnectError> {
        Client::connect(self.options().config(config)).await
    }

    /// Connects once and never again.
    ///
    /// # Errors
    ///
    /// Those of [`Client::connect`].
    pub async fn mortal_client<R: Adapter>(
        &self,
        config: Config,
    ) -> Result<Client<R>, ConnectError> {
        Client::connect(self.options().config(config).reconnect(Reconnect::NEVER)).await
    }

    /// What the server says to a command sent on another connection, as text.
    ///
    /// # Errors
    ///
    /// Those of [`RedisServer::cli`].
    pub fn ask(&self, command: &[&str]) -> io::Result<String> {
        Ok(String::from_utf8_lossy(&self.server.cli(command)?).into_owned())
    }

    /// Waits until a client named [`SENDER`] has a command that the server keeps waiting
    /// (`CLIENT PAUSE .. WRITE`), and so many bytes behind it.
    async fn has_received<R: Adapter>(&self, behind: usize) -> Outcome {
        let (name, behind) = (format!(" name={SENDER} "), format!(" qbuf={behind} "));
        eventually::<R>("all has arrived", async || {
            let list = self.ask(&["CLIENT", "LIST"])?;
            Ok(list.lines().any(|client| {
                client.contains(&name) && flags(client).contains('b') && client.contains(&behind)
            }))
        })
        .await
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.over, self.protocol)
    }
}

/// Runs a section over TCP, a Unix socket and TLS, in RESP3 and in RESP2, each with a server of
/// its own. Over TLS it is RESP3 only: what is encrypted makes no difference to TLS.
///
/// # Errors
///
/// The first error of the section, with where it happened.
pub async fn everywhere(name: &str, section: impl AsyncFn(&Setup) -> Outcome) -> Outcome {
    for (over, protocol) in LEGS {
        leg(name, *over, *protocol, &section).await?;
    }
    Ok(())
}

/// Runs a section over TCP in RESP3.
///
/// # Errors
///
/// Those of [`everywhere`].
pub async fn once(name: &str, section: impl AsyncFn(&Setup) -> Outcome) -> Outcome {
    leg(name, Over::Tcp, Protocol::Resp3, &section).await
}

async fn leg(
    name: &str,
    over: Over,
    protocol: Protocol,
    section: &impl AsyncFn(&Setup) -> Outcome,
) -> Outcome {
    let setup = Setup::start(over, protocol)?;
    let started = Instant::now();
    section(&setup).await.map_err(|error| format!("{name}, {setup}: {error}"))?;
    println!("{name}, {setup}: {:.1?}", started.elapsed());
    Ok(())
}

const LEGS: &[(Over, Protocol)] = &[
    (Over::Tcp, Protocol::Resp3),
    (Over::Tcp, Protocol::Resp2),
    (Over::Unix, Protocol::Resp3),
    (Over::Unix, Protocol::Resp2),
    #[cfg(feature = "certificates")]
    (Over::Tls, Protocol::Resp3),
];

/// What the server's `CLIENT LIST` says of a connection, a letter each.
fn flags(client: &str) -> &str {
    let mut fields = client.split(' ');
    fields.find_map(|field| field.strip_prefix("flags=")).unwrap_or_default()
}

const SENDER: &str = "sender";

pub(crate) const PASSWORD: &str = "conformance \"pass\" word";

/// Long enough for anything that works, on a loaded machine and unoptimized.
const PATIENCE: Duration = Duration::from_secs(60);

/// Comes back quickly, however often it is thrown out.
const BRISK: Reconnect =
    Reconnect::NEVER.delays(Duration::from_millis(1), Duration::from_millis(20)).attempts(None);
