//! A runtime with both ends of every connection, in virtual time.

use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::{Future, Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use adapter_core::resp_core::OutBuf;
use adapter_core::server::{AcceptOptions, Listener, Serve};
use adapter_core::{Address, Runtime, SocketOptions, Spawn, Time, Transport, Unlocked};
use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::chunking::SplitMix64;
use crate::simulation::tasks::Tasks;

/// The runtime: a clock, a network and the tasks.
#[derive(Clone)]
pub(super) struct Net(Rc<Inner>);

struct Inner {
    state: RefCell<State>,
    tasks: Tasks,
}

struct State {
    now: Time,
    random: SplitMix64,
    agenda: BTreeMap<(Time, u64), Event>,
    /// Events ever put on the agenda.
    events: u64,
    /// Two for each connection: what the client writes, and what the server writes.
    pipes: Vec<Pipe>,
    backlog: VecDeque<usize>,
    acceptor: Option<Waker>,
    listening: bool,
    habits: Habits,
    /// Readers that have yet to be woken before one is forgotten.
    forgets: Option<usize>,
}

/// What the network is like.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    pub(super) latency: Duration,
    /// Bytes under way and unread before a writer has to wait.
    pub(super) window: usize,
    /// The most bytes of one read or write.
    pub(super) piece: usize,
}

enum Event {
    Timer(Waker),
    /// There may be something to read.
    Arrive(usize),
    Reset(usize),
}

#[derive(Default)]
struct Pipe {
    segments: VecDeque<(Time, Bytes)>,
    queued: usize,
    end: Option<Time>,
    reset: bool,
    swallows: bool,
    /// Nothing is read before.
    paused: Time,
    reader_gone: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Net {
    pub(super) fn new(random: SplitMix64, habits: Habits, forgets: Option<usize>) -> Self {
        let state = State {
            // Not 0, so that a time taken for an elapsed one shows.
            now: Time::from_epoch(Duration::from_secs(1000)),
            random,
            agenda: BTreeMap::new(),
            events: 0,
            pipes: Vec::new(),
            backlog: VecDeque::new(),
            acceptor: None,
            listening: false,
            habits,
            forgets,
        };
        Self(Rc::new(Inner { state: RefCell::new(state), tasks: Tasks::default() }))
    }

    fn state(&self) -> RefMut<'_, State> {
        self.0.state.borrow_mut()
    }

    pub(super) fn below(&self, bound: usize) -> usize {
        self.state().random.below(bound.max(1))
    }

    /// As much as one read or write takes.
    fn piece(&self) -> usize {
        let mut state = self.state();
        let most = state.habits.piece;
        state.random.below(most) + 1
    }

    pub(super) fn one_in(&self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Any duration below this one.
    pub(super) fn up_to(&self, limit: Duration) -> Duration {
        Duration::from_micros(self.below(limit.as_micros() as usize) as u64)
    }

    pub(super) async fn pause(&self, limit: Duration) {
        let until = self.now() + self.up_to(limit);
        self.sleep_until(until).await;
    }

    pub(super) fn spawn_named(&self, name: &'static str, task: impl Future<Output = ()> + 'static) {
        self.0.tasks.spawn(name, task);
    }

    /// Polls a task that was woken, or moves the clock: false if there is nothing to do.
    pub(super) fn step(&self) -> bool {
        let woken = self.0.tasks.woken();
        if woken > 0 {
            if let Some(task) = self.0.tasks.take(self.below(woken)) {
                let new_waker = self.one_in(16);
                self.0.tasks.poll(task, new_waker);
            }
            let took = self.up_to(Duration::from_micros(50));
            self.advance_to(self.now() + took);
            return true;
        }
        let next = self.state().agenda.first_key_value().map(|((at, _), _)| *at);
        next.is_some_and(|next| {
            self.advance_to(next);
            true
        })
    }

    fn advance_to(&self, to: Time) {
        let now = self.now().max(to);
        self.state().now = now;
        loop {
            let mut state = self.state();
            let Some(first) = state.agenda.first_entry().filter(|first| first.key().0 <= now)
            else {
                return;
            };
            let event = first.remove();
            let wakers = match event {
                Event::Timer(waker) => vec![waker],
                Event::Arrive(pipe) => state.arrived(pipe),
                Event::Reset(connection) => state.reset(connection),
            };
            drop(state);
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    /// Tasks that have not ended, and timers that nobody has dropped.
    pub(super) fn left(&self) -> (Vec<&'static str>, usize) {
        let is_timer = |event: &&Event| matches!(event, Event::Timer(_));
        let timers = self.state().agenda.values().filter(is_timer).count();
        (self.0.tasks.left().into_iter().map(|(_, name)| name).collect(), timers)
    }

    pub(super) fn clear(&self) {
        self.0.tasks.clear();
    }

    /// Resets a connection.
    pub(super) fn cut(&self, connection: usize) {
        let now = self.now();
        self.state().schedule(now, Event::Reset(connection));
    }

    /// From now on nothing arrives; keepalive tells in the end.
    pub(super) fn swallow(&self, connection: usize) {
        let at = self.now() + KEEPALIVE;
        let mut state = self.state();
        for pipe in [2 * connection, 2 * connection + 1] {
            if let Some(pipe) = state.pipes.get_mut(pipe) {
                pipe.swallows = true;
                pipe.segments.clear();
            }
        }
        state.schedule(at, Event::Reset(connection));
    }

    /// The client reads nothing for a while.
    pub(super) fn stall(&self, connection: usize, duration: Duration) {
        let until = self.now() + duration;
        let mut state = self.state();
        if let Some(pipe) = state.pipes.get_mut(2 * connection + 1) {
            pipe.paused = until;
            state.schedule(until, Event::Arrive(2 * connection + 1));
        }
    }

    pub(super) fn connections(&self) -> usize {
        self.state().pipes.len() / 2
    }
}

impl State {
    fn schedule(&mut self, at: Time, event: Event) {
        self.events += 1;
        self.agenda.insert((at, self.events), event);
    }

    fn arrived(&mut self, pipe: usize) -> Vec<Waker> {
        let reader = self.pipes.get_mut(pipe).and_then(|pipe| pipe.reader.take());
        if let (Some(left), Some(_)) = (&mut self.forgets, &reader) {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => return Vec::new(),
            }
        }
        reader.into_iter().collect()
    }

    fn reset(&mut self, connection: usize) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for pipe in [2 * connection, 2 * connection + 1] {
            if let Some(pipe) = self.pipes.get_mut(pipe) {
                pipe.reset = true;
                wakers.extend([pipe.reader.take(), pipe.writer.take()].into_iter().flatten());
            }
        }
        wakers
    }

    fn latency(&mut self) -> Duration {
        let most = self.habits.latency.as_nanos() as usize;
        Duration::from_nanos(self.random.below(most.max(1)) as u64)
    }
}

/// One end of a connection.
pub(super) struct Stream {
    net: Net,
    connection: usize,
    reads: usize,
    writes: usize,
}

impl Stream {
    fn new(net: &Net, connection: usize, server: bool) -> Self {
        let (upward, downward) = (2 * connection, 2 * connection + 1);
        let (reads, writes) = if server { (upward, downward) } else { (downward, upward) };
        Self { net: net.clone(), connection, reads, writes }
    }
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        let hesitates = self.net.one_in(20);
        let most = self.net.piece();
        let mut state = self.net.state();
        let now = state.now;
        let Some(pipe) = state.pipes.get_mut(self.reads) else { return Poll::Pending };
        if pipe.reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let room = dst.capacity() - dst.len();
        assert!(room > 0, "a read with no room would look like the end of the stream");
        if now < pipe.paused {
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let Some((_, segment)) = pipe.segments.front_mut().filter(|(at, _)| *at <= now) else {
            if pipe.segments.is_empty() && pipe.end.is_some_and(|end| end <= now) {
                return Poll::Ready(Ok(0));
            }
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        };
        if hesitates {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let length = segment.len().min(room).min(most);
        dst.put(segment.split_to(length));
        if segment.is_empty() {
            pipe.segments.pop_front();
        }
        pipe.queued -= length;
        let writer = pipe.writer.take();
        drop(state);
        if let Some(writer) = writer {
            writer.wake();
        }
        Poll::Ready(Ok(length))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        let most = self.net.piece();
        let mut state = self.net.state();
        let (latency, window, now) = (state.latency(), state.habits.window, state.now);
        let Some(pipe) = state.pipes.get_mut(self.writes) else { return Poll::Pending };
        if pipe.reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        if pipe.reader_gone || pipe.end.is_some() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let length = src.remaining().min(window.saturating_sub(pipe.queued)).min(most);
        if length == 0 {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let sent = src.copy_to_bytes(length);
        pipe.queued += length;
        if !pipe.swallows {
            let at = pipe.segments.back().map_or(now, |(at, _)| *at).max(now + latency);
            pipe.segments.push_back((at, sent));
            state.schedule(at, Event::Arrive(self.writes));
        }
        Poll::Ready(Ok(length))
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.net.state();
        let at = state.now + state.latency();
        let Some(pipe) = state.pipes.get_mut(self.writes) else { return Poll::Ready(Ok(())) };
        if pipe.end.is_none() && !pipe.swallows {
            let at = pipe.segments.back().map_or(at, |(last, _)| at.max(*last));
            pipe.end = Some(at);
            state.schedule(at, Event::Arrive(self.writes));
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.poll_close(&mut Context::from_waker(Waker::noop()));
        let mut state = self.net.state();
        let at = state.now + state.latency();
        let Some(pipe) = state.pipes.get_mut(self.reads) else { return };
        pipe.reader_gone = true;
        let writer = pipe.writer.take();
        // Closing with something unread resets the connection, and so does what comes later.
        if !pipe.segments.is_empty() {
            state.schedule(at, Event::Reset(self.connection));
        }
        drop(state);
        if let Some(writer) = writer {
            writer.wake();
        }
    }
}

impl Runtime for Net {
    type Stream = Stream;
    type Connect = Ready<io::Result<Stream>>;
    type Resolve = Ready<io::Result<Vec<SocketAddr>>>;
    type Sleep = Sleep;
    type Cell<T: 'static> = Unlocked<T>;

    fn resolve(&self, _: &str, _: u16) -> Self::Resolve {
        ready(Err(io::ErrorKind::Unsupported.into()))
    }

    fn connect(&self, _: &Address, _: &SocketOptions) -> Self::Connect {
        let mut state = self.state();
        if !state.listening {
            return ready(Err(io::ErrorKind::ConnectionRefused.into()));
        }
        let connection = state.pipes.len() / 2;
        state.pipes.extend([Pipe::default(), Pipe::default()]);
        state.backlog.push_back(connection);
        let acceptor = state.acceptor.take();
        drop(state);
        if let Some(acceptor) = acceptor {
            acceptor.wake();
        }
        ready(Ok(Stream::new(self, connection, false)))
    }

    fn sleep_until(&self, at: Time) -> Sleep {
        let mut state = self.state();
        state.events += 1;
        Sleep { net: self.clone(), key: (at, state.events) }
    }

    fn now(&self) -> Time {
        self.state().now
    }

    fn seed(&self) -> u64 {
        self.state().random.next()
    }
}

impl<F: Future + 'static> Spawn<F> for Net {
    fn spawn(&self, future: F) {
        self.spawn_named("driver", async move { drop(future.await) });
    }
}

impl Serve for Net {
    type Listener = Door;
    type Accepted = usize;

    fn listen(&self, _: &Address, _: &AcceptOptions) -> io::Result<Door> {
        self.state().listening = true;
        Ok(Door(self.clone()))
    }

    fn open(&self, accepted: usize, _: &AcceptOptions) -> io::Result<Stream> {
        Ok(Stream::new(self, accepted, true))
    }
}

/// The only listener.
pub(super) struct Door(Net);

impl Listener for Door {
    type Accepted = usize;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(usize, Option<SocketAddr>)>> {
        let mut state = self.0.state();
        if let Some(connection) = state.backlog.pop_front() {
            return Poll::Ready(Ok((connection, None)));
        }
        state.acceptor = Some(cx.waker().clone());
        Poll::Pending
    }

    fn local_address(&self) -> io::Result<Address> {
        Ok(Address::Unix("/simulated".into()))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.listening = false;
        let left: Vec<_> = state.backlog.drain(..).collect();
        let now = state.now;
        for connection in left {
            state.schedule(now, Event::Reset(connection));
        }
    }
}

/// A timer of [`Net`].
#[must_use = "no time passes until it is awaited"]
pub(super) struct Sleep {
    net: Net,
    key: (Time, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.key.0 <= self.net.now() {
            return Poll::Ready(());
        }
        self.net.state().agenda.insert(self.key, Event::Timer(cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let event = self.net.state().agenda.remove(&self.key);
        drop(event);
    }
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stream").field(&self.connection).finish()
    }
}

/// How long it takes until a dead connection is noticed.
const KEEPALIVE: Duration = Duration::from_secs(30);
