//! The server as a library.

mod builder;
mod misplaced;
mod stated;
mod url;

use std::fmt;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use adapter_core::server::{RunningServer, ServerHandle};
use adapter_core::{Address, Client, ConnectError, Door, Driver, InProcess, Runtime, Spawn};

pub use builder::{Builder, SettingError};

use crate::clock::Clock;

/// A Redis-compatible server in this process, on a thread of its own, until it is dropped.
///
/// In a test, on a free port, for any client:
///
/// ```
/// use embedded_redis::EmbeddedRedis;
///
/// let redis = EmbeddedRedis::start()?;
/// println!("{}", redis.url()); // redis://127.0.0.1:41233
/// # Ok::<_, std::io::Error>(())
/// ```
///
/// Without any socket, for the clients of this project; and the clock is the test's:
///
/// ```
/// use std::time::Duration;
///
/// use adapter_tokio::{Commands, Tokio};
/// use embedded_redis::EmbeddedRedis;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let redis = EmbeddedRedis::in_process()?;
/// let client = redis.client(Tokio).await?;
/// client.set("session", "ada").ex(3600).await?;
/// redis.advance(Duration::from_secs(3601));
/// assert_eq!(client.exists(["session"]).await?, 0);
/// # Ok(())
/// # }
/// ```
pub struct EmbeddedRedis {
    runs: Option<Runs>,
    handle: ServerHandle,
    addresses: Vec<Address>,
    door: Option<Door>,
    password: Option<String>,
    clock: Clock,
}

/// What runs the server.
enum Runs {
    Threads(RunningServer),
    InProcess(JoinHandle<io::Result<()>>),
}

impl EmbeddedRedis {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// The operating system's, when it can't be listened or a thread can't be made.
    #[cfg(any(feature = "tokio", feature = "smol", feature = "glommio"))]
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Starts a server that has no sockets: [`client`](Self::client) connects to it.
    ///
    /// # Errors
    ///
    /// The operating system's, when a thread can't be made.
    #[cfg(any(feature = "tokio", feature = "smol", feature = "glommio"))]
    pub fn in_process() -> io::Result<Self> {
        Self::builder().start_in_process()
    }

    /// To set where it listens, its password, memory, clock and more.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The URL of the first address that it listens at, its password included: what any Redis
    /// client takes. Empty for one without sockets.
    #[must_use]
    pub fn url(&self) -> String {
        let address = self.addresses.first();
        address.map_or_else(String::new, |address| url::of(address, self.password.as_deref()))
    }

    /// Where it listens, with the ports that the system has chosen.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.addresses.iter()
    }

    /// A client of a server without sockets ([`in_process`](Self::in_process)), on the caller's
    /// runtime, whichever the server's is.
    ///
    /// # Errors
    ///
    /// If the server has sockets, or has ended.
    pub async fn client<R>(&self, runtime: R) -> Result<Client<InProcess<R>>, ConnectError>
    where
        R: Runtime + Spawn<Driver<InProcess<R>>>,
    {
        let url = format!("redis://{}in-process", url::credentials(self.password.as_deref()));
        Client::connect_on(self.runtime(runtime), url).await
    }

    /// A runtime whose connections lead to this server, for whatever a client can be made of: pools,
    /// subscribers. Nobody answers there if the server has sockets.
    pub fn runtime<R>(&self, runtime: R) -> InProcess<R> {
        InProcess::new(runtime, &self.door.clone().unwrap_or_default())
    }

    /// Moves the server's clock forward: what is to expire until then does.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// What looks after the server: its connections, its end.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Waits for the end of the server, which `SHUTDOWN` and its [handle](Self::handle) bring about.
    ///
    /// # Errors
    ///
    /// What a thread has ended with.
    pub fn join(mut self) -> io::Result<()> {
        self.runs.take().map_or(Ok(()), Runs::join)
    }
}

impl Runs {
    fn join(self) -> io::Result<()> {
        match self {
            Self::Threads(server) => server.join(),
            Self::InProcess(thread) => match thread.join() {
                Ok(outcome) => outcome,
                Err(_) => Err(io::Error::other("the server's thread panicked")),
            },
        }
    }
}

impl Drop for EmbeddedRedis {
    fn drop(&mut self) {
        if let Some(runs) = self.runs.take() {
            self.handle.shutdown(Duration::ZERO);
            let _ = runs.join();
        }
    }
}

impl fmt::Debug for EmbeddedRedis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedRedis")
            .field("addresses", &self.addresses)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
