//! Where a server that is not simulated gets its connections from.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, Waker};

use adapter_core::Address;
use adapter_core::server::{AcceptOptions, Listener, Serve};

use super::{End, Stream};
use crate::simulation::world::{Simulated, World};

/// The connections that wait to be accepted.
#[derive(Debug, Default)]
pub(in crate::simulation) struct Door {
    line: VecDeque<usize>,
    acceptor: Option<Waker>,
    shut: bool,
}

impl World {
    /// Whether the server that listened does no more.
    pub(super) fn is_shut(&self) -> bool {
        self.door.borrow().as_ref().is_some_and(|door| door.shut)
    }

    /// Puts a connection in line for the server that listens. The simulated one, which is there
    /// otherwise, takes it at once.
    pub(super) fn line_up(&self, connection: usize) {
        match &mut *self.door.borrow_mut() {
            None => self.accept(connection),
            Some(door) => {
                door.line.push_back(connection);
                door.acceptor.take().into_iter().for_each(Waker::wake);
            }
        }
    }
}

impl Serve for Simulated {
    type Listener = Listening;
    type Accepted = usize;

    fn listen(&self, address: &Address, _: &AcceptOptions) -> io::Result<Listening> {
        self.0.door.replace(Some(Door::default()));
        Ok(Listening { runtime: self.clone(), address: address.clone() })
    }

    fn open(&self, connection: usize, options: &AcceptOptions) -> io::Result<Stream> {
        let stream = Stream { runtime: self.clone(), connection, end: End::Server };
        stream.with(|_, state| state.server.keep_alive(&options.socket));
        Ok(stream)
    }
}

/// The one listener there is.
pub struct Listening {
    runtime: Simulated,
    address: Address,
}

impl Listener for Listening {
    type Accepted = usize;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(usize, Option<SocketAddr>)>> {
        let mut door = self.runtime.0.door.borrow_mut();
        let Some(door) = &mut *door else { return Poll::Pending };
        if let Some(connection) = door.line.pop_front() {
            return Poll::Ready(Ok((connection, None)));
        }
        door.acceptor = Some(cx.waker().clone());
        Poll::Pending
    }

    fn local_address(&self) -> io::Result<Address> {
        Ok(self.address.clone())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let shut = Door { shut: true, ..Door::default() };
        let door = self.runtime.0.door.replace(Some(shut)).unwrap_or_default();
        door.line.into_iter().for_each(|connection| self.runtime.0.send_reset(connection));
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listening").field(&self.address).finish()
    }
}
