//! What a session should do, in the plainest way.

use std::fmt;
use std::time::Duration;

use adapter_core::Time;
use adapter_core::server::{Closed, OutputLimit, Protocol, Ticket};

use super::requests::Request;

/// What the session is told beforehand.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) high: usize,
    pub(super) low: usize,
    pub(super) max_promised: usize,
    pub(super) idle: Option<Duration>,
    pub(super) limit: Option<OutputLimit>,
    pub(super) subscriber_limit: Option<OutputLimit>,
    pub(super) password: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Draining(Closed),
    Closing(Closed),
    /// Closing, since what came is no request.
    Refused,
}

impl State {
    /// Whether nothing may run any more.
    fn is_final(&self) -> bool {
        matches!(self, Self::Closing(_) | Self::Refused)
    }

    /// Whether that is why.
    pub(super) fn is_closing(&self, reason: &Closed) -> bool {
        match self {
            Self::Closing(expected) => expected == reason,
            Self::Refused => matches!(reason, Closed::Protocol(_)),
            Self::Open | Self::Draining(_) => false,
        }
    }
}

/// What a promise keeps waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    Replies,
    Commands,
    Client,
}

/// A piece of the output. There is nothing in one that is promised.
struct Entry {
    promise: Option<(Ticket, Waits)>,
    /// Whether it takes a place among the promised ones until it can be written.
    promised: bool,
    bytes: Vec<u8>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { promise, bytes, .. } = self;
        write!(f, "{promise:?} {}", bytes.get(..20).unwrap_or(bytes).escape_ascii())
    }
}

#[derive(Debug)]
pub(super) struct Model {
    pub(super) rules: Rules,
    pub(super) state: State,
    pub(super) protocol: Protocol,
    pub(super) subscriptions: usize,
    pub(super) authenticated: bool,
    pub(super) heard: Time,
    pub(super) ended: bool,
    entries: Vec<Entry>,
    paused: bool,
    over_soft: Option<Time>,
    /// Output was dropped: nothing more may be said.
    silent: bool,
}

impl Model {
    pub(super) fn new(rules: Rules, now: Time) -> Self {
        Self {
            state: State::Open,
            protocol: Protocol::Resp2,
            subscriptions: 0,
            authenticated: !rules.password,
            heard: now,
            ended: false,
            entries: Vec::new(),
            paused: false,
            over_soft: None,
            silent: false,
            rules,
        }
    }

    /// Everything that waits.
    pub(super) fn queued(&self) -> usize {
        self.entries.iter().map(|entry| entry.bytes.len()).sum()
    }

    /// Entries in front of the first promise.
    fn front(&self) -> usize {
        let waiting = self.entries.iter().position(|entry| entry.promise.is_some());
        waiting.unwrap_or(self.entries.len())
    }

    /// What can be written.
    pub(super) fn ready(&self) -> usize {
        self.entries.iter().take(self.front()).map(|entry| entry.bytes.len()).sum()
    }

    /// Promises whose place is not free yet: those behind the first that is open count, too.
    pub(super) fn promised(&self) -> usize {
        self.entries.iter().skip(self.front()).filter(|entry| entry.promised).count()
    }

    pub(super) fn is_held(&self) -> bool {
        let mut open = self.entries.iter().filter_map(|entry| entry.promise);
        open.any(|(_, waits)| waits != Waits::Replies)
    }

    fn is_blocked(&self) -> bool {
        let mut open = self.entries.iter().filter_map(|entry| entry.promise);
        open.any(|(_, waits)| waits == Waits::Client)
    }

    pub(super) fn is_over(&self) -> bool {
        self.state.is_final() && self.promised() == 0
    }

    /// Whether a reply may have been cut off.
    pub(super) fn is_cut(&self) -> bool {
        self.silent
    }

    /// Whether nothing may run; to be asked once before each time something would.
    pub(super) fn is_stopped(&mut self) -> bool {
        match self.state.clone() {
            State::Draining(Closed::ByPeer) if self.is_blocked() => self.abort(Closed::ByPeer),
            State::Draining(reason) if self.is_blocked() => {
                let blocks = |it: &Entry| it.promise.is_some_and(|(_, it)| it == Waits::Client);
                self.entries.retain(|entry| !blocks(entry));
                self.close(reason);
            }
            _ => {}
        }
        let queued = self.queued();
        let (high, low) = match self.authenticated {
            true => (self.rules.high, self.rules.low),
            false => (self.rules.high.min(4096), self.rules.low.min(1024)),
        };
        let (high, low) = (high.max(1), low.min(high.max(1)));
        self.paused = if self.paused { queued > low } else { queued >= high };
        self.paused
            || self.promised() >= self.rules.max_promised
            || self.is_held()
            || self.state.is_final()
    }

    pub(super) fn say(&mut self, bytes: &[u8]) {
        self.entries.push(Entry { promise: None, promised: false, bytes: bytes.to_vec() });
    }

    pub(super) fn promise(&mut self, ticket: Ticket, waits: Waits) -> Ticket {
        let promise = Some((ticket, waits));
        self.entries.push(Entry { promise, promised: true, bytes: Vec::new() });
        ticket
    }

    pub(super) fn complete(&mut self, ticket: Ticket, answer: &[u8]) -> bool {
        let is_it = |entry: &&mut Entry| entry.promise.is_some_and(|(its, _)| its == ticket);
        let Some(entry) = self.entries.iter_mut().find(is_it) else { return false };
        entry.promise = None;
        entry.bytes = answer.to_vec();
        true
    }

    /// As early as it may without overtaking what is written.
    pub(super) fn push(&mut self, elements: usize) {
        if self.silent {
            return;
        }
        let sign = if self.protocol == Protocol::Resp3 { '>' } else { '*' };
        let mut bytes = format!("{sign}{elements}\r\n");
        bytes.extend((0..elements).map(|element| format!(":{element}\r\n")));
        let written = |entry: &Entry| entry.promise.is_none() && !entry.bytes.is_empty();
        let place = self.entries.iter().rposition(written).map_or(0, |last| last + 1);
        let bytes = bytes.into_bytes();
        self.entries.insert(place, Entry { promise: None, promised: false, bytes });
    }

    /// These bytes were written.
    pub(super) fn write(&mut self, bytes: &[u8], now: Time) {
        let front = self.front();
        let mut rest = bytes;
        for entry in self.entries.iter_mut().take(front) {
            let length = entry.bytes.len().min(rest.len());
            let (these, others) = rest.split_at(length);
            let expected: Vec<u8> = entry.bytes.drain(..length).collect();
            assert_eq!(these.escape_ascii().to_string(), expected.escape_ascii().to_string());
            rest = others;
        }
        assert!(rest.is_empty(), "more is written than was said");
        let mut place = 0;
        self.entries.retain(|entry| {
            place += 1;
            place > front || !entry.bytes.is_empty()
        });
        if !bytes.is_empty() {
            self.heard = now;
        }
    }

    fn output_limit(&self) -> Option<OutputLimit> {
        if self.subscriptions > 0 { self.rules.subscriber_limit } else { self.rules.limit }
    }

    /// Looks whether too much waits.
    pub(super) fn look(&mut self, now: Time) {
        let queued = self.queued();
        let Some(limit) = self.output_limit().filter(|limit| queued > limit.soft) else {
            self.over_soft = None;
            return;
        };
        let since = *self.over_soft.get_or_insert(now);
        if queued > limit.hard || now.since(since) >= limit.soft_for {
            self.clear();
            self.state = State::Closing(Closed::OutputLimit { bytes: queued });
        }
    }

    pub(super) fn tick(&mut self, now: Time) {
        self.look(now);
        if self.idle_deadline().is_some_and(|deadline| deadline <= now) {
            self.close(Closed::Idle);
        }
    }

    pub(super) fn timeout(&self) -> Option<Time> {
        let limit = self.output_limit();
        let soft = self.over_soft.zip(limit).map(|(since, limit)| since + limit.soft_for);
        self.idle_deadline().into_iter().chain(soft).min()
    }

    fn idle_deadline(&self) -> Option<Time> {
        let closing = self.state.is_final();
        let exempt = closing || self.promised() > 0 || self.subscriptions > 0;
        self.rules.idle.filter(|_| !exempt).map(|idle| self.heard + idle)
    }

    /// Nothing more runs because of what came, or because nothing did: whether that is so.
    pub(super) fn comes_to_an_end(&mut self, next: Option<&Request>) -> bool {
        match (next, &self.state) {
            (Some(next), _) if next.is_garbage() => {
                self.say(b"-ERR Protocol error: invalid multibulk length\r\n");
                self.state = State::Refused;
                true
            }
            (None, State::Draining(reason)) => {
                self.state = State::Closing(reason.clone());
                true
            }
            _ => false,
        }
    }

    pub(super) fn end(&mut self) {
        if self.is_blocked() {
            self.abort(Closed::ByPeer);
        } else {
            self.drain(Closed::ByPeer);
        }
    }

    pub(super) fn drain(&mut self, reason: Closed) {
        if self.state == State::Open {
            self.state = State::Draining(reason);
        }
    }

    pub(super) fn close(&mut self, reason: Closed) {
        if !self.state.is_final() {
            self.state = State::Closing(reason);
        }
    }

    pub(super) fn abort(&mut self, reason: Closed) {
        self.clear();
        self.close(reason);
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.silent = true;
        self.over_soft = None;
    }
}
