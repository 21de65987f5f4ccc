//! Futures dropped at every step.

use std::time::Instant;

use adapter_core::Protocol;

use super::{Figures, Outcome, Size, at_least};
use crate::conformance::{Adapter, Over, Setup, Tally, cancel_at_every_poll, cancel_at_random};

/// Drops commands, pipelines and transactions after every number of polls, and then sends fifty
/// tagged echoes: no reply may reach a stranger. See [`cancel_at_every_poll`].
///
/// # Errors
///
/// Any that should not be.
pub async fn cancelled<R: Adapter>(size: Size) -> Outcome {
    let started = Instant::now();
    let all = [Over::Tcp, Over::Unix];
    let mut sum = Tally::default();
    for over in all.into_iter().take(size.pick(2, 1)) {
        for protocol in [Protocol::Resp3, Protocol::Resp2].into_iter().take(size.pick(2, 1)) {
            let setup = Setup::start(over, protocol)?;
            let mut tallies = vec![cancel_at_every_poll::<R>(&setup).await?];
            if size == Size::Full {
                tallies.push(cancel_at_random::<R>(&setup, 7).await?);
                println!("  .. {setup}, {:.0?}", started.elapsed());
            }
            for tally in tallies {
                sum.points += tally.points;
                sum.ended += tally.ended;
                sum.strangers += tally.strangers;
            }
        }
    }
    let mut figures =
        Figures::new(format!("cancel at every poll, then 50 echoes ({:.1?})", started.elapsed()));
    let least = size.pick(2000, 300);
    figures.line(format!("{} of them had ended by themselves", sum.ended));
    figures.bar(sum.points >= least, "futures dropped under way", at_least(least), sum.points);
    figures.bar(sum.strangers == 0, "replies to strangers", 0, sum.strangers);
    Ok(figures)
}
