//! One client under one workload, in a process of its own.
//!
//! `cargo xtask bench client` starts it on a core, once for each client and workload, and reads the
//! one line that it prints. So what the process has used of CPU and memory is that client's alone.

mod contender;
mod contenders;
mod crew;
mod figures;
mod fixture;
mod idle;
mod job;
mod process;
mod pubsub;
mod raw;

use std::error::Error;
use std::process::ExitCode;

use job::Job;
use testkit::counting_alloc::CountingAlloc;

/// Counts by thread, without atomics: a nanosecond or two for each allocation, whoever makes it.
#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments say, and prints the figures as one line of JSON.
fn run(arguments: &[String]) -> Outcome<()> {
    let job = Job::parse(arguments)?;
    process::allow_many_files()?;
    fixture::prepare(&job)?;
    let figures = contenders::run(&job)?;
    println!("{}", figures.json());
    Ok(())
}

/// What can go wrong is reported and nothing else, so any error will do.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
