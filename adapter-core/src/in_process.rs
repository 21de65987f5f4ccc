//! Connections that stay in the process.

mod pipe;

use std::collections::VecDeque;
use std::fmt;
use std::future::{Ready, ready};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use redis_client_core::Time;

pub use self::pipe::Pipe;
use crate::endpoint::{Address, SocketOptions};
use crate::runtime::{Runtime, Spawn};
use crate::server::{AcceptOptions, Listener, Serve};

/// Where a server in this process is met: it listens there, and clients connect. Clones are the
/// same door.
///
/// Both sides run on an [`InProcess`] with it, on any executors, also two of different kinds, and on
/// any threads.
#[derive(Clone, Debug, Default)]
pub struct Door(Arc<Mutex<Line>>);

/// Who stands at the door.
#[derive(Default)]
struct Line {
    waiting: VecDeque<Pipe>,
    waker: Option<Waker>,
    listening: bool,
}

impl Door {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn knock(&self) -> io::Result<Pipe> {
        let mut line = self.line();
        if !line.listening {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (client, server) = Pipe::pair();
        line.waiting.push_back(server);
        let waker = line.waker.take();
        drop(line);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(client)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("waiting", &self.waiting.len())
            .field("listening", &self.listening)
            .finish_non_exhaustive()
    }
}

/// The tasks and timers of a runtime, with connections through a [`Door`] in place of sockets:
/// whatever address is asked for, who connects is behind it at once.
///
/// ```
/// use adapter_core::server::{Listen, Mux, Server, ServerOptions, Service, Serving};
/// use adapter_core::{Client, ConnectError, Door, Driver, InProcess, Runtime, Spawn};
///
/// /// A client of a service in the same process, and nothing that anybody else could reach.
/// async fn connect<R, S>(runtime: R, service: S) -> Result<Client<InProcess<R>>, ConnectError>
/// where
///     R: Runtime + Spawn<Driver<InProcess<R>>> + Spawn<Serving<InProcess<R>, S>>,
///     S: Service,
/// {
///     let door = Door::default();
///     let runtime = InProcess::new(runtime, &door);
/// #   let _ = service;
///     Client::connect_on(runtime, "redis://in-process").await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct InProcess<R> {
    runtime: R,
    door: Door,
}

impl<R> InProcess<R> {
    /// A runtime with that door.
    pub fn new(runtime: R, door: &Door) -> Self {
        Self { runtime, door: door.clone() }
    }
}

impl<R: Runtime> Runtime for InProcess<R> {
    type Stream = Pipe;
    type Connect = Ready<io::Result<Pipe>>;
    type Resolve = Ready<io::Result<Vec<SocketAddr>>>;
    type Sleep = R::Sleep;
    type Cell<T: 'static> = R::Cell<T>;

    fn resolve(&self, _: &str, port: u16) -> Self::Resolve {
        ready(Ok(vec![(Ipv4Addr::LOCALHOST, port).into()]))
    }

    fn connect(&self, _: &Address, _: &SocketOptions) -> Self::Connect {
        ready(self.door.knock())
    }

    fn sleep_until(&self, at: Time) -> R::Sleep {
        self.runtime.sleep_until(at)
    }

    fn now(&self) -> Time {
        self.runtime.now()
    }

    fn seed(&self) -> u64 {
        self.runtime.seed()
    }
}

impl<R: Spawn<F>, F: Future> Spawn<F> for InProcess<R> {
    fn spawn(&self, future: F) {
        self.runtime.spawn(future);
    }
}

impl<R: Runtime> Serve for InProcess<R> {
    type Listener = AtDoor;
    type Accepted = Pipe;

    /// One server listens at a door at a time.
    fn listen(&self, address: &Address, _: &AcceptOptions) -> io::Result<AtDoor> {
        let mut line = self.door.line();
        if line.listening {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        line.listening = true;
        Ok(AtDoor { door: self.door.clone(), address: address.clone() })
    }

    fn open(&self, accepted: Pipe, _: &AcceptOptions) -> io::Result<Pipe> {
        Ok(accepted)
    }
}

/// Who listens at a [`Door`].
#[derive(Debug)]
pub struct AtDoor {
    door: Door,
    address: Address,
}

impl Listener for AtDoor {
    type Accepted = Pipe;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Pipe, Option<SocketAddr>)>> {
        let mut line = self.door.line();
        match line.waiting.pop_front() {
            Some(pipe) => Poll::Ready(Ok((pipe, None))),
            None => {
                line.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    fn local_address(&self) -> io::Result<Address> {
        Ok(self.address.clone())
    }
}

impl Drop for AtDoor {
    fn drop(&mut self) {
        // Who is waiting finds the end of the stream.
        let left = std::mem::take(&mut *self.door.line());
        drop(left);
    }
}
