//! The session against a server in memory, in virtual time: see `testkit::pair`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics fails")]

mod backpressure;
mod batches;
mod close;
mod deadlines;
mod handshake;
mod liveness;
mod news;
mod outcomes;
mod pubsub;
mod random;
mod refused;
mod replies;
mod shards;
mod tidy;

use redis_client_core::{Config, Request};
use resp_core::Frame;

/// A session without a word about the library and without `PING`, for short streams.
fn plain() -> Config {
    Config::default().library_info(false).liveness(None)
}

/// `ECHO text`, as it is without a type.
fn echo(text: &str) -> Request {
    redis_client_core::cmd::echo(text).into_request()
}

/// Any command, by its words.
fn words(text: &str) -> Request {
    let mut words = text.split(' ');
    let mut request = Request::new(words.next().unwrap());
    for word in words {
        request.arg(word);
    }
    request
}

/// A bulk string on the wire.
fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

/// Frames as text, to compare them with.
fn texts(frames: &[Frame]) -> Vec<String> {
    frames.iter().map(|frame| String::from_utf8(frame.as_bytes().to_vec()).unwrap()).collect()
}

/// An array or a push of strings and, last, an integer: a confirmation.
fn confirmation(head: char, word: &str, name: &str, left: u32) -> String {
    format!("{head}3\r\n{}{}:{left}\r\n", bulk(word), bulk(name))
}
