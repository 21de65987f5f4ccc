//! What has to be true at the end of a run.

mod elements;

use std::collections::BTreeMap;
use std::time::Duration;

use super::journal::{Issued, Kind, Outcome};
use super::ledger::{Entry, Ledger};
use super::world::World;
pub use elements::Elements;
pub(super) use elements::account;

/// Looks for what was left behind.
pub(super) fn left_behind(world: &World) {
    for (task, name) in world.tasks.left() {
        world.violated(format!("task {task}, a {name}, hangs"));
    }
    let timers = world.timers();
    if timers > 0 {
        world.violated(format!("{timers} timers are left"));
    }
}

/// Compares what callers were told with what the server has run, and looks for what was left
/// behind.
pub(super) fn check(world: &World) {
    left_behind(world);
    let server = world.server.borrow();
    let journal = world.journal.borrow();
    let mut groups: BTreeMap<usize, Vec<(usize, &[Entry])>> = BTreeMap::new();
    for (command, issued) in journal.commands.iter().enumerate() {
        let run = runs(&server.ledger, command, issued);
        if let Some(wrong) = disagreement(world, issued, run) {
            world.violated(format!("command {command}, {issued:?}, {wrong}: {run:?}"));
        }
        if issued.group != usize::MAX {
            groups.entry(issued.group).or_default().push((command, run));
        }
    }
    for (first, mut members) in groups {
        let Some(issued) = journal.commands.get(first) else { continue };
        members.insert(0, (first, runs(&server.ledger, first, issued)));
        if let Some(wrong) = torn(&members, issued.atomic) {
            world.violated(format!("the commands from {first} {wrong}: {members:?}"));
        }
    }
}

fn runs<'a>(ledger: &'a Ledger, command: usize, issued: &Issued) -> &'a [Entry] {
    match issued.kind {
        Kind::Get(set) => ledger.reads(set),
        _ => ledger.own(command),
    }
}

/// What is wrong with an outcome, given how often the command was run.
fn disagreement(world: &World, issued: &Issued, run: &[Entry]) -> Option<&'static str> {
    let Some((outcome, at)) = issued.outcome else { return Some("has no outcome") };
    // What only reads may be sent again.
    let most = if world.plan.reconnects && issued.reads { 1 + RESENDS } else { 1 };
    let right_number = match outcome {
        Outcome::Replied | Outcome::Refused => (1..=most).contains(&run.len()),
        Outcome::Discarded | Outcome::NotSent | Outcome::Unpolled | Outcome::NoClient => {
            run.is_empty()
        }
        Outcome::MaybeApplied | Outcome::Cancelled => run.len() <= most,
    };
    if !right_number {
        return Some("was not run as often as that");
    }
    let database = issued.database.unwrap_or(world.plan.bounds.database);
    if run.iter().any(|run| run.database != database) {
        return Some("was run in another database");
    }
    if run.iter().any(|run| run.at < issued.at) {
        return Some("was run before it was asked for");
    }
    let replied = matches!(outcome, Outcome::Replied | Outcome::Refused);
    if replied && run.iter().all(|run| run.at > at) {
        return Some("was run after its reply");
    }
    let excused =
        replied || issued.excused || matches!(outcome, Outcome::Cancelled | Outcome::Unpolled);
    if world.plan.faults == 0 && !excused && outcome != Outcome::Discarded {
        return Some("failed although nothing went wrong");
    }
    let failed = matches!(outcome, Outcome::NotSent | Outcome::MaybeApplied);
    if failed && issued.patience.is_some_and(|patience| at.since(issued.at) > patience * 2 + LATE) {
        return Some("took longer than its timeout");
    }
    None
}

/// What is wrong with how the commands of a pipeline or transaction were run: all together or
/// none, or as many as had arrived, and nothing in between.
fn torn(members: &[(usize, &[Entry])], atomic: bool) -> Option<&'static str> {
    let run: Vec<_> = members.iter().map_while(|(_, run)| run.first()).collect();
    let more = members.iter().skip(run.len()).any(|(_, run)| !run.is_empty());
    let one_behind_the_other = run.windows(2).all(|pair| match pair {
        [first, second] => first.connection == second.connection && first.place + 1 == second.place,
        _ => true,
    });
    match () {
        () if more => Some("were not run in order"),
        () if atomic && !run.is_empty() && run.len() < members.len() => Some("were torn apart"),
        () if !one_behind_the_other => Some("had others in between"),
        () => None,
    }
}

/// The most often that the options let a command be sent again.
const RESENDS: usize = 2;

/// A task may be stalled for so long, and wait for the others, before it is told.
pub(super) const LATE: Duration = Duration::from_secs(2);
