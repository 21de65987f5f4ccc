//! The task behind one connection of a server.

mod farewell;
mod opening;
mod transfer;

use std::fmt;
use std::future::Future;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use redis_server_core::{Action, Closed, Next, Session, Time};

use super::inbox::{Inbox, Order};
use super::service::{Connection, Service};
use super::shard::{Admission, Shard};
use crate::alarm::Alarm;
use crate::link::Link;
use crate::runtime::{Runtime, SharedCell};
use transfer::{Read, Written, lend_output};

/// Serves one connection until it ends. To be spawned; what it gives back is nothing.
///
/// A turn: take what others have left in the inbox; read; lock the shard once, to run every
/// command that is there; write; set the timer. Reading and writing are both tried each turn, so
/// that neither can hold up the other, and a turn's work is bounded by what one read brings.
///
/// ```text
/// Opening --let in--> Open --closed, lost--> Flushing --written--> Lingering --> over
///    '------- refused ------------------------^
/// ```
#[must_use = "a connection is served only while its task is polled"]
pub struct Serving<R: Runtime, S: Service> {
    runtime: R,
    shard: R::Cell<Shard<R, S>>,
    stream: Option<Link<R::Stream>>,
    session: Session,
    /// What has been read and not used: seldom anything between two turns.
    input: BytesMut,
    /// None before it is let in and after it has ended.
    context: Option<S::Context>,
    inbox: Arc<Inbox>,
    /// Whom the inbox wakes.
    waker: Option<Waker>,
    alarm: Alarm<R>,
    phase: Phase,
    /// Whether the session wants more input.
    hungry: bool,
    /// Whether everything is run and written, so that there is nothing to do unless something comes.
    settled: bool,
    /// Whether the client has sent all it will.
    ended: bool,
    /// The server shuts down: nothing more is read, and this is when its patience ends.
    deadline: Option<Time>,
    /// When something was last written.
    spoke: Option<Time>,
    /// Why the connection is being closed.
    reason: Option<Closed>,
    admission: Admission,
    options: Limits,
}

/// What of the server's options concerns each connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) read_buffer: usize,
    pub(crate) close_timeout: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Not let in yet; the handshake of TLS has until then.
    Opening {
        until: Time,
    },
    Open,
    /// The last replies are being written.
    Flushing {
        until: Time,
    },
    /// Everything is written and said to be all. What the client has sent meanwhile is read, since
    /// otherwise the system would reset the connection and the client might lose our last words. Who
    /// has had them for long, or never got any, loses nothing.
    Lingering {
        until: Time,
    },
}

/// Why no more commands are run.
enum Ran {
    /// More input is needed.
    Waiting,
    /// The output is too long, or a promised reply is waited for.
    Paused,
    Closed(Closed),
    Detached,
}

enum Turn {
    /// There may be more to do at once.
    Again,
    /// The transport, the timer or somebody else wakes the task.
    Idle,
    Over(Closed),
}

impl<R: Runtime, S: Service> Serving<R, S> {
    pub(crate) fn new(
        runtime: R,
        shard: R::Cell<Shard<R, S>>,
        stream: Link<R::Stream>,
        session: Session,
        inbox: Arc<Inbox>,
        options: Limits,
    ) -> Self {
        let until = runtime.now() + options.close_timeout;
        Self {
            runtime,
            shard,
            stream: Some(stream),
            session,
            input: BytesMut::new(),
            context: None,
            inbox,
            waker: None,
            alarm: Alarm::default(),
            phase: Phase::Opening { until },
            hungry: true,
            settled: false,
            ended: false,
            deadline: None,
            spoke: None,
            reason: None,
            admission: Admission::Open,
            options,
        }
    }

    /// One that is turned away has only what its session has said already to write.
    pub(crate) fn admitted(mut self, admission: Admission) -> Self {
        self.admission = admission;
        if admission == Admission::TurnedAway {
            self.flush_out(Closed::Refused, self.runtime.now());
        }
        self
    }

    fn turn(&mut self, now: Time, cx: &mut Context<'_>) -> Turn {
        if self.inbox.has_news()
            && let Some(over) = self.receive(now)
        {
            return Turn::Over(over);
        }
        let turn = match self.phase {
            Phase::Opening { .. } => self.open(now, cx),
            Phase::Open => self.serve(now, cx),
            Phase::Flushing { .. } => self.flush(now, cx),
            Phase::Lingering { until } => self.linger(now, until, cx),
        };
        match turn {
            Turn::Idle => self.wait(now, cx),
            turn => turn,
        }
    }

    /// Reads, runs and writes.
    fn serve(&mut self, now: Time, cx: &mut Context<'_>) -> Turn {
        let asked = self.hungry;
        let read = match self.read(cx) {
            Ok(read) => read,
            Err(error) => return Turn::Over(lost(&error)),
        };
        match read {
            Read::Some => self.session.handle_input(now),
            Read::End => self.session.handle_end(),
            Read::None if self.settled => {
                self.put_back();
                return Turn::Idle;
            }
            Read::None => {}
        }
        lend_output(self.session.transmit());
        let ran = self.execute();
        self.note_unread();
        self.put_back();
        self.settled = false;
        let written = match self.write(now, cx) {
            Ok(written) => written,
            Err(error) => return Turn::Over(lost(&error)),
        };
        let written = match written {
            // Nobody else wakes it to close.
            Written::TooLittle => return Turn::Again,
            Written::Some => true,
            Written::None => false,
        };
        match ran {
            Ran::Closed(reason) => {
                self.flush_out(reason, now);
                Turn::Again
            }
            Ran::Detached => Turn::Over(Closed::Detached),
            Ran::Waiting => {
                self.hungry = true;
                self.settled = self.session.transmit().is_empty();
                // Who has not asked for input is not woken by it.
                if asked && matches!(read, Read::None) { Turn::Idle } else { Turn::Again }
            }
            Ran::Paused => {
                // Somebody who waits for a command that blocks may hang up.
                let most = self.session.postponed() + READ_AHEAD;
                self.hungry = self.session.is_held() && self.input.len() < most;
                let asks = self.hungry && !asked;
                let more = written || asks || matches!(read, Read::Some);
                if more { Turn::Again } else { Turn::Idle }
            }
        }
    }

    /// Runs the commands that are there.
    fn execute(&mut self) -> Ran {
        let Self { shard, session, input, context, inbox, .. } = self;
        let Some(context) = context else { return Ran::Closed(Closed::ByServer) };
        let mut commands = 0;
        let ran = shard.with(|shard| {
            let run = || run(shard, session, input, context, inbox, &mut commands);
            // The service is at fault; its other connections need not suffer for it.
            panic::catch_unwind(AssertUnwindSafe(run))
        });
        if commands > 0 {
            inbox.commands.fetch_add(commands, Ordering::Relaxed);
        }
        ran.unwrap_or_else(|_| {
            session.close(Closed::Panicked);
            match session.poll_request(input) {
                Next::Closed(reason) => Ran::Closed(reason),
                _ => Ran::Paused,
            }
        })
    }

    /// Lets others know what waits to be run.
    fn note_unread(&self) {
        let unread = self.input.len().saturating_sub(self.session.postponed());
        if self.inbox.unread.load(Ordering::Relaxed) != unread {
            self.inbox.unread.store(unread, Ordering::Relaxed);
        }
    }

    /// Takes what others have left: whether the connection ends at once.
    fn receive(&mut self, now: Time) -> Option<Closed> {
        let letters = self.inbox.take();
        self.settled = false;
        lend_output(self.session.transmit());
        for (ticket, draft) in letters.completed {
            self.session.complete(ticket, draft);
        }
        for notice in &letters.notices {
            self.session.notify(notice);
        }
        if letters.resumed {
            self.session.resume();
        }
        match letters.order? {
            // Nothing has been read of who is not let in yet.
            Order::Drain(reason, _) if matches!(self.phase, Phase::Opening { .. }) => Some(reason),
            Order::Drain(reason, within) => {
                if matches!(self.phase, Phase::Open) {
                    self.reason = Some(reason.clone());
                }
                self.session.drain(reason);
                self.deadline = Some(now + within);
                None
            }
            Order::Abort(reason) if matches!(self.phase, Phase::Open) => Some(reason),
            Order::Abort(reason) => Some(self.reason.take().unwrap_or(reason)),
        }
    }

    /// Sets the timer.
    fn wait(&mut self, now: Time, cx: &mut Context<'_>) -> Turn {
        let deadline = match self.phase {
            Phase::Open => self.session.poll_timeout(),
            Phase::Opening { until } | Phase::Flushing { until } | Phase::Lingering { until } => {
                Some(until)
            }
        };
        let deadline = [deadline, self.deadline].into_iter().flatten().min();
        if deadline.is_some_and(|deadline| deadline <= now) {
            if !matches!(self.phase, Phase::Open) || self.deadline.is_some_and(|at| at <= now) {
                return self.over();
            }
            self.settled = false;
            self.session.handle_timeout(now);
            return Turn::Again;
        }
        match self.alarm.poll(&self.runtime, now, deadline, cx) {
            Poll::Ready(()) => Turn::Again,
            Poll::Pending => Turn::Idle,
        }
    }
}

/// Runs commands until there are no more, or none may run.
#[inline]
fn run<R: Runtime, S: Service>(
    shard: &mut Shard<R, S>,
    session: &mut Session,
    input: &mut BytesMut,
    context: &mut S::Context,
    inbox: &Arc<Inbox>,
    commands: &mut u64,
) -> Ran {
    loop {
        let action = match session.poll_request(input) {
            Next::Request(command, reply, terms) => {
                let begins = *commands == 0;
                let mut connection = Connection::new(begins, context, inbox, terms, &shard.server);
                *commands += 1;
                shard.service.on_command(command, &mut connection, reply)
            }
            Next::NeedInput => return Ran::Waiting,
            Next::Paused => return Ran::Paused,
            Next::Closed(Closed::Detached) => return Ran::Detached,
            Next::Closed(reason) => return Ran::Closed(reason),
        };
        match action {
            Action::Continue => {}
            Action::Close => session.close(Closed::ByServer),
            Action::Shutdown => {
                session.close(Closed::Shutdown);
                shard.server.shutdown(shard.grace);
            }
            Action::Detach => session.close(Closed::Detached),
            Action::Postpone => {
                *commands -= 1;
                session.postpone(input);
            }
        }
    }
}

impl<R: Runtime, S: Service> Future for Serving<R, S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if !this.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            this.waker = Some(cx.waker().clone());
            this.inbox.watch(cx);
        }
        // A few turns take less time than it matters.
        let now = this.runtime.now();
        for _ in 0..TURNS {
            match this.turn(now, cx) {
                Turn::Again => {}
                Turn::Idle => return Poll::Pending,
                Turn::Over(reason) => {
                    this.finish(&reason);
                    return Poll::Ready(());
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Nothing in it is pinned.
impl<R: Runtime, S: Service> Unpin for Serving<R, S> {}

/// An executor that ends drops its tasks; the service hears of the end all the same.
impl<R: Runtime, S: Service> Drop for Serving<R, S> {
    fn drop(&mut self) {
        self.finish(&Closed::ByServer);
    }
}

impl<R: Runtime, S: Service> fmt::Debug for Serving<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving")
            .field("peer", &self.inbox.peer)
            .field("phase", &self.phase)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

fn lost(error: &io::Error) -> Closed {
    Closed::Lost(error.to_string())
}

/// How much is read while nothing of it may run, beside what was put back in line.
const READ_AHEAD: usize = 64 * 1024;
/// Turns before others go first.
const TURNS: usize = 8;
