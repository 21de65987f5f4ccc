//! What callers come to think of.

use std::time::Duration;

use super::calls::{Call, Form};
use crate::simulation::journal::Kind;
use crate::simulation::world::World;

/// Any call. What was `set` may be asked for.
pub(super) fn call(world: &World, set: &mut Vec<usize>) -> Call {
    let form = match world.below(8) {
        0..4 => Form::Single,
        4 => Form::Typed,
        5 | 6 => Form::Pipeline,
        _ => Form::Transaction,
    };
    let number = match form {
        Form::Single => 1,
        Form::Typed => 3,
        Form::Pipeline | Form::Transaction => 1 + world.below(6),
    };
    let kinds = match form {
        Form::Typed => vec![Kind::Set, Kind::Incr, Kind::Echo],
        _ => (0..number).map(|_| kind(world, set)).collect(),
    };
    let sized = |kind| (kind, world.below(world.plan.payload.max(1)));
    Call { form, kinds: kinds.into_iter().map(sized).collect(), patience: patience(world) }
}

/// Commands that a transaction may hold, without mistakes.
pub(super) fn harmless(world: &World) -> Vec<(Kind, usize)> {
    let kind = || match world.below(3) {
        0 => Kind::Echo,
        1 => Kind::Set,
        _ => Kind::Incr,
    };
    (0..1 + world.below(3)).map(|_| (kind(), world.below(world.plan.payload.max(1)))).collect()
}

/// Waiting for an element of a queue.
pub(super) fn dequeue(world: &World) -> Call {
    let millis = [1, 20, 200, 2_000].get(world.below(4)).copied().unwrap_or_default();
    let kind = Kind::Dequeue(world.below(QUEUES), millis);
    // Without faults no timer may hide a lost wakeup.
    let patience = if world.plan.faults > 0 { patience(world) } else { Some(HOUR) };
    Call { form: Form::Single, kinds: vec![(kind, 0)], patience }
}

fn kind(world: &World, set: &mut Vec<usize>) -> Kind {
    match world.below(10) {
        0..3 => Kind::Echo,
        3..5 => Kind::Set,
        5..7 => Kind::Incr,
        7 if world.plan.pool.is_some() => Kind::Enqueue(world.below(QUEUES)),
        7 => Kind::Push,
        8 if world.one_in(3) => Kind::Nonsense,
        _ if set.is_empty() => Kind::Echo,
        _ => Kind::Get(set.swap_remove(world.below(set.len()))),
    }
}

fn patience(world: &World) -> Option<Duration> {
    (world.plan.impatient && world.one_in(3)).then(|| world.up_to(IMPATIENT))
}

/// So few that callers compete.
const QUEUES: usize = 3;

/// The longest of the short timeouts.
const IMPATIENT: Duration = Duration::from_millis(60);

const HOUR: Duration = Duration::from_secs(3600);
