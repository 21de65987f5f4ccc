//! How connections come from the shard that has accepted them to the one that serves them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// Connections that one shard has accepted for another.
pub(crate) struct Intake<A> {
    waiting: Mutex<(Vec<Accepted<A>>, Option<Waker>)>,
    /// Connections that the shard has.
    pub(super) connections: Arc<AtomicUsize>,
}

pub(super) struct Accepted<A> {
    pub(super) socket: A,
    pub(super) address: Option<SocketAddr>,
    /// By which listener.
    pub(super) listener: usize,
}

impl<A> Intake<A> {
    pub(crate) fn new() -> Self {
        Self { waiting: Mutex::new((Vec::new(), None)), connections: Arc::default() }
    }

    /// Connections that the shard has or is about to have.
    pub(super) fn load(&self) -> usize {
        self.connections.load(Ordering::Relaxed) + self.waiting().0.len()
    }

    pub(super) fn waiting(&self) -> MutexGuard<'_, (Vec<Accepted<A>>, Option<Waker>)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hand_over(&self, accepted: Accepted<A>) {
        let mut waiting = self.waiting();
        waiting.0.push(accepted);
        let waker = waiting.1.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
