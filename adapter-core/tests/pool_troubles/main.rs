//! The pool in memory, in virtual time: who gets which connection, and when.

mod blocking;
mod closing;
mod debug;
mod leases;
mod line;
mod loss;
mod offline;
mod opening;
mod time;

use std::rc::Rc;
use std::time::Duration;

use adapter_core::{Config, Options, Pool, Protocol};
use bytes::Bytes;
use testkit::memory::{Memory, Service};

/// A server that does as it is told.
type World = Service<Told>;
type Told = Box<dyn FnMut(&[Bytes], &mut Vec<u8>)>;

/// What it does with a command.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Ok,
    Nothing,
    HangUp,
}

/// Told by a connection's number and a command's name.
fn world(script: impl Fn(usize, &str) -> Answer + 'static) -> World {
    let script = Rc::new(script);
    Service::with_servers(move |number, wire| -> Told {
        let (script, wire) = (Rc::clone(&script), wire.clone());
        Box::new(move |command, out| {
            let name = command.first().map(|name| String::from_utf8_lossy(name));
            match script(number, &name.unwrap_or_default()) {
                Answer::Ok => out.extend_from_slice(b"+OK\r\n"),
                Answer::Nothing => {}
                Answer::HangUp => wire.hang_up(),
            }
        })
    })
}

/// A server that leaves these commands without an answer.
fn silent_to(silent: &'static [&'static str]) -> World {
    world(move |_, name| if silent.contains(&name) { Answer::Nothing } else { Answer::Ok })
}

/// Opens a pool, with all of its connections.
fn pool(world: &mut World, options: Options) -> Pool<Memory> {
    let pool = world.finish(Pool::connect_on(world.runtime.clone(), options));
    pool.unwrap_or_else(|error| panic!("{error}"))
}

/// Without a handshake, so that a connection is ready as soon as it is made.
fn config() -> Config {
    Config::default().protocol(Protocol::Resp2).library_info(false).liveness(None)
}

fn options(size: usize) -> Options {
    Options::tcp("127.0.0.1", 6379).config(config()).pool_size(size)
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// So long that a connection is no longer taken to be alive.
const LONG: Duration = ms(5_100);
