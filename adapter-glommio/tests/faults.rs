//! Faults on real sockets, in a reduced size: `cargo xtask faults` has them in full.
#![cfg(target_os = "linux")]

use adapter_glommio::Glommio;
use glommio::LocalExecutorBuilder;
use testkit::faults::{self, Figures, Outcome, Size, Traffic};

type Ended = Result<(), Box<dyn std::error::Error>>;

/// Runs a section on an executor of its own.
fn on_an_executor(section: impl AsyncFn() -> Outcome) -> Ended {
    // Next to nothing is locked, so that many executors may run at once.
    let executor = LocalExecutorBuilder::default().io_memory(64 << 10).ring_depth(32).make()?;
    let figures: Figures = executor.run(section())?;
    println!("{figures}");
    assert!(figures.passed(), "{figures}");
    Ok(())
}

#[test]
fn a_connection_cut_anywhere() -> Ended {
    on_an_executor(async || faults::cuts::<Glommio>(Size::Reduced).await)
}

#[test]
fn futures_dropped_at_every_poll() -> Ended {
    on_an_executor(async || faults::cancelled::<Glommio>(Size::Reduced).await)
}

#[test]
fn nothing_popped_is_unaccounted_for() -> Ended {
    on_an_executor(async || faults::ledger::<Glommio>(Size::Reduced).await)
}

#[test]
fn leases_are_clean_whatever_went_before() -> Ended {
    on_an_executor(async || faults::hygiene::<Glommio>(Size::Reduced).await)
}

#[test]
fn clients_come_back_one_by_one() -> Ended {
    on_an_executor(async || faults::storm::<Glommio>(Size::Reduced).await)
}

#[test]
fn subscribers_miss_nothing_without_a_word() -> Ended {
    on_an_executor(async || faults::pubsub::<Glommio>(Size::Reduced).await)
}

#[test]
fn much_more_than_the_sockets_hold() -> Ended {
    on_an_executor(async || faults::bulk::<Glommio>(Traffic::all(Size::Reduced)[0]).await)?;
    on_an_executor(async || faults::bulk::<Glommio>(Traffic::all(Size::Reduced)[1]).await)
}
