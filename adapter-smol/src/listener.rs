//! Async-io's sockets as a server has them.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::task::{Context, Poll, ready};

use adapter_core::Address;
#[cfg(unix)]
use adapter_core::server::bind_path;
use adapter_core::server::{self, AcceptOptions, Serve};
use async_io::Async;
use socket2::{Domain, Socket, Type};

use crate::stream::watch;
use crate::{Smol, Stream};

/// A listening socket.
#[derive(Debug)]
pub struct Listener {
    socket: Async<Socket>,
    /// Whether somebody may be in line. Async-io tells only of news.
    ready: bool,
}

/// A connection that was accepted and belongs to no executor yet.
#[derive(Debug)]
pub struct Accepted {
    socket: Socket,
    /// Whether it came over TCP.
    tcp: bool,
}

impl Serve for Smol {
    type Listener = Listener;
    type Accepted = Accepted;

    fn listen(&self, address: &Address, options: &AcceptOptions) -> io::Result<Listener> {
        let socket = match address {
            Address::Tcp(address) => bind_tcp(*address, options)?,
            #[cfg(unix)]
            Address::Unix(path) => {
                let connect = || UnixStream::connect(path).map(drop);
                bind_path(path, options, connect, || UnixListener::bind(path))?.into()
            }
            _ => return Err(ErrorKind::Unsupported.into()),
        };
        // Of a path's socket for the second time, for our own backlog.
        socket.listen(options.backlog.try_into().unwrap_or(i32::MAX))?;
        Ok(Listener { socket: Async::new(socket)?, ready: true })
    }

    fn open(&self, accepted: Accepted, options: &AcceptOptions) -> io::Result<Stream> {
        let Accepted { socket, tcp } = accepted;
        if tcp {
            socket.set_tcp_nodelay(options.nodelay)?;
            watch(&socket, &options.socket)?;
        }
        Stream::new(socket)
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
            match self.socket.get_ref().accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.ready = false,
                result => {
                    return Poll::Ready(result.map(|(socket, peer)| {
                        let peer = peer.as_socket();
                        (Accepted { socket, tcp: peer.is_some() }, peer)
                    }));
                }
            }
        }
    }

    fn local_address(&self) -> io::Result<Address> {
        let address = self.socket.get_ref().local_addr()?;
        if let Some(address) = address.as_socket() {
            return Ok(Address::Tcp(address));
        }
        #[cfg(unix)]
        if let Some(path) = address.as_pathname() {
            return Ok(Address::Unix(path.to_owned()));
        }
        Err(ErrorKind::InvalidInput.into())
    }
}

fn bind_tcp(address: SocketAddr, options: &AcceptOptions) -> io::Result<Socket> {
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
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::net::TcpStream;
    use std::time::Duration;

    use adapter_core::server::Listener as _;

    use super::*;

    #[test]
    fn what_is_accepted_is_as_the_options_say() -> io::Result<()> {
        let mut options = AcceptOptions::default();
        options.nodelay = false;
        options.socket.keepalive_idle = Some(Duration::from_secs(120));
        options.socket.keepalive_interval = Duration::from_secs(7);
        options.socket.keepalive_probes = 5;
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
                assert_eq!(Some(socket.tcp_keepalive_time()?), options.socket.keepalive_idle);
                assert_eq!(socket.tcp_keepalive_interval()?, options.socket.keepalive_interval);
                assert_eq!(socket.tcp_keepalive_retries()?, options.socket.keepalive_probes);
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
