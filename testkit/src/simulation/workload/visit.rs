//! A caller with a connection of a pool to himself.

mod deeds;
mod tenant;

use std::cell::{Cell, RefCell};

use super::calls::{self, IssuedCall};
use super::link::{Held, SimulatedPool};
use super::{Asker, Call, Caller, draw};
use crate::simulation::journal::{Outcome, Via};
use crate::simulation::world::World;
use tenant::Tenant;

/// A lease, from the wish for one to its end.
///
/// Dropped half-way, it leaves commands without an outcome; they were given up then.
pub(super) struct Visit<'a> {
    caller: &'a Caller,
    held: &'a Held,
    pool: &'a SimulatedPool,
    /// The lease's number.
    number: usize,
    /// The database selected, where that is not the configured one.
    database: Cell<Option<u32>>,
    /// Commands under way, and what has become of them if the caller goes away now.
    open: RefCell<Vec<(usize, Outcome)>>,
}

/// What to do after a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Stay,
    /// Give the connection back, in whatever state it is.
    Leave,
    /// The same, since it is lost.
    Lost,
}

impl<'a> Visit<'a> {
    pub(super) fn new(caller: &'a Caller, held: &'a Held, pool: &'a SimulatedPool) -> Self {
        Self {
            caller,
            held,
            pool,
            number: caller.world().lease_number(),
            database: Cell::new(None),
            open: RefCell::default(),
        }
    }

    /// Leases a connection, does something with it, and gives it back: whether the pool seems to
    /// be of no use any more.
    pub(super) async fn run(self) -> bool {
        let mut tenant = match self.lease().await {
            Ok(tenant) => tenant,
            Err(lost) => return lost,
        };
        calls::look_at(self.world(), &*tenant.lease);
        let mut set = Vec::new();
        for _ in 0..1 + self.world().below(4) {
            let then = match self.world().below(12) {
                0..3 => self.make(draw::call(self.world(), &mut set), &tenant).await,
                3 => self.make(draw::dequeue(self.world()), &tenant).await,
                4 | 5 => self.watch(&tenant).await,
                6 | 7 => self.transaction(&tenant).await,
                8 | 9 => self.select(&tenant).await,
                10 => self.rename(&tenant).await,
                _ => match tenant.own() {
                    Some(lease) => self.subscribe(lease).await,
                    None => Then::Stay,
                },
            };
            match then {
                Then::Stay => {}
                Then::Leave => break,
                Then::Lost if self.world().one_in(2) => return true,
                // What is sent now goes nowhere.
                Then::Lost => {}
            }
        }
        if self.world().one_in(8) {
            tenant.discard();
        }
        false
    }

    /// Makes a call over the lease.
    async fn make(&self, call: Call, tenant: &Tenant<'_>) -> Then {
        let call = call.issue(&self.asker(), self.world());
        self.issued(&call, tenant).await
    }

    async fn issued(&self, call: &IssuedCall, tenant: &Tenant<'_>) -> Then {
        self.open(&call.commands, Outcome::Cancelled);
        match call.make(self.world(), &*tenant.lease, &self.held.closing).await {
            true => Then::Lost,
            false => Then::Stay,
        }
    }

    /// Notes commands that are under way, or will be.
    fn open(&self, commands: &[usize], outcome: Outcome) {
        self.world().begin(commands, &self.held.closing);
        let mut open = self.open.borrow_mut();
        open.retain(|(command, _)| !commands.contains(command));
        open.extend(commands.iter().map(|command| (*command, outcome)));
    }

    const fn asker(&self) -> Asker {
        let (caller, via) = (self.caller.id, Via::Leased(self.number));
        Asker { caller, via, database: self.database.get() }
    }

    fn world(&self) -> &'a World {
        self.caller.world()
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        for (command, outcome) in self.open.take() {
            if self.world().of(command, |issued| issued.outcome.is_none()) {
                self.world().conclude(command, outcome);
            }
        }
    }
}
