//! `cargo xtask bench`: this project side by side with others of its kind.

mod build;
mod client;
mod cores;
mod launch;
mod page;
mod process;
mod rows;
mod server;
mod svg;

use crate::cli::Bench;
use crate::exec::{Exec, Failure};

/// Measures what is asked for.
pub(crate) fn run(bench: &Bench) -> Result<(), Failure> {
    match bench {
        Bench::Codec => codec(),
        Bench::Client(options) => client::run(options),
        Bench::Server(options) => server::run(options),
        Bench::All(options) => {
            codec()?;
            client::run(options)?;
            server::run(options)?;
            print!("\n{}", page::read()?);
            Ok(())
        }
    }
}

fn codec() -> Result<(), Failure> {
    Exec::cargo(["run", "--release", "-p", "bench", "--bin", "bench", "--", "codec"]).run()
}
