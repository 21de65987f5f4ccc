//! The least that a server can do: one read and one write for all that a client has sent at a time,
//! and of each command it looks at one letter. `cargo xtask bench server` holds servers against it:
//! what it takes is the system's.
//!
//! It understands `redis-benchmark` and nothing else.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use rustix::event::epoll;

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some("--addr"), Some(address)) = (args.next().as_deref(), args.next()) else {
        return Err(io::Error::other("limit --addr HOST:PORT"));
    };
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&poll, &listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
    let mut clients = HashMap::new();
    let (mut input, mut output) = (vec![0; 64 * 1024], Vec::new());
    let mut events = Vec::with_capacity(1024);
    loop {
        epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), None)?;
        for event in events.drain(..) {
            let token = event.data.u64();
            if token == LISTENER {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nonblocking(true)?;
                    stream.set_nodelay(true)?;
                    let token = stream.as_raw_fd() as u64;
                    let data = epoll::EventData::new_u64(token);
                    epoll::add(&poll, &stream, data, epoll::EventFlags::IN)?;
                    clients.insert(token, stream);
                }
            } else if let Some(client) = clients.get_mut(&token)
                && serve(client, &mut input, &mut output).is_err()
            {
                clients.remove(&token);
            }
        }
    }
}

/// Answers what has come: an error ends the connection.
fn serve(client: &mut TcpStream, input: &mut [u8], output: &mut Vec<u8>) -> io::Result<()> {
    let read = client.read(input)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    output.clear();
    for command in input.get(..read).unwrap_or_default().split(|byte| *byte == b'*').skip(1) {
        output.extend_from_slice(match command.get(LETTER) {
            Some(b'P') => b"+PONG\r\n",
            Some(b'S' | b'C') => b"+OK\r\n",
            Some(b'G') => b"$3\r\nyes\r\n",
            Some(_) => b":1\r\n",
            // The rest comes with the next read.
            None => b"",
        });
    }
    // Of a client that does not read, nothing more is wanted.
    client.write_all(output)
}

const LISTENER: u64 = u64::MAX;
/// Where in `1\r\n$4\r\nPING` the name begins.
const LETTER: usize = 7;
