//! Simulated worlds: that nothing is wrong in them, and that what is wrong is noticed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use testkit::simulation::{Elements, Fault, Options, Outcome, Report, Sabotage, simulate};

/// Many more run in release mode: `cargo xtask simulate`.
#[test]
fn a_thousand_worlds() {
    let next = AtomicU64::new(0);
    let work = || {
        let mut sum = Report::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= 1_000 {
                return sum;
            }
            let report = simulate(seed, &Options::default());
            let (wrong, events) = (&report.violations, report.events.join("\n"));
            assert!(wrong.is_empty(), "seed {seed}: {wrong:#?} after\n{events}");
            sum.add(report);
        }
    };
    let sum = thread::scope(|scope| {
        let one = scope.spawn(work);
        let mut sum = work();
        sum.add(one.join().unwrap());
        sum
    });
    for ((_, name), number) in Outcome::ALL.iter().zip(sum.outcomes) {
        assert!(number > 100, "only {number} commands were {name}");
    }
    assert!(sum.leases > 5_000, "only {} leases", sum.leases);
    let Elements { delivered, left, unknown, .. } = sum.elements;
    assert!(delivered > 1_000 && left > 500 && unknown > 50, "{}", sum.elements);
    for (name, number) in Fault::NAMES.iter().zip(sum.faults) {
        assert!(number > 10, "only {number} times: {name}");
    }
}

#[test]
fn a_seed_makes_the_same_world_each_time() {
    let told = Options { tell: true, ..Options::default() };
    for seed in 0..100 {
        assert_eq!(simulate(seed, &told), simulate(seed, &told), "seed {seed}");
    }
    assert_ne!(simulate(1, &told).hash, simulate(2, &told).hash);
}

/// A check that can't fail is none.
#[test]
fn what_is_wrong_is_noticed() {
    for (sabotage, sign) in [
        (Sabotage::AnswersTwice, "failed although nothing went wrong"),
        (Sabotage::SwapsReplies, "the reply is"),
        (Sabotage::AppliesTwice, "was not run as often as that"),
        (Sabotage::LosesReply, "hangs"),
        (Sabotage::NeverWakes, "hangs"),
        (Sabotage::WakesForNothing, "in a second"),
        (Sabotage::ForgetsDatabase, "was run in another database"),
        (Sabotage::RunsLate, "was run after its reply"),
        (Sabotage::KeepsTransaction, "in a transaction"),
        (Sabotage::KeepsWatch, "watching keys"),
        (Sabotage::KeepsDatabase, "in another database"),
        (Sabotage::LeasesTwice, "is leased twice"),
        (Sabotage::LosesElement, "is lost"),
        (Sabotage::DeliversTwice, "is left 1 times, taken by"),
    ] {
        let options = Options { sabotage: Some(sabotage), ..Options::default() };
        let reports: Vec<_> = (0..SEEDS).map(|seed| simulate(seed, &options)).collect();
        let noticed = reports.iter().filter(|report| !report.violations.is_empty()).count();
        let told = reports.iter().flat_map(|report| &report.violations);
        assert!(noticed >= 5, "{sabotage:?} was noticed {noticed} times of {SEEDS}");
        assert!(told.clone().any(|told| told.contains(sign)), "{sabotage:?} is told as {told:?}");
    }
}

/// Some half of them have what can be sabotaged.
const SEEDS: u64 = 40;
