//! What all examples have in common: where Redis is, and how it went.

use std::error::Error;
use std::process::ExitCode;

use adapter_core::{ConnectError, Options};

/// How an example, or a part of it, ends.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Where Redis is.
pub(crate) fn options() -> Outcome<Options> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".into());
    Ok(url.parse::<Options>()?.pool_size(4).client_name("example"))
}

/// Says how it went.
pub(crate) fn report(outcome: Outcome) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("{error}");
    if error.is::<ConnectError>() {
        eprintln!("(set REDIS_URL to where your Redis is, or start redis-server)");
    }
    ExitCode::FAILURE
}
