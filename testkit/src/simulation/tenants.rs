//! Who has which connection of a pool.

use std::collections::{BTreeMap, BTreeSet};

/// Leases, as their holders see them and as the server does.
#[derive(Debug, Default)]
pub(super) struct Tenants {
    numbers: usize,
    /// Pools, and the places in them that are leased.
    leased: BTreeSet<(usize, usize)>,
    /// How many leases were granted.
    pub(super) granted: u64,
    /// Leases that the server has heard of, and their connections.
    connections: BTreeMap<usize, usize>,
    /// Leases whose connection somebody else has used since.
    over: BTreeSet<usize>,
}

impl Tenants {
    /// A new number, for a client or a lease.
    pub(super) const fn number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    /// Notes that a connection is leased. False if it is already.
    pub(super) fn take(&mut self, pool: usize, place: usize) -> bool {
        self.granted += 1;
        self.leased.insert((pool, place))
    }

    pub(super) fn give_back(&mut self, pool: usize, place: usize) {
        self.leased.remove(&(pool, place));
    }

    /// Notes that a connection goes from one lease, or from common use, to another: what is wrong
    /// with that.
    pub(super) fn pass_on(
        &mut self,
        connection: usize,
        from: Option<usize>,
        to: Option<usize>,
    ) -> Option<&'static str> {
        self.over.extend(from);
        let to = to?;
        if self.over.contains(&to) {
            return Some("had somebody else on its connection");
        }
        let before = self.connections.insert(to, connection);
        let elsewhere = before.is_some_and(|before| before != connection);
        elsewhere.then_some("has had another connection")
    }
}
