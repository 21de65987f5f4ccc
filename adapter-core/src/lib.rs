//! The runtime-independent half of every adapter.
#![forbid(unsafe_code)]

mod client;
mod driver;
mod endpoint;
mod runtime;
mod shared;
mod slots;

pub use client::{Call, Client, ConnectError, Pipeline, Ready, Transaction};
pub use driver::Driver;
pub use endpoint::{Endpoint, Options, OptionsError};
pub use redis_client_core::*;
pub use runtime::{Locked, Runtime, SharedCell, Spawn, Transport};
