//! One connection's life, as a state machine.

mod handshake;
mod in_flight;
mod liveness;
mod receiver;
mod replies;
mod submit;
mod subscriptions;
mod tidy;

use alloc::collections::VecDeque;
use core::fmt;

use bytes::BytesMut;
use resp_core::OutBuf;

use crate::config::Config;
use crate::error::ConnectionError;
use crate::event::Event;
use handshake::Handshake;
use in_flight::InFlight;
pub use receiver::Receiver;
use resp_core::Time;
use subscriptions::Subscriptions;
pub(crate) use subscriptions::{Announcement, News, Verb};
pub use tidy::Tidy;
use tidy::Traces;

/// A client's side of one connection, without the connection.
///
/// It matches replies to requests by their order. `T` is the caller's tag for a command, handed
/// back with its outcome: a reply, or word that there is none and whether the server may have run
/// the command. No timeout and no caller that goes away can shift replies: the entry stays until
/// its reply has come.
///
/// ```text
///   Handshaking --HELLO, AUTH, SELECT answered--> Ready --close--> Draining --all answered--+
///        |                                          |                 |                     v
///        +------- refused, timed out, lost ---------+-----------------+------------->  Closed
/// ```
///
/// # Polling order
///
/// After any call of `handle_*` or a verb, in this order and until each has no more to say:
///
/// 1. [`poll_event`](Self::poll_event)
/// 2. [`poll_transmit`](Self::poll_transmit), and write what it gives
/// 3. [`poll_timeout`](Self::poll_timeout), and set the one timer
///
/// ```
/// use std::time::Duration;
/// use bytes::{Buf, BytesMut};
/// use redis_client_core::resp_core::OutBuf;
/// use redis_client_core::{Config, Event, Session, Time, cmd};
///
/// # fn read(sent: &mut OutBuf, input: &mut BytesMut) {
/// #     let sent = sent.copy_to_bytes(sent.remaining());
/// #     if sent.starts_with(b"*2\r\n$5\r\nHELLO") {
/// #         input.extend_from_slice(b"%1\r\n+proto\r\n:3\r\n+OK\r\n+OK\r\n");
/// #     } else if !sent.is_empty() {
/// #         input.extend_from_slice(b"$5\r\nhello\r\n");
/// #     }
/// # }
/// let mut now = Time::ZERO;
/// let mut session = Session::new(now, Config::default());
/// let (mut input, mut output) = (BytesMut::new(), OutBuf::new());
/// session.submit(now, cmd::get("greeting"), "the greeting")?;
///
/// 'connection: loop {
///     while let Some(event) = session.poll_event() {
///         match event {
///             Event::Reply { tag, frame } => {
///                 println!("{tag} is {frame}");
///                 session.close(now);
///             }
///             Event::Closed(reason) => break 'connection println!("over: {reason}"),
///             _ => {}
///         }
///     }
///     while session.poll_transmit(&mut output) {}
///     // Here a real loop waits until the socket takes or gives bytes or `poll_timeout` is due.
///     read(&mut output, &mut input);
///     now = now + Duration::from_millis(1);
///     session.handle_input(now, &mut input)?;
///     session.handle_timeout(now);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Session<T> {
    config: Config,
    state: State,
    resp3: bool,
    receiver: Receiver,
    in_flight: InFlight<T>,
    subscriptions: Subscriptions,
    /// `SUNSUBSCRIBE` has just been confirmed, perhaps by what the server said unasked: then there
    /// is a confirmation more before the next reply.
    surplus_due: bool,
    /// What is submitted next is part of a transaction that `MULTI` has opened by itself.
    in_transaction: bool,
    traces: Traces,
    /// When bytes last arrived, or something was first awaited.
    quiet_since: Time,
    events: VecDeque<Event<T>>,
    /// Handshake to be sent.
    greeting: OutBuf,
    /// Commands to be sent.
    output: OutBuf,
    /// Bytes of commands encoded since the session began.
    encoded: u64,
    /// Bytes of commands given to the transport.
    taken: u64,
    /// Somebody was told [`SubmitError::Full`](crate::SubmitError::Full).
    blocked: bool,
}

#[derive(Debug)]
enum State {
    Handshaking { handshake: Handshake, deadline: Time },
    Ready,
    Draining,
    Closed(ConnectionError),
}

impl<T> Session<T> {
    /// Starts a session on a connection that has just been made, and queues the handshake.
    pub fn new(now: Time, config: Config) -> Self {
        let mut greeting = OutBuf::new();
        let handshake = Handshake::new(&config, &mut greeting);
        let unsuitable = config.unsuitable();
        let mut session = Self {
            resp3: handshake.resp3(),
            receiver: Receiver::new(config.limits),
            state: State::Ready,
            in_flight: InFlight::new(),
            subscriptions: Subscriptions::default(),
            surplus_due: false,
            in_transaction: false,
            traces: Traces::default(),
            quiet_since: now,
            events: VecDeque::new(),
            greeting,
            output: OutBuf::new(),
            encoded: 0,
            taken: 0,
            blocked: false,
            config,
        };
        if let Some(command) = unsuitable {
            session.fail(ConnectionError::Unsuitable { command }, 0);
        } else if handshake.is_done() {
            session.ready(now, handshake.resp3());
        } else {
            let deadline = now + session.config.handshake_timeout;
            session.state = State::Handshaking { handshake, deadline };
        }
        session
    }

    /// Whether commands are answered already, or wait for the handshake or have no hope.
    pub const fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready)
    }

    /// How many replies are outstanding.
    pub const fn in_flight(&self) -> usize {
        self.in_flight.replies()
    }

    /// Why the session is over, if it is.
    pub const fn closed(&self) -> Option<&ConnectionError> {
        match &self.state {
            State::Closed(reason) => Some(reason),
            _ => None,
        }
    }

    /// Takes what the server sent: complete frames go off the front of `input`, the rest stays for
    /// the next call.
    ///
    /// # Errors
    ///
    /// Why the session is over, if it is now or was before.
    pub fn handle_input(&mut self, now: Time, input: &mut BytesMut) -> Result<(), ConnectionError> {
        while self.closed().is_none() {
            match self.receiver.receive(input) {
                Ok(Some(frame)) => self.handle_frame(now, frame),
                Ok(None) => return Ok(()),
                Err(error) => self.fail(ConnectionError::Protocol(error), self.taken),
            }
        }
        self.closed().cloned().map_or(Ok(()), Err)
    }

    /// Gives up on what is overdue. To be called when [`poll_timeout`](Self::poll_timeout) says;
    /// at any other time it does nothing.
    pub fn handle_timeout(&mut self, now: Time) {
        if let State::Handshaking { deadline, .. } = self.state
            && deadline <= now
        {
            return self.fail(ConnectionError::HandshakeTimeout, self.taken);
        }
        self.in_flight.handle_timeout(now, &mut self.events);
        self.finish_draining();
        self.handle_silence(now);
    }

    /// Takes word that the connection is lost. `unwritten` is how many of the bytes from
    /// [`poll_transmit`](Self::poll_transmit) were never handed to the operating system: commands
    /// among them are certain not to have run.
    pub fn handle_disconnected(&mut self, _now: Time, cause: ConnectionError, unwritten: usize) {
        let written = self.taken.saturating_sub(unwritten as u64);
        self.fail(cause, written);
    }

    /// Gives back the memory of the output if that is more than `capacity` bytes and nothing waits
    /// to be sent. For when a burst is over.
    pub fn shrink(&mut self, capacity: usize) {
        self.output.shrink(capacity);
    }

    /// Ends the session once everything under way has been answered; during the handshake, when
    /// nothing has left, at once. Nothing more is taken.
    pub fn close(&mut self, _now: Time) {
        match self.state {
            State::Ready if !self.in_flight.is_empty() => {
                self.state = State::Draining;
                self.finish_draining();
            }
            State::Ready | State::Handshaking { .. } => {
                self.fail(ConnectionError::Closed, self.taken);
            }
            State::Draining | State::Closed(_) => {}
        }
    }

    /// Moves what is to be written to the end of `out`; a swap where that is empty. False if there
    /// is nothing.
    #[must_use = "it says whether there is something to write"]
    pub fn poll_transmit(&mut self, out: &mut OutBuf) -> bool {
        let greeting = !self.greeting.is_empty();
        if greeting {
            out.append(&mut self.greeting);
        }
        let commands = matches!(self.state, State::Ready | State::Draining);
        if !commands || self.output.is_empty() {
            return greeting;
        }
        self.taken += self.output.len() as u64;
        out.append(&mut self.output);
        self.unblock();
        true
    }

    /// What a session that is over never sent. It keeps that, since dropping an argument that an
    /// application shares ([`Bytes::from_owner`](bytes::Bytes::from_owner)) may run anything, which
    /// a driver that has locked the session must not.
    pub fn take_unsent(&mut self) -> OutBuf {
        match self.state {
            State::Closed(_) => core::mem::take(&mut self.output),
            _ => OutBuf::new(),
        }
    }

    /// The next thing that happened.
    #[inline]
    #[must_use = "an event lost is an outcome lost"]
    pub fn poll_event(&mut self) -> Option<Event<T>> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if nothing happens before.
    #[must_use = "deadlines are kept only if the driver sets a timer"]
    pub fn poll_timeout(&self) -> Option<Time> {
        let handshake = match self.state {
            State::Handshaking { deadline, .. } => Some(deadline),
            _ => None,
        };
        let silence = self.silence_due();
        handshake.into_iter().chain(self.in_flight.poll_timeout()).chain(silence).min()
    }

    fn ready(&mut self, now: Time, resp3: bool) {
        self.handle_activity(now);
        self.state = State::Ready;
        self.resp3 = resp3;
        self.events.push_back(Event::Ready { resp3 });
    }

    /// Ends a session that was asked to end, if no caller waits for it any more.
    fn finish_draining(&mut self) {
        if matches!(self.state, State::Draining) && !self.in_flight.is_awaited() {
            self.fail(ConnectionError::Closed, self.taken);
        }
    }

    /// Tells that there is room, once there is some to speak of.
    #[inline]
    fn unblock(&mut self) {
        let room = self.in_flight.replies() <= self.config.max_in_flight / 2
            && self.output.len() <= self.config.max_queued / 2;
        if self.blocked && room {
            self.blocked = false;
            self.events.push_back(Event::Unblocked);
        }
    }

    /// Ends the session, and everything in flight with it. `written` bytes of commands have left.
    #[cold]
    fn fail(&mut self, reason: ConnectionError, written: u64) {
        if self.closed().is_some() {
            return;
        }
        self.in_flight.fail(&reason, written, &mut self.events);
        self.greeting = OutBuf::new();
        self.events.push_back(Event::Closed(reason.clone()));
        self.state = State::Closed(reason);
    }
}

/// Says where it stands, not what it carries.
impl<T> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("resp3", &self.resp3)
            .field("in_flight", &self.in_flight.replies())
            .field("queued", &self.output.len())
            .field("subscriptions", &self.subscriptions)
            .finish_non_exhaustive()
    }
}
