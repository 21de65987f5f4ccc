//! Tokio's sockets as a transport.

use std::future::Future;
use std::io;
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use adapter_core::resp_core::OutBuf;
use adapter_core::{Address, SocketOptions, Transport};
use bytes::{Buf, BytesMut};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// A socket to a server.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stream {
    /// Over TCP, with `TCP_NODELAY`: the driver gathers what belongs together by itself.
    Tcp(TcpStream),
    /// Over a Unix socket.
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Stream {
    pub(crate) async fn connect(address: &Address, options: &SocketOptions) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                watch(&stream, options)?;
                Ok(Self::Tcp(stream))
            }
            #[cfg(unix)]
            Address::Unix(path) => Ok(Self::Unix(UnixStream::connect(path).await?)),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

/// Has the operating system watch over a connection.
pub(crate) fn watch(stream: &impl AsFd, options: &SocketOptions) -> io::Result<()> {
    let socket = SockRef::from(stream);
    if let Some(idle) = options.keepalive_idle {
        let keepalive = TcpKeepalive::new().with_time(idle);
        let keepalive = keepalive.with_interval(options.keepalive_interval);
        socket.set_tcp_keepalive(&keepalive.with_retries(options.keepalive_probes))?;
    }
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(options.user_timeout)?;
    Ok(())
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream) => read(stream, cx, dst),
            #[cfg(unix)]
            Self::Unix(stream) => read(stream, cx, dst),
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream) => write(stream, cx, src),
            #[cfg(unix)]
            Self::Unix(stream) => write(stream, cx, src),
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// Reads into the spare capacity. Tokio's `read_buf` keeps nothing between polls, so that its
/// future may be made for one poll and dropped.
fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    dst: &mut BytesMut,
) -> Poll<io::Result<usize>> {
    debug_assert!(dst.capacity() > dst.len(), "without room, 0 bytes would look like the end");
    pin!(stream.read_buf(dst)).poll(cx)
}

/// Writes several segments at once. Tokio's futures of one write keep nothing between polls either.
fn write<S: AsyncWrite + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    src: &mut OutBuf,
) -> Poll<io::Result<usize>> {
    let first = src.chunk();
    if first.len() < src.remaining() {
        return pin!(stream.write_buf(src)).poll(cx);
    }
    // One segment, as most writes are: the system has less to look at.
    let written = ready!(Pin::new(stream).poll_write(cx, first))?;
    src.advance(written);
    Poll::Ready(Ok(written))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_tcp_connection_is_watched_over_and_sends_at_once() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = Address::Tcp(listener.local_addr()?);
        let options = SocketOptions::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let connected = Stream::connect(&address, &options).await?;
            let Stream::Tcp(stream) = connected else { panic!("{connected:?}") };
            let socket = SockRef::from(&stream);
            assert!(socket.tcp_nodelay()?);
            assert!(socket.keepalive()?);
            assert_eq!(Some(socket.tcp_keepalive_time()?), options.keepalive_idle);
            assert_eq!(socket.tcp_keepalive_interval()?, options.keepalive_interval);
            assert_eq!(socket.tcp_keepalive_retries()?, options.keepalive_probes);
            #[cfg(target_os = "linux")]
            assert_eq!(socket.tcp_user_timeout()?, options.user_timeout);
            Ok(())
        })
    }
}
