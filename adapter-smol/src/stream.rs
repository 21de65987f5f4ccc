//! Async-io's sockets as a transport.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll, ready};

use adapter_core::resp_core::OutBuf;
use adapter_core::{Address, SocketOptions, Transport, read_initialized, write_segments};
use async_io::Async;
use bytes::BytesMut;
use socket2::{SockRef, TcpKeepalive};

/// A connected socket.
#[derive(Debug)]
pub struct Stream {
    socket: Socket,
    /// Whether there may be something to read. Async-io tells only of news, and to ask the
    /// operating system each time would not be cheap.
    readable: bool,
    /// Whether there may be room to write.
    writable: bool,
}

#[derive(Debug)]
enum Socket {
    Tcp(Async<TcpStream>),
    #[cfg(unix)]
    Unix(Async<UnixStream>),
}

impl Stream {
    pub(crate) async fn connect(address: &Address, options: &SocketOptions) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let stream = Async::<TcpStream>::connect(*address).await?;
                watch(&stream, options)?;
                stream.try_into()
            }
            #[cfg(unix)]
            Address::Unix(path) => Ok(Async::<UnixStream>::connect(path).await?.into()),
            _ => Err(ErrorKind::Unsupported.into()),
        }
    }

    pub(crate) const fn tcp(stream: Async<TcpStream>) -> Self {
        Self::new(Socket::Tcp(stream))
    }

    #[cfg(test)]
    pub(crate) fn socket(&self) -> SockRef<'_> {
        match &self.socket {
            Socket::Tcp(stream) => SockRef::from(stream.get_ref()),
            #[cfg(unix)]
            Socket::Unix(stream) => SockRef::from(stream.get_ref()),
        }
    }

    const fn new(socket: Socket) -> Self {
        Self { socket, readable: true, writable: true }
    }
}

/// Sets `TCP_NODELAY`: the driver gathers what belongs together by itself.
impl TryFrom<Async<TcpStream>> for Stream {
    type Error = io::Error;

    fn try_from(stream: Async<TcpStream>) -> io::Result<Self> {
        stream.get_ref().set_nodelay(true)?;
        Ok(Self::tcp(stream))
    }
}

#[cfg(unix)]
impl From<Async<UnixStream>> for Stream {
    fn from(stream: Async<UnixStream>) -> Self {
        Self::new(Socket::Unix(stream))
    }
}

/// Has the operating system watch over a connection.
fn watch(stream: &Async<TcpStream>, options: &SocketOptions) -> io::Result<()> {
    let socket = SockRef::from(stream.get_ref());
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
        let Self { socket, readable, .. } = self;
        match socket {
            Socket::Tcp(stream) => read(stream, readable, cx, dst),
            #[cfg(unix)]
            Socket::Unix(stream) => read(stream, readable, cx, dst),
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        let Self { socket, writable, .. } = self;
        match socket {
            Socket::Tcp(stream) => write(stream, writable, cx, src),
            #[cfg(unix)]
            Socket::Unix(stream) => write(stream, writable, cx, src),
        }
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let end = std::net::Shutdown::Write;
        Poll::Ready(match &self.socket {
            Socket::Tcp(stream) => stream.get_ref().shutdown(end),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.get_ref().shutdown(end),
        })
    }
}

/// Reads until there is nothing more to read, and only then waits for news.
fn read<S>(
    stream: &Async<S>,
    readable: &mut bool,
    cx: &mut Context<'_>,
    dst: &mut BytesMut,
) -> Poll<io::Result<usize>>
where
    for<'a> &'a S: Read,
{
    loop {
        if !*readable {
            ready!(stream.poll_readable(cx))?;
            *readable = true;
        }
        let result = read_initialized(dst, |passage| {
            let result = stream.get_ref().read(passage);
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
fn write<S>(
    stream: &Async<S>,
    writable: &mut bool,
    cx: &mut Context<'_>,
    src: &mut OutBuf,
) -> Poll<io::Result<usize>>
where
    for<'a> &'a S: Write,
{
    loop {
        if !*writable {
            ready!(stream.poll_writable(cx))?;
            *writable = true;
        }
        let result =
            write_segments(src, |segments| Poll::Ready(stream.get_ref().write_vectored(segments)));
        match result {
            Poll::Ready(Err(error)) if is_for_later(&error) => *writable = false,
            result => return result,
        }
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
            let Socket::Tcp(stream) = connected.socket else { panic!("no TCP") };
            let socket = SockRef::from(stream.get_ref());
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
