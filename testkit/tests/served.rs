//! Our server and our clients in virtual time: that nothing is wrong, and that what is wrong is
//! noticed.

use testkit::simulation::served::{Report, serve};
use testkit::simulation::{Options, Sabotage};

/// Many more run in release mode: `cargo xtask simulate`.
#[test]
fn three_hundred_worlds() {
    let mut sum = Report::default();
    for seed in 0..300 {
        let report = serve(seed, &Options::default());
        assert!(report.violations.is_empty(), "seed {seed}: {:#?}", report.violations);
        sum.add(report);
    }
    assert!(sum.answered > 1_000 && sum.unsent > 100 && sum.unknown > 100, "{sum}");
    assert!(sum.faults > 300 && sum.panics > 10 && sum.opened > 500, "{sum}");
}

#[test]
fn a_seed_makes_the_same_world_each_time() {
    for seed in 0..20 {
        let (one, other) = (serve(seed, &Options::default()), serve(seed, &Options::default()));
        assert_eq!(one, other, "seed {seed}");
    }
}

/// A check that can't fail is none.
#[test]
fn what_is_wrong_is_noticed() {
    for (sabotage, sign) in [
        (Sabotage::SwapsReplies, "another's reply"),
        (Sabotage::AppliesTwice, "ran 2 times"),
        (Sabotage::NeverWakes, "hangs"),
        (Sabotage::LosesReply, "hangs"),
    ] {
        let noticed = (0..20).filter(|seed| {
            let report = serve(*seed, &Options { sabotage: Some(sabotage), ..Options::default() });
            report.violations.iter().any(|violation| violation.contains(sign))
        });
        assert!(noticed.count() > 5, "{sabotage:?}");
    }
}
