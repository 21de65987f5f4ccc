//! The conformance suite on both of tokio's schedulers, against a real redis-server.

use adapter_tokio::Tokio;
use testkit::conformance::{self as suite, Outcome, Setup, Tally, everywhere, once};
use tokio::runtime::Builder;

/// Runs a section on several threads, and once on a single one.
fn on_both(name: &str, section: &impl AsyncFn(&Setup) -> Outcome) -> Outcome {
    let several = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    several.block_on(everywhere(&format!("{name} on several"), section))?;
    let one = Builder::new_current_thread().enable_all().build()?;
    one.block_on(once(&format!("{name} on one"), section))
}

#[test]
fn commands() -> Outcome {
    on_both("commands", &suite::commands::<Tokio>)
}

#[test]
fn replies() -> Outcome {
    on_both("replies", &suite::replies::<Tokio>)
}

#[test]
fn batches() -> Outcome {
    on_both("batches", &suite::batches::<Tokio>)
}

#[test]
fn refused() -> Outcome {
    on_both("refused", &suite::refused::<Tokio>)
}

#[test]
fn pipelines() -> Outcome {
    on_both("pipelines", &suite::pipelines::<Tokio>)
}

#[test]
fn optimistic() -> Outcome {
    on_both("optimistic", &suite::optimistic::<Tokio>)
}

#[test]
fn scripts() -> Outcome {
    on_both("scripts", &suite::scripts::<Tokio>)
}

#[test]
fn cursors() -> Outcome {
    on_both("cursors", &suite::cursors::<Tokio>)
}

#[test]
fn groups() -> Outcome {
    on_both("groups", &suite::groups::<Tokio>)
}

#[test]
fn registry() -> Outcome {
    on_both("registry", &suite::registry::<Tokio>)
}

#[test]
fn pubsub() -> Outcome {
    on_both("pubsub", &suite::pubsub::<Tokio>)
}

#[test]
fn session() -> Outcome {
    on_both("session", &suite::session::<Tokio>)
}

#[test]
fn large_values() -> Outcome {
    on_both("large values", &suite::large_values::<Tokio>)
}

#[test]
fn many_at_once() -> Outcome {
    on_both("many at once", &suite::many_at_once::<Tokio>)
}

#[test]
fn backpressure() -> Outcome {
    on_both("backpressure", &suite::backpressure::<Tokio>)
}

#[test]
fn small_steps() -> Outcome {
    on_both("small steps", &suite::small_steps::<Tokio>)
}

#[test]
fn timeouts() -> Outcome {
    on_both("timeouts", &suite::timeouts::<Tokio>)
}

#[test]
fn loss() -> Outcome {
    on_both("loss", &suite::loss::<Tokio>)
}

#[test]
fn reconnecting() -> Outcome {
    on_both("reconnecting", &suite::reconnecting::<Tokio>)
}

#[test]
fn silence() -> Outcome {
    on_both("silence", &suite::silence::<Tokio>)
}

#[test]
fn pools() -> Outcome {
    on_both("pools", &suite::pools::<Tokio>)
}

#[test]
fn trust() -> Outcome {
    Builder::new_current_thread().enable_all().build()?.block_on(suite::trust::<Tokio>())
}

#[test]
fn cancelled_at_every_poll() -> Outcome {
    on_both("cancelled at every poll", &async |setup: &Setup| {
        judge(suite::cancel_at_every_poll::<Tokio>(setup).await?, 300);
        Ok(())
    })
}

#[test]
fn cancelled_at_random() -> Outcome {
    on_both("cancelled at random", &async |setup: &Setup| {
        judge(suite::cancel_at_random::<Tokio>(setup, 7).await?, 500);
        Ok(())
    })
}

/// With at least so many points in each of eight rounds.
fn judge(tally: Tally, points: usize) {
    println!("{tally:?}");
    assert_eq!(tally.strangers, 0);
    assert!(tally.points >= points, "only {} points", tally.points);
}
