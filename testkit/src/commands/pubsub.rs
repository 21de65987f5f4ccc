//! Pub/sub.

use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [sent(), subscribed(), unsubscribed(), listed()].into_iter().flatten().collect()
}

fn sent() -> Vec<Case> {
    vec![gives(cmd::publish("c", "m"), 0), gives(cmd::spublish("c", "m"), 0)]
}

/// Of several confirmations, the first is looked at.
fn subscribed() -> Vec<Case> {
    vec![
        case(cmd::subscribe(["s", "t"])).shows("Confirmation { name: Some(b\"s\"), held: 1 }"),
        case(cmd::psubscribe(["s*"])).shows("Confirmation { name: Some(b\"s*\"), held: 1 }"),
        case(cmd::psubscribe(["s*"]))
            .given("SUBSCRIBE s")
            .shows("Confirmation { name: Some(b\"s*\"), held: 2 }"),
        case(cmd::ssubscribe(["s"])).shows("Confirmation { name: Some(b\"s\"), held: 1 }"),
    ]
}

fn unsubscribed() -> Vec<Case> {
    let none = |case: Case| case.shows("Confirmation { name: None, held: 0 }");
    let one = |case: Case| case.shows("Confirmation { name: Some(b\"s\"), held: 0 }");
    vec![
        none(case(cmd::unsubscribe())),
        one(case(cmd::unsubscribe()).given("SUBSCRIBE s")),
        one(case(cmd::unsubscribe().channels(["s", "t"])).given("SUBSCRIBE s")),
        none(case(cmd::punsubscribe())),
        one(case(cmd::punsubscribe().patterns(["s"])).given("PSUBSCRIBE s")),
        none(case(cmd::sunsubscribe())),
        one(case(cmd::sunsubscribe().channels(["s"])).given("SSUBSCRIBE s")),
    ]
}

/// In RESP2, who has subscribed can't ask, and others may be subscribed still.
fn listed() -> Vec<Case> {
    vec![
        case(cmd::pubsub_channels()),
        gives(cmd::pubsub_channels().pattern("none*"), Vec::new()),
        case(cmd::pubsub_shardchannels()),
        gives(cmd::pubsub_shardchannels().pattern("none*"), Vec::new()),
        case(cmd::pubsub_numpat()),
        gives(cmd::pubsub_numsub(["a", "b"]), vec![("a".into(), 0), ("b".into(), 0)]),
        gives(cmd::pubsub_shardnumsub(["a"]), vec![("a".into(), 0)]),
        case(cmd::pubsub_help()),
    ]
}
