//! One executor's part of a server: the service, who listens, and who is there.

mod accepting;
mod intake;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use redis_server_core::{Action, Session, Time};

use super::detached::Exit;
use super::handle::ServerHandle;
use super::inbox::{Inbox, Peer};
use super::listen::Serve;
use super::options::{Balance, Listen, ServerOptions};
use super::service::Service;
use super::serving::{Limits, Serving};
use crate::alarm::Alarm;
use crate::endpoint::Address;
use crate::link::Link;
use crate::runtime::{Runtime, SharedCell, Spawn};
use accepting::Door;
use intake::Accepted;
pub(crate) use intake::Intake;

/// What the connections of a shard have in common.
pub(crate) struct Shard<R: Runtime, S> {
    pub(crate) service: S,
    pub(crate) server: ServerHandle,
    /// How long connections have when a command shuts the server down.
    pub(crate) grace: Duration,
    pub(crate) exit: R::Cell<Exit<R>>,
    connections: Arc<AtomicUsize>,
    /// Connections that are told that they are too many. Nobody waits for their end.
    turned_away: usize,
    /// Who waits for the last connection to end.
    waker: Option<Waker>,
}

impl<R: Runtime, S> Shard<R, S> {
    /// A connection has ended: whom to wake.
    pub(crate) fn leave(&mut self, admission: Admission) -> Option<Waker> {
        if admission == Admission::TurnedAway {
            self.turned_away -= 1;
            return None;
        }
        let left = self.connections.fetch_sub(1, Ordering::Relaxed) - 1;
        self.waker.clone().filter(|_| left == 0)
    }
}

/// Whether a connection is served, or only told that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Open,
    TurnedAway,
}

/// Accepts the connections of one executor and has each served, until the server ends.
#[must_use = "a server accepts only while its task is polled"]
pub(crate) struct ShardLoop<R: Serve, S: Service> {
    runtime: R,
    shard: R::Cell<Shard<R, S>>,
    server: ServerHandle,
    /// Which shard this is.
    index: usize,
    listeners: Vec<Door<R::Listener>>,
    /// How each listener's connections are served, whoever accepts them.
    listens: Arc<[Listen]>,
    intakes: Arc<[Intake<R::Accepted>]>,
    balance: Balance,
    /// Whose turn it is.
    turn: usize,
    options: ServerOptions,
    next_tick: Option<Time>,
    /// When those who have not ended are cut off, and whether they have been.
    ending: Option<(Time, bool)>,
    exit: R::Cell<Exit<R>>,
    alarm: Alarm<R>,
    waker: Option<Waker>,
}

/// Everything that the shards of a server have in common.
pub(crate) struct Common<A> {
    pub(crate) server: ServerHandle,
    pub(crate) listens: Arc<[Listen]>,
    pub(crate) intakes: Arc<[Intake<A>]>,
    pub(crate) balance: Balance,
    pub(crate) options: ServerOptions,
}

impl<A> Clone for Common<A> {
    fn clone(&self) -> Self {
        Self {
            server: self.server.clone(),
            listens: Arc::clone(&self.listens),
            intakes: Arc::clone(&self.intakes),
            balance: self.balance,
            options: self.options.clone(),
        }
    }
}

impl<R: Serve, S: Service> ShardLoop<R, S> {
    /// `listeners` are those that this shard accepts from, with their places among the server's.
    pub(crate) fn new(
        runtime: R,
        service: S,
        index: usize,
        listeners: Vec<(usize, R::Listener)>,
        exit: R::Cell<Exit<R>>,
        common: Common<R::Accepted>,
    ) -> Self {
        let Common { server, listens, intakes, balance, options } = common;
        let next_tick = options.tick.map(|tick| runtime.now() + tick);
        let shard = Shard {
            service,
            server: server.clone(),
            grace: options.shutdown_grace,
            exit: exit.clone(),
            turned_away: 0,
            connections: intakes
                .get(index)
                .map(|own| Arc::clone(&own.connections))
                .unwrap_or_default(),
            waker: None,
        };
        let door = |(index, listener)| Door { listener, index, closed_until: None };
        Self {
            runtime,
            shard: SharedCell::new(shard),
            server,
            index,
            listeners: listeners.into_iter().map(door).collect(),
            listens,
            intakes,
            balance,
            turn: index,
            options,
            next_tick,
            ending: None,
            exit,
            alarm: Alarm::default(),
            waker: None,
        }
    }

    /// Has a connection of this shard served.
    fn serve(&self, accepted: Accepted<R::Accepted>)
    where
        R: Spawn<Serving<R, S>>,
    {
        let Some(listen) = self.listens.get(accepted.listener) else { return };
        let Ok(stream) = self.runtime.open(accepted.socket, &listen.accept) else { return };
        let peer = |id| Peer {
            id,
            address: accepted.address,
            listener: listen.address.clone(),
            tls: listen.is_tls(),
        };
        let inbox = match self.server.admit(peer, &listen.session) {
            Ok(inbox) => inbox,
            Err(_) if self.server.shutting_down().is_some() => return,
            Err(peer) => return self.turn_away(stream, peer, listen),
        };
        let Ok(stream) = listen.secure(stream) else {
            return self.server.remove(inbox.peer.id);
        };
        self.shard.with(|shard| shard.connections.fetch_add(1, Ordering::Relaxed));
        let session = Session::new(self.runtime.now(), &listen.session);
        self.run(stream, session, inbox, Admission::Open);
    }

    /// Says why to a client that is one too many; when too many are told at a time, or it would take
    /// a handshake first, it is not.
    fn turn_away(&self, stream: R::Stream, peer: Peer, listen: &Listen)
    where
        R: Spawn<Serving<R, S>>,
    {
        let room = self.shard.with(|shard| {
            let room = shard.turned_away < TURNED_AWAY && !peer.tls;
            shard.turned_away += usize::from(room);
            room
        });
        if room {
            let mut session = Session::new(self.runtime.now(), &listen.session);
            let _ = session.greet().error("ERR max number of clients reached");
            let inbox = Arc::new(Inbox::new(peer, &listen.session));
            self.run(stream.into(), session, inbox, Admission::TurnedAway);
        }
    }

    fn run(
        &self,
        stream: Link<R::Stream>,
        session: Session,
        inbox: Arc<Inbox>,
        admission: Admission,
    ) where
        R: Spawn<Serving<R, S>>,
    {
        let limits = Limits {
            // Reading into no room would look like the end of the stream.
            read_buffer: self.options.read_buffer.max(1),
            close_timeout: self.options.close_timeout,
        };
        let (runtime, shard) = (self.runtime.clone(), self.shard.clone());
        let serving = Serving::new(runtime, shard, stream, session, inbox, limits);
        self.runtime.spawn(serving.admitted(admission));
    }

    /// Takes what other shards have accepted.
    fn take_in(&mut self, cx: &mut Context<'_>)
    where
        R: Spawn<Serving<R, S>>,
    {
        let Some(intake) = self.intakes.get(self.index) else { return };
        let accepted = {
            let mut waiting = intake.waiting();
            waiting.1 = Some(cx.waker().clone());
            std::mem::take(&mut waiting.0)
        };
        for accepted in accepted {
            self.serve(accepted);
        }
    }

    fn tick(&mut self, now: Time) {
        let (Some(at), Some(every)) = (self.next_tick, self.options.tick) else { return };
        if now < at {
            return;
        }
        self.next_tick = Some(now + every);
        let action = self.shard.with(|shard| shard.service.on_tick(&shard.server));
        if action == Action::Shutdown {
            self.server.shutdown(self.options.shutdown_grace);
        }
    }

    /// The server ends: whether everybody has left.
    fn end(&mut self, now: Time, grace: Duration) -> bool {
        for door in self.listeners.drain(..) {
            if let Some(Listen { address: Address::Unix(path), .. }) = self.listens.get(door.index)
            {
                // Who asks for it again gets it even if this fails.
                let _ = std::fs::remove_file(path);
            }
        }
        let (deadline, cut) = self.ending.get_or_insert((now + grace, false));
        *deadline = (*deadline).min(now + grace);
        if now >= *deadline && !*cut {
            *cut = true;
            self.server.abort_all();
        }
        self.shard.with(|shard| shard.connections.load(Ordering::Relaxed) == 0)
    }
}

impl<R: Serve + Spawn<Serving<R, S>>, S: Service> Future for ShardLoop<R, S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if !this.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            this.waker = Some(cx.waker().clone());
            this.server.watch(this.index, cx);
            this.shard.with(|shard| shard.waker = Some(cx.waker().clone()));
        }
        loop {
            let now = this.runtime.now();
            this.tick(now);
            this.take_in(cx);
            let ending = this.server.shutting_down();
            if let Some(grace) = ending
                && this.end(now, grace)
            {
                return Poll::Ready(());
            }
            let (more, reopening) = this.accept(now, cx);
            let cut = this.ending.filter(|(_, cut)| !cut).map(|(deadline, _)| deadline);
            let deadline = [reopening, cut, this.next_tick].into_iter().flatten().min();
            if more {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if this.alarm.poll(&this.runtime, now, deadline, cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl<R: Serve, S: Service> Unpin for ShardLoop<R, S> {}

/// Dropped before its end, or because the service has panicked, it takes the server with it: nobody
/// accepts for it any more, or takes what others have accepted.
impl<R: Serve, S: Service> Drop for ShardLoop<R, S> {
    fn drop(&mut self) {
        if self.server.shutting_down().is_none() {
            self.server.shutdown(self.options.shutdown_grace);
        }
        Exit::<R>::close(&self.exit);
    }
}

/// Connections that may be told at a time that they are too many: each takes a descriptor and a task
/// for up to a second.
const TURNED_AWAY: usize = 128;
