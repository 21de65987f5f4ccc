//! A runtime's streams, made to take and give few bytes at a time.

use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready as ready_or_return};

use adapter_core::resp_core::OutBuf;
use adapter_core::{Address, Client, Dial, Driver, Link, Runtime, SocketOptions, Time, Transport};
use bytes::{Buf, BufMut, BytesMut};

use super::{Adapter, Setup};

/// The most bytes of a read or a write, to be changed while it goes. All at once at first.
#[derive(Clone, Debug)]
pub(super) struct Pace(Arc<AtomicUsize>);

impl Pace {
    pub(super) fn set(&self, bytes: usize) {
        self.0.store(bytes, Relaxed);
    }

    fn bytes(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(usize::MAX)))
    }
}

/// Another runtime with slow streams, TLS on top of them. Its drivers are polled by hand.
#[derive(Clone, Debug)]
pub(super) struct Slowed<R>(R);

/// Connects a client with a slow stream.
pub(super) async fn slowed<R: Adapter>(
    setup: &Setup,
    pace: Pace,
) -> Result<(Client<Slowed<R>>, Driver<Slowed<R>>), Box<dyn std::error::Error>> {
    let runtime = R::default();
    let inner = Dial::new(runtime.clone(), &setup.options()).await?;
    let stream = SlowStream {
        inner,
        pace,
        incoming: BytesMut::new(),
        outgoing: OutBuf::new(),
        ended: false,
        read_waited: false,
        write_waited: false,
    };
    let (client, mut driver) = Client::new(Slowed(runtime), setup.link(stream)?, setup.config());
    super::waiting::beside(&mut driver, client.ready()).await.ok_or("the driver ended")??;
    Ok((client, driver))
}

impl<R: Runtime> Runtime for Slowed<R> {
    type Stream = Link<SlowStream<R::Stream>>;
    type Connect = Ready<io::Result<Self::Stream>>;
    type Resolve = R::Resolve;
    type Sleep = R::Sleep;
    type Cell<T: 'static> = R::Cell<T>;

    fn resolve(&self, host: &str, port: u16) -> Self::Resolve {
        self.0.resolve(host, port)
    }

    /// See [`slowed`].
    fn connect(&self, _: &Address, _: &SocketOptions) -> Self::Connect {
        ready(Err(io::ErrorKind::Unsupported.into()))
    }

    fn sleep_until(&self, at: Time) -> Self::Sleep {
        self.0.sleep_until(at)
    }

    fn now(&self) -> Time {
        self.0.now()
    }
}

/// A stream that does every other read and write only, and those in small pieces.
pub(super) struct SlowStream<S> {
    inner: S,
    pace: Pace,
    /// Read from below and not handed out.
    incoming: BytesMut,
    /// Taken and not written below.
    outgoing: OutBuf,
    ended: bool,
    read_waited: bool,
    write_waited: bool,
}

impl<S: Transport> SlowStream<S> {
    fn flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.is_empty() {
            if ready_or_return!(self.inner.poll_write(cx, &mut self.outgoing))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Transport> Transport for SlowStream<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Err(error)) = self.flush(cx) {
            return Poll::Ready(Err(error));
        }
        if self.incoming.is_empty() && !self.ended {
            self.incoming.reserve(READ);
            self.ended = ready_or_return!(self.inner.poll_read(cx, &mut self.incoming))? == 0;
        }
        let room = dst.capacity() - dst.len();
        let length = self.incoming.len().min(self.pace.bytes()).min(room);
        if length > 0 && self.pace.bytes() < usize::MAX {
            self.read_waited = !self.read_waited;
            if self.read_waited {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        dst.put((&mut self.incoming).take(length));
        Poll::Ready(Ok(length))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        ready_or_return!(self.flush(cx))?;
        if self.pace.bytes() == usize::MAX {
            return self.inner.poll_write(cx, src);
        }
        self.write_waited = !self.write_waited;
        if self.write_waited {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let length = src.remaining().min(self.pace.bytes());
        adapter_core::resp_core::Out::put(&mut self.outgoing, &src.copy_to_bytes(length));
        match self.flush(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(length)),
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_close(cx)
    }
}

const READ: usize = 64 * 1024;
