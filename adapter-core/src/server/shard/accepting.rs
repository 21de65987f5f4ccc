//! Accepting connections, and choosing the shard that serves each.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind};
use std::task::{Context, Poll};
use std::time::Duration;

use redis_server_core::Time;

use super::ShardLoop;
use super::intake::{Accepted, Intake};
use crate::runtime::Spawn;
use crate::server::listen::{Listener, Serve};
use crate::server::options::Balance;
use crate::server::service::Service;
use crate::server::serving::Serving;

/// A listener, and how long it is to be left alone.
pub(super) struct Door<L> {
    pub(super) listener: L,
    /// Which of the server's.
    pub(super) index: usize,
    pub(super) closed_until: Option<Time>,
}

impl<R: Serve, S: Service> ShardLoop<R, S> {
    /// Accepts what is in line at each listener, up to a bound: whether there may be more.
    pub(super) fn accept(&mut self, now: Time, cx: &mut Context<'_>) -> (bool, Option<Time>)
    where
        R: Spawn<Serving<R, S>>,
    {
        let (mut more, mut reopening) = (false, None);
        for door in 0..self.listeners.len() {
            let mut taken = 0;
            while let Some(Door { listener, index, closed_until }) = self.listeners.get_mut(door) {
                if let Some(until) = closed_until.filter(|until| now < *until) {
                    reopening = [reopening, Some(until)].into_iter().flatten().min();
                    break;
                }
                if taken == ACCEPTED_AT_ONCE {
                    more = true;
                    break;
                }
                taken += 1;
                let index = *index;
                match listener.poll_accept(cx) {
                    Poll::Pending => break,
                    Poll::Ready(Ok((socket, address))) => {
                        self.place(Accepted { socket, address, listener: index });
                    }
                    // The client has thought better of it; the next may not have.
                    Poll::Ready(Err(error)) if concerns_one(&error) => {}
                    Poll::Ready(Err(_)) => *closed_until = Some(now + BREATH),
                }
            }
        }
        (more, reopening)
    }

    /// Brings a connection to its shard.
    fn place(&mut self, accepted: Accepted<R::Accepted>)
    where
        R: Spawn<Serving<R, S>>,
    {
        let here = self.index;
        let there = match (self.balance, accepted.address) {
            // What has no address came over a Unix socket.
            (Balance::ReusePort, Some(_)) => here,
            (Balance::LeastConnections, _) => {
                let load = |index: &usize| self.intakes.get(*index).map(Intake::load);
                (0..self.intakes.len()).min_by_key(load).unwrap_or(here)
            }
            (Balance::SourceAddress, Some(address)) => {
                let mut hasher = DefaultHasher::new();
                address.ip().hash(&mut hasher);
                (hasher.finish() % self.intakes.len().max(1) as u64) as usize
            }
            _ => {
                self.turn = (self.turn + 1) % self.intakes.len().max(1);
                self.turn
            }
        };
        match self.intakes.get(there).filter(|_| there != here) {
            Some(intake) => intake.hand_over(accepted),
            None => self.serve(accepted),
        }
    }
}

/// Whether accepting failed for this one connection only. Everything else (no descriptors, no
/// memory) will fail again at once, so the listener is left alone for a while.
fn concerns_one(error: &io::Error) -> bool {
    use ErrorKind::{
        ConnectionAborted, ConnectionReset, Interrupted, NetworkUnreachable, PermissionDenied,
        TimedOut,
    };
    let kinds = [
        ConnectionAborted,
        ConnectionReset,
        Interrupted,
        NetworkUnreachable,
        PermissionDenied,
        TimedOut,
    ];
    kinds.contains(&error.kind())
}

/// Connections accepted before those that are there go first.
const ACCEPTED_AT_ONCE: usize = 64;
/// How long a listener is left alone that can't accept: so little that a client hardly notices,
/// and enough to spin no more than ten times a second.
const BREATH: Duration = Duration::from_millis(100);
