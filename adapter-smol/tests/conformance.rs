//! The conformance suite on smol's executors, against a real redis-server.

mod own;

use adapter_smol::Smol;
use own::Own;
use smol::block_on;
use testkit::conformance::{self as suite, Adapter, Outcome, Setup, Tally, everywhere, once};

/// Runs a section with its drivers on smol's own executor, and once each on one of the test's that
/// has one thread, and several.
fn on_each(
    name: &str,
    global: &impl AsyncFn(&Setup) -> Outcome,
    own: &impl AsyncFn(&Setup) -> Outcome,
) -> Outcome {
    block_on(everywhere(&format!("{name} on smol's threads"), global))?;
    own::on_one_thread(once(&format!("{name} on one"), own))?;
    own::on_two_threads(once(&format!("{name} on several"), own))
}

#[test]
fn commands() -> Outcome {
    on_each("commands", &suite::commands::<Smol>, &suite::commands::<Own>)
}

#[test]
fn replies() -> Outcome {
    on_each("replies", &suite::replies::<Smol>, &suite::replies::<Own>)
}

#[test]
fn batches() -> Outcome {
    on_each("batches", &suite::batches::<Smol>, &suite::batches::<Own>)
}

#[test]
fn refused() -> Outcome {
    on_each("refused", &suite::refused::<Smol>, &suite::refused::<Own>)
}

#[test]
fn pipelines() -> Outcome {
    on_each("pipelines", &suite::pipelines::<Smol>, &suite::pipelines::<Own>)
}

#[test]
fn optimistic() -> Outcome {
    on_each("optimistic", &suite::optimistic::<Smol>, &suite::optimistic::<Own>)
}

#[test]
fn scripts() -> Outcome {
    on_each("scripts", &suite::scripts::<Smol>, &suite::scripts::<Own>)
}

#[test]
fn cursors() -> Outcome {
    on_each("cursors", &suite::cursors::<Smol>, &suite::cursors::<Own>)
}

#[test]
fn groups() -> Outcome {
    on_each("groups", &suite::groups::<Smol>, &suite::groups::<Own>)
}

#[test]
fn registry() -> Outcome {
    on_each("registry", &suite::registry::<Smol>, &suite::registry::<Own>)
}

#[test]
fn pubsub() -> Outcome {
    on_each("pubsub", &suite::pubsub::<Smol>, &suite::pubsub::<Own>)
}

#[test]
fn session() -> Outcome {
    on_each("session", &suite::session::<Smol>, &suite::session::<Own>)
}

#[test]
fn large_values() -> Outcome {
    on_each("large values", &suite::large_values::<Smol>, &suite::large_values::<Own>)
}

#[test]
fn many_at_once() -> Outcome {
    on_each("many at once", &suite::many_at_once::<Smol>, &suite::many_at_once::<Own>)
}

#[test]
fn backpressure() -> Outcome {
    on_each("backpressure", &suite::backpressure::<Smol>, &suite::backpressure::<Own>)
}

#[test]
fn small_steps() -> Outcome {
    on_each("small steps", &suite::small_steps::<Smol>, &suite::small_steps::<Own>)
}

#[test]
fn timeouts() -> Outcome {
    on_each("timeouts", &suite::timeouts::<Smol>, &suite::timeouts::<Own>)
}

#[test]
fn loss() -> Outcome {
    on_each("loss", &suite::loss::<Smol>, &suite::loss::<Own>)
}

#[test]
fn reconnecting() -> Outcome {
    on_each("reconnecting", &suite::reconnecting::<Smol>, &suite::reconnecting::<Own>)
}

#[test]
fn silence() -> Outcome {
    on_each("silence", &suite::silence::<Smol>, &suite::silence::<Own>)
}

#[test]
fn pools() -> Outcome {
    on_each("pools", &suite::pools::<Smol>, &suite::pools::<Own>)
}

#[test]
fn trust() -> Outcome {
    block_on(suite::trust::<Smol>())
}

#[test]
fn cancelled_at_every_poll() -> Outcome {
    async fn section<R: Adapter>(setup: &Setup) -> Outcome {
        judge(suite::cancel_at_every_poll::<R>(setup).await?, 300);
        Ok(())
    }
    on_each("cancelled at every poll", &section::<Smol>, &section::<Own>)
}

#[test]
fn cancelled_at_random() -> Outcome {
    async fn section<R: Adapter>(setup: &Setup) -> Outcome {
        judge(suite::cancel_at_random::<R>(setup, 7).await?, 500);
        Ok(())
    }
    on_each("cancelled at random", &section::<Smol>, &section::<Own>)
}

/// With at least so many points in each of eight rounds.
fn judge(tally: Tally, points: usize) {
    println!("{tally:?}");
    assert_eq!(tally.strangers, 0);
    assert!(tally.points >= points, "only {} points", tally.points);
}
