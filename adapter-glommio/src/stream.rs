//! Glommio's sockets as a transport.

use std::io::{self, IoSlice};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::task::{Context, Poll};

use adapter_core::resp_core::OutBuf;
use adapter_core::{Address, SocketOptions, Transport, read_initialized, write_segments};
use bytes::BytesMut;
use futures_lite::io::{AsyncRead, AsyncWrite};
use glommio::net::TcpStream;
use socket2::{SockRef, Socket, TcpKeepalive};

/// A connected socket.
///
/// Glommio tries each system call at once, and waits by io_uring for what can't be done yet. It
/// asks nothing while it waits for something to read, and holds no bytes of its own.
#[derive(Debug)]
pub struct Stream {
    /// Over TCP or a Unix socket: glommio reads and writes both alike, and takes sockets that others
    /// have made only so.
    socket: TcpStream,
}

impl Stream {
    pub(crate) async fn connect(address: &Address, options: &SocketOptions) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                watch(&stream, options)?;
                Ok(Self { socket: stream })
            }
            Address::Unix(path) => {
                let path = path.clone();
                let connect = move || UnixStream::connect(path);
                Ok(Self::accepted(glommio::executor().spawn_blocking(connect).await?.into()))
            }
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// A socket that is connected already, over TCP or a Unix socket.
    pub(crate) fn accepted(socket: Socket) -> Self {
        Self { socket: socket.into() }
    }

    #[cfg(test)]
    pub(crate) fn socket(&self) -> SockRef<'_> {
        SockRef::from(&self.socket)
    }
}

/// Has the operating system watch over a connection.
pub(crate) fn watch(stream: &impl AsRawFd, options: &SocketOptions) -> io::Result<()> {
    let socket = SockRef::from(stream);
    if let Some(idle) = options.keepalive_idle {
        let keepalive = TcpKeepalive::new().with_time(idle);
        let keepalive = keepalive.with_interval(options.keepalive_interval);
        socket.set_tcp_keepalive(&keepalive.with_retries(options.keepalive_probes))?;
    }
    socket.set_tcp_user_timeout(options.user_timeout)
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        read_initialized(dst, |passage| Pin::new(&mut self.socket).poll_read(cx, passage))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        write_segments(src, |segments| write(&mut self.socket, cx, segments))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx)
    }
}

/// Writes several segments at once, which glommio by itself does not.
fn write(
    stream: &mut TcpStream,
    cx: &mut Context<'_>,
    segments: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    if segments.len() > 1 {
        match SockRef::from(&*stream).send_vectored_with_flags(segments, DONT_WAIT) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return Poll::Ready(result),
        }
    }
    // Has the task woken when there is room.
    Pin::new(stream).poll_write_vectored(cx, segments)
}

/// Linux's `MSG_DONTWAIT`: glommio's sockets are blocking ones.
const DONT_WAIT: i32 = 0x40;

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_tcp_connection_is_watched_over_and_sends_at_once() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = Address::Tcp(listener.local_addr()?);
        let options = SocketOptions::default();
        let executor = glommio::LocalExecutorBuilder::default().io_memory(64 << 10).make()?;
        executor.run(async {
            let connected = Stream::connect(&address, &options).await?;
            let socket = connected.socket();
            assert!(socket.nodelay()?);
            assert!(socket.keepalive()?);
            assert_eq!(Some(socket.keepalive_time()?), options.keepalive_idle);
            assert_eq!(socket.keepalive_interval()?, options.keepalive_interval);
            assert_eq!(socket.keepalive_retries()?, options.keepalive_probes);
            assert_eq!(socket.tcp_user_timeout()?, options.user_timeout);
            Ok(())
        })
    }
}
