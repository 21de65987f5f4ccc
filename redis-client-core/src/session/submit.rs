//! The way into a session: what is taken, and what it waits for.

use alloc::vec::Vec;

use super::in_flight::{Entry, Expect};
use super::subscriptions::Verb;
use super::{Session, State};
use crate::batch::Batch;
use crate::error::ConnectionError;
use crate::event::{Event, SubmitError};
use crate::facts::{Effect, table};
use crate::request::{Request, Timeout};
use resp_core::Time;

impl<T> Session<T> {
    /// How many more replies may be outstanding.
    pub const fn room(&self) -> usize {
        self.config.max_in_flight.saturating_sub(self.in_flight.replies())
    }

    /// When a command is overdue that is submitted now and has such a timeout.
    pub fn deadline(&self, now: Time, timeout: Timeout) -> Option<Time> {
        let timeout = match timeout {
            Timeout::Default => self.config.command_timeout,
            Timeout::After(timeout) => Some(timeout),
            Timeout::Never => None,
        };
        timeout.map(|timeout| now + timeout)
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
        let request = command.as_ref();
        let facts = request.facts();
        let expect = match facts.effect {
            Effect::None => Expect::Reply,
            _ => match self.expectation(request) {
                Some(expect) => expect,
                None => return Err(SubmitError::Refused(tag, facts)),
            },
        };
        let tag = self.admit(tag, 1)?;
        let before = self.output.len();
        request.encode(&mut self.output);
        self.encoded += (self.output.len() - before) as u64;
        self.trace(facts, self.encoded);
        self.enqueue(now, tag, expect, request.timeout(), self.encoded);
        Ok(())
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
        // In a transaction too: where MULTI is refused the commands behind it run at once.
        let boundary = self.encoded + batch.first_end as u64;
        if batch.atomic {
            resp_core::encode::command(&mut batch.encoded, ["EXEC"]);
            self.trace(&table::MULTI, boundary);
        }
        batch.facts().iter().for_each(|facts| self.trace(facts, boundary));
        if batch.atomic {
            self.trace(&table::EXEC, boundary);
        }
        batch.spent = true;
        self.encoded += batch.encoded.len() as u64;
        let expect = Expect::Replies { left: batch.replies(), atomic: batch.atomic };
        self.output.append(&mut batch.encoded);
        self.enqueue(now, tag, expect, batch.timeout, boundary);
        Ok(())
    }

    /// What a command waits for that has an effect on its connection; nothing where its replies
    /// could not be matched.
    fn expectation(&self, request: &Request) -> Option<Expect> {
        let arguments = request.count().saturating_sub(1);
        let facts = request.facts();
        Some(match facts.effect {
            Effect::EndsReplies => return None,
            // In EXEC's reply, confirmations stand where other commands have one element each.
            Effect::Subscribes(_) | Effect::Unsubscribes(_) if self.in_transaction => return None,
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
                    return None;
                }
                Expect::Switch
            }
            Effect::ChangesState if facts.settles() => {
                Expect::Settled { all: facts.opens_transaction().is_some() }
            }
            Effect::None | Effect::Blocks(_) | Effect::ChangesState => Expect::Reply,
        })
    }

    /// Whether there is room.
    #[inline]
    fn admit(&mut self, tag: T, replies: usize) -> Result<T, SubmitError<T>> {
        match &self.state {
            State::Ready | State::Handshaking { .. } => {}
            State::Draining => return Err(SubmitError::Closed(tag, ConnectionError::Closed)),
            State::Closed(reason) => return Err(SubmitError::Closed(tag, reason.clone())),
        }
        let crowded = self.in_flight.replies() > 0 && replies > self.room();
        if crowded || self.output.len() >= self.config.max_queued.max(1) {
            self.blocked = true;
            return Err(SubmitError::Full(tag));
        }
        Ok(tag)
    }

    #[inline]
    fn enqueue(&mut self, now: Time, tag: T, expect: Expect, timeout: Timeout, boundary: u64) {
        let deadline = self.deadline(now, timeout);
        if self.in_flight.is_empty() {
            self.handle_activity(now);
        }
        let patient = timeout != Timeout::Default;
        self.in_flight.push(Entry { tag: Some(tag), expect, deadline, patient, boundary });
    }
}
