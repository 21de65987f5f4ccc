//! The task behind a client.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use redis_client_core::resp_core::Limits;
use redis_client_core::{Backoff, Config, ConnectionError, Session, Time};

use crate::alarm::Alarm;
use crate::client::ConnectError;
use crate::connection::Connection;
use crate::dial::Dial;
use crate::event::ConnectionEvent;
use crate::link::Link;
use crate::options::Options;
use crate::pool::Watcher;
use crate::runtime::{Runtime, SharedCell};
use crate::shared::{Shared, Status};
use crate::trace::Span;

/// Moves bytes between a connection and its session, and makes another connection when it is lost,
/// for as long as there is a client or anything under way. To be spawned, or polled beside other
/// futures; it ends with the reason why there is no connection any more.
///
/// ```text
///   Connected --lost--> Waiting --the delay is over--> Dialling --connected--> Connected
///       |                  ^                               |
///       |                  +-------------- failed ---------+
///       +-- closed, or not to be made again --> over
/// ```
#[must_use = "a client is deaf and mute until its driver is spawned or polled"]
pub struct Driver<R: Runtime> {
    runtime: R,
    shared: R::Cell<Shared>,
    phase: Phase<R>,
    /// How to come by another connection; none where the first is the last.
    keeper: Option<Keeper>,
    watcher: Option<Watcher<R>>,
    alarm: Alarm<R>,
    wakers: Vec<Waker>,
    span: Span,
}

enum Phase<R: Runtime> {
    Connected(Box<Connection<R>>),
    Waiting { until: Time },
    Dialling(Box<Dial<R>>),
}

/// What is needed to connect again.
struct Keeper {
    options: Options,
    backoff: Backoff,
}

impl<R: Runtime> Driver<R> {
    /// Drives a connection that has just been made.
    pub(crate) fn connected(
        runtime: R,
        shared: R::Cell<Shared>,
        stream: Link<R::Stream>,
        limits: Limits,
    ) -> Self {
        let connection = Connection::new(runtime.clone(), shared.clone(), stream, limits, None);
        Self::new(runtime, shared, Phase::Connected(Box::new(connection)))
    }

    /// Makes the connection first.
    pub(crate) fn disconnected(runtime: R, shared: R::Cell<Shared>) -> Self {
        let until = runtime.now();
        Self::new(runtime, shared, Phase::Waiting { until })
    }

    /// Makes another connection whenever one is lost.
    pub(crate) fn kept(mut self, options: Options) -> Self {
        let backoff = Backoff::new(options.reconnect, self.runtime.seed());
        self.span = Span::of_connection(&options.endpoint);
        self.keeper = Some(Keeper { options, backoff });
        self
    }

    /// Tells a pool what becomes of the connection.
    pub(crate) fn watched(mut self, watcher: Watcher<R>) -> Self {
        if let Phase::Connected(connection) = &mut self.phase {
            connection.watch(watcher.clone());
        }
        self.watcher = Some(watcher);
        self
    }

    fn new(runtime: R, shared: R::Cell<Shared>, phase: Phase<R>) -> Self {
        Self {
            runtime,
            shared,
            phase,
            keeper: None,
            watcher: None,
            alarm: Alarm::default(),
            wakers: Vec::new(),
            span: Span::none(),
        }
    }

    fn poll_connection(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        let Phase::Connected(connection) = &mut self.phase else { return Poll::Ready(Ok(())) };
        let ended = connection.poll(cx);
        if connection.take_ready() {
            if let Some(keeper) = &mut self.keeper {
                keeper.backoff.handle_connected(self.runtime.now());
            }
            self.tell(&ConnectionEvent::Connected);
        }
        let reason = ready!(ended);
        let (status, unsent) =
            self.shared.with(|shared| (shared.status(), shared.session.take_unsent()));
        drop(unsent);
        if status == Status::Over {
            return Poll::Ready(Err(reason));
        }
        self.tell(&ConnectionEvent::Lost(reason.clone()));
        // Given up by this side, for what a lease has left on it: nobody has to be spared.
        let next = match reason {
            ConnectionError::Closed => self.again(reason, |_, now| Some(now)),
            _ => self.again(reason, Backoff::handle_lost),
        };
        Poll::Ready(next)
    }

    fn poll_dial(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        let Phase::Dialling(dial) = &mut self.phase else { return Poll::Ready(Ok(())) };
        let dialled = ready!(Pin::new(dial.as_mut()).poll(cx));
        let Some(keeper) = &self.keeper else { return Poll::Ready(Err(ConnectionError::Closed)) };
        let config = dial.configure(keeper.options.config.clone());
        Poll::Ready(match dialled.and_then(|stream| keeper.options.secure(stream)) {
            Ok(stream) => self.connect(stream, config),
            Err(error) => self.failed(&error),
        })
    }

    fn connect(&mut self, stream: Link<R::Stream>, config: Config) -> Result<(), ConnectionError> {
        let limits = config.reply_limits();
        let mut session = Session::new(self.runtime.now(), config);
        if !self.shared.with(|shared| shared.resume(&mut session)) {
            return Err(ConnectionError::Closed);
        }
        let (runtime, shared) = (self.runtime.clone(), self.shared.clone());
        let connection = Connection::new(runtime, shared, stream, limits, self.watcher.clone());
        self.phase = Phase::Connected(Box::new(connection));
        Ok(())
    }

    fn failed(&mut self, error: &ConnectError) -> Result<(), ConnectionError> {
        self.tell(&ConnectionEvent::Failed(error.clone()));
        let reason = ConnectionError::NotConnected(error.to_string());
        self.again(reason, Backoff::handle_failed)
    }

    /// Tries again later, or gives up for the given reason.
    fn again(
        &mut self,
        reason: ConnectionError,
        next: impl FnOnce(&mut Backoff, Time) -> Option<Time>,
    ) -> Result<(), ConnectionError> {
        let now = self.runtime.now();
        let next = self.keeper.as_mut().and_then(|keeper| next(&mut keeper.backoff, now));
        self.shared.with(|shared| {
            shared.handle_failed(reason.clone(), next.is_none(), &mut self.wakers);
        });
        self.report();
        let Some(until) = next else {
            self.tell(&ConnectionEvent::GivenUp);
            return Err(reason);
        };
        self.tell(&ConnectionEvent::Reconnecting { after: until.since(now) });
        self.phase = Phase::Waiting { until };
        Ok(())
    }

    /// Looks after those who wait for a connection. Ready when there is to be none.
    fn poll_waiting(&mut self, until: Option<Time>, cx: &mut Context<'_>) -> Poll<ConnectionError> {
        loop {
            let now = self.runtime.now();
            let (over, deadline) = self.shared.with(|shared| {
                shared.now = now;
                if shared.handles == 0 {
                    shared.close(true, &mut self.wakers);
                }
                shared.handle_timeout(now, &mut self.wakers);
                shared.driver = Some(cx.waker().clone());
                let over = (shared.status() == Status::Over).then(|| shared.why().clone());
                (over, shared.poll_timeout())
            });
            self.report();
            if let Some(reason) = over {
                return Poll::Ready(reason);
            }
            let deadline = deadline.into_iter().chain(until).min();
            if self.alarm.poll(&self.runtime, now, deadline, cx).is_pending() {
                return Poll::Pending;
            }
            if until.is_some_and(|until| until <= self.runtime.now()) {
                return Poll::Pending;
            }
        }
    }

    /// Tells the pool what has changed, and wakes whom that concerns.
    fn report(&mut self) {
        if let Some(watcher) = &self.watcher
            && let Some(seat) = self.shared.with(Shared::take_news)
        {
            watcher.tell(seat, &mut self.wakers);
        }
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
    }

    fn tell(&self, event: &ConnectionEvent) {
        self.span.tell(event);
        if let Some(hook) = self.keeper.as_ref().and_then(|keeper| keeper.options.hook.as_ref()) {
            hook.call(event);
        }
    }
}

impl<R: Runtime> Future for Driver<R> {
    type Output = ConnectionError;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ConnectionError> {
        let this = self.get_mut();
        for _ in 0..STEPS {
            let step = match &mut this.phase {
                Phase::Connected(_) => ready!(this.poll_connection(cx)),
                Phase::Waiting { until } => {
                    let until = *until;
                    if let Poll::Ready(reason) = this.poll_waiting(Some(until), cx) {
                        return Poll::Ready(reason);
                    }
                    if this.runtime.now() < until {
                        return Poll::Pending;
                    }
                    let Some(keeper) = &this.keeper else {
                        return Poll::Ready(ConnectionError::Closed);
                    };
                    let dial = Dial::new(this.runtime.clone(), &keeper.options);
                    this.phase = Phase::Dialling(Box::new(dial));
                    Ok(())
                }
                Phase::Dialling(_) => {
                    if let Poll::Ready(reason) = this.poll_waiting(None, cx) {
                        return Poll::Ready(reason);
                    }
                    ready!(this.poll_dial(cx))
                }
            };
            if let Err(reason) = step {
                return Poll::Ready(reason);
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<R: Runtime> Drop for Driver<R> {
    fn drop(&mut self) {
        // Cancelled, or ended with its runtime: the callers must not wait for ever.
        let now = self.runtime.now();
        let unwritten = match &self.phase {
            Phase::Connected(connection) => connection.unwritten(),
            Phase::Waiting { .. } | Phase::Dialling(_) => 0,
        };
        let unsent = self.shared.with(|shared| {
            shared.now = now;
            shared.cut(&ConnectionError::Abandoned, unwritten, &mut self.wakers);
            shared.session.take_unsent()
        });
        drop(unsent);
        self.report();
    }
}

impl<R: Runtime> fmt::Debug for Driver<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.phase {
            Phase::Connected(connection) => f
                .debug_struct("Driver")
                .field("unread", &connection.unread())
                .field("unwritten", &connection.unwritten())
                .finish_non_exhaustive(),
            Phase::Waiting { .. } => f.write_str("Driver(waiting)"),
            Phase::Dialling(dial) => f.debug_tuple("Driver").field(dial).finish(),
        }
    }
}

/// Changes of phase before other tasks get their share: attempts to connect may fail at once.
const STEPS: usize = 4;
