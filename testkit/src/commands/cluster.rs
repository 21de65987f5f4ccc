//! Redis Cluster: a node that knows no other.

use redis_client_core::args::{Order, SlotState, SlotStats};
use redis_client_core::cmd;
use redis_client_core::replies::{Shard, SlotRange};

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [slots(), keys(), nodes(), changes(), epochs()].into_iter().flatten().collect()
}

fn slots() -> Vec<Case> {
    let clean = |case: Case| case.cleanup("CLUSTER FLUSHSLOTS");
    let some = |case: Case| clean(case).given("CLUSTER ADDSLOTS 1 2 3 5");
    let set = |state| cmd::cluster_setslot(1, state);
    vec![
        clean(gives(cmd::cluster_addslots([1, 2]), ())),
        clean(gives(cmd::cluster_addslotsrange([(1, 2), (5, 7)]), ())),
        some(gives(cmd::cluster_delslots([1, 5]), ())),
        some(gives(cmd::cluster_delslotsrange([(1, 2), (5, 5)]), ())),
        gives(cmd::cluster_flushslots(), ()),
        some(case(set(SlotState::Importing("x")))).fails("ERR I'm already the owner"),
        some(case(set(SlotState::Migrating("x")))).fails("ERR I don't know about node x"),
        some(case(set(SlotState::Node("x")))).fails("ERR Unknown node x"),
        some(gives(set(SlotState::Stable), ())),
        case(set(SlotState::Stable).timeout_ms(10)).not_run("valkey 8.0"),
        some(case(cmd::cluster_slots().parse::<[SlotRange; 2]>())),
        some(case(cmd::cluster_shards().parse::<[Shard; 1]>())),
        gives(cmd::cluster_links(), Vec::new()),
        case(cmd::cluster_slot_stats(SlotStats::Range(0, 5))).not_run("redis 8.2"),
        case(cmd::cluster_slot_stats(SlotStats::OrderBy {
            metric: "key-count",
            limit: Some(5),
            order: Some(Order::Asc),
        }))
        .not_run("redis 8.2"),
        case(cmd::cluster_slot_stats(SlotStats::OrderBy {
            metric: "cpu-usec",
            limit: None,
            order: Some(Order::Desc),
        }))
        .not_run("redis 8.2"),
    ]
}

fn keys() -> Vec<Case> {
    vec![
        gives(cmd::cluster_keyslot("123456789"), 12_739),
        gives(cmd::cluster_countkeysinslot(12_739), 0),
        gives(cmd::cluster_getkeysinslot(12_739, 5), Vec::new()),
        gives(cmd::asking(), ()),
        gives(cmd::readonly(), ()),
        gives(cmd::readwrite(), ()),
    ]
}

fn nodes() -> Vec<Case> {
    let unknown = "ERR Unknown node x";
    vec![
        case(cmd::cluster_info()),
        case(cmd::cluster_nodes()),
        case(cmd::cluster_myid()),
        case(cmd::cluster_myshardid()).not_run("redis 7.2"),
        case(cmd::cluster_count_failure_reports("x")).fails(unknown),
        case(cmd::cluster_replicas("x")).fails(unknown),
        case(cmd::cluster_slaves("x")).fails(unknown),
        case(cmd::cluster_help()),
    ]
}

fn changes() -> Vec<Case> {
    let unknown = "ERR Unknown node x";
    let away = |case: Case| case.cleanup("CLUSTER RESET");
    let primary = "ERR You should send CLUSTER FAILOVER to a replica";
    vec![
        away(gives(cmd::cluster_meet("127.0.0.1", 1), ())),
        away(gives(cmd::cluster_meet("127.0.0.1", 1).cluster_bus_port(2), ())),
        case(cmd::cluster_forget("x")).fails(unknown),
        case(cmd::cluster_replicate("x")).fails(unknown),
        case(cmd::cluster_failover()).fails(primary),
        case(cmd::cluster_failover().force()).fails(primary),
        case(cmd::cluster_failover().takeover()).fails(primary),
        gives(cmd::cluster_reset(), ()),
        gives(cmd::cluster_reset().soft(), ()),
        gives(cmd::cluster_reset().hard(), ()),
        gives(cmd::cluster_saveconfig(), ()),
    ]
}

fn epochs() -> Vec<Case> {
    vec![
        gives(cmd::cluster_bumpepoch(), "BUMPED 1".into()).given("CLUSTER RESET HARD"),
        gives(cmd::cluster_set_config_epoch(5), ()).given("CLUSTER RESET HARD"),
    ]
}
