//! What the examples of one subject each have in common: where Redis is, keys of their own, how it
//! went.

use std::error::Error;
use std::process::ExitCode;

use adapter_core::{Commands, ConnectError, Cursors, Options, Pool, Runtime};

/// How an example ends.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Where Redis is.
pub(crate) fn options() -> Outcome<Options> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".into());
    Ok(url.parse::<Options>()?.pool_size(4).client_name("example"))
}

/// A key of this run, so that it meets nobody else's.
pub(crate) fn key(name: &str) -> String {
    format!("{}{name}", prefix())
}

/// Deletes the keys of this run: nothing stays behind.
pub(crate) async fn sweep<R: Runtime>(pool: &Pool<R>) -> Outcome {
    let mut keys = pool.scan_all().matching(format!("{}*", prefix())).count(1000);
    while let Some(key) = keys.next().await {
        pool.del([key?]).await?;
    }
    Ok(())
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

fn prefix() -> String {
    format!("example:{}:", std::process::id())
}
