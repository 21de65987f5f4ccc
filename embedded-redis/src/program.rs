//! From the command line to a server that runs.

mod directives;
mod plan;

use std::error::Error;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use embedded_redis::EmbeddedRedis;
use embedded_redis::adapter_core::Address;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use directives::{Asked, Directive};
use plan::Plan;

/// Runs the server until it is told to end.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let outcome = match directives::read(arguments, || io::read_to_string(io::stdin())) {
        Ok(Asked::Help) => {
            print!("{HELP}");
            Ok(())
        }
        Ok(Asked::Version) => {
            println!("embedded-redis {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Ok(Asked::Serve(directives)) => serve(&directives),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("embedded-redis: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(directives: &[Directive]) -> Result<(), Box<dyn Error>> {
    let mut plan = Plan::default();
    for directive in directives {
        plan.follow(directive)?;
    }
    // From now on a signal is no sudden end any more.
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let runtime = plan.runtime;
    let redis = plan.start()?;
    announce(&redis, runtime.name());
    let (handle, door) = (redis.handle(), signals.handle());
    let listens = thread::Builder::new().name("signals".into()).spawn(move || {
        let mut told = signals.forever();
        if told.next().is_some() {
            println!("ending: connections have {} s to finish", GRACE.as_secs());
            handle.shutdown(GRACE);
        }
        if told.next().is_some() {
            println!("ending at once");
            handle.shutdown(Duration::ZERO);
        }
    })?;
    let outcome = redis.join();
    door.close();
    let _ = listens.join();
    Ok(outcome?)
}

/// Says that the server is up, and how to try it.
fn announce(redis: &EmbeddedRedis, runtime: &str) {
    println!("embedded-redis {} on {runtime}", env!("CARGO_PKG_VERSION"));
    for address in redis.addresses() {
        let how = match address {
            Address::Unix(path) => format!("redis-cli -s {}", path.display()),
            Address::Tcp(address) => format!("redis-cli -h {} -p {}", address.ip(), address.port()),
            _ => String::new(),
        };
        println!("listening at {address}: {how}");
    }
}

/// What clients get to finish, as `SHUTDOWN` gives them.
const GRACE: Duration = Duration::from_secs(10);

const HELP: &str = "\
embedded-redis: a Redis-compatible server that keeps its data in memory only

usage: embedded-redis [redis.conf | -] [--directive value ..] ..

Directives are those of redis.conf, on the command line with -- in front; with - they are read from
the standard input. The most used:

  --port 6379               TCP port; 0 for none
  --bind 127.0.0.1          addresses to listen at, several if need be
  --unixsocket PATH         and --unixsocketperm 700
  --requirepass PASSWORD    what clients have to say
  --protected-mode no       let other machines' clients in without a password
  --maxmemory 100mb         and --maxmemory-policy allkeys-lru
  --databases 16
  --maxclients 10000
  --io-threads 1            threads that serve connections
  --tls-port PORT           with --tls-cert-file, --tls-key-file, --tls-ca-cert-file,
                            --tls-auth-clients yes|no|optional
  --notify-keyspace-events KEA

Its own:

  --save-nothing            do not mind directives about saving (save, appendonly ..)
  --runtime tokio           or smol, or glommio, where it was built with them
  --help, --version
";
