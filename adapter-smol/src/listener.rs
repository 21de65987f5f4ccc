//! Async-io's sockets as a server has them.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::task::{Context, Poll, ready};

use adapter_core::Address;
#[cfg(unix)]
use adapter_core::server::bind_path;
use adapter_core::server::{self, AcceptOptions, Serve};
use async_io::Async;
use socket2::{Domain, SockRef, Socket, TcpKeepalive, Type};

use crate::{Smol, Stream};

/// A listening socket.
#[derive(Debug)]
pub struct Listener {
    socket: Listening,
    /// Whether somebody may be in line. Async-io tells only of news.
    ready: bool,
}

#[derive(Debug)]
enum Listening {
    Tcp(Async<TcpListener>),
    #[cfg(unix)]
    Unix(Async<UnixListener>),
}

/// A connection that was accepted and belongs to no executor yet.
#[derive(Debug)]
#[non_exhaustive]
pub enum Accepted {
    /// Over TCP.
    Tcp(TcpStream),
    /// Over a Unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Serve for Smol {
    type Listener = Listener;
    type Accepted = Accepted;

    fn listen(&self, address: &Address, options: &AcceptOptions) -> io::Result<Listener> {
        let socket = match address {
            Address::Tcp(address) => Listening::Tcp(listen_tcp(*address, options)?),
            #[cfg(unix)]
            Address::Unix(path) => {
                let connect = || UnixStream::connect(path).map(drop);
                let listener = bind_path(path, options, connect, || UnixListener::bind(path))?;
                // Once more, for our own backlog.
                SockRef::from(&listener).listen(backlog(options))?;
                Listening::Unix(Async::new(listener)?)
            }
            _ => return Err(ErrorKind::Unsupported.into()),
        };
        Ok(Listener { socket, ready: true })
    }

    fn open(&self, accepted: Accepted, options: &AcceptOptions) -> io::Result<Stream> {
        match accepted {
            Accepted::Tcp(stream) => {
                watch(&stream, options)?;
                Ok(Stream::tcp(Async::new(stream)?))
            }
            #[cfg(unix)]
            Accepted::Unix(stream) => Ok(Async::new(stream)?.into()),
        }
    }
}

impl server::Listener for Listener {
    type Accepted = Accepted;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Accepted, Option<SocketAddr>)>> {
        loop {
            if !self.ready {
                ready!(self.socket.poll_readable(cx))?;
                self.ready = true;
            }
            match self.socket.accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.ready = false,
                result => return Poll::Ready(result),
            }
        }
    }

    fn local_address(&self) -> io::Result<Address> {
        match &self.socket {
            Listening::Tcp(listener) => listener.get_ref().local_addr().map(Address::Tcp),
            #[cfg(unix)]
            Listening::Unix(listener) => {
                let address = listener.get_ref().local_addr()?;
                let path = address.as_pathname().ok_or(ErrorKind::InvalidInput)?;
                Ok(Address::Unix(path.to_owned()))
            }
        }
    }
}

impl Listening {
    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(listener) => listener.poll_readable(cx),
            #[cfg(unix)]
            Self::Unix(listener) => listener.poll_readable(cx),
        }
    }

    fn accept(&self) -> io::Result<(Accepted, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.get_ref().accept()?;
                Ok((Accepted::Tcp(stream), Some(peer)))
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                let (stream, _) = listener.get_ref().accept()?;
                Ok((Accepted::Unix(stream), None))
            }
        }
    }
}

fn listen_tcp(address: SocketAddr, options: &AcceptOptions) -> io::Result<Async<TcpListener>> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    {
        // On other systems it would let somebody else listen at the same address.
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(options.reuse_port)?;
    }
    // Accepted sockets inherit both; the first must be known before a window is agreed on.
    if let Some(bytes) = options.receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    if let Some(bytes) = options.send_buffer {
        socket.set_send_buffer_size(bytes)?;
    }
    socket.bind(&address.into())?;
    socket.listen(backlog(options))?;
    Async::new(socket.into())
}

fn backlog(options: &AcceptOptions) -> i32 {
    options.backlog.try_into().unwrap_or(i32::MAX)
}

/// Sets up what an accepted socket does not inherit.
fn watch(stream: &TcpStream, options: &AcceptOptions) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(options.nodelay)?;
    if let Some(idle) = options.keepalive_idle {
        let keepalive = TcpKeepalive::new().with_time(idle);
        let keepalive = keepalive.with_interval(options.keepalive_interval);
        socket.set_tcp_keepalive(&keepalive.with_retries(options.keepalive_probes))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use adapter_core::server::Listener as _;

    use super::*;

    #[test]
    fn what_is_accepted_is_as_the_options_say() -> io::Result<()> {
        let mut options = AcceptOptions::default();
        options.nodelay = false;
        options.keepalive_idle = Some(Duration::from_secs(120));
        options.keepalive_interval = Duration::from_secs(7);
        options.keepalive_probes = 5;
        options.receive_buffer = Some(40_000);
        options.send_buffer = Some(30_000);
        for options in [&options, &AcceptOptions::default()] {
            async_io::block_on(async {
                let mut listener =
                    Smol.listen(&Address::Tcp(([127, 0, 0, 1], 0).into()), options)?;
                let Address::Tcp(address) = listener.local_address()? else { panic!("no TCP") };
                let client = TcpStream::connect(address)?;
                let (accepted, from) = poll_fn(|cx| listener.poll_accept(cx)).await?;
                assert_eq!(from, Some(client.local_addr()?));
                let stream = Smol.open(accepted, options)?;
                let socket = stream.socket();
                assert_eq!(socket.tcp_nodelay()?, options.nodelay);
                assert!(socket.keepalive()?);
                assert_eq!(Some(socket.tcp_keepalive_time()?), options.keepalive_idle);
                assert_eq!(socket.tcp_keepalive_interval()?, options.keepalive_interval);
                assert_eq!(socket.tcp_keepalive_retries()?, options.keepalive_probes);
                // Linux counts its own needs, too, and tells twice as much.
                if let Some(bytes) = options.receive_buffer {
                    assert_eq!(socket.recv_buffer_size()?, 2 * bytes);
                }
                if let Some(bytes) = options.send_buffer {
                    assert_eq!(socket.send_buffer_size()?, 2 * bytes);
                }
                Ok::<_, io::Error>(())
            })?;
        }
        Ok(())
    }
}
