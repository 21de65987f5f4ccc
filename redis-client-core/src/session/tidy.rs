//! A connection that goes from one user to the next.

use alloc::string::ToString;

use resp_core::FrameRef;

use super::in_flight::Expect;
use super::{Session, State};
use crate::error::{ConnectionError, ServerError};
use crate::event::Event;
use crate::facts::{Effect, Facts};
use crate::time::Time;

/// Whether a connection is as its next user may expect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a connection that is not clean would surprise its next user"]
pub enum Tidy {
    /// It is.
    Clean,
    /// It will be: [`Event::Tidied`] tells when.
    Pending,
    /// It never will be, and has to be closed: it subscribes, tracks, waits in a blocking command,
    /// or is over already.
    Hopeless,
}

/// What commands have left behind on the connection, as far as it matters to its next user.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Keys are watched.
    watching: bool,
    /// Another database is selected.
    elsewhere: bool,
    /// Something that is not worth undoing: another user, another name, tracking.
    altered: bool,
}

impl<T> Session<T> {
    /// Has the connection put back as the handshake left it, for its next user: an open `MULTI`,
    /// `WATCH` and `SELECT` are undone, and what is under way is waited for.
    ///
    /// Nothing may be submitted until it is [`Tidy::Clean`]. A server that refuses ends the
    /// session.
    pub fn tidy(&mut self, _now: Time) -> Tidy {
        let Traces { watching, elsewhere, altered } = self.traces;
        let ready = matches!(self.state, State::Ready);
        if !ready || altered || !self.subscriptions.is_empty() || self.in_flight.is_entangled() {
            return Tidy::Hopeless;
        }
        let in_transaction = core::mem::take(&mut self.in_transaction);
        if !in_transaction && !watching && !elsewhere && self.in_flight.is_empty() {
            return Tidy::Clean;
        }
        self.traces = Traces::default();
        if in_transaction {
            // Ends WATCH as well.
            self.ask(&["DISCARD"], Expect::Tidied { last: false });
        } else if watching {
            self.ask(&["UNWATCH"], Expect::Tidied { last: false });
        }
        if elsewhere {
            let database = self.config.database.to_string();
            self.ask(&["SELECT", &database], Expect::Tidied { last: false });
        }
        self.ask(&["PING"], Expect::Tidied { last: true });
        Tidy::Pending
    }

    /// Notes what a command leaves behind.
    #[inline]
    pub(super) fn trace(&mut self, facts: &Facts) {
        if facts.effect == Effect::ChangesState {
            self.trace_change(facts);
        }
    }

    fn trace_change(&mut self, facts: &Facts) {
        match facts.name {
            "MULTI" => self.in_transaction = true,
            "EXEC" | "DISCARD" => {
                self.in_transaction = false;
                self.traces.watching = false;
            }
            "WATCH" => self.traces.watching = true,
            "UNWATCH" => self.traces.watching = false,
            "SELECT" => self.traces.elsewhere = true,
            "RESET" => {
                self.in_transaction = false;
                self.traces.altered = true;
            }
            _ => self.traces.altered = true,
        }
    }

    /// Takes the answer to a command of [`tidy`](Self::tidy).
    pub(super) fn handle_tidied(&mut self, frame: FrameRef<'_>, last: bool) {
        match ServerError::of(frame) {
            // The MULTI was refused in its time.
            Some(error) if error.text().starts_with(b"ERR DISCARD without MULTI") => {}
            // A PING may be forbidden to this user; it is answered all the same.
            Some(error) if error.code() == "NOPERM" && last => self.events.push_back(Event::Tidied),
            Some(error) => self.fail(ConnectionError::Untidy(error), self.taken),
            None if last => self.events.push_back(Event::Tidied),
            None => {}
        }
    }
}
