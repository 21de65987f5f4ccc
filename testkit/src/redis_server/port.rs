//! A port that nobody else is given.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, SockAddr, Socket, Type};

/// A port of 127.0.0.1, reserved for as long as this lives: by a socket that is bound and does not
/// listen. redis-server, which sets `SO_REUSEADDR` too, may bind it all the same, again and again;
/// whoever asks for any port is given another one, also while the server is dead.
#[derive(Debug)]
pub(super) struct Port {
    addr: SocketAddr,
    _bound: Socket,
}

impl Port {
    pub(super) fn reserve() -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))?;
        let addr = socket.local_addr()?.as_socket();
        let addr = addr.ok_or_else(|| io::Error::other("a socket without an address"))?;
        Ok(Self { addr, _bound: socket })
    }

    pub(super) const fn addr(&self) -> SocketAddr {
        self.addr
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn nobody_else_is_given_it_and_nobody_answers_on_it() {
        let port = Port::reserve().unwrap();
        // Without `SO_REUSEADDR`, as a socket that takes what it gets.
        let other = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        assert!(other.bind(&SockAddr::from(port.addr())).is_err());
        assert!(TcpStream::connect(port.addr()).is_err());
        // With it, as redis-server does.
        let server = TcpListener::bind(port.addr()).unwrap();
        TcpStream::connect(port.addr()).unwrap();
        drop(server);
        // A process that another test starts has all that is open here, until it is another program.
        let start = Instant::now();
        while let Err(error) = TcpListener::bind(port.addr()) {
            assert!(start.elapsed() < Duration::from_secs(10), "{error}");
            thread::yield_now();
        }
    }
}
