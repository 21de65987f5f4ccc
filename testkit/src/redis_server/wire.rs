//! A blocking connection that knows just enough RESP2 to ask a server how it is.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use super::PATIENCE;

/// Where the server listens.
pub(super) enum Listener {
    Tcp(SocketAddr),
    Unix(PathBuf),
    /// TLS, and a Unix socket to look at the server from the side.
    Tls(SocketAddr, PathBuf),
}

/// A connection, authenticated when there is a password.
pub(super) struct Connection(BufReader<Box<dyn Stream>>);

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Connection {
    pub(super) fn open(listener: &Listener, password: Option<&str>) -> io::Result<Self> {
        let mut connection = Self(BufReader::new(connect(listener)?));
        if let Some(password) = password {
            let reply = connection.call(&["AUTH", password])?;
            if reply != b"+OK\r\n" {
                return Err(io::Error::other(String::from_utf8_lossy(&reply)));
            }
        }
        Ok(connection)
    }

    pub(super) fn call(&mut self, command: &[&str]) -> io::Result<Vec<u8>> {
        self.0.get_mut().write_all(&encode(command))?;
        read_reply(&mut self.0)
    }
}

fn connect(listener: &Listener) -> io::Result<Box<dyn Stream>> {
    match listener {
        Listener::Tcp(addr) => {
            let stream = TcpStream::connect_timeout(addr, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(Box::new(stream))
        }
        Listener::Unix(path) | Listener::Tls(_, path) => {
            let stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(Box::new(stream))
        }
    }
}

fn encode(command: &[&str]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", command.len());
    for arg in command {
        out.push_str(&format!("${}\r\n{arg}\r\n", arg.len()));
    }
    out.into_bytes()
}

/// Reads one reply: a line, or a line and the bulk string that it announces.
fn read_reply(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut reply = Vec::new();
    stream.read_until(b'\n', &mut reply)?;
    if !reply.ends_with(b"\r\n") {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "redis-server hung up"));
    }
    match reply.first() {
        Some(b'+' | b'-' | b':') => Ok(reply),
        Some(b'$') if reply == b"$-1\r\n" => Ok(reply),
        Some(b'$') => {
            let length: u64 = parse_line(&reply).ok_or(io::ErrorKind::InvalidData)?;
            let with_line_end = length.saturating_add(2);
            if stream.take(with_line_end).read_to_end(&mut reply)? as u64 != with_line_end {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "redis-server hung up"));
            }
            Ok(reply)
        }
        _ => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("only single-line and bulk replies, not {}", reply.escape_ascii()),
        )),
    }
}

fn parse_line<T: std::str::FromStr>(line: &[u8]) -> Option<T> {
    str::from_utf8(line.get(1..)?).ok()?.trim_end().parse().ok()
}

/// Finds the server's process id in its reply to `INFO server`.
pub(super) fn process_id(info: &[u8]) -> Option<u32> {
    let info = str::from_utf8(info).ok()?;
    info.lines().find_map(|line| line.strip_prefix("process_id:"))?.parse().ok()
}

/// Tells whether the peer went away, by whichever error the socket says so.
pub(super) fn is_hang_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_returned_as_they_came() {
        for reply in [&b"+OK\r\n"[..], b"-ERR x\r\n", b":-1\r\n", b"$-1\r\n", b"$4\r\na\r\nb\r\n"] {
            let mut stream = [reply, b"+next\r\n"].concat();
            assert_eq!(read_reply(&mut &stream[..]).unwrap(), reply);
            stream.truncate(reply.len() - 1);
            let cut_short = read_reply(&mut &stream[..]).unwrap_err();
            assert!(is_hang_up(&cut_short), "{cut_short}");
        }
    }

    #[test]
    fn an_aggregate_is_refused() {
        let error = read_reply(&mut &b"*1\r\n:1\r\n"[..]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Unsupported);
    }

    #[test]
    fn the_process_id_is_found_in_info() {
        assert_eq!(process_id(b"$40\r\n# Server\r\nprocess_id:42\r\ntcp_port:1\r\n"), Some(42));
        assert_eq!(process_id(b"-NOPERM\r\n"), None);
    }
}
