//! What a client library has to be able to do here. Each one does it in its own best way.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;

use super::Outcome;
use super::crew::Work;

/// A client library on a runtime, or a pool of that library.
pub(super) trait Contender: Sized {
    type Client: Client;

    /// Connects; a pool is one client with so many connections, all of them made.
    fn connect(
        &self,
        port: u16,
        connections: usize,
    ) -> impl Future<Output = Outcome<Vec<Self::Client>>>;

    /// Has the runtime do it, as a task like any other of a program.
    ///
    /// Not a provided method: only where `Client` is known the compiler knows whether such a task
    /// may be sent to other threads, which some runtimes ask for.
    fn spawn(&self, work: Work<Self::Client>) -> Task;

    /// By the runtime's timer.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()>;
}

/// Ends with the task, with the latencies in nanoseconds that it was asked for.
pub(super) type Task = Pin<Box<dyn Future<Output = Outcome<Vec<u32>>>>>;

/// What a task holds.
pub(super) trait Client: Clone + 'static {
    /// A value as the library gives it, owned.
    type Value: AsRef<[u8]>;

    fn get(&mut self, key: &'static str) -> impl Future<Output = Outcome<Self::Value>>;

    fn set(&mut self, _key: &'static str, _value: Bytes) -> impl Future<Output = Outcome<()>> {
        async { Err(NOT_HERE.into()) }
    }

    fn incr(&mut self, _key: &'static str) -> impl Future<Output = Outcome<i64>> {
        async { Err(NOT_HERE.into()) }
    }

    /// So many GETs of one key at once, built anew each time.
    fn pipeline(
        &mut self,
        _key: &'static str,
        _commands: usize,
    ) -> impl Future<Output = Outcome<Vec<Self::Value>>> {
        async { Err(NOT_HERE.into()) }
    }
}

/// A client that has subscribed.
pub(super) trait Subscriber {
    type Payload: AsRef<[u8]>;

    fn next(&mut self) -> impl Future<Output = Outcome<Self::Payload>>;
}

/// Pools are asked for a GET alone.
const NOT_HERE: &str = "a pool does nothing but GET here";
