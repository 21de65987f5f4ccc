//! The pool in memory, in virtual time: who gets which connection, and when.

mod blocking;
mod closing;
mod debug;
mod leases;
mod line;
mod loss;
mod network;
mod offline;
mod opening;
mod time;

use std::time::Duration;

use adapter_core::{Config, Options, Protocol};
use network::{Answer, World};

/// Without a handshake, so that a connection is ready as soon as it is made.
fn config() -> Config {
    Config::default().protocol(Protocol::Resp2).library_info(false).liveness(None)
}

fn options(size: usize) -> Options {
    Options::tcp("127.0.0.1", 6379).config(config()).pool_size(size)
}

/// A server that leaves these commands without an answer.
fn silent_to(silent: &'static [&'static str]) -> World {
    World::new(move |_, name| if silent.contains(&name) { Answer::Nothing } else { Answer::Ok })
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// So long that a connection is no longer taken to be alive.
const LONG: Duration = ms(5_100);
