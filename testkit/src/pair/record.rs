//! What has become of every tag, and what must hold of it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use redis_client_core::{Cause, ConnectionError, Event, Failure, Outcome, Time};
use resp_core::Frame;

/// How a command or a batch ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a reply.
    Reply(Frame),
    /// With all its replies.
    Replies(Vec<Frame>),
    /// Without, or without all.
    Failed {
        /// The replies that had come.
        frames: Vec<Frame>,
        /// What may have become of the rest.
        outcome: Outcome,
        /// Why.
        cause: Cause,
    },
}

impl Ended {
    /// What may have become of it, unless it was answered.
    pub const fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Failed { outcome, .. } => Some(*outcome),
            Self::Reply(_) | Self::Replies(_) => None,
        }
    }

    /// The replies that came.
    pub fn frames(&self) -> &[Frame] {
        match self {
            Self::Reply(frame) => std::slice::from_ref(frame),
            Self::Replies(frames) | Self::Failed { frames, .. } => frames,
        }
    }
}

/// A ledger of the client's side, kept apart from the session's own accounts.
#[derive(Debug)]
pub(super) struct Record {
    seed: u64,
    tags: BTreeMap<u64, Tag>,
    last_tag: u64,
    /// Bytes of all commands submitted.
    submitted: u64,
    /// Bytes of the handshake, which goes before all commands.
    greeting: u64,
    /// Bytes taken from the session.
    pub(super) taken: u64,
    /// Bytes of them that were written.
    pub(super) written: u64,
    /// The connection was lost, so that `written` is what counts.
    pub(super) lost: bool,
    pub(super) ready: Option<bool>,
    pub(super) closed: Option<ConnectionError>,
    pub(super) trace: u64,
}

#[derive(Debug)]
struct Tag {
    /// How many bytes of commands must have left before the server can run it.
    boundary: u64,
    ended: Option<Ended>,
}

impl Record {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            tags: BTreeMap::new(),
            last_tag: 0,
            submitted: 0,
            greeting: 0,
            taken: 0,
            written: 0,
            lost: false,
            ready: None,
            closed: None,
            trace: FNV_OFFSET,
        }
    }

    pub(super) fn next_tag(&mut self) -> u64 {
        self.last_tag += 1;
        self.last_tag
    }

    /// A tag was taken for `length` bytes, of which the first `boundary` do no harm alone.
    pub(super) fn submitted(&mut self, tag: u64, length: u64, boundary: u64) {
        let boundary = self.submitted + boundary;
        self.submitted += length;
        self.tags.insert(tag, Tag { boundary, ended: None });
    }

    /// What was taken up to now is handshake, if the session isn't ready.
    pub(super) fn greeting_grows(&mut self) {
        if self.ready.is_none() {
            self.greeting = self.taken;
        }
    }

    pub(super) fn ended(&self, tag: u64) -> Option<&Ended> {
        self.tags.get(&tag)?.ended.as_ref()
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = u64> + '_ {
        self.tags.keys().copied()
    }

    pub(super) fn event(&mut self, now: Time, event: &Event<u64>) {
        let seed = self.seed;
        self.note(now, event, &[]);
        assert!(self.closed.is_none(), "seed {seed}: {event:?} came behind Closed");
        match event {
            Event::Ready { resp3 } => {
                assert_eq!(self.ready.replace(*resp3), None, "seed {seed}: ready twice");
            }
            Event::Reply { tag, frame } => self.end(*tag, Ended::Reply(frame.clone())),
            Event::Replies { tag, frames } => self.end(*tag, Ended::Replies(frames.clone())),
            Event::Failed { tag, failure } => {
                let Failure { frames, outcome, cause, .. } = (**failure).clone();
                self.end(*tag, Ended::Failed { frames, outcome, cause });
            }
            Event::Closed(reason) => {
                self.closed = Some(reason.clone());
                let open = self.tags.iter().find(|(_, tag)| tag.ended.is_none());
                assert!(open.is_none(), "seed {seed}: closed, and nobody told {open:?}");
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: u64, ended: Ended) {
        let seed = self.seed;
        let left = if self.lost { self.written } else { self.taken };
        let left = left.saturating_sub(self.greeting);
        let Some(entry) = self.tags.get_mut(&tag) else {
            panic!("seed {seed}: tag {tag} was never taken, and ended in {ended:?}")
        };
        assert_eq!(entry.ended, None, "seed {seed}: tag {tag} ended twice, now in {ended:?}");
        if let Ended::Failed { outcome, cause, .. } = &ended {
            // After a timeout, what is queued may leave still.
            let certain = matches!(cause, Cause::Connection(_)) && left < entry.boundary;
            let expected = if certain { Outcome::NotSent } else { Outcome::MaybeApplied };
            let boundary = entry.boundary;
            assert_eq!(*outcome, expected, "seed {seed}: tag {tag}, {left} of {boundary} left");
        }
        entry.ended = Some(ended);
    }

    /// Adds to the trace: FNV-1a.
    pub(super) fn note(&mut self, now: Time, what: &impl Debug, bytes: &[u8]) {
        let line = format!("{:?} {what:?} ", now.to_epoch());
        for byte in line.as_bytes().iter().chain(bytes) {
            self.trace = (self.trace ^ u64::from(*byte)).wrapping_mul(FNV_PRIME);
        }
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
