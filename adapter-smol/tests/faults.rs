//! Faults on real sockets, in a reduced size: `cargo xtask faults` has them in full.

mod own;

use own::Own;
use testkit::faults::{self, Figures, Outcome, Size, Traffic};

type Ended = Result<(), Box<dyn std::error::Error>>;

/// Runs a section on one thread, and on two.
fn on_both(section: impl AsyncFn() -> Outcome) -> Ended {
    judge(&own::on_one_thread(section())?);
    judge(&own::on_two_threads(section())?);
    Ok(())
}

fn judge(figures: &Figures) {
    println!("{figures}");
    assert!(figures.passed(), "{figures}");
}

#[test]
fn a_connection_cut_anywhere() -> Ended {
    on_both(async || faults::cuts::<Own>(Size::Reduced).await)
}

#[test]
fn futures_dropped_at_every_poll() -> Ended {
    on_both(async || faults::cancelled::<Own>(Size::Reduced).await)
}

#[test]
fn nothing_popped_is_unaccounted_for() -> Ended {
    on_both(async || faults::ledger::<Own>(Size::Reduced).await)
}

#[test]
fn leases_are_clean_whatever_went_before() -> Ended {
    on_both(async || faults::hygiene::<Own>(Size::Reduced).await)
}

#[test]
fn clients_come_back_one_by_one() -> Ended {
    on_both(async || faults::storm::<Own>(Size::Reduced).await)
}

#[test]
fn subscribers_miss_nothing_without_a_word() -> Ended {
    on_both(async || faults::pubsub::<Own>(Size::Reduced).await)
}

#[test]
fn much_more_than_the_sockets_hold() -> Ended {
    on_both(async || faults::bulk::<Own>(Traffic::all(Size::Reduced)[0]).await)?;
    on_both(async || faults::bulk::<Own>(Traffic::all(Size::Reduced)[1]).await)
}
