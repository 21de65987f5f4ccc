//! What waits to be written, in the order of the requests.

use alloc::collections::VecDeque;

use bytes::{Buf, Bytes};
use resp_core::request::RequestKind;
use resp_core::{Out, OutBuf, encode};

use crate::reply::{Item, Reply, UNANSWERED};
use crate::terms::{Protocol, Terms};

/// The output of a session.
///
/// Replies are written where they belong: behind the last promised one, or at the end of what can
/// be written already.
///
/// ```text
/// ready | promise 1 . behind | promise 2 . behind | ..
/// ```
#[derive(Debug, Default)]
pub(crate) struct Output {
    ready: OutBuf,
    promises: VecDeque<Promise>,
    next: u64,
    /// The reply to a Tile38 request, until it is whole; once silent, what nobody hears.
    native: Option<OutBuf>,
    /// Nothing is to be written any more.
    silent: bool,
}

#[derive(Debug)]
struct Promise {
    ticket: Ticket,
    /// How its reply is to be wrapped.
    kind: RequestKind,
    waits: Waits,
    answer: Option<OutBuf>,
    /// What was written after it.
    behind: OutBuf,
}

/// What waits for a promised reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// Only the replies behind it.
    Replies,
    /// The commands behind it.
    Commands,
    /// The commands behind it, as long as the client is there.
    Client,
}

/// The number of a promised reply, unique within its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// A reply that is written apart from its session, and handed to it later.
#[derive(Debug)]
pub struct Draft {
    out: OutBuf,
    terms: Terms,
    /// It is meant to be empty.
    silent: bool,
}

impl Draft {
    /// An empty one in that version of the protocol: the one that
    /// [`Terms::protocol`](crate::Terms::protocol) tells when the reply is promised.
    #[must_use]
    pub fn new(protocol: Protocol) -> Self {
        let terms = Terms::new(true);
        terms.set_protocol(protocol);
        Self { out: OutBuf::new(), terms, silent: false }
    }

    /// No reply at all, to what was promised one: for a client that wants none (`CLIENT REPLY`).
    #[must_use]
    pub fn silent() -> Self {
        Self { silent: true, ..Self::new(Protocol::default()) }
    }

    /// The reply, to be written once; what was written before is dropped.
    pub fn reply(&mut self) -> Reply<'_, Item<'_>> {
        self.out = OutBuf::new();
        Reply::new(Item::alone(&mut self.out), &self.terms)
    }

    /// What was written, for whoever asked for it within the server itself: a script, say.
    #[must_use]
    pub fn into_bytes(mut self) -> Bytes {
        self.out.copy_to_bytes(self.out.remaining())
    }
}

impl Output {
    /// Where the next reply is written.
    #[inline]
    pub(crate) fn place(&mut self) -> &mut OutBuf {
        if self.native.is_some() || !self.promises.is_empty() {
            return self.place_aside();
        }
        &mut self.ready
    }

    #[cold]
    fn place_aside(&mut self) -> &mut OutBuf {
        match (&mut self.native, self.promises.back_mut()) {
            (Some(native), _) => native,
            (None, Some(promise)) => &mut promise.behind,
            (None, None) => &mut self.ready,
        }
    }

    /// Has the reply that follows wrapped as Tile38's clients expect.
    #[cold]
    pub(crate) fn begin_native(&mut self) {
        self.native = Some(OutBuf::new());
    }

    /// Ends the reply to a Tile38 request, if one is being written.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if self.native.is_some() {
            self.settle_native();
        }
    }

    #[cold]
    fn settle_native(&mut self) {
        if self.silent {
            self.native = Some(OutBuf::new());
            return;
        }
        if let Some(native) = self.native.take().filter(|native| !native.is_empty()) {
            wrap(native, self.place());
        }
    }

    /// Keeps a place for a reply that comes later.
    pub(crate) fn promise(&mut self, kind: RequestKind, waits: Waits) -> Ticket {
        // What was said in front of it is whole.
        self.settle();
        self.native = self.native.take().filter(|_| self.silent);
        let ticket = Ticket(self.next);
        self.next += 1;
        let behind = OutBuf::new();
        self.promises.push_back(Promise { ticket, kind, waits, answer: None, behind });
        ticket
    }

    /// Puts a promised reply in its place: whether it was still waited for. A draft that was never
    /// written answers with an error.
    pub(crate) fn complete(&mut self, ticket: Ticket, draft: Draft) -> bool {
        let found = self.promises.binary_search_by_key(&ticket, |promise| promise.ticket);
        let Some(promise) = found.ok().and_then(|index| self.promises.get_mut(index)) else {
            return false;
        };
        if promise.answer.is_some() {
            return false;
        }
        let mut answer = draft.out;
        if answer.is_empty() && !draft.silent {
            answer.put(UNANSWERED);
        }
        promise.answer = Some(match promise.kind {
            RequestKind::Tile38 if !draft.silent => {
                let mut wrapped = OutBuf::new();
                wrap(answer, &mut wrapped);
                wrapped
            }
            _ => answer,
        });
        while let Some(promise) = self.promises.pop_front_if(|promise| promise.answer.is_some()) {
            if let Some(mut answer) = promise.answer {
                self.ready.append(&mut answer);
            }
            let mut behind = promise.behind;
            self.ready.append(&mut behind);
        }
        true
    }

    /// Where something that answers no request goes: as early as it may without overtaking what is
    /// written already.
    pub(crate) fn place_of_push(&mut self) -> &mut OutBuf {
        if self.silent {
            return self.native.get_or_insert_default();
        }
        let last = self.promises.iter_mut().rev();
        let mut written =
            last.filter(|promise| promise.answer.is_some() || !promise.behind.is_empty());
        match written.next() {
            Some(promise) => &mut promise.behind,
            None => &mut self.ready,
        }
    }

    /// Replies promised and not there.
    pub(crate) fn promised(&self) -> usize {
        self.promises.len()
    }

    /// Whether a promise stands in the way of the next command.
    pub(crate) fn is_held(&self) -> bool {
        self.promises
            .back()
            .is_some_and(|last| last.waits != Waits::Replies && last.answer.is_none())
    }

    /// Whether a client waits for a command that blocks.
    pub(crate) fn is_blocked(&self) -> bool {
        self.promises
            .back()
            .is_some_and(|last| last.waits == Waits::Client && last.answer.is_none())
    }

    /// Gives up the reply to a command that blocks.
    pub(crate) fn unblock(&mut self) {
        if self.is_blocked() {
            self.promises.pop_back();
        }
    }

    /// What can be written now.
    #[inline]
    pub(crate) fn ready(&mut self) -> &mut OutBuf {
        &mut self.ready
    }

    /// All bytes that wait.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        if self.promises.is_empty() {
            return self.ready.len();
        }
        let aside = |promise: &Promise| {
            promise.behind.len() + promise.answer.as_ref().map_or(0, OutBuf::len)
        };
        self.ready.len() + self.promises.iter().map(aside).sum::<usize>()
    }

    /// Forgets all of it, and what is said from now on: what was written may end in the middle of a
    /// reply, and whatever followed would be taken for the rest of it.
    pub(crate) fn clear(&mut self) {
        let next = self.next;
        *self = Self { next, native: Some(OutBuf::new()), silent: true, ..Self::default() };
    }
}

/// Writes a reply as Tile38's native clients expect it: the text of a string as it is, anything
/// else as RESP.
fn wrap(mut reply: OutBuf, out: &mut OutBuf) {
    let length = reply.remaining();
    let text = reply.copy_to_bytes(length);
    let data = match text.split_first() {
        Some((b'+', rest)) => rest.strip_suffix(b"\r\n").unwrap_or(rest),
        Some((b'$', rest)) => match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) if !rest.starts_with(b"-") => {
                let rest = rest.get(end + 1..).unwrap_or_default();
                rest.strip_suffix(b"\r\n").unwrap_or(rest)
            }
            _ => &text,
        },
        _ => &text,
    };
    encode::native(out, data);
}
