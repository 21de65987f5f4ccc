//! Async-io's sockets as a transport.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll, ready};

use adapter_core::resp_core::OutBuf;
use adapter_core::{Address, SocketOptions, Transport, read_initialized, write_segments};
use async_io::Async;
use bytes::BytesMut;
use socket2::{SockRef, Socket, TcpKeepalive};

/// A connected socket.
#[derive(Debug)]
pub struct Stream {
    socket: Async<Socket>,
    /// Whether there may be something to read. Async-io tells only of news, and to ask the
    /// operating system each time would not be cheap.
    readable: bool,
    /// Whether there may be room to write.
    writable: bool,
}

impl Stream {
    pub(crate) async fn connect(address: &Address, options: &SocketOptions) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let stream = Async::<TcpStream>::connect(*address).await?.into_inner()?;
                watch(&stream, options)?;
                stream.try_into()
            }
            #[cfg(unix)]
            Address::Unix(path) => {
                Async::<UnixStream>::connect(path).await?.into_inner()?.try_into()
            }
            _ => Err(ErrorKind::Unsupported.into()),
        }
    }

    pub(crate) fn new(socket: Socket) -> io::Result<Self> {
        Ok(Self { socket: Async::new(socket)?, readable: true, writable: true })
    }

    #[cfg(test)]
    pub(crate) fn socket(&self) -> &Socket {
        self.socket.get_ref()
    }
}

/// Sets `TCP_NODELAY`: the driver gathers what belongs together by itself.
impl TryFrom<TcpStream> for Stream {
    type Error = io::Error;

    fn try_from(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Self::new(stream.into())
    }
}

#[cfg(unix)]
impl TryFrom<UnixStream> for Stream {
    type Error = io::Error;

    fn try_from(stream: UnixStream) -> io::Result<Self> {
        Self::new(stream.into())
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
    /// Reads until there is nothing more to read, and only then waits for news.
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        let Self { socket, readable, .. } = self;
        loop {
            if !*readable {
                ready!(socket.poll_readable(cx))?;
                *readable = true;
            }
            let result = read_initialized(dst, |passage| {
                let result = socket.get_ref().read(passage);
                // Less than there was room for was all there was.
                *readable = matches!(result, Ok(count) if count == 0 || count == passage.len());
                Poll::Ready(result)
            });
            match result {
                Poll::Ready(Err(error)) if is_for_later(&error) => {}
                result => return result,
            }
        }
    }

    /// Writes several segments at once, and waits for room only when there is none.
    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        let Self { socket, writable, .. } = self;
        loop {
            if !*writable {
                ready!(socket.poll_writable(cx))?;
                *writable = true;
            }
            let result = write_segments(src, |segments| {
                Poll::Ready(match segments {
                    // The system has less to look at.
                    [segment] => socket.get_ref().write(segment),
                    segments => socket.get_ref().write_vectored(segments),
                })
            });
            match result {
                Poll::Ready(Err(error)) if is_for_later(&error) => *writable = false,
                result => return result,
            }
        }
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.socket.get_ref().shutdown(Shutdown::Write))
    }
}

/// Whether the socket is to be asked again when it says so.
fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
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
        async_io::block_on(async {
            let connected = Stream::connect(&address, &options).await?;
            let socket = connected.socket();
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
