//! Commands to bytes, and replies to values.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics fails")]

mod arguments;
mod commands;
#[cfg(feature = "derive")]
mod derive;
#[cfg(feature = "json")]
mod json;
mod replies;
mod requests;
mod streams;
mod structs;
mod value;

use redis_client_core::Request;
use resp_core::OutBuf;

/// The command on the wire.
fn wire(command: impl AsRef<Request>) -> Vec<u8> {
    let mut out = OutBuf::new();
    command.as_ref().encode(&mut out);
    flat(out)
}

fn flat(mut out: OutBuf) -> Vec<u8> {
    use bytes::Buf;
    out.copy_to_bytes(out.remaining()).to_vec()
}

/// A command of these arguments on the wire, by the shortest code that works.
fn naive<A: AsRef<[u8]>>(arguments: &[A]) -> Vec<u8> {
    let mut wire = format!("*{}\r\n", arguments.len()).into_bytes();
    for argument in arguments {
        wire.extend(format!("${}\r\n", argument.as_ref().len()).bytes());
        wire.extend(argument.as_ref());
        wire.extend(b"\r\n");
    }
    wire
}
