//! What may be said about a connection, what not, and what the errors say.

#[path = "options/builder.rs"]
mod builder;
#[path = "options/keys.rs"]
mod keys;
#[path = "options/secrets.rs"]
mod secrets;
#[path = "options/urls.rs"]
mod urls;

use adapter_core::{Options, OptionsError};

fn parsed(url: &str) -> Options {
    match url.parse() {
        Ok(options) => options,
        Err(error) => panic!("{url}: {error}"),
    }
}

fn error(url: &str) -> OptionsError {
    match url.parse::<Options>() {
        Ok(options) => panic!("{url}: {options:?}"),
        Err(error) => error,
    }
}
