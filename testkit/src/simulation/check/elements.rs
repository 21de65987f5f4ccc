//! What has to be true of the elements of queues.

use std::collections::BTreeMap;
use std::fmt;

use super::super::journal::{Kind, Outcome};
use super::super::ledger::number;
use super::super::world::World;

/// What became of the elements pushed to queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elements {
    /// How many there were.
    pub pushed: u64,
    /// Those that callers have got.
    pub delivered: u64,
    /// Those that are still there.
    pub left: u64,
    /// Those taken by a command whose caller went away, or was told that it may have been applied.
    pub unknown: u64,
}

impl Elements {
    pub(in crate::simulation) const fn add(&mut self, other: Self) {
        self.pushed += other.pushed;
        self.delivered += other.delivered;
        self.left += other.left;
        self.unknown += other.unknown;
    }
}

impl fmt::Display for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pushed, delivered, left, unknown } = self;
        write!(
            f,
            "{pushed} elements pushed = {delivered} delivered + {left} left + {unknown} unknown"
        )
    }
}

/// Looks for elements that were lost, or delivered twice.
pub(in crate::simulation) fn account(world: &World) -> Elements {
    let (server, journal) = (world.server.borrow(), world.journal.borrow());
    let mut left: BTreeMap<usize, u64> = BTreeMap::new();
    for element in server.data.elements().filter_map(|element| number(element)) {
        *left.entry(element).or_default() += 1;
    }
    let mut sum = Elements::default();
    for (element, issued) in journal.commands.iter().enumerate() {
        let is_pushed = matches!(issued.kind, Kind::Enqueue(_));
        if !is_pushed || server.ledger.own(element).is_empty() {
            continue;
        }
        sum.pushed += 1;
        let fate = (left.get(&element).copied().unwrap_or_default(), server.ledger.takers(element));
        match fate {
            (1, []) => sum.left += 1,
            (0, [taker]) => {
                let taking = journal.commands.get(*taker);
                let told = taking.and_then(|taking| Some((taking.outcome?.0, taking.element)));
                match told {
                    Some((Outcome::Replied, Some(got))) if got == element => sum.delivered += 1,
                    Some((Outcome::MaybeApplied | Outcome::Cancelled, None)) => sum.unknown += 1,
                    _ => world.violated(format!("element {element}, taken by {taker}, is lost")),
                }
            }
            (left, takers) => {
                let what = format!("element {element} is left {left} times, taken by {takers:?}");
                world.violated(what);
            }
        }
    }
    sum
}
