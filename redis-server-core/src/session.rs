//! One connection as the server sees it.

mod closed;
mod cross_protocol;
mod limits;
mod next;
mod postponing;
mod sharing;

use alloc::vec::Vec;
use core::fmt;

use bytes::{Buf, Bytes, BytesMut};
use resp_core::request::{Place, RequestError, RequestKind, RequestParser};
use resp_core::{Out, OutBuf, Time};

use crate::command::Command;
use crate::config::Config;
use crate::hub::Notice;
use crate::output::{Draft, Output, Ticket};
use crate::reply::{Items, Reply, Whole};
use crate::terms::Terms;
pub use closed::Closed;
use cross_protocol::is_http;
use limits::Limits;
pub use next::Next;
use sharing::SHARE_FROM;

/// The state machine of one connection of a server.
///
/// The driver owns the input and the socket. In each turn it
///
/// 1. appends what has arrived to the input and calls [`handle_input`](Self::handle_input), or
///    [`handle_end`](Self::handle_end) when no more will come;
/// 2. calls [`poll_request`](Self::poll_request) until it has no more, running each command;
/// 3. writes what [`transmit`](Self::transmit) has, and calls
///    [`handle_written`](Self::handle_written);
/// 4. takes the next turn at once if `poll_request` said [`Paused`](Next::Paused) and something was
///    written: there may be room now for the replies to commands that are in the input already;
/// 5. otherwise comes back when there is more to read, room to write, a promised reply given, or
///    [`poll_timeout`](Self::poll_timeout) due ([`handle_timeout`](Self::handle_timeout)).
///
/// ```
/// use bytes::{Buf, BytesMut};
/// use redis_server_core::{Action, Closed, Config, Next, Session, Time};
///
/// let mut session = Session::new(Time::ZERO, &Config::default());
/// let mut input = BytesMut::new();
/// let mut written = Vec::new();
/// // Their replies are longer than what may wait at a time.
/// let pings = b"*1\r\n$4\r\nPING\r\n".repeat(50_000);
/// 'connection: for chunk in [&pings[..], b"*2\r\n$4\r\nEC", b"HO\r\n$2\r\nhi\r\nquit\r\n"] {
///     input.extend_from_slice(chunk);
///     session.handle_input(Time::ZERO);
///     loop {
///         let (paused, closed) = loop {
///             let action = match session.poll_request(&mut input) {
///                 Next::Request(command, reply, _) if command.is("ping") => reply.simple("PONG"),
///                 Next::Request(command, reply, _) if command.is("echo") => {
///                     reply.bulk(command.arg(1))
///                 }
///                 Next::Request(_, reply, _) => {
///                     let _ = reply.ok();
///                     Action::Close
///                 }
///                 Next::NeedInput => break (false, false),
///                 Next::Paused => break (true, false),
///                 Next::Closed(_) => break (false, true),
///             };
///             if action == Action::Close {
///                 session.close(Closed::ByServer);
///             }
///         };
///         let before = written.len();
///         let out = session.transmit();
///         while out.has_remaining() {
///             written.extend_from_slice(out.chunk());
///             out.advance(out.chunk().len());
///         }
///         session.handle_written(Time::ZERO);
///         if closed {
///             break 'connection;
///         }
///         if !(paused && written.len() > before) {
///             break;
///         }
///     }
/// }
/// let pongs = b"+PONG\r\n".repeat(50_000);
/// assert!(written == [&pongs[..], b"$2\r\nhi\r\n+OK\r\n"].concat());
/// ```
///
/// ```text
/// Open --error, limit, close()--> Closing --everything promised and written--> Closed
///   '--end of input, drain()--> Draining --input used up--^
/// ```
pub struct Session {
    parser: RequestParser,
    /// What the parser knows of [`Terms::is_authenticated`].
    authenticated: bool,
    output: Output,
    terms: Terms,
    state: State,
    /// Bytes of the input that are done.
    taken: usize,
    /// Where among them the latest request begins; at their end if it was taken out of the input.
    latest: usize,
    /// The length of the request that was put back in line; 0 if none was.
    postponed: usize,
    /// Bytes that were dropped from it since it was last empty: its memory may still hold them.
    dropped: usize,
    /// The request at hand, if it is large.
    shared: Bytes,
    /// Whether the output was too long and is not yet short enough.
    paused: bool,
    refuses_http: bool,
    limits: Limits,
    /// When the client last sent something, or took something.
    heard: Time,
    /// What there was to write when the driver last looked.
    offered: usize,
    /// Since when the soft limit has been exceeded.
    over_soft_limit: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Nothing more is read; what has been read is run.
    Draining(Closed),
    /// Nothing more is run.
    Closing(Closed),
}

impl Session {
    /// The session of a new connection.
    #[must_use]
    pub fn new(now: Time, config: &Config) -> Self {
        let mut parser = RequestParser::new(config.dialect, config.limits.clone());
        let authenticated = !config.password_required;
        parser.set_authenticated(authenticated);
        Self {
            parser,
            authenticated,
            output: Output::default(),
            terms: Terms::new(authenticated),
            state: State::Open,
            taken: 0,
            latest: 0,
            postponed: 0,
            dropped: 0,
            shared: Bytes::new(),
            paused: false,
            refuses_http: config.refuses_http,
            limits: Limits {
                marks: config.marks(true),
                marks_before_auth: config.marks(false),
                output: config.output_limit,
                subscriber_output: config.subscriber_output_limit,
                max_promised: config.max_promised,
                idle: config.idle_timeout,
            },
            heard: now,
            offered: 0,
            over_soft_limit: None,
        }
    }

    /// What has been agreed on.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Bytes that wait to be written, those behind promised replies included.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.output.len()
    }

    /// Replies promised and not yet given.
    #[must_use]
    pub fn promised(&self) -> usize {
        self.output.promised()
    }

    /// Whether a promised reply keeps the next command from being run, or that was postponed.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.output.is_held() || self.postponed > 0
    }

    /// Something has arrived and stands at the end of the input.
    #[inline]
    pub fn handle_input(&mut self, now: Time) {
        self.heard = now;
    }

    /// Nothing more will arrive. What has is run; then the connection closes. If the client waits
    /// for a command that blocks ([`Reply::block`]) or is postponed, now or when that is run, it
    /// closes at once: nobody would hear what that gives.
    pub fn handle_end(&mut self) {
        if self.is_waited_for() {
            self.abort(Closed::ByPeer);
        } else {
            self.drain(Closed::ByPeer);
        }
    }

    /// The time that [`poll_timeout`](Self::poll_timeout) told has come; too early does no harm.
    pub fn handle_timeout(&mut self, now: Time) {
        self.handle_written(now);
        if self.idle_deadline().is_some_and(|deadline| deadline <= now) {
            self.close(Closed::Idle);
        }
    }

    /// Runs what has been read, and closes then. A command that blocks ([`Reply::block`]) or is
    /// postponed, now or when that is run, stays unanswered, and what is behind it unrun: it might
    /// be waited for without end. What is promised otherwise is work under way, and waited for.
    pub fn drain(&mut self, reason: Closed) {
        if self.state == State::Open {
            self.state = State::Draining(reason);
        }
    }

    /// Runs nothing more, and closes when everything is written, promised replies included.
    pub fn close(&mut self, reason: Closed) {
        if !matches!(self.state, State::Closing(_)) {
            self.state = State::Closing(reason);
        }
    }

    /// Closes without a further word: what waits to be written is dropped, and so is what would be
    /// said later.
    pub fn abort(&mut self, reason: Closed) {
        self.output.clear();
        self.over_soft_limit = None;
        if !matches!(self.state, State::Closing(_)) {
            self.state = State::Closing(reason);
        }
    }

    /// Says something before the first request, for services that greet. It may stay away.
    pub fn greet(&mut self) -> Reply<'_> {
        Reply::new(Whole::optional(&mut self.output), &self.terms)
    }

    /// Gives a promised reply: false if that has been given before.
    pub fn complete(&mut self, ticket: Ticket, draft: Draft) -> bool {
        self.output.settle();
        self.output.complete(ticket, draft)
    }

    /// Says something that answers no request: a push of so many elements, in RESP2 an array. It
    /// overtakes replies that are promised, but nothing that is written.
    pub fn push(&mut self, elements: usize) -> Items<'_> {
        self.output.settle();
        Items::push(self.output.place_of_push(), &self.terms, elements)
    }

    /// Tells a subscriber something: see [`push`](Self::push).
    pub fn notify(&mut self, notice: &Notice) {
        self.output.settle();
        notice.write(self.output.place_of_push(), self.terms.protocol());
    }

    /// The next thing to do with the input. What is done of it is dropped from its front, at the
    /// latest when this returns no request.
    #[inline]
    pub fn poll_request<'a>(&'a mut self, input: &'a mut BytesMut) -> Next<'a> {
        self.output.settle();
        if self.terms.is_authenticated() != self.authenticated {
            self.authenticated = self.terms.is_authenticated();
            self.parser.set_authenticated(self.authenticated);
        }
        if self.is_full() || matches!(self.state, State::Closing(_)) {
            return self.stop(input);
        }
        let rest = input.get(self.taken..).unwrap_or_default();
        match self.parser.find(rest) {
            Ok((_, Some(place))) => {
                if self.refuses_http && is_http(&self.parser, &place, rest) {
                    self.abort(Closed::CrossProtocol);
                    return self.stop(input);
                }
                self.request(input, place)
            }
            Ok((skipped, None)) => {
                self.taken += skipped;
                self.release(input);
                match &self.state {
                    State::Draining(reason) => {
                        self.state = State::Closing(reason.clone());
                        self.stop(input)
                    }
                    _ => Next::NeedInput,
                }
            }
            Err(error) => {
                self.refuse(error);
                self.stop(input)
            }
        }
    }

    #[inline]
    fn request<'a>(&'a mut self, input: &'a mut BytesMut, place: Place) -> Next<'a> {
        let (text, shared) = if place.len() < SHARE_FROM || !self.is_shared(input, &place) {
            let start = self.taken + place.start();
            self.taken = start + place.len();
            self.latest = start;
            (input.get(start..).unwrap_or_default(), None)
        } else {
            input.advance(self.taken + place.start());
            (self.taken, self.latest) = (0, 0);
            self.shared = input.split_to(place.len()).freeze();
            self.dropped = 0;
            // Nothing else may keep that memory alive.
            *input = if input.is_empty() { BytesMut::new() } else { BytesMut::from(&input[..]) };
            (&self.shared[..], Some(&self.shared))
        };
        let request = self.parser.found_in(text, &place);
        let kind = request.kind();
        if kind == RequestKind::Tile38 {
            self.output.begin_native();
        }
        let reply = Reply::new(Whole::new(&mut self.output, kind), &self.terms);
        Next::Request(Command::new(request, shared), reply, &self.terms)
    }

    /// What can be written now. The driver takes from its front what it has written.
    #[inline]
    pub fn transmit(&mut self) -> &mut OutBuf {
        self.output.settle();
        let ready = self.output.ready();
        self.offered = ready.len();
        ready
    }

    /// When the driver has to come back at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let limit = self.output_limit();
        let soft = self.over_soft_limit.zip(limit).map(|(since, limit)| since + limit.soft_for);
        [self.idle_deadline(), soft].into_iter().flatten().min()
    }

    fn stop<'a>(&mut self, input: &mut BytesMut) -> Next<'a> {
        self.release(input);
        match &self.state {
            // It was run after the client had hung up.
            State::Draining(Closed::ByPeer) if self.is_waited_for() => self.abort(Closed::ByPeer),
            // It may be waited for without end.
            State::Draining(reason) if self.is_waited_for() => {
                let reason = reason.clone();
                self.output.unblock();
                self.close(reason);
            }
            _ => {}
        }
        match &self.state {
            State::Closing(reason) if self.output.promised() == 0 => Next::Closed(reason.clone()),
            _ => Next::Paused,
        }
    }

    /// Drops from the input what is done.
    fn release(&mut self, input: &mut BytesMut) {
        input.advance(self.taken.min(input.len()));
        self.dropped = if input.is_empty() { 0 } else { self.dropped.saturating_add(self.taken) };
        self.taken = 0;
        if !self.shared.is_empty() {
            self.recycle(input);
        }
    }

    #[cold]
    fn refuse(&mut self, error: RequestError) {
        let mut reply = Vec::new();
        error.write_reply(&mut reply);
        self.output.place().put(&reply);
        self.state = State::Closing(Closed::Protocol(error));
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("terms", &self.terms)
            .field("queued", &self.queued())
            .field("promised", &self.promised())
            .finish_non_exhaustive()
    }
}
