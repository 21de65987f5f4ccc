//! A lease, and that nobody else has it.

use std::rc::Rc;

use adapter_core::{Cause, Error, Runtime};

use super::Visit;
use crate::simulation::Sabotage;
use crate::simulation::check::LATE;
use crate::simulation::journal::is_lost;
use crate::simulation::workload::link::SimulatedLease;
use crate::simulation::world::World;

/// A lease while somebody has it.
pub(super) struct Tenant<'a> {
    _seat: Seat<'a>,
    pub(super) lease: Rc<SimulatedLease>,
}

/// A place in a pool while it is somebody's.
struct Seat<'a> {
    world: &'a World,
    pool: usize,
    place: usize,
}

impl<'a> Visit<'a> {
    /// Waits for a lease. Without one: whether the pool seems to be of no use any more.
    pub(super) async fn lease(&self) -> Result<Tenant<'a>, bool> {
        let (world, runtime) = (self.world(), &self.caller.runtime);
        let start = runtime.now();
        let leased = self.pool.lease().await;
        let took = runtime.now().since(start);
        if took > world.plan.bounds.lease + LATE && world.plan.faults > 0 {
            world.violated(format!("a lease has taken {took:?}"));
        }
        match leased {
            Ok(lease) => Ok(self.tenant(lease)),
            Err(error @ Error::NotSent(_)) => {
                let excused = world.plan.faults > 0 || self.held.closing.get().is_some();
                if !excused {
                    world.violated(format!("no lease although nothing went wrong: {error}"));
                }
                Err(is_lost(&error) || error == Error::NotSent(Cause::AllLeased) && world.one_in(3))
            }
            Err(error) => {
                world.violated(format!("no lease: {error}"));
                Err(true)
            }
        }
    }

    fn tenant(&self, lease: SimulatedLease) -> Tenant<'a> {
        let (world, pool) = (self.world(), self.held.number);
        let mut lease = Rc::new(lease);
        let mut last = self.held.last_lease.borrow_mut();
        if let Some(other) = last.upgrade()
            && world.sabotages(Sabotage::LeasesTwice)
        {
            lease = other;
        }
        *last = Rc::downgrade(&lease);
        // It says so at the beginning.
        let text = format!("{lease:?}");
        let digits = text.strip_prefix("Lease(").and_then(|rest| rest.split(',').next());
        let place = digits.and_then(|digits| digits.parse().ok());
        let Some(place) = place else { panic!("{text} doesn't say which it is") };
        if !world.tenants.borrow_mut().take(pool, place) {
            world.violated(format!("connection {place} of pool {pool} is leased twice"));
        }
        Tenant { _seat: Seat { world, pool, place }, lease }
    }
}

impl Tenant<'_> {
    /// The lease, unless by sabotage somebody else has it, too.
    pub(super) fn own(&mut self) -> Option<&mut SimulatedLease> {
        Rc::get_mut(&mut self.lease)
    }

    /// Has the pool make another connection.
    pub(super) fn discard(self) {
        if let Some(lease) = Rc::into_inner(self.lease) {
            lease.discard();
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.world.tenants.borrow_mut().give_back(self.pool, self.place);
    }
}
