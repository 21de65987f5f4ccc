//! Faults on real sockets, in a reduced size: `cargo xtask faults` has them in full.

use adapter_tokio::Tokio;
use testkit::faults::{self, Figures, Outcome, Size, Traffic};
use tokio::runtime::Builder;

/// Runs a section on one thread, and on several.
fn on_both(section: impl AsyncFn() -> Outcome) -> Result<(), Box<dyn std::error::Error>> {
    let mut several = Builder::new_multi_thread();
    several.worker_threads(2);
    for mut builder in [Builder::new_current_thread(), several] {
        let figures: Figures = builder.enable_all().build()?.block_on(section())?;
        println!("{figures}");
        assert!(figures.passed(), "{figures}");
    }
    Ok(())
}

#[test]
fn a_connection_cut_anywhere() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::cuts::<Tokio>(Size::Reduced).await)
}

#[test]
fn futures_dropped_at_every_poll() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::cancelled::<Tokio>(Size::Reduced).await)
}

#[test]
fn nothing_popped_is_unaccounted_for() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::ledger::<Tokio>(Size::Reduced).await)
}

#[test]
fn leases_are_clean_whatever_went_before() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::hygiene::<Tokio>(Size::Reduced).await)
}

#[test]
fn clients_come_back_one_by_one() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::storm::<Tokio>(Size::Reduced).await)
}

#[test]
fn subscribers_miss_nothing_without_a_word() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::pubsub::<Tokio>(Size::Reduced).await)
}

#[test]
fn much_more_than_the_sockets_hold() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::bulk::<Tokio>(Traffic::all(Size::Reduced)[0]).await)?;
    on_both(async || faults::bulk::<Tokio>(Traffic::all(Size::Reduced)[1]).await)
}

#[test]
fn the_password_is_never_seen() -> Result<(), Box<dyn std::error::Error>> {
    on_both(async || faults::secrets::<Tokio>(Size::Reduced, Vec::new).await)
}
