//! The command table: by hand, by random names, and against a real redis-server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, in its helpers too"
)]

mod random;
mod redis;
mod rules;

use redis_server_core::resp_core::encode;
use redis_server_core::resp_core::request::{Dialect, Request, RequestLimits, RequestParser};

/// Has the arguments parsed as a request, which is the only way to one.
fn with_request<A: AsRef<[u8]>, T>(args: &[A], use_it: impl FnOnce(Request<'_>) -> T) -> T {
    let mut bytes = vec![];
    encode::command(&mut bytes, args);
    let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
    use_it(parser.parse(&bytes).unwrap().request.unwrap())
}
