//! What every adapter has in common: the [`Client`], the [`Driver`] between its connection and its
//! [`Session`], and the traits that an adapter implements for its executor.
//!
//! An adapter is a [`Transport`] (sockets), a [`Runtime`] (connecting, sleeping, sharing) and
//! [`Spawn`]; everything else is here, once, and asks for `Send` nowhere. Applications use an
//! adapter's crate, which has all of this one in it.
//!
//! The request path: a handle locks the cell that it shares with the driver, encodes the command
//! into the session's output, leaves its waker in a slot, unlocks, and wakes the driver if that
//! sleeps. No channel, no boxed future, and in the steady state no allocation but the reply's.

#![forbid(unsafe_code)]

mod alarm;
mod client;
mod connection;
mod credentials;
mod cursor;
mod dial;
mod driver;
mod endpoint;
mod event;
mod group;
mod in_process;
mod later;
mod line;
mod link;
mod options;
mod pool;
mod runtime;
mod script;
pub mod server;
mod shared;
mod slots;
mod subscriber;
#[cfg(feature = "tls")]
pub mod tls;
mod trace;
mod transfer;

#[doc(no_inline)]
pub use bytes::Bytes;
pub use client::{Call, Client, Closing, ConnectError, Pipeline, Ready, Sending, Transaction};
pub use credentials::{CredentialError, CredentialFuture, CredentialProvider};
pub use cursor::{Cursors, Scan};
pub use dial::Dial;
pub use driver::Driver;
pub use endpoint::{Address, AddressError, Endpoint, SocketOptions};
pub use event::ConnectionEvent;
pub use group::GroupReader;
pub use in_process::{AtDoor, Door, InProcess, Pipe};
pub use link::Link;
pub use options::{Offline, Options, OptionsError, PoolKey, Security};
pub use pool::{Lease, Leasing, Next, Optimistic, Pool, Pools, Raw};
#[doc(hidden)]
pub use redis_client_core::__private;
pub use redis_client_core::*;
#[cfg(feature = "derive")]
pub use redis_client_derive::{
    FromReplyOfAdapterCore as FromReply, ToFieldsOfAdapterCore as ToFields,
};
pub use runtime::{Locked, Runtime, SharedCell, Spawn, Transport, Unlocked};
pub use script::{Invocation, Invocations, Running, Script};
pub use shared::Incoming;
pub use subscriber::{NextNotice, Subscriber, Subscribing};
#[cfg(feature = "tls")]
pub use tls::{TlsConfig, TlsError, TlsServerConfig, TlsStream};
pub use transfer::{read_initialized, write_segments};
