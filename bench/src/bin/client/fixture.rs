//! What the server has before a client comes, by a socket of our own.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use bytes::Bytes;

use super::Outcome;
use super::job::{Job, Kind};

/// Where the value lies that is read or written.
pub(super) const KEY: &str = "bench:value";

/// Where INCR counts.
pub(super) const COUNTER: &str = "bench:counter";

/// What values and messages of that length are.
pub(super) fn value(length: usize) -> Bytes {
    (b'a'..=b'z').cycle().take(length).collect()
}

/// How long the value under [`KEY`] is.
pub(super) fn value_length(kind: Kind) -> usize {
    match kind {
        Kind::Get(bytes) | Kind::Keep(bytes) | Kind::Set(bytes) => bytes,
        _ => SMALL,
    }
}

/// Stores the value that the job reads, and lets subscribers fall behind.
pub(super) fn prepare(job: &Job) -> Outcome<()> {
    let mut stream = connect(job.port)?;
    let mut commands = Vec::new();
    let value = value(value_length(job.kind));
    resp_core::encode::command(&mut commands, [b"SET".as_slice(), KEY.as_bytes(), &value]);
    resp_core::encode::command(
        &mut commands,
        ["CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0"],
    );
    stream.write_all(&commands)?;
    let mut replies = [0; b"+OK\r\n+OK\r\n".len()];
    stream.read_exact(&mut replies)?;
    if &replies != b"+OK\r\n+OK\r\n" {
        return Err(format!("the server says {}", replies.escape_ascii()).into());
    }
    Ok(())
}

/// A plain socket to the server, which is not waited for without an end.
pub(super) fn connect(port: u16) -> Outcome<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Bytes of a value or message where nothing else is said.
pub(super) const SMALL: usize = 16;

/// Far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(20);
