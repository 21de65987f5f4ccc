//! One connection's life, as a state machine.

mod handshake;
mod in_flight;
mod receiver;
mod subscriptions;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use bytes::BytesMut;
use resp_core::{Frame, FrameRef, OutBuf, View};

use crate::batch::Batch;
use crate::config::Config;
use crate::error::{Cause, ConnectionError};
use crate::event::{Event, SubmitError};
use crate::facts::Effect;
use crate::request::{Request, Timeout};
use crate::time::Time;
use handshake::{Handshake, Progress};
use in_flight::{Expect, InFlight, next_deadline};
pub use receiver::Receiver;
use subscriptions::{Announcement, News, Subscriptions, Verb};

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
    in_flight: VecDeque<InFlight<T>>,
    /// Replies that the entries in flight stand for.
    unanswered: usize,
    /// The replies that have come for the oldest entry, where it waits for several.
    collected: Vec<Frame>,
    subscriptions: Subscriptions,
    /// What is submitted next is part of a transaction that `MULTI` has opened by itself.
    in_transaction: bool,
    events: VecDeque<Event<T>>,
    /// Handshake to be sent.
    greeting: OutBuf,
    /// Commands to be sent.
    output: OutBuf,
    /// Bytes of commands encoded since the session began.
    encoded: u64,
    /// Bytes of commands given to the transport.
    taken: u64,
    /// At or before the earliest deadline of all in flight.
    deadline: Option<Time>,
    /// Somebody was told [`SubmitError::Full`].
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
        let mut session = Self {
            resp3: handshake.resp3(),
            receiver: Receiver::new(config.limits),
            state: State::Ready,
            in_flight: VecDeque::new(),
            unanswered: 0,
            collected: Vec::new(),
            subscriptions: Subscriptions::default(),
            in_transaction: false,
            events: VecDeque::new(),
            greeting,
            output: OutBuf::new(),
            encoded: 0,
            taken: 0,
            deadline: None,
            blocked: false,
            config,
        };
        if handshake.is_done() {
            session.ready(handshake.resp3());
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
        self.unanswered
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

    /// Takes one frame that a [`Receiver`] found, in place of [`handle_input`](Self::handle_input).
    #[inline]
    pub fn handle_frame(&mut self, _now: Time, frame: Frame) {
        match &mut self.state {
            State::Ready | State::Draining => {
                if self.may_be_news(&frame) {
                    self.handle_news(frame);
                } else {
                    self.handle_reply(frame);
                }
            }
            State::Handshaking { handshake, .. } => {
                if frame.as_frame().type_byte() == b'>' {
                    return self.events.push_back(Event::Push(frame));
                }
                match handshake.answer(&self.config, frame.as_frame(), &mut self.greeting) {
                    Progress::Going => {}
                    Progress::Done { resp3 } => self.ready(resp3),
                    Progress::Failed(error) => self.fail(error, self.taken),
                }
            }
            State::Closed(_) => {}
        }
    }

    /// Gives up on what is overdue. To be called when [`poll_timeout`](Self::poll_timeout) says;
    /// at any other time it does nothing.
    pub fn handle_timeout(&mut self, now: Time) {
        if let State::Handshaking { deadline, .. } = self.state
            && deadline <= now
        {
            return self.fail(ConnectionError::HandshakeTimeout, self.taken);
        }
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        for (index, entry) in self.in_flight.iter_mut().enumerate() {
            if entry.deadline.is_none_or(|deadline| now < deadline) {
                continue;
            }
            let Some(tag) = entry.tag.take() else { continue };
            let frames = if index == 0 { core::mem::take(&mut self.collected) } else { Vec::new() };
            // What is still queued will leave all the same.
            let outcome = crate::event::Outcome::MaybeApplied;
            let cause = Cause::TimedOut;
            self.events.push_back(Event::Failed { tag, frames, outcome, cause });
        }
        self.deadline = next_deadline(&self.in_flight);
        self.finish_draining();
    }

    /// Takes word that the connection is lost. `unwritten` is how many of the bytes from
    /// [`poll_transmit`](Self::poll_transmit) were never handed to the operating system: commands
    /// among them are certain not to have run.
    pub fn handle_disconnected(&mut self, _now: Time, cause: ConnectionError, unwritten: usize) {
        let written = self.taken.saturating_sub(unwritten as u64);
        self.fail(cause, written);
    }

    /// Submits one command. Its outcome comes as an event with the same tag, exactly one.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with the tag, if the command is not taken.
    #[inline]
    pub fn submit(
        &mut self,
        now: Time,
        command: impl AsRef<Request>,
        tag: T,
    ) -> Result<(), SubmitError<T>> {
        self.submit_request(now, command.as_ref(), tag)
    }

    /// Submits several commands in one piece. Their replies come together in one event.
    ///
    /// # Errors
    ///
    /// [`SubmitError`], with the tag, if the batch is not taken; it is whole then.
    pub fn submit_batch(
        &mut self,
        now: Time,
        batch: &mut Batch,
        tag: T,
    ) -> Result<(), SubmitError<T>> {
        if let Some(facts) = batch.misfit() {
            return Err(SubmitError::Refused(tag, facts));
        }
        let tag = self.admit(tag, batch.replies())?;
        if batch.is_empty() {
            self.events.push_back(Event::Replies { tag, frames: Vec::new() });
            return Ok(());
        }
        if batch.atomic {
            resp_core::encode::command(&mut batch.encoded, ["EXEC"]);
            self.in_transaction = false;
        } else if let Some(open) =
            batch.facts().iter().rev().find_map(|facts| facts.opens_transaction())
        {
            self.in_transaction = open;
        }
        batch.spent = true;
        let start = self.encoded;
        self.encoded += batch.encoded.len() as u64;
        // A transaction runs with its EXEC, at the end; a pipeline begins with its first command.
        let boundary = if batch.atomic { self.encoded } else { start + batch.first_end as u64 };
        let expect = Expect::Replies { left: batch.replies() };
        self.output.append(&mut batch.encoded);
        self.enqueue(now, tag, expect, batch.timeout, boundary);
        Ok(())
    }

    /// Ends the session once everything under way has been answered. Nothing more is taken.
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

    /// The next thing that happened.
    #[inline]
    #[must_use = "an event lost is an outcome lost"]
    pub fn poll_event(&mut self) -> Option<Event<T>> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if nothing happens before.
    #[must_use = "deadlines are kept only if the driver sets a timer"]
    pub fn poll_timeout(&self) -> Option<Time> {
        match self.state {
            State::Handshaking { deadline, .. } => {
                Some(self.deadline.map_or(deadline, |other| other.min(deadline)))
            }
            _ => self.deadline,
        }
    }

    fn submit_request(
        &mut self,
        now: Time,
        request: &Request,
        tag: T,
    ) -> Result<(), SubmitError<T>> {
        let arguments = request.count().saturating_sub(1);
        let facts = request.facts();
        let expect = match facts.effect {
            Effect::EndsReplies => return Err(SubmitError::Refused(tag, facts)),
            // In EXEC's reply, confirmations stand where other commands have one element each.
            Effect::Subscribes(_) | Effect::Unsubscribes(_) if self.in_transaction => {
                return Err(SubmitError::Refused(tag, facts));
            }
            Effect::Subscribes(kind) => {
                let left = Some(arguments.max(1));
                Expect::Confirmations { verb: Verb::Subscribe(kind), left }
            }
            Effect::Unsubscribes(kind) => {
                let left = (arguments > 0).then_some(arguments);
                Expect::Confirmations { verb: Verb::Unsubscribe(kind), left }
            }
            Effect::ChangesState if facts.changes_protocol() => {
                if self.in_transaction && facts.opens_transaction().is_none() {
                    return Err(SubmitError::Refused(tag, facts));
                }
                Expect::Switch
            }
            Effect::None | Effect::Blocks(_) | Effect::ChangesState => Expect::Reply,
        };
        let tag = self.admit(tag, 1)?;
        self.in_transaction = facts.opens_transaction().unwrap_or(self.in_transaction);
        let before = self.output.len();
        request.encode(&mut self.output);
        self.encoded += (self.output.len() - before) as u64;
        self.enqueue(now, tag, expect, request.timeout(), self.encoded);
        Ok(())
    }

    /// Whether there is room.
    #[inline]
    fn admit(&mut self, tag: T, replies: usize) -> Result<T, SubmitError<T>> {
        match &self.state {
            State::Ready | State::Handshaking { .. } => {}
            State::Draining => return Err(SubmitError::Closed(tag, ConnectionError::Closed)),
            State::Closed(reason) => return Err(SubmitError::Closed(tag, reason.clone())),
        }
        let in_flight = self.unanswered.saturating_add(replies);
        let crowded = self.unanswered > 0 && in_flight > self.config.max_in_flight;
        if crowded || self.output.len() >= self.config.max_queued.max(1) {
            self.blocked = true;
            return Err(SubmitError::Full(tag));
        }
        Ok(tag)
    }

    #[inline]
    fn enqueue(&mut self, now: Time, tag: T, expect: Expect, timeout: Timeout, boundary: u64) {
        let timeout = match timeout {
            Timeout::Default => self.config.command_timeout,
            Timeout::After(timeout) => Some(timeout),
            Timeout::Never => None,
        };
        let deadline = timeout.map(|timeout| now + timeout);
        if let Some(deadline) = deadline {
            self.deadline = Some(self.deadline.map_or(deadline, |other| other.min(deadline)));
        }
        self.unanswered += expect.weight();
        self.in_flight.push_back(InFlight { tag: Some(tag), expect, deadline, boundary });
    }

    fn ready(&mut self, resp3: bool) {
        self.state = State::Ready;
        self.resp3 = resp3;
        self.events.push_back(Event::Ready { resp3 });
    }

    /// Whether a frame may be something else than the next reply.
    #[inline]
    fn may_be_news(&self, frame: &Frame) -> bool {
        match frame.as_frame().type_byte() {
            b'>' => true,
            // In RESP2 messages and confirmations are arrays, as replies are.
            b'*' if !self.resp3 => {
                let confirmations = self
                    .in_flight
                    .front()
                    .is_some_and(|head| matches!(head.expect, Expect::Confirmations { .. }));
                confirmations || !self.subscriptions.is_empty()
            }
            _ => false,
        }
    }

    fn handle_news(&mut self, frame: Frame) {
        let push = frame.as_frame().type_byte() == b'>';
        match News::read(frame.as_frame()) {
            News::Announcement(announcement) => self.handle_announcement(announcement, frame),
            News::Message => self.events.push_back(Event::Push(frame)),
            News::Other if push => self.events.push_back(Event::Push(frame)),
            News::Other => self.handle_reply(frame),
        }
    }

    fn handle_announcement(&mut self, announcement: Announcement, frame: Frame) {
        let held = match announcement.verb {
            Verb::Unsubscribe(kind) => self.subscriptions.held(kind),
            Verb::Subscribe(_) => 0,
        };
        let verb = announcement.verb;
        let nothing_to_end = announcement.name.is_none();
        self.subscriptions.apply(announcement);
        let head =
            match self.in_flight.front_mut() {
                Some(InFlight {
                    tag, expect: Expect::Confirmations { verb: due, left }, ..
                }) if *due == verb => Some((tag, left)),
                _ => None,
            };
        let Some((tag, left)) = head else {
            // Unasked: a shard's slot has moved away, a RESET has ended all.
            return self.events.push_back(Event::Push(frame));
        };
        let rest = match left.unwrap_or_else(|| held.max(1)) {
            _ if nothing_to_end => 0,
            due => due.saturating_sub(1),
        };
        *left = Some(rest);
        if tag.is_some() {
            self.collected.push(frame);
        }
        if rest == 0 {
            self.finish_several();
        }
    }

    #[inline]
    fn handle_reply(&mut self, frame: Frame) {
        let Some(head) = self.in_flight.front_mut() else {
            return self.fail(ConnectionError::UnexpectedReply, self.taken);
        };
        match &mut head.expect {
            Expect::Reply => self.finish_one(frame),
            Expect::Switch => {
                self.switch(frame.as_frame());
                self.finish_one(frame);
            }
            Expect::Replies { left } => {
                *left -= 1;
                let last = *left == 0;
                if head.tag.is_some() {
                    self.collected.push(frame);
                }
                self.unanswered -= 1;
                if last {
                    self.finish_several();
                }
            }
            // One refusal stands for all the confirmations.
            Expect::Confirmations { .. } => {
                if head.tag.is_some() {
                    self.collected.push(frame);
                }
                self.finish_several();
            }
        }
    }

    /// Goes on in the protocol of a reply to `HELLO`, or after `RESET`, which ends subscriptions
    /// without a word about them.
    fn switch(&mut self, frame: FrameRef<'_>) {
        match frame.view() {
            View::Map(_) => self.resp3 = true,
            View::Array(_) => self.resp3 = false,
            View::SimpleString(b"RESET") => {
                self.resp3 = false;
                self.subscriptions = Subscriptions::default();
            }
            _ => {}
        }
    }

    #[inline]
    fn finish_one(&mut self, frame: Frame) {
        let tag = self.in_flight.pop_front().and_then(|head| head.tag);
        if let Some(tag) = tag {
            self.events.push_back(Event::Reply { tag, frame });
        }
        self.answered(1);
    }

    /// Hands out what has been collected for the oldest entry.
    fn finish_several(&mut self) {
        let Some(head) = self.in_flight.pop_front() else { return };
        let frames = core::mem::take(&mut self.collected);
        if let Some(tag) = head.tag {
            self.events.push_back(Event::Replies { tag, frames });
        }
        self.answered(head.expect.weight());
    }

    #[inline]
    fn answered(&mut self, replies: usize) {
        self.unanswered -= replies;
        if self.in_flight.is_empty() {
            self.deadline = None;
            if matches!(self.state, State::Draining) {
                return self.fail(ConnectionError::Closed, self.taken);
            }
        }
        self.unblock();
    }

    /// Ends a session that was asked to end, if no caller waits for it any more.
    fn finish_draining(&mut self) {
        let awaited = self.in_flight.iter().any(|entry| entry.tag.is_some());
        if matches!(self.state, State::Draining) && !awaited {
            self.fail(ConnectionError::Closed, self.taken);
        }
    }

    /// Tells that there is room, once there is some to speak of.
    #[inline]
    fn unblock(&mut self) {
        let room = self.unanswered <= self.config.max_in_flight / 2
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
        let mut frames = core::mem::take(&mut self.collected);
        for entry in self.in_flight.drain(..) {
            let outcome = entry.outcome(written);
            let frames = core::mem::take(&mut frames);
            if let Some(tag) = entry.tag {
                let cause = Cause::Connection(reason.clone());
                self.events.push_back(Event::Failed { tag, frames, outcome, cause });
            }
        }
        self.unanswered = 0;
        self.deadline = None;
        self.greeting = OutBuf::new();
        self.output = OutBuf::new();
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
            .field("in_flight", &self.unanswered)
            .field("queued", &self.output.len())
            .field("subscriptions", &self.subscriptions)
            .finish_non_exhaustive()
    }
}
