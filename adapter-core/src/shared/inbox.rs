//! Replies and pushes for a lessee that reads them one by one.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use redis_client_core::resp_core::Frame;
use redis_client_core::{Cause, Error, Request, SubmitError};

use super::submit::unmatchable;
use super::{Pass, Shared};
use crate::later::Later;
use crate::slots::{Answer, SlotKey};

/// Something that the server has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming {
    /// The reply to the oldest command that had none; an error reply too.
    Reply(Frame),
    /// News that no command asked for: a message, an invalidation. (In RESP2 messages are arrays.)
    Push(Frame),
}

/// What has come and was not read. While it is full the driver reads nothing, so that the server
/// has to wait.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    /// Somebody reads it.
    open: bool,
    /// How many have read it. What an earlier one has asked for is not for the present one.
    readers: u32,
    waiting: VecDeque<Result<Incoming, Error>>,
    bytes: usize,
    reader: Option<Waker>,
}

impl Inbox {
    /// Starts to collect, or stops and forgets.
    pub(crate) fn set_open(&mut self, open: bool) {
        let readers = self.readers.wrapping_add(u32::from(open));
        *self = Self { open, readers, ..Self::default() };
    }

    const fn key(&self) -> SlotKey {
        SlotKey::inbox(self.readers)
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.bytes >= CAPACITY
    }

    #[cold]
    pub(super) fn push(&mut self, frame: Frame) -> Option<Waker> {
        self.put(Ok(Incoming::Push(frame)))
    }

    #[cold]
    pub(super) fn answer(&mut self, tag: SlotKey, answer: Answer) -> Option<Waker> {
        if tag != self.key() {
            return None;
        }
        let (frames, error) = match answer {
            Answer::Reply(frame) => (vec![frame], None),
            Answer::Replies(frames) => (frames, None),
            Answer::Failed(failure) => (failure.frames, Some(failure.error)),
        };
        let replies = frames.into_iter().map(|frame| Ok(Incoming::Reply(frame)));
        let mut reader = None;
        for next in replies.chain(error.map(Err)) {
            reader = self.put(next).or(reader);
        }
        reader
    }

    /// Whom to tell that nothing more will come.
    pub(super) fn end(&mut self) -> Option<Waker> {
        self.reader.take()
    }

    fn put(&mut self, next: Result<Incoming, Error>) -> Option<Waker> {
        if !self.open {
            return None;
        }
        self.bytes += weight(&next);
        self.waiting.push_back(next);
        self.reader.take()
    }

    fn take(&mut self) -> Option<Result<Incoming, Error>> {
        let next = self.waiting.pop_front()?;
        self.bytes -= weight(&next);
        Some(next)
    }
}

impl Shared {
    /// Submits a command whose reply goes to the inbox.
    pub(crate) fn send_raw(&mut self, request: &Request, pass: Pass) -> Result<(), Error> {
        if !pass.is_some_and(|pass| self.admits(pass)) {
            return Err(Error::NotSent(Cause::Connection(self.why.clone())));
        }
        self.session.submit(self.now, request, self.inbox.key()).map_err(|error| match error {
            SubmitError::Closed(_, reason) => Error::NotSent(Cause::Connection(reason)),
            SubmitError::Refused(_, facts) => unmatchable(facts),
            _ => Error::NotSent(Cause::NoRoom),
        })
    }

    /// The next that has come; none if nothing can come any more.
    pub(crate) fn poll_raw(
        &mut self,
        pass: Pass,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Poll<Option<Result<Incoming, Error>>> {
        let full = self.inbox.is_full();
        if let Some(next) = self.inbox.take() {
            if full && !self.inbox.is_full() {
                later.wake.extend(self.driver.take());
            }
            return Poll::Ready(Some(next));
        }
        if !pass.is_some_and(|pass| self.admits(pass)) {
            return Poll::Ready(None);
        }
        later.drop_later(self.inbox.reader.replace(cx.waker().clone()));
        Poll::Pending
    }
}

/// Bytes held, roughly.
fn weight(incoming: &Result<Incoming, Error>) -> usize {
    let payload = match incoming {
        Ok(Incoming::Reply(frame) | Incoming::Push(frame)) => frame.as_bytes().len(),
        Err(_) => 0,
    };
    payload + size_of::<Result<Incoming, Error>>()
}

/// Bytes after which the server has to wait: a few large replies, or many small ones.
const CAPACITY: usize = 1 << 20;
