//! Redis for smol, and for any executor beside async-io.
//!
//! ```no_run
//! use adapter_smol::{Client, Commands};
//!
//! # #[cfg(feature = "global-executor")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! smol::block_on(async {
//!     let client = Client::connect("redis://127.0.0.1:6379").await?;
//!     client.set("greeting", "hello").ex(60).await?;
//!     let greeting: String = client.get("greeting").parse().await?;
//!     assert_eq!(greeting, "hello");
//!     Ok(())
//! })
//! # }
//! # #[cfg(not(feature = "global-executor"))]
//! # fn main() {}
//! ```
//!
//! A [`Client`] is cheap to clone and may be shared by any number of tasks, on any number of
//! threads: commands sent at the same time travel together over its one connection. The commands
//! are methods of [`Commands`]; [`cmd`] has them as values for [`Client::pipeline`] and
//! [`Client::transaction`].
//!
//! # Where to start
//!
//! | to | there is |
//! |---|---|
//! | run commands, from any number of tasks | [`Client`], [`Commands`] |
//! | run those that block, or have a connection to oneself | [`Pool`], [`Lease`] |
//! | send several at once | [`Client::pipeline`], [`Client::transaction`], [`Pool::optimistic`] |
//! | hear messages | [`Subscriber`], [`Notice`] |
//! | walk through keys, hashes, sets | [`Cursors`] |
//! | configure any of them | [`Options`] |
//! | tell failures apart | [`Error`], [`ConnectError`] |
//! | serve | [`Server`], [`server`] |
//!
//! Features: `tls` and `tls-native-roots`, `derive` (structs from and to hashes), `json`, `tracing`.
//!
//! # Which executor
//!
//! Smol has no executor that a task could ask for as the one it runs on. [`Client::connect`]
//! therefore spawns the driver on the one that needs no asking, [`smol::spawn`]'s: it works
//! whatever the caller runs on, and moves the driver to a thread in the background, where as many
//! run as the variable `SMOL_THREADS` says.
//!
//! A program with an executor of its own spawns the driver there, which spares each command the
//! way to another thread and back:
//!
//! ```no_run
//! use adapter_smol::{Client, Commands, Dial, Options, Smol};
//! use smol::LocalExecutor;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let executor = LocalExecutor::new();
//! smol::block_on(executor.run(async {
//!     let options: Options = "redis://127.0.0.1:6379".parse()?;
//!     let stream = Dial::new(Smol, &options).await?;
//!     let (client, driver) = Client::new(Smol, stream, options.session_config().clone());
//!     executor.spawn(driver).detach();
//!     println!("{:?}", client.ping().await?);
//!     Ok(())
//! }))
//! # }
//! ```
//!
//! Such a program can do without the feature `global-executor`, and so without the crate `smol`.
//!
//! [`smol::spawn`]: https://docs.rs/smol/latest/smol/fn.spawn.html
#![forbid(unsafe_code)]

mod listener;
#[cfg(feature = "local-executor")]
mod local;
mod stream;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Instant;

#[doc(hidden)]
pub use adapter_core::__private;
pub use adapter_core::*;
use async_io::Timer;
pub use listener::{Accepted, Listener};
#[cfg(feature = "local-executor")]
pub use local::LocalSmol;
#[cfg(feature = "derive")]
pub use redis_client_derive::{FromReplyOfSmol as FromReply, ToFieldsOfSmol as ToFields};
pub use stream::Stream;

/// A client on smol: see [`adapter_core::Client`].
pub type Client = adapter_core::Client<Smol>;

/// A client on an executor for one thread: see [`LocalSmol`].
#[cfg(feature = "local-executor")]
pub type LocalClient = adapter_core::Client<LocalSmol>;

/// The driver of a [`Client`]: see [`adapter_core::Driver`].
pub type Driver = adapter_core::Driver<Smol>;

/// A pool on smol: see [`adapter_core::Pool`].
pub type Pool = adapter_core::Pool<Smol>;

/// Pools on smol by what they connect to: see [`adapter_core::Pools`].
pub type Pools = adapter_core::Pools<Smol>;

/// A subscriber on smol: see [`adapter_core::Subscriber`].
pub type Subscriber = adapter_core::Subscriber<Smol>;

/// A connection of a [`Pool`] in one hand: see [`adapter_core::Lease`].
pub type Lease = adapter_core::Lease<Smol>;

/// A server on smol: see [`adapter_core::server::Server`].
pub type Server = adapter_core::server::Server<Smol>;

/// The sockets and timers of async-io, whose one reactor serves every executor of the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol;

impl Runtime for Smol {
    type Stream = Stream;
    type Connect = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;
    type Resolve = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
    type Sleep = Sleep;
    type Cell<T: 'static> = Locked<T>;

    fn resolve(&self, host: &str, port: u16) -> Self::Resolve {
        let host = host.to_owned();
        Box::pin(blocking::unblock(move || Ok((host, port).to_socket_addrs()?.collect())))
    }

    fn connect(&self, address: &Address, options: &SocketOptions) -> Self::Connect {
        let (address, options) = (address.clone(), *options);
        Box::pin(async move { Stream::connect(&address, &options).await })
    }

    fn sleep_until(&self, at: Time) -> Sleep {
        Sleep(Timer::at(*EPOCH + at.to_epoch()))
    }

    fn now(&self) -> Time {
        Time::from_epoch(EPOCH.elapsed())
    }
}

#[cfg(feature = "global-executor")]
impl<F: Future<Output: Send> + Send + 'static> Spawn<F> for Smol {
    fn spawn(&self, future: F) {
        smol::spawn(async { drop(future.await) }).detach();
    }
}

/// The future of a moment.
#[derive(Debug)]
#[must_use = "time passes only for those who await it"]
pub struct Sleep(Timer);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

/// Where time starts for the sessions of this process.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
