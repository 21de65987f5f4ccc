//! Pub/sub: by table, against a naive model, and against a real redis-server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, in its helpers too"
)]

mod model;
mod redis;
mod rules;
