//! How connections come about.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use adapter_core::{Address, Runtime, SocketOptions};

use super::{Connection, End, Side, Stream};
use crate::simulation::pipe::Pipe;
use crate::simulation::trace::What;
use crate::simulation::world::{Simulated, Sleep, World};

/// The future of a [`Stream`].
#[must_use = "nobody connects until it is awaited"]
pub struct Connect {
    runtime: Simulated,
    options: SocketOptions,
    arrival: Sleep,
    fate: Fate,
}

/// What becomes of an attempt to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::simulation) enum Fate {
    Accepted,
    Refused,
    /// Nobody answers.
    Swallowed,
}

impl Connect {
    pub(in crate::simulation) fn new(
        runtime: &Simulated,
        address: &Address,
        options: SocketOptions,
    ) -> Self {
        let round_trip = runtime.0.latency() + runtime.0.latency();
        Self {
            arrival: runtime.sleep_until(runtime.now() + round_trip),
            fate: runtime.0.fate(address),
            options,
            runtime: runtime.clone(),
        }
    }
}

impl Future for Connect {
    type Output = io::Result<Stream>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if this.fate == Fate::Swallowed {
            return Poll::Pending;
        }
        std::task::ready!(Pin::new(&mut this.arrival).poll(cx));
        let world = &this.runtime.0;
        if this.fate == Fate::Refused || world.refuses() || world.is_shut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionRefused.into()));
        }
        let connection = world.establish(&this.options);
        world.note(What::Connected { connection });
        world.line_up(connection);
        Poll::Ready(Ok(Stream { runtime: this.runtime.clone(), connection, end: End::Client }))
    }
}

impl World {
    fn establish(&self, options: &SocketOptions) -> usize {
        let pipe = || Pipe::new(self.plan.network.window);
        let mut client = Side::default();
        client.keep_alive(options);
        let mut connections = self.connections.borrow_mut();
        connections.push(Connection {
            upward: pipe(),
            downward: pipe(),
            client,
            server: Side::default(),
            deaf: false,
        });
        connections.len() - 1
    }
}

/// The future of a name's addresses.
#[must_use = "nobody looks the name up until it is awaited"]
pub struct Resolve {
    runtime: Simulated,
    answer: Option<Sleep>,
}

impl Resolve {
    pub(in crate::simulation) fn new(runtime: &Simulated) -> Self {
        let answer = runtime.0.names_answer().then(|| {
            let delay = runtime.0.latency() + runtime.0.up_to(LOOKUP);
            runtime.sleep_until(runtime.now() + delay)
        });
        Self { runtime: runtime.clone(), answer }
    }
}

impl Future for Resolve {
    type Output = io::Result<Vec<SocketAddr>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(answer) = &mut this.answer else { return Poll::Pending };
        std::task::ready!(Pin::new(answer).poll(cx));
        let addresses = this.runtime.0.addresses();
        let number = addresses.as_ref().map_or(0, Vec::len);
        this.runtime.0.note(What::Resolved { addresses: number });
        Poll::Ready(addresses)
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connect").field(&self.fate).finish()
    }
}

impl fmt::Debug for Resolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolve")
    }
}

/// A name lookup takes up to this long.
const LOOKUP: Duration = Duration::from_millis(20);
