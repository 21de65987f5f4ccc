//! How a connection ends: the last replies are written, and everybody is told.

use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;
use redis_server_core::{Closed, Time};

use super::transfer::INPUT;
use super::{Phase, Serving, Turn};
use crate::runtime::{Runtime, SharedCell, Transport};
use crate::server::detached::{Detached, Exit};
use crate::server::service::Service;

impl<R: Runtime, S: Service> Serving<R, S> {
    /// The session is over; what it has said is still to be written.
    pub(super) fn flush_out(&mut self, reason: Closed, now: Time) {
        if self.session.terms().subscriptions() > 0 {
            self.shard.with(|shard| shard.server.hub().remove(self.inbox.peer.id));
        }
        self.reason = Some(reason);
        self.input = BytesMut::new();
        self.phase = Phase::Flushing { until: now + self.options.close_timeout };
    }

    pub(super) fn flush(&mut self, now: Time, cx: &mut Context<'_>) -> Turn {
        if self.write(now, cx).is_err() {
            return self.over();
        }
        if !self.session.transmit().is_empty() {
            return Turn::Idle;
        }
        let Some(stream) = &mut self.stream else { return self.over() };
        match stream.poll_close(cx) {
            Poll::Pending => Turn::Idle,
            Poll::Ready(Ok(())) if !self.ended => {
                // TLS has just said that this was all.
                let spoke = if stream.is_tls() { Some(now) } else { self.spoke };
                let Some(spoke) = spoke else { return self.over() };
                self.phase = Phase::Lingering { until: spoke + LINGER };
                Turn::Again
            }
            Poll::Ready(_) => self.over(),
        }
    }

    pub(super) fn linger(&mut self, now: Time, until: Time, cx: &mut Context<'_>) -> Turn {
        let Some(stream) = &mut self.stream else { return self.over() };
        let mut buffer = INPUT.take();
        buffer.clear();
        buffer.reserve(self.options.read_buffer);
        let read = stream.poll_read(cx, &mut buffer);
        INPUT.set(buffer);
        match read {
            Poll::Ready(Ok(0) | Err(_)) => self.over(),
            // Here, too: who sends without end leaves no turn idle.
            _ if now >= until => self.over(),
            Poll::Pending => Turn::Idle,
            Poll::Ready(Ok(_)) => Turn::Again,
        }
    }

    pub(super) fn over(&mut self) -> Turn {
        Turn::Over(self.reason.take().unwrap_or(Closed::ByServer))
    }

    /// The connection is over: tells everybody, once.
    pub(super) fn finish(&mut self, reason: &Closed) {
        let Some(stream) = self.stream.take() else { return };
        self.inbox.close();
        let (context, input) = (self.context.take(), mem::take(&mut self.input));
        let output = mem::take(self.session.transmit());
        let (waker, exit) = self.shard.with(|shard| {
            let close = || {
                if let Some(context) = context {
                    shard.service.on_close(context, &self.inbox.peer, reason);
                }
            };
            let _ = panic::catch_unwind(AssertUnwindSafe(close));
            shard.server.remove(self.inbox.peer.id);
            (shard.leave(self.admission), shard.exit.clone())
        });
        if *reason == Closed::Detached {
            let peer = self.inbox.peer.clone();
            Exit::<R>::leave(&exit, Detached { peer, stream, input, output });
        }
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// How long after our last words their loss is feared: on a working network the client has them
/// within a round trip.
const LINGER: Duration = Duration::from_secs(1);
