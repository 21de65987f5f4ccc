//! A subscriber's connection cut again and again: see [`testkit::pubsub_cuts`].

use adapter_tokio::{Protocol, Tokio};
use testkit::conformance::Outcome;
use testkit::pubsub_cuts::cut;

/// A thousand are `CUTS=1000 cargo test --release -p adapter-tokio --test cuts -- --nocapture`.
#[tokio::test]
async fn no_gap_without_its_event_and_no_message_twice() -> Outcome {
    let cuts = std::env::var("CUTS").ok().and_then(|cuts| cuts.parse().ok()).unwrap_or(50);
    for protocol in [Protocol::Resp3, Protocol::Resp2] {
        let tally = cut::<Tokio>(protocol, cuts).await?;
        println!("{protocol:?}: {tally}");
        assert_eq!((tally.cuts, tally.silent, tally.repeated), (cuts, 0, 0));
        assert!(tally.gaps <= cuts && tally.gaps > cuts / 2, "{tally}");
        assert!(tally.missing > 0, "the cuts were too gentle: {tally}");
    }
    Ok(())
}
