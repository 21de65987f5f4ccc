//! The conformance suite on glommio, against a real redis-server.
#![cfg(target_os = "linux")]

use adapter_glommio::Glommio;
use glommio::{LocalExecutor, LocalExecutorBuilder};
use testkit::conformance::{self as suite, Outcome, Setup, Tally, everywhere};

/// Runs a section on an executor of its own.
fn on_an_executor(name: &str, section: &impl AsyncFn(&Setup) -> Outcome) -> Outcome {
    executor()?.run(everywhere(name, section))
}

/// Next to nothing is locked, so that many executors may run at once.
fn executor() -> Result<LocalExecutor, Box<dyn std::error::Error>> {
    Ok(LocalExecutorBuilder::default().io_memory(64 << 10).ring_depth(32).make()?)
}

#[test]
fn commands() -> Outcome {
    on_an_executor("commands", &suite::commands::<Glommio>)
}

#[test]
fn replies() -> Outcome {
    on_an_executor("replies", &suite::replies::<Glommio>)
}

#[test]
fn batches() -> Outcome {
    on_an_executor("batches", &suite::batches::<Glommio>)
}

#[test]
fn refused() -> Outcome {
    on_an_executor("refused", &suite::refused::<Glommio>)
}

#[test]
fn pipelines() -> Outcome {
    on_an_executor("pipelines", &suite::pipelines::<Glommio>)
}

#[test]
fn optimistic() -> Outcome {
    on_an_executor("optimistic", &suite::optimistic::<Glommio>)
}

#[test]
fn scripts() -> Outcome {
    on_an_executor("scripts", &suite::scripts::<Glommio>)
}

#[test]
fn cursors() -> Outcome {
    on_an_executor("cursors", &suite::cursors::<Glommio>)
}

#[test]
fn groups() -> Outcome {
    on_an_executor("groups", &suite::groups::<Glommio>)
}

#[test]
fn registry() -> Outcome {
    on_an_executor("registry", &suite::registry::<Glommio>)
}

#[test]
fn pubsub() -> Outcome {
    on_an_executor("pubsub", &suite::pubsub::<Glommio>)
}

#[test]
fn session() -> Outcome {
    on_an_executor("session", &suite::session::<Glommio>)
}

#[test]
fn large_values() -> Outcome {
    on_an_executor("large values", &suite::large_values::<Glommio>)
}

#[test]
fn many_at_once() -> Outcome {
    on_an_executor("many at once", &suite::many_at_once::<Glommio>)
}

#[test]
fn backpressure() -> Outcome {
    on_an_executor("backpressure", &suite::backpressure::<Glommio>)
}

#[test]
fn small_steps() -> Outcome {
    on_an_executor("small steps", &suite::small_steps::<Glommio>)
}

#[test]
fn timeouts() -> Outcome {
    on_an_executor("timeouts", &suite::timeouts::<Glommio>)
}

#[test]
fn loss() -> Outcome {
    on_an_executor("loss", &suite::loss::<Glommio>)
}

#[test]
fn reconnecting() -> Outcome {
    on_an_executor("reconnecting", &suite::reconnecting::<Glommio>)
}

#[test]
fn silence() -> Outcome {
    on_an_executor("silence", &suite::silence::<Glommio>)
}

#[test]
fn pools() -> Outcome {
    on_an_executor("pools", &suite::pools::<Glommio>)
}

#[test]
fn trust() -> Outcome {
    executor()?.run(suite::trust::<Glommio>())
}

#[test]
fn cancelled_at_every_poll() -> Outcome {
    on_an_executor("cancelled at every poll", &async |setup: &Setup| {
        judge(suite::cancel_at_every_poll::<Glommio>(setup).await?, 300);
        Ok(())
    })
}

#[test]
fn cancelled_at_random() -> Outcome {
    on_an_executor("cancelled at random", &async |setup: &Setup| {
        judge(suite::cancel_at_random::<Glommio>(setup, 7).await?, 500);
        Ok(())
    })
}

/// With at least so many points in each of eight rounds.
fn judge(tally: Tally, points: usize) {
    println!("{tally:?}");
    assert_eq!(tally.strangers, 0);
    assert!(tally.points >= points, "only {} points", tally.points);
}
