//! What a consumer asks for next, and what it makes of the answers.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;
use resp_core::FrameRef;

use super::{Group, GroupEntry};
use crate::args::{GroupRead, GroupStart, StreamId};
use crate::cmd;
use crate::command::Command;
use crate::error::{ReplyError, ServerError};
use crate::replies::{AutoClaimed, StreamEntry};
use crate::reply::FromReply;
use crate::request::Request;
use resp_core::Time;

/// A consumer of a [`Group`], as a state machine: it says what to send, is told what came of it,
/// and hands out entries.
///
/// Order of calls: [`poll_entry`](Self::poll_entry) until there is none, then
/// [`poll_request`](Self::poll_request), then one of [`handle_reply`](Self::handle_reply),
/// [`handle_error`](Self::handle_error), [`handle_lost`](Self::handle_lost) and
/// [`handle_unsent`](Self::handle_unsent). A driver for a real client is adapter-core's
/// `GroupReader`.
///
/// ```text
///   Create --> Own --none left--> Claim --all seen--> New
///     ^         ^                   ^                  |
///     |         |                   +-- it is time ----+
///     |         +------ a reply is lost ---------------+
///     +---------------- no such group -----------------+
/// ```
///
/// ```
/// use redis_client_core::{Consumer, Group, Time};
/// use resp_core::Frame;
///
/// let mut consumer = Consumer::new(Group::new("g", "me", ["s"]));
/// let request = consumer.poll_request(Time::ZERO); // XREADGROUP .. STREAMS s 0-0
/// # let _ = request;
/// let reply = Frame::parse("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n+n\r\n+v\r\n")?;
/// consumer.handle_reply(Time::ZERO, reply.as_frame())?;
/// let entry = consumer.poll_entry().ok_or("there is one")?;
/// assert_eq!((entry.id.to_string(), entry.redelivered), ("1-0".to_owned(), true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Consumer {
    group: Group,
    phase: Phase,
    /// What has been asked and not answered.
    asked: Option<Asked>,
    /// Read and not handed out.
    entries: VecDeque<GroupEntry>,
    /// Of each stream, how far its own pending entries have been read.
    read: Vec<StreamId>,
    /// Streams and ids of pending entries that were deleted, to be acknowledged unseen.
    vanished: Vec<(Bytes, StreamId)>,
    vanished_count: u64,
    /// When to claim again.
    claim_at: Time,
    /// When to look once more at what is pending: see [`handle_lost`](Self::handle_lost).
    recheck_at: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// The group of that stream is to be created.
    Create(usize),
    /// Its own entries that are pending: delivered, and not acknowledged.
    Own,
    /// What others of that stream have left, from that cursor on.
    Claim(usize, StreamId),
    /// What nobody has had.
    New,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// What the phase wants.
    ForPhase,
    /// To acknowledge so many that have vanished.
    Acknowledge(usize),
}

impl Consumer {
    /// Starts at the beginning: with what the consumer of that name has left pending.
    pub fn new(group: Group) -> Self {
        let phase = if group.create.is_some() { Phase::Create(0) } else { Phase::Own };
        let read = alloc::vec![StreamId::MIN; group.streams.len()];
        Self {
            group,
            phase,
            asked: None,
            entries: VecDeque::new(),
            read,
            vanished: Vec::new(),
            vanished_count: 0,
            claim_at: Time::ZERO,
            recheck_at: None,
        }
    }

    /// The group.
    pub const fn group(&self) -> &Group {
        &self.group
    }

    /// How many pending entries were found to be deleted from their stream. Nobody can work on
    /// them, so they are acknowledged and not handed out.
    pub const fn vanished(&self) -> u64 {
        self.vanished_count
    }

    /// Whether a request has not been answered.
    pub const fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    /// The next entry.
    #[must_use = "an entry that is not handed out stays pending"]
    pub fn poll_entry(&mut self) -> Option<GroupEntry> {
        self.entries.pop_front()
    }

    /// What to send. It may be kept waiting by the server ([`Group::block`]).
    #[must_use = "nothing is read unless it is sent"]
    pub fn poll_request(&mut self, now: Time) -> Request {
        if let Some((stream, _)) = self.vanished.first() {
            let same = self.vanished.iter().take_while(|(of, _)| of == stream);
            self.asked = Some(Asked::Acknowledge(same.clone().count()));
            return self.group.acknowledge(stream, same.map(|(_, id)| *id));
        }
        if self.phase == Phase::New {
            if self.recheck_at.is_some_and(|at| now >= at) {
                self.recheck_at = None;
                self.rewind();
            } else if self.group.claim.is_some() && now >= self.claim_at {
                self.phase = Phase::Claim(0, StreamId::MIN);
            }
        }
        self.asked = Some(Asked::ForPhase);
        match &self.phase {
            Phase::Create(stream) => self.create(*stream),
            Phase::Own => {
                let pending = self.read.iter().copied().map(GroupRead::PendingAfter);
                self.read_group(pending).into_request()
            }
            Phase::Claim(stream, cursor) => self.auto_claim(*stream, *cursor),
            Phase::New => {
                let claim_at = self.group.claim.map(|_| self.claim_at);
                let wakes = claim_at.into_iter().chain(self.recheck_at).map(|at| at.since(now));
                let block = wakes.fold(self.group.block, Duration::min);
                // 0 would be for ever.
                let block = block.max(Duration::from_millis(1)).as_millis() as u64;
                self.read_group(core::iter::repeat(GroupRead::New)).block(block).into_request()
            }
        }
    }

    /// Takes the reply to the last request.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] if it is none that Redis gives. What was in it is asked for again.
    pub fn handle_reply(&mut self, now: Time, frame: FrameRef<'_>) -> Result<(), ReplyError> {
        let Some(asked) = self.asked.take() else { return Ok(()) };
        if let Asked::Acknowledge(count) = asked {
            self.vanished.drain(..count);
            return Ok(());
        }
        let taken = match self.phase.clone() {
            Phase::Create(stream) => {
                self.created(stream);
                Ok(())
            }
            Phase::Own => read(frame).map(|read| self.take_own(now, read)),
            Phase::Claim(stream, _) => AutoClaimed::from_reply(frame)
                .map(|claimed| self.take_claimed(now, stream, claimed)),
            Phase::New => read(frame).map(|read| self.take_new(read)),
        };
        if taken.is_err() {
            self.rewind();
        }
        taken
    }

    /// Takes an error that the server answered with.
    ///
    /// # Errors
    ///
    /// The error, unless it is part of the game: a group that exists already, or does not and is to
    /// be created.
    pub fn handle_error(&mut self, error: ServerError) -> Result<(), ServerError> {
        let Some(asked) = self.asked.take() else { return Err(error) };
        match (error.code(), &self.phase) {
            ("BUSYGROUP", Phase::Create(stream)) => {
                self.created(*stream);
                Ok(())
            }
            // The stream is gone, or the server has another role: what it says next tells.
            ("UNBLOCKED", Phase::New) => Ok(()),
            ("NOGROUP", Phase::Own | Phase::Claim(..) | Phase::New)
                if self.group.create.is_some() =>
            {
                if let Asked::Acknowledge(count) = asked {
                    self.vanished.drain(..count);
                }
                self.rewind();
                self.phase = Phase::Create(0);
                Ok(())
            }
            _ => Err(error),
        }
    }

    /// Takes word that there will be no reply, though the server may have run the request: what it
    /// would have held is pending now, and is read from there.
    ///
    /// A server that has not noticed may go on to wait on behalf of the lost request, and give it
    /// what comes. So what is pending is read a second time, when that time is over.
    pub fn handle_lost(&mut self, now: Time) {
        if self.asked.take() != Some(Asked::ForPhase) {
            return;
        }
        if self.phase == Phase::New {
            self.recheck_at = Some(now + self.group.block + GRACE);
        }
        if matches!(self.phase, Phase::Claim(..) | Phase::New) {
            self.rewind();
        }
    }

    /// Takes word that the request never left.
    pub const fn handle_unsent(&mut self) {
        self.asked = None;
    }

    /// Goes back to what is pending: everything that was delivered to this consumer and not
    /// acknowledged comes again. A reply that is still due is not to be handed in any more: what it
    /// has is pending, too.
    pub fn rewind(&mut self) {
        self.asked = None;
        self.entries.clear();
        self.read.fill(StreamId::MIN);
        if !matches!(self.phase, Phase::Create(_)) {
            self.phase = Phase::Own;
        }
    }

    fn create(&self, stream: usize) -> Request {
        let key = self.group.streams.get(stream).map_or(&[][..], |key| key);
        let start = self.group.create.unwrap_or(GroupStart::End);
        // The second time it exists already.
        cmd::xgroup_create(key, &self.group.name, start).mkstream().resend().into_request()
    }

    fn created(&mut self, stream: usize) {
        let next = stream + 1;
        self.phase = if next < self.group.streams.len() { Phase::Create(next) } else { Phase::Own };
    }

    fn read_group(&self, from: impl Iterator<Item = GroupRead>) -> Command<cmd::Xreadgroup> {
        let Group { name, consumer, streams, count, .. } = &self.group;
        cmd::xreadgroup(name, consumer, streams.iter().zip(from)).count(u64::from(*count))
    }

    fn auto_claim(&self, stream: usize, cursor: StreamId) -> Request {
        let Group { name, consumer, streams, count, claim, .. } = &self.group;
        let key = streams.get(stream).map_or(&[][..], |key| key);
        let idle = claim.unwrap_or_default().as_millis() as u64;
        let claim = cmd::xautoclaim(key, name, consumer, idle, cursor);
        claim.count(u64::from(*count)).into_request()
    }

    fn take_own(&mut self, now: Time, read: Streams) {
        let mut more = false;
        for (key, entries) in read {
            let Some(stream) = self.stream(&key) else { continue };
            if let (Some(last), Some(read)) = (entries.last(), self.read.get_mut(stream)) {
                *read = last.id;
                more = true;
            }
            self.take(stream, entries, true);
        }
        if !more {
            self.claim_at = now;
            self.phase = Phase::New;
        }
    }

    fn take_new(&mut self, read: Streams) {
        for (key, entries) in read {
            if let Some(stream) = self.stream(&key) {
                self.take(stream, entries, false);
            }
        }
    }

    fn take_claimed(&mut self, now: Time, stream: usize, claimed: AutoClaimed<StreamEntry>) {
        self.take(stream, claimed.entries, true);
        self.phase = if claimed.next != StreamId::MIN {
            Phase::Claim(stream, claimed.next)
        } else if stream + 1 < self.group.streams.len() {
            Phase::Claim(stream + 1, StreamId::MIN)
        } else {
            self.claim_at = now + self.group.claim.unwrap_or_default();
            Phase::New
        };
    }

    fn take(&mut self, stream: usize, entries: Vec<StreamEntry>, redelivered: bool) {
        let Some(key) = self.group.streams.get(stream) else { return };
        for StreamEntry { id, fields, .. } in entries {
            // No entry is without fields but one that has been deleted.
            if fields.is_empty() {
                self.vanished.push((key.clone(), id));
                self.vanished_count += 1;
            } else {
                let stream = key.clone();
                self.entries.push_back(GroupEntry { stream, id, fields, redelivered });
            }
        }
    }

    fn stream(&self, key: &Bytes) -> Option<usize> {
        self.group.streams.iter().position(|stream| stream == key)
    }
}

/// The entries of streams, as `XREADGROUP` answers with them.
type Streams = Vec<(Bytes, Vec<StreamEntry>)>;

/// Reads them; null where there are none.
fn read(frame: FrameRef<'_>) -> Result<Streams, ReplyError> {
    Option::from_reply(frame).map(Option::unwrap_or_default)
}

/// What a lost request may take to reach the server and to be given up there, beyond its own time.
const GRACE: Duration = Duration::from_secs(1);
