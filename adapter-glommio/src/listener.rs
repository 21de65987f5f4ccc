//! Glommio's sockets as a server has them.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{self, Shutdown, SocketAddr};
use std::os::unix::net as unix;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adapter_core::Address;
use adapter_core::server::{self, AcceptOptions, Serve, Threads, bind_path};
use futures_lite::io::AsyncRead;
use glommio::LocalExecutorBuilder;
use glommio::net::TcpStream;
use socket2::{Domain, SockRef, Socket, Type};

use crate::stream::watch;
use crate::{Glommio, Stream};

/// A listening socket.
///
/// It is none of glommio's, which always share their address with others (`SO_REUSEPORT`), never
/// take one again that has just been left, and lose a connection that is accepted when nobody asks
/// any more. Glommio waits for it all the same.
#[derive(Debug)]
pub struct Listener {
    socket: Listening,
    /// Who waits for the next connection, when none is in line.
    bell: Option<TcpStream>,
}

/// Sockets that don't block.
#[derive(Debug)]
enum Listening {
    Tcp(net::TcpListener),
    Unix(unix::UnixListener),
}

/// A connection that was accepted and belongs to no executor yet.
#[derive(Debug)]
#[non_exhaustive]
pub enum Accepted {
    /// Over TCP.
    Tcp(net::TcpStream),
    /// Over a Unix socket.
    Unix(unix::UnixStream),
}

impl Serve for Glommio {
    type Listener = Listener;
    type Accepted = Accepted;

    fn listen(&self, address: &Address, options: &AcceptOptions) -> io::Result<Listener> {
        let socket = match address {
            Address::Tcp(address) => Listening::Tcp(listen_tcp(*address, options)?),
            Address::Unix(path) => {
                let connect = || unix::UnixStream::connect(path).map(drop);
                let bind = || unix::UnixListener::bind(path);
                let listener = bind_path(path, options, connect, bind)?;
                // Once more, for our own backlog.
                SockRef::from(&listener).listen(backlog(options))?;
                listener.set_nonblocking(true)?;
                Listening::Unix(listener)
            }
            _ => return Err(ErrorKind::Unsupported.into()),
        };
        Ok(Listener { socket, bell: None })
    }

    fn open(&self, accepted: Accepted, options: &AcceptOptions) -> io::Result<Stream> {
        let socket = match accepted {
            Accepted::Tcp(stream) => {
                stream.set_nodelay(options.nodelay)?;
                watch(&stream, &options.socket)?;
                Socket::from(stream)
            }
            Accepted::Unix(stream) => Socket::from(stream),
        };
        Ok(Stream::accepted(socket))
    }
}

impl Threads for Glommio {
    type Local = Self;

    fn run<F: Future>(main: impl FnOnce(Self) -> F) -> io::Result<F::Output> {
        let executor = LocalExecutorBuilder::default().io_memory(LOCKED).make()?;
        Ok(executor.run(async { main(Self).await }))
    }
}

impl server::Listener for Listener {
    type Accepted = Accepted;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Accepted, Option<SocketAddr>)>> {
        loop {
            if let Some(bell) = &mut self.bell {
                // There is nothing to be read from a listening socket: what comes is the error that
                // says so, as soon as glommio knows of a connection and tries.
                let _ = ready!(Pin::new(bell).poll_read(cx, &mut [0]));
                self.bell = None;
            }
            match self.socket.accept() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.bell = Some(self.socket.duplicate()?.into());
                }
                result => return Poll::Ready(result),
            }
        }
    }

    fn local_address(&self) -> io::Result<Address> {
        match &self.socket {
            Listening::Tcp(listener) => listener.local_addr().map(Address::Tcp),
            Listening::Unix(listener) => {
                let address = listener.local_addr()?;
                let path = address.as_pathname().ok_or(ErrorKind::InvalidInput)?;
                Ok(Address::Unix(path.to_owned()))
            }
        }
    }
}

/// Nobody gets in line any more, even while the ring has the socket yet.
impl Drop for Listener {
    fn drop(&mut self) {
        let _ = match &self.socket {
            Listening::Tcp(listener) => SockRef::from(listener).shutdown(Shutdown::Both),
            Listening::Unix(listener) => SockRef::from(listener).shutdown(Shutdown::Both),
        };
    }
}

impl Listening {
    fn accept(&self) -> io::Result<(Accepted, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                listener.accept().map(|(stream, peer)| (Accepted::Tcp(stream), Some(peer)))
            }
            Self::Unix(listener) => {
                listener.accept().map(|(stream, _)| (Accepted::Unix(stream), None))
            }
        }
    }

    fn duplicate(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp(listener) => listener.try_clone().map(Socket::from),
            Self::Unix(listener) => listener.try_clone().map(Socket::from),
        }
    }
}

fn listen_tcp(address: SocketAddr, options: &AcceptOptions) -> io::Result<net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(options.reuse_port)?;
    // Accepted sockets inherit both; the first must be known before a window is agreed on.
    if let Some(bytes) = options.receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    if let Some(bytes) = options.send_buffer {
        socket.set_send_buffer_size(bytes)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(backlog(options))?;
    Ok(socket.into())
}

fn backlog(options: &AcceptOptions) -> i32 {
    options.backlog.try_into().unwrap_or(i32::MAX)
}

/// What an executor locks for files, of which a server has none: the least there is.
const LOCKED: usize = 64 << 10;

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
        options.socket.keepalive_idle = Some(Duration::from_secs(120));
        options.socket.keepalive_interval = Duration::from_secs(7);
        options.socket.keepalive_probes = 5;
        options.receive_buffer = Some(40_000);
        options.send_buffer = Some(30_000);
        for options in [&options, &AcceptOptions::default()] {
            let executor = LocalExecutorBuilder::default().io_memory(LOCKED).make()?;
            executor.run(async {
                let mut listener =
                    Glommio.listen(&Address::Tcp(([127, 0, 0, 1], 0).into()), options)?;
                let Address::Tcp(address) = listener.local_address()? else { panic!("no TCP") };
                let client = net::TcpStream::connect(address)?;
                let (accepted, from) = poll_fn(|cx| listener.poll_accept(cx)).await?;
                assert_eq!(from, Some(client.local_addr()?));
                let stream = Glommio.open(accepted, options)?;
                let socket = stream.socket();
                assert_eq!(socket.nodelay()?, options.nodelay);
                assert!(socket.keepalive()?);
                assert_eq!(Some(socket.keepalive_time()?), options.socket.keepalive_idle);
                assert_eq!(socket.keepalive_interval()?, options.socket.keepalive_interval);
                assert_eq!(socket.keepalive_retries()?, options.socket.keepalive_probes);
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
