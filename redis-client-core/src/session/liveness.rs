//! Whether the server is still there.

use resp_core::encode;

use super::in_flight::{Entry, Expect};
use super::{Session, State};
use crate::error::ConnectionError;
use resp_core::Time;

/// A dead peer says nothing, and neither does an idle one: somebody has to ask.
///
/// ```text
///   heard --quiet for L, nothing awaited--> asked (PING)
///     ^                                       |
///     +------------- anything ----------------+--quiet for L, something awaited--> lost
/// ```
///
/// So a dead peer goes unnoticed for 2 L at most ([`Config::liveness`](crate::Config::liveness)).
/// A command that waits by its own leave, such as a blocking one, is given its time first.
impl<T> Session<T> {
    /// Takes word that bytes have arrived. They may be no frame yet.
    #[inline]
    pub fn handle_activity(&mut self, now: Time) {
        self.quiet_since = self.quiet_since.max(now);
    }

    /// Takes word that the transport took some more of what it could not take at once, when
    /// `unwritten` bytes were left. As long as the oldest command is not out, that is all the life
    /// there can be; later it may be no more than room in a buffer.
    pub fn handle_progress(&mut self, now: Time, unwritten: usize) {
        let written = self.taken.saturating_sub(unwritten as u64);
        if self.in_flight.oldest().is_some_and(|oldest| written < oldest.boundary) {
            self.handle_activity(now);
        }
    }

    /// When bytes last arrived, or something was first awaited.
    pub const fn quiet_since(&self) -> Time {
        self.quiet_since
    }

    /// When the silence has lasted too long.
    pub(super) fn silence_due(&self) -> Option<Time> {
        let limit = self.config.liveness?;
        if !matches!(self.state, State::Ready | State::Draining) {
            return None;
        }
        match self.in_flight.oldest() {
            // A PING would be queued as part of the transaction.
            None if self.in_transaction => None,
            None | Some(Entry { patient: false, .. }) => Some(self.quiet_since + limit),
            // Until then the silence is no bad sign.
            Some(Entry { deadline, .. }) => deadline.map(|at| self.quiet_since.max(at) + limit),
        }
    }

    /// Asks for a sign of life, or gives the connection up where that was done in vain.
    pub(super) fn handle_silence(&mut self, now: Time) {
        if self.silence_due().is_none_or(|due| now < due) {
            return;
        }
        if !self.in_flight.is_empty() {
            return self.fail(ConnectionError::Unresponsive, self.taken);
        }
        self.quiet_since = now;
        self.ask(&["PING"], Expect::Reply);
    }

    /// Sends a command of the session's own. Nobody waits for the answer.
    pub(super) fn ask(&mut self, command: &[&str], expect: Expect) {
        let before = self.output.len();
        encode::command(&mut self.output, command);
        self.encoded += (self.output.len() - before) as u64;
        let boundary = self.encoded;
        self.in_flight.push(Entry { tag: None, expect, deadline: None, patient: false, boundary });
    }
}
