//! The server as a program: `embedded-redis --port 6379`, or with a redis.conf.

mod program;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Small blocks without a head of their own, and given back to the system soon.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    program::run(std::env::args_os().skip(1))
}
