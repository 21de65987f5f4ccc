//! Subscribers whose connections are cut under load.

use std::time::Instant;

use adapter_core::Protocol;

use super::{Figures, Outcome, Size, at_least};
use crate::conformance::Adapter;
use crate::pubsub_cuts::cut;

/// Cuts a subscriber's connection a thousand times while numbered messages are published: none may
/// be missing without a gap told, and none may come twice. See [`cut`].
///
/// # Errors
///
/// Any that should not be.
pub async fn pubsub<R: Adapter>(size: Size) -> Outcome {
    let started = Instant::now();
    let cuts = size.pick(500, 25);
    let tallies = [cut::<R>(Protocol::Resp3, cuts).await?, cut::<R>(Protocol::Resp2, cuts).await?];
    let mut figures =
        Figures::new(format!("subscribers cut under load ({:.1?})", started.elapsed()));
    for tally in &tallies {
        figures.line(tally.to_string());
    }
    let sum = |of: fn(&crate::pubsub_cuts::Cuts) -> u64| tallies.iter().map(of).sum::<u64>();
    let made = sum(|tally| tally.cuts);
    figures.bar(made >= 2 * cuts, "connections cut", at_least(2 * cuts), made);
    // Else the cuts were too gentle to show anything.
    let missing = sum(|tally| tally.missing);
    figures.bar(missing > 0, "messages that nobody could get", "> 0", missing);
    let silent = sum(|tally| tally.silent);
    figures.bar(silent == 0, "messages missing without a gap told", 0, silent);
    let repeated = sum(|tally| tally.repeated);
    figures.bar(repeated == 0, "messages that came twice", 0, repeated);
    Ok(figures)
}
