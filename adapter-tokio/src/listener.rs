//! Tokio's sockets as a server has them.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::unix::net::UnixStream as StdUnixStream;
use std::task::{Context, Poll, ready};

use adapter_core::Address;
#[cfg(unix)]
use adapter_core::server::bind_path;
use adapter_core::server::{self, AcceptOptions, Serve, Threads};
use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Builder;

use crate::stream::watch;
use crate::{Stream, Tokio};

/// A listening socket.
#[derive(Debug)]
#[non_exhaustive]
pub enum Listener {
    /// For TCP.
    Tcp(TcpListener),
    /// For a Unix socket.
    #[cfg(unix)]
    Unix(UnixListener),
}

/// A connection that was accepted and belongs to no runtime yet.
#[derive(Debug)]
#[non_exhaustive]
pub enum Accepted {
    /// Over TCP.
    Tcp(std::net::TcpStream),
    /// Over a Unix socket.
    #[cfg(unix)]
    Unix(StdUnixStream),
}

impl Serve for Tokio {
    type Listener = Listener;
    type Accepted = Accepted;

    fn listen(&self, address: &Address, options: &AcceptOptions) -> io::Result<Listener> {
        match address {
            Address::Tcp(address) => Ok(Listener::Tcp(listen_tcp(*address, options)?)),
            #[cfg(unix)]
            Address::Unix(path) => {
                let connect = || StdUnixStream::connect(path).map(drop);
                bind_path(path, options, connect, || UnixListener::bind(path)).map(Listener::Unix)
            }
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn open(&self, accepted: Accepted, options: &AcceptOptions) -> io::Result<Stream> {
        match accepted {
            Accepted::Tcp(stream) => {
                stream.set_nodelay(options.nodelay)?;
                watch(&stream, &options.socket)?;
                Ok(Stream::Tcp(TcpStream::from_std(stream)?))
            }
            #[cfg(unix)]
            Accepted::Unix(stream) => Ok(Stream::Unix(UnixStream::from_std(stream)?)),
        }
    }
}

impl Threads for Tokio {
    type Local = Self;

    fn run<F: Future>(main: impl FnOnce(Self) -> F) -> io::Result<F::Output> {
        Ok(Builder::new_current_thread().enable_all().build()?.block_on(async { main(Self).await }))
    }
}

impl server::Listener for Listener {
    type Accepted = Accepted;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Accepted, Option<SocketAddr>)>> {
        Poll::Ready(match self {
            Self::Tcp(listener) => ready!(listener.poll_accept(cx))
                .and_then(|(stream, peer)| Ok((Accepted::Tcp(stream.into_std()?), Some(peer)))),
            #[cfg(unix)]
            Self::Unix(listener) => ready!(listener.poll_accept(cx))
                .and_then(|(stream, _)| Ok((Accepted::Unix(stream.into_std()?), None))),
        })
    }

    fn local_address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Address::Tcp),
            #[cfg(unix)]
            Self::Unix(listener) => {
                let address = listener.local_addr()?;
                let path = address.as_pathname().ok_or(io::ErrorKind::InvalidInput)?;
                Ok(Address::Unix(path.to_owned()))
            }
        }
    }
}

fn listen_tcp(address: SocketAddr, options: &AcceptOptions) -> io::Result<TcpListener> {
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
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(options.backlog.try_into().unwrap_or(i32::MAX))?;
    TcpListener::from_std(socket.into())
}
