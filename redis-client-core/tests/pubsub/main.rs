//! Pub/sub's machine, against a server of a few lines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod random;
mod steps;
mod world;
