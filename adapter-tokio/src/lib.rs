//! Redis for tokio.
//!
//! ```no_run
//! use adapter_tokio::{Client, Commands};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::connect("redis://127.0.0.1:6379").await?;
//! client.set("greeting", "hello").ex(60).await?;
//! let greeting: String = client.get("greeting").parse().await?;
//! assert_eq!(greeting, "hello");
//! # Ok(())
//! # }
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
#![forbid(unsafe_code)]

mod listener;
mod stream;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::LazyLock;
use std::time::Instant;

#[doc(hidden)]
pub use adapter_core::__private;
pub use adapter_core::*;
pub use listener::{Accepted, Listener};
#[cfg(feature = "derive")]
pub use redis_client_derive::{FromReplyOfTokio as FromReply, ToFieldsOfTokio as ToFields};
pub use stream::Stream;

/// A client on tokio: see [`adapter_core::Client`].
pub type Client = adapter_core::Client<Tokio>;

/// The driver of a [`Client`]: see [`adapter_core::Driver`].
pub type Driver = adapter_core::Driver<Tokio>;

/// A pool on tokio: see [`adapter_core::Pool`].
pub type Pool = adapter_core::Pool<Tokio>;

/// Pools on tokio by what they connect to: see [`adapter_core::Pools`].
pub type Pools = adapter_core::Pools<Tokio>;

/// A subscriber on tokio: see [`adapter_core::Subscriber`].
pub type Subscriber = adapter_core::Subscriber<Tokio>;

/// A connection of a [`Pool`] in one hand: see [`adapter_core::Lease`].
pub type Lease = adapter_core::Lease<Tokio>;

/// A server on tokio: see [`adapter_core::server::Server`].
pub type Server = adapter_core::server::Server<Tokio>;

/// Tokio's sockets and timers, of the runtime that the calling task runs on. It needs its I/O and
/// time drivers (`enable_all`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

impl Runtime for Tokio {
    type Stream = Stream;
    type Connect = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;
    type Resolve = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
    type Sleep = tokio::time::Sleep;
    type Cell<T: 'static> = Locked<T>;

    fn resolve(&self, host: &str, port: u16) -> Self::Resolve {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }

    fn connect(&self, address: &Address, options: &SocketOptions) -> Self::Connect {
        let (address, options) = (address.clone(), *options);
        Box::pin(async move { Stream::connect(&address, &options).await })
    }

    fn sleep_until(&self, at: Time) -> tokio::time::Sleep {
        tokio::time::sleep_until((*EPOCH + at.to_epoch()).into())
    }

    fn now(&self) -> Time {
        // By tokio's clock, which its tests can pause.
        Time::from_epoch(tokio::time::Instant::now().into_std().saturating_duration_since(*EPOCH))
    }
}

impl<F: Future<Output: Send> + Send + 'static> Spawn<F> for Tokio {
    fn spawn(&self, future: F) {
        tokio::spawn(future);
    }
}

/// Where time starts for the sessions of this process.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
