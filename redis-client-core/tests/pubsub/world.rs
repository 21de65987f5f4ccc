//! A machine, and a server that knows subscriptions and nothing else.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::task::Poll;

use bytes::{Buf, Bytes};
use redis_client_core::pubsub::{CommandId, PubSub, PubSubEvent, SubscriberId};
use redis_client_core::{Cause, ConnectionError, Error, Notice, Request, Subscription};
use resp_core::{Frame, OutBuf, View, encode};

/// What is under way to the client.
enum Down {
    Replies(CommandId, Vec<Frame>),
    Push(Frame),
    /// The session gave up on the command; its reply is thrown away.
    TimedOut(CommandId),
}

/// The two, and what is under way between them.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) machine: PubSub<u64>,
    pub(crate) up: bool,
    /// Names that the server refuses.
    pub(crate) refused: BTreeSet<Bytes>,
    /// How the orders have ended.
    pub(crate) done: BTreeMap<u64, Result<(), Error>>,
    pub(crate) held: BTreeSet<(usize, Bytes)>,
    /// The words of all commands so far.
    pub(crate) said: Vec<String>,
    readable: BTreeSet<SubscriberId>,
    waiting: BTreeSet<SubscriberId>,
    upward: VecDeque<(CommandId, Vec<Bytes>)>,
    downward: VecDeque<Down>,
}

impl World {
    /// A world with a connection.
    pub(crate) fn connected() -> Self {
        let mut world = Self::default();
        world.connect();
        world
    }

    pub(crate) fn connect(&mut self) {
        if !self.up {
            self.up = true;
            self.machine.handle_ready();
        }
    }

    pub(crate) fn lose(&mut self) {
        if self.up {
            self.up = false;
            self.upward.clear();
            self.downward.clear();
            self.held.clear();
            self.machine.handle_lost(&ConnectionError::ClosedByServer, false);
        }
    }

    /// Takes what the machine has to say.
    pub(crate) fn poll(&mut self) {
        while let Some(event) = self.machine.poll_event() {
            match event {
                PubSubEvent::Done { tag, result } => {
                    assert!(self.done.insert(tag, result).is_none(), "order {tag} ends twice");
                }
                PubSubEvent::Readable(id) => {
                    assert!(self.waiting.remove(&id), "{id:?} was told, and had not asked");
                    self.readable.insert(id);
                }
                _ => {}
            }
        }
        while let Some((id, request)) = self.machine.poll_command() {
            let words = words(&request);
            let text: Vec<_> = words.iter().map(|word| String::from_utf8_lossy(word)).collect();
            self.said.push(text.join(" "));
            self.upward.push_back((id, words));
        }
    }

    /// The session has no room for the next command.
    pub(crate) fn refuse_room(&mut self) {
        if let Some((id, _)) = self.machine.poll_command() {
            self.machine.handle_unsent(id);
            assert!(self.machine.poll_command().is_none());
        }
    }

    /// The server takes one command; false if there is none.
    pub(crate) fn serve(&mut self) -> bool {
        let Some((id, words)) = self.upward.pop_front() else { return false };
        let (name, rest) = words.split_first().unwrap();
        let name = String::from_utf8_lossy(name).to_lowercase();
        let begins = !name.contains("unsub");
        if begins && rest.iter().any(|name| self.refused.contains(name)) {
            let error = Frame::parse("-NOPERM no such channel for you\r\n").unwrap();
            self.downward.push_back(Down::Replies(id, vec![error]));
            return true;
        }
        let kind = match name.bytes().next() {
            Some(b'p') => 1,
            Some(b's') if name.starts_with("ss") || name.starts_with("sun") => 2,
            _ => 0,
        };
        let mut frames = Vec::new();
        for word in rest {
            if begins {
                self.held.insert((kind, word.clone()))
            } else {
                self.held.remove(&(kind, word.clone()))
            };
            frames.push(push(&[name.as_bytes(), word]));
        }
        self.downward.push_back(Down::Replies(id, frames));
        true
    }

    /// The session gives up on the oldest command, which the server runs all the same.
    pub(crate) fn time_out(&mut self) {
        if let Some((id, _)) = self.upward.front() {
            let id = *id;
            self.serve();
            self.downward.pop_back();
            self.downward.push_back(Down::TimedOut(id));
        }
    }

    /// Somebody publishes.
    pub(crate) fn publish(&mut self, kind: Subscription, name: &str, payload: &str) {
        if !self.held.contains(&(index(kind), Bytes::copy_from_slice(name.as_bytes()))) {
            return;
        }
        let (name, payload) = (name.as_bytes(), payload.as_bytes());
        self.downward.push_back(Down::Push(match kind {
            Subscription::Channel => push(&[b"message", name, payload]),
            Subscription::Pattern => push(&[b"pmessage", name, b"some channel", payload]),
            Subscription::Shard => push(&[b"smessage", name, payload]),
        }));
    }

    /// The server ends a subscription.
    pub(crate) fn move_shard(&mut self, name: &str) {
        if self.held.remove(&(2, Bytes::copy_from_slice(name.as_bytes()))) {
            self.downward.push_back(Down::Push(push(&[b"sunsubscribe", name.as_bytes()])));
        }
    }

    /// The client hears one thing; false if there is none.
    pub(crate) fn hear(&mut self) -> bool {
        match self.downward.pop_front() {
            Some(Down::Replies(id, frames)) => self.machine.handle_replies(id, &frames),
            Some(Down::Push(frame)) => {
                let _ = self.machine.handle_push(&frame);
            }
            Some(Down::TimedOut(id)) => self.machine.handle_failed(id, &Cause::TimedOut),
            None => return false,
        }
        true
    }

    /// Goes on until nothing is under way.
    pub(crate) fn run(&mut self) {
        loop {
            self.poll();
            if !self.serve() && !self.hear() {
                return;
            }
        }
    }

    /// What a subscriber reads now.
    pub(crate) fn read(&mut self, id: SubscriberId) -> Option<Notice> {
        let told = !self.waiting.contains(&id);
        match self.machine.poll_notice(id) {
            Poll::Ready(notice) => {
                assert!(told, "{id:?} was not told of {notice:?}");
                notice
            }
            Poll::Pending => {
                self.waiting.insert(id);
                None
            }
        }
    }

    /// All that a subscriber reads now, in short.
    pub(crate) fn read_all(&mut self, id: SubscriberId) -> Vec<String> {
        self.poll();
        std::iter::from_fn(|| self.read(id))
            .map(|notice| match notice {
                Notice::Message(message) => {
                    let name = message.pattern.as_ref().unwrap_or(&message.channel);
                    format!("{} {}", text(name), text(&message.payload))
                }
                Notice::Gap(_) => "gap".into(),
                Notice::Dropped { messages, .. } => format!("dropped {messages}"),
                Notice::Ended { name, error, .. } => {
                    format!(
                        "ended {}{}",
                        text(&name),
                        if error.is_some() { " refused" } else { "" }
                    )
                }
                Notice::Closed(_) => "closed".into(),
                _ => "something".into(),
            })
            .collect()
    }

    /// Forgets that a subscriber, which is gone, had asked.
    pub(crate) fn forget(&mut self, id: SubscriberId) {
        self.waiting.remove(&id);
    }
}

pub(crate) const fn index(kind: Subscription) -> usize {
    match kind {
        Subscription::Channel => 0,
        Subscription::Pattern => 1,
        Subscription::Shard => 2,
    }
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn push(words: &[&[u8]]) -> Frame {
    let mut out = Vec::new();
    encode::push(&mut out, words.len());
    for word in words {
        encode::bulk_string(&mut out, word);
    }
    Frame::parse(out).unwrap()
}

fn words(request: &Request) -> Vec<Bytes> {
    let mut out = OutBuf::new();
    request.encode(&mut out);
    let length = out.remaining();
    let frame = Frame::parse(out.copy_to_bytes(length)).unwrap();
    let View::Array(words) = frame.view() else { panic!("{frame}") };
    words
        .map(|word| match word.view() {
            View::BulkString(text) => Bytes::copy_from_slice(text),
            _ => panic!("{word}"),
        })
        .collect()
}
