//! An in-memory server that speaks Redis.

mod clock;
mod commands;
mod embedded;
mod engine;
mod keyspace;
mod service;

pub use embedded::EmbeddedRedis;
