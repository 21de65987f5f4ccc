//! Servers in memory.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, Waker};

use adapter_core::Address;
use adapter_core::server::{AcceptOptions, Listener, Serve};

use super::{Memory, Stream, Wire};

/// Those who have come to the servers of a [`Memory`]: see [`Memory::dial`].
#[derive(Debug, Default)]
pub(super) struct Line {
    wires: RefCell<Vec<Wire>>,
    acceptor: RefCell<Option<Waker>>,
}

impl Memory {
    /// Comes to the server that listens, as one more client: the [`Wire`] is the test's to send
    /// and to receive by, and the server has its stream.
    pub fn dial(&self) -> Wire {
        let wire = Wire::default();
        self.0.line.wires.borrow_mut().push(wire.clone());
        if let Some(waker) = self.0.line.acceptor.take() {
            waker.wake();
        }
        wire
    }
}

impl Serve for Memory {
    type Listener = InLine;
    /// Which of those who have come.
    type Accepted = usize;

    fn listen(&self, address: &Address, _: &AcceptOptions) -> io::Result<InLine> {
        Ok(InLine { runtime: self.clone(), address: address.clone(), accepted: 0 })
    }

    fn open(&self, accepted: usize, _: &AcceptOptions) -> io::Result<Stream> {
        let wires = self.0.line.wires.borrow();
        wires.get(accepted).map(Wire::stream).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The one listener of a [`Memory`].
pub struct InLine {
    runtime: Memory,
    address: Address,
    accepted: usize,
}

impl Listener for InLine {
    type Accepted = usize;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(usize, Option<SocketAddr>)>> {
        let line = &self.runtime.0.line;
        if self.accepted < line.wires.borrow().len() {
            self.accepted += 1;
            return Poll::Ready(Ok((self.accepted - 1, None)));
        }
        line.acceptor.replace(Some(cx.waker().clone()));
        Poll::Pending
    }

    fn local_address(&self) -> io::Result<Address> {
        Ok(self.address.clone())
    }
}

impl fmt::Debug for InLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InLine").field("accepted", &self.accepted).finish_non_exhaustive()
    }
}
