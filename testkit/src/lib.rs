//! Placeholder.

pub mod redis_server;
