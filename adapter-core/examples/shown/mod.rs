//! What all examples have in common: where Redis is, and how it went.

use std::error::Error;
use std::process::ExitCode;
use std::sync::OnceLock;

use adapter_core::{ConnectError, Options};
use embedded_redis::EmbeddedRedis;

/// How an example, or a part of it, ends.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Where Redis is: at REDIS_URL, and without that in this process.
pub(crate) fn options() -> Outcome<Options> {
    let url = match (std::env::var("REDIS_URL"), SERVER.get()) {
        (Ok(url), _) => url,
        (Err(_), Some(server)) => server.url(),
        (Err(_), None) => {
            let server = EmbeddedRedis::start()?;
            println!("REDIS_URL is not set: a server in this process, at {}", server.url());
            SERVER.get_or_init(|| server).url()
        }
    };
    Ok(url.parse::<Options>()?.pool_size(4).client_name("example"))
}

/// Says how it went.
pub(crate) fn report(outcome: Outcome) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("{error}");
    if error.is::<ConnectError>() {
        eprintln!("(REDIS_URL says where your Redis is; without it a server is started here)");
    }
    ExitCode::FAILURE
}

/// The server of this process: it is there to the end.
static SERVER: OnceLock<EmbeddedRedis> = OnceLock::new();
