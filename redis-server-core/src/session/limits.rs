//! What a client may leave unread, and how long it may be silent.

use core::time::Duration;

use resp_core::Time;

use super::{Closed, Session, State};
use crate::config::{Marks, OutputLimit};

#[derive(Debug)]
pub(super) struct Limits {
    pub(super) marks: Marks,
    pub(super) marks_before_auth: Marks,
    pub(super) output: Option<OutputLimit>,
    pub(super) subscriber_output: Option<OutputLimit>,
    pub(super) max_promised: usize,
    pub(super) idle: Option<Duration>,
}

impl Session {
    /// As much has been written as could be: looks whether what is left is too much. Returns whether
    /// the connection goes on; if not, [`poll_request`](Self::poll_request) says why, at once: there
    /// may be nothing else to wait for.
    pub fn handle_written(&mut self, now: Time) -> bool {
        let left = self.output.ready().len();
        if left < self.offered {
            self.heard = now;
        }
        self.offered = left;
        let queued = self.output.len();
        let Some(limit) = self.output_limit() else {
            self.over_soft_limit = None;
            return true;
        };
        let mut goes_on = queued <= limit.hard;
        if queued <= limit.soft {
            self.over_soft_limit = None;
        } else {
            let since = *self.over_soft_limit.get_or_insert(now);
            goes_on &= now.since(since) < limit.soft_for;
        }
        if !goes_on {
            self.give_up(queued);
        }
        goes_on
    }

    /// Whether no command may run just now.
    #[inline]
    pub(super) fn is_full(&mut self) -> bool {
        let queued = self.output.len();
        let marks =
            if self.authenticated { &self.limits.marks } else { &self.limits.marks_before_auth };
        self.paused = if self.paused { queued > marks.low } else { queued >= marks.high };
        let promised = self.output.promised();
        self.paused
            || self.postponed > 0
            || promised > 0 && (promised >= self.limits.max_promised || self.output.is_held())
    }

    pub(super) fn idle_deadline(&self) -> Option<Time> {
        let waits = self.output.promised() > 0 || self.postponed > 0;
        let waits = waits || self.terms.subscriptions() > 0;
        let exempt = waits || matches!(self.state, State::Closing(_));
        self.limits.idle.filter(|_| !exempt).map(|idle| self.heard + idle)
    }

    pub(super) fn output_limit(&self) -> Option<OutputLimit> {
        if self.terms.subscriptions() > 0 {
            self.limits.subscriber_output
        } else {
            self.limits.output
        }
    }

    fn give_up(&mut self, bytes: usize) {
        self.output.clear();
        self.over_soft_limit = None;
        self.state = State::Closing(Closed::OutputLimit { bytes });
    }
}
