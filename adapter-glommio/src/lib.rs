//! Redis for glommio: io_uring, and a thread per core.
//!
//! ```no_run
//! use adapter_glommio::{Client, Commands};
//! use glommio::LocalExecutorBuilder;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let executor = LocalExecutorBuilder::default().io_memory(64 << 10).make()?;
//! executor.run(async {
//!     let client = Client::connect("redis://127.0.0.1:6379").await?;
//!     client.set("greeting", "hello").ex(60).await?;
//!     let greeting: String = client.get("greeting").parse().await?;
//!     assert_eq!(greeting, "hello");
//!     Ok(())
//! })
//! # }
//! ```
//!
//! A [`Client`] is cheap to clone and may be shared by any number of tasks of its executor:
//! commands sent at the same time travel together over its one connection. The commands are
//! methods of [`Commands`]; [`cmd`] has them as values for [`Client::pipeline`] and
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
//! # A client for each executor
//!
//! Nothing is shared between threads, so there is neither a lock nor an atomic on a command's way;
//! a client can't leave its thread, and each executor connects for itself.
//!
//! # The end of an executor
//!
//! Glommio lets go of the tasks that still wait when their executor ends, without dropping them: a
//! connection stays open to the end of the process, and a command sent from elsewhere waits for
//! ever. Where executors come and go, spawn the driver yourself, drop the last client, and await
//! the driver:
//!
//! ```no_run
//! use adapter_glommio::{Client, Commands, Dial, Glommio, Options};
//!
//! # async fn work() -> Result<(), Box<dyn std::error::Error>> {
//! let options: Options = "redis://127.0.0.1:6379".parse()?;
//! let stream = Dial::new(Glommio, &options).await?;
//! let (client, driver) = Client::new(Glommio, stream, options.session_config().clone());
//! let driver = glommio::spawn_local(driver);
//! println!("{:?}", client.ping().await?);
//! drop(client);
//! driver.await;
//! # Ok(())
//! # }
//! ```
//!
//! # Locked memory
//!
//! Unless told otherwise an executor has the kernel lock 10 MiB for its files, which may be more
//! than a user is allowed (`ulimit -l`, often 8 MiB for all of the user's processes). Redis needs
//! none of it: programs without files ask for the least there is by `io_memory(64 << 10)`, as
//! above. An executor that is refused its memory does without, with a warning in the log; where
//! the limit is below 512 KiB none starts at all.
//!
//! This crate is empty on systems other than Linux, which has no io_uring there to stand on.
#![cfg(target_os = "linux")]
#![forbid(unsafe_code)]

mod listener;
mod stream;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

#[doc(hidden)]
pub use adapter_core::__private;
pub use adapter_core::*;
use glommio::timer::Timer;
pub use listener::{Accepted, Listener};
#[cfg(feature = "derive")]
pub use redis_client_derive::{FromReplyOfGlommio as FromReply, ToFieldsOfGlommio as ToFields};
pub use stream::Stream;

/// A client on glommio: see [`adapter_core::Client`].
pub type Client = adapter_core::Client<Glommio>;

/// The driver of a [`Client`]: see [`adapter_core::Driver`].
pub type Driver = adapter_core::Driver<Glommio>;

/// A pool on glommio: see [`adapter_core::Pool`].
pub type Pool = adapter_core::Pool<Glommio>;

/// Pools on glommio by what they connect to: see [`adapter_core::Pools`].
pub type Pools = adapter_core::Pools<Glommio>;

/// A subscriber on glommio: see [`adapter_core::Subscriber`].
pub type Subscriber = adapter_core::Subscriber<Glommio>;

/// A connection of a [`Pool`] in one hand: see [`adapter_core::Lease`].
pub type Lease = adapter_core::Lease<Glommio>;

/// A server on glommio: see [`adapter_core::server::Server`].
pub type Server = adapter_core::server::Server<Glommio>;

/// Glommio's sockets and timers, of the executor that the calling task runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Glommio;

impl Runtime for Glommio {
    type Stream = Stream;
    type Connect = Pin<Box<dyn Future<Output = io::Result<Stream>>>>;
    type Resolve = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>>>>;
    type Sleep = Sleep;
    type Cell<T: 'static> = Unlocked<T>;

    fn resolve(&self, host: &str, port: u16) -> Self::Resolve {
        let host = host.to_owned();
        Box::pin(async move {
            let lookup = move || Ok((host, port).to_socket_addrs()?.collect());
            glommio::executor().spawn_blocking(lookup).await
        })
    }

    fn connect(&self, address: &Address, options: &SocketOptions) -> Self::Connect {
        let (address, options) = (address.clone(), *options);
        Box::pin(async move { Stream::connect(&address, &options).await })
    }

    fn sleep_until(&self, at: Time) -> Sleep {
        Sleep(Timer::new((epoch() + at.to_epoch()).saturating_duration_since(Instant::now())))
    }

    fn now(&self) -> Time {
        Time::from_epoch(epoch().elapsed())
    }
}

impl<F: Future<Output: 'static> + 'static> Spawn<F> for Glommio {
    fn spawn(&self, future: F) {
        glommio::spawn_local(future).detach();
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

/// Where time starts for the sessions of this thread.
fn epoch() -> Instant {
    thread_local!(static EPOCH: Instant = Instant::now());
    EPOCH.with(|epoch| *epoch)
}
