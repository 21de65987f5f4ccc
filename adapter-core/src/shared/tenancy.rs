//! Who has a pool's connection to himself.

use std::task::Waker;

use redis_client_core::{ConnectionError, Tidy, Time};

use super::{Shared, Status};
use crate::later::Later;

/// Whether a connection is everybody's or one lessee's.
///
/// ```text
///   vacant --lease--> leased --give back--> tidying --tidied--> vacant
///     ^                                        |
///     +------- connected again ------ lost ----+
/// ```
#[derive(Debug, Default)]
pub(crate) struct Tenancy {
    /// How many connections were lost: a lease is for one of them.
    epoch: u64,
    leased: bool,
    tidying: bool,
    /// A connection has held before.
    pub(super) held: bool,
    /// How often any of this has changed, and how often when the pool was last told.
    version: u64,
    told: u64,
}

/// What a pool has to know of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seat {
    /// It can be had, or shared.
    pub(crate) vacant: bool,
    /// There is a connection.
    pub(crate) up: bool,
    /// It is over.
    pub(crate) over: bool,
    /// News may overtake each other.
    pub(crate) version: u64,
}

/// How a lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Return {
    /// The lessee has never had it; what is under way on it is others'.
    Unused,
    Used,
    /// Another connection is to be made.
    Discarded,
}

/// In what condition a connection is leased.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    /// Nothing is under way.
    Quiet {
        /// The server has been silent since.
        since: Time,
    },
    /// Others' commands are.
    Busy,
}

impl Tenancy {
    pub(super) const fn is_leased(&self) -> bool {
        self.leased
    }

    pub(super) const fn is_vacant(&self) -> bool {
        !self.leased && !self.tidying
    }

    pub(super) const fn lost(&mut self) {
        self.epoch += 1;
        self.tidying = false;
    }

    pub(super) const fn changed(&mut self) {
        self.version += 1;
    }
}

impl Shared {
    /// Gives the connection to a lessee: its pass, and how it is. None if it can't be had.
    pub(crate) fn lease(&mut self, wakers: &mut Vec<Waker>) -> Option<(u64, Condition)> {
        if !self.open || !self.session.is_ready() {
            return None;
        }
        self.tenancy.leased = true;
        self.reopen();
        // They go over another connection.
        self.line.dissolve(wakers);
        let condition = match self.session.in_flight() {
            0 => Condition::Quiet { since: self.session.quiet_since() },
            _ => Condition::Busy,
        };
        Some((self.tenancy.epoch, condition))
    }

    /// Takes the connection back, in whatever state it is.
    pub(crate) fn give_back(&mut self, pass: u64, how: Return, later: &mut Later) {
        let mine = self.admits(pass);
        self.tenancy.leased = false;
        self.inbox.set_open(false);
        if mine && how != Return::Unused {
            match self.session.tidy(self.now) {
                Tidy::Clean if how == Return::Used => {}
                Tidy::Pending if how == Return::Used => self.tenancy.tidying = true,
                _ => {
                    let reason = ConnectionError::Closed;
                    self.session.handle_disconnected(self.now, reason, 0);
                    self.dispatch(&mut later.wake);
                }
            }
        }
        if self.retired {
            // It would have been closed but for the lease; another one may have been made since.
            self.close(false, &mut later.wake);
        }
        if mine {
            // It has something to send, or its connection to close.
            later.wake.extend(self.driver.take());
        }
        self.reopen();
    }

    pub(crate) const fn is_leased(&self) -> bool {
        self.tenancy.leased
    }

    /// Whether the lessee's connection is still the one that was leased.
    pub(crate) fn admits(&self, pass: u64) -> bool {
        self.tenancy.leased && self.tenancy.epoch == pass && self.status == Status::Up
    }

    /// What the pool has to be told.
    #[inline]
    pub(crate) fn take_news(&mut self) -> Option<Seat> {
        if self.tenancy.told == self.tenancy.version {
            return None;
        }
        self.tenancy.told = self.tenancy.version;
        Some(self.seat())
    }

    pub(crate) fn seat(&self) -> Seat {
        Seat {
            vacant: self.open && self.session.is_ready(),
            up: self.status == Status::Up,
            over: self.status == Status::Over,
            version: self.tenancy.version,
        }
    }

    pub(super) fn handle_tidied(&mut self, wakers: &mut Vec<Waker>) {
        self.tenancy.tidying = false;
        self.reopen();
        let room = self.room();
        self.line.call(room, wakers);
    }
}
