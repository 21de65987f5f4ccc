//! A connection that goes from one user to the next.

use alloc::string::ToString;

use resp_core::FrameRef;

use super::in_flight::Expect;
use super::{Session, State};
use crate::error::{ConnectionError, ServerError};
use crate::event::Event;
use crate::facts::{Effect, Facts};
use resp_core::Time;

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
///
/// A transaction and a `WATCH` are over when the server says so: a `DISCARD` may be refused. Each
/// is noted by the place of its command, so that an answer ends only what came before.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// There was a `MULTI`.
    transaction: Option<u64>,
    /// Keys are watched.
    watching: Option<u64>,
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
        let Traces { transaction, watching, elsewhere, altered } = self.traces;
        let ready = matches!(self.state, State::Ready);
        if !ready || altered || !self.subscriptions.is_empty() || self.in_flight.is_entangled() {
            return Tidy::Hopeless;
        }
        let unsettled = transaction.is_some() || watching.is_some();
        if !unsettled && !elsewhere && self.in_flight.is_empty() {
            return Tidy::Clean;
        }
        self.in_transaction = false;
        self.traces = Traces::default();
        if transaction.is_some() {
            self.ask(&["DISCARD"], Expect::Tidied { last: false });
        }
        if watching.is_some() {
            self.ask(&["UNWATCH"], Expect::Tidied { last: false });
        }
        if elsewhere {
            let database = self.config.database.to_string();
            self.ask(&["SELECT", &database], Expect::Tidied { last: false });
        }
        self.ask(&["PING"], Expect::Tidied { last: true });
        Tidy::Pending
    }

    /// Notes what a command leaves behind that ends at that place of the output.
    #[inline]
    pub(super) fn trace(&mut self, facts: &Facts, place: u64) {
        if facts.effect == Effect::ChangesState {
            self.trace_change(facts, place);
        }
    }

    fn trace_change(&mut self, facts: &Facts, place: u64) {
        match facts.name {
            "MULTI" => {
                self.in_transaction = true;
                self.traces.transaction = Some(place);
            }
            "EXEC" | "DISCARD" => self.in_transaction = false,
            "WATCH" => self.traces.watching = Some(place),
            "UNWATCH" => {}
            "SELECT" => self.traces.elsewhere = true,
            "RESET" => {
                self.in_transaction = false;
                self.traces.altered = true;
            }
            _ => self.traces.altered = true,
        }
    }

    /// Takes the answer to `EXEC`, `DISCARD` or `UNWATCH` (`all` but that ends a transaction): what
    /// was begun before it is over, unless it is refused.
    pub(super) fn settle(&mut self, frame: FrameRef<'_>, all: bool, place: u64) {
        if ServerError::of(frame).is_some_and(|error| error.code() != "EXECABORT") {
            return;
        }
        let later = |begun: &u64| *begun > place;
        self.traces.watching = self.traces.watching.filter(later);
        if all {
            self.traces.transaction = self.traces.transaction.filter(later);
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
