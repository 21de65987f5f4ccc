//! What an adapter implements.

use std::cell::RefCell;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::BytesMut;
use redis_client_core::Time;
use redis_client_core::resp_core::OutBuf;

use crate::endpoint::{Address, SocketOptions};

/// A connection's bytes, in both directions.
///
/// The driver polls for reading whenever anything has woken it, and for writing only when it has
/// something to write. A transport that holds back what it was given, such as one that encrypts,
/// goes on writing it out from [`poll_read`](Self::poll_read), and wants to be woken for that too.
pub trait Transport: Unpin {
    /// Appends what has arrived to the spare capacity of `dst`: how many bytes, 0 at the end of
    /// the stream. Must be cheap when nothing has arrived.
    ///
    /// # Errors
    ///
    /// The operating system's, after which the connection is given up.
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>>;

    /// Writes from the front of `src` and takes off what was written: how many bytes.
    ///
    /// # Errors
    ///
    /// The operating system's, after which the connection is given up.
    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>>;

    /// Closes the sending side, so that the server sees the end of the stream.
    ///
    /// # Errors
    ///
    /// The operating system's.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// An executor's sockets, timers and way of sharing.
///
/// Nothing here asks for `Send`: that is up to [`Spawn`], where a task is spawned.
pub trait Runtime: Clone + Unpin + 'static {
    /// A connected socket.
    type Stream: Transport;
    /// The future of one.
    type Connect: Future<Output = io::Result<Self::Stream>>;
    /// The future of a host's addresses.
    type Resolve: Future<Output = io::Result<Vec<SocketAddr>>>;
    /// The future of a moment.
    type Sleep: Future<Output = ()>;
    /// How handles share what they have in common: [`Locked`] where they may be on several
    /// threads, [`Unlocked`] where they never are.
    type Cell<T: 'static>: SharedCell<T>;

    /// Looks up a host name, without blocking the executor. Asked anew for each connection.
    fn resolve(&self, host: &str, port: u16) -> Self::Resolve;

    /// Connects to one address. Dropping the future gives up on it.
    fn connect(&self, address: &Address, options: &SocketOptions) -> Self::Connect;

    /// Ends at the given moment.
    fn sleep_until(&self, at: Time) -> Self::Sleep;

    /// The present moment. The epoch is the runtime's own choice.
    fn now(&self) -> Time;

    /// A number that no other call is likely to get: what the jitter of reconnecting starts from.
    fn seed(&self) -> u64 {
        RandomState::new().hash_one(0)
    }
}

/// Runs futures of type `F` in the background. An executor that moves tasks between threads
/// implements it for those that are `Send`.
pub trait Spawn<F: Future> {
    /// Runs the future to its end; what it gives back is dropped.
    fn spawn(&self, future: F);
}

/// A value that several handles own and take turns to use.
pub trait SharedCell<T>: Clone + Unpin + 'static {
    /// Wraps the value.
    fn new(value: T) -> Self;

    /// Uses the value. `with` the value at hand nobody may call `with` again.
    fn with<O>(&self, use_it: impl FnOnce(&mut T) -> O) -> O;
}

/// Shares between threads.
#[derive(Debug)]
pub struct Locked<T>(Arc<Mutex<T>>);

impl<T> Clone for Locked<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: 'static> SharedCell<T> for Locked<T> {
    fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    #[inline]
    fn with<O>(&self, use_it: impl FnOnce(&mut T) -> O) -> O {
        // A panic inside can only be a defect of this crate; what it leaves is still consistent
        // enough to fail the other callers, which beats a panic in each of them.
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Shares within a thread, with neither a lock nor an atomic. Using it while it is in use panics,
/// which a lock would turn into a deadlock.
#[derive(Debug)]
pub struct Unlocked<T>(Rc<RefCell<T>>);

impl<T> Clone for Unlocked<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T: 'static> SharedCell<T> for Unlocked<T> {
    fn new(value: T) -> Self {
        Self(Rc::new(RefCell::new(value)))
    }

    #[inline]
    fn with<O>(&self, use_it: impl FnOnce(&mut T) -> O) -> O {
        use_it(&mut self.0.borrow_mut())
    }
}
