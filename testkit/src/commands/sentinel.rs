//! Redis Sentinel: one that looks after a primary `m`, which nobody can reach, and knows no other
//! Sentinel.

use std::collections::BTreeMap;

use redis_client_core::args::{SentinelConfig, SimulatedFailure};
use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [asked(), newer(), settings(), changes()].into_iter().flatten().collect()
}

fn asked() -> Vec<Case> {
    let address = Some(("127.0.0.1".to_owned(), 1));
    vec![
        gives(cmd::sentinel_get_master_addr_by_name("m"), address),
        gives(cmd::sentinel_get_master_addr_by_name("n"), None),
        case(cmd::sentinel_master("m")),
        case(cmd::sentinel_master("n")).fails("ERR No such master"),
        case(cmd::sentinel_masters().parse::<[BTreeMap<String, String>; 1]>()),
        gives(cmd::sentinel_replicas("m"), Vec::new()),
        gives(cmd::sentinel_slaves("m"), Vec::new()),
        gives(cmd::sentinel_sentinels("m"), Vec::new()),
        gives(
            cmd::sentinel_is_master_down_by_addr("127.0.0.1", 1, 0, "*"),
            (false, "*".to_owned(), 0),
        ),
        gives(
            cmd::sentinel_ckquorum("m"),
            "OK 1 usable Sentinels. Quorum and failover authorization can be reached".to_owned(),
        ),
        case(cmd::sentinel_info_cache(["m", "n"])),
        case(cmd::sentinel_myid()),
        gives(cmd::sentinel_pending_scripts(), Vec::new()),
        case(cmd::sentinel_help()),
    ]
}

fn newer() -> Vec<Case> {
    let newer = "valkey 8.0";
    vec![
        case(cmd::sentinel_get_primary_addr_by_name("m")).not_run(newer),
        case(cmd::sentinel_is_primary_down_by_addr("127.0.0.1", 1, 0, "*")).not_run(newer),
        case(cmd::sentinel_primary("m")).not_run(newer),
        case(cmd::sentinel_primaries()).not_run(newer),
    ]
}

fn settings() -> Vec<Case> {
    let get = SentinelConfig::Get(&["announce-port"]);
    let port = BTreeMap::from([("announce-port".to_owned(), "0".to_owned())]);
    let set = SentinelConfig::Set(&[("announce-port", "0")]);
    vec![
        gives(cmd::sentinel_config(get).parse(), port),
        gives(cmd::sentinel_config(set).parse(), ()),
        case(cmd::sentinel_debug()),
        gives(cmd::sentinel_debug().settings([("ping-period", 1000)]), ()),
        gives(cmd::sentinel_set("m", [("quorum", 1), ("parallel-syncs", 1)]), ()),
        gives(cmd::sentinel_flushconfig(), ()),
    ]
}

fn changes() -> Vec<Case> {
    let monitor = "SENTINEL MONITOR n 127.0.0.1 2 1";
    vec![
        gives(cmd::sentinel_monitor("n", "127.0.0.1", 2, 1), ()).cleanup("SENTINEL REMOVE n"),
        gives(cmd::sentinel_remove("n"), ()).given(monitor),
        gives(cmd::sentinel_reset("m*"), 1),
        case(cmd::sentinel_failover("m")).fails("NOGOODSLAVE"),
        gives(cmd::sentinel_simulate_failure([SimulatedFailure::CrashAfterElection]), ()),
        gives(cmd::sentinel_simulate_failure([SimulatedFailure::CrashAfterPromotion]), ()),
    ]
}
