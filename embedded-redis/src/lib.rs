//! An in-memory server that speaks Redis.

mod clock;
mod commands;
mod embedded;
mod engine;
mod keyspace;
mod process;
#[cfg(feature = "lua")]
mod scripting;
mod service;

pub use adapter_core;
pub use embedded::{Builder, EmbeddedRedis, SettingError};
pub use service::Embedded;
