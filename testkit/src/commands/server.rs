//! The server.

use redis_client_core::args::{CommandFilter, CommandLog, ReplicaOf};
use redis_client_core::cmd;
use redis_client_core::replies::{self, LatencyHistogram as Histogram};

use super::{Case, case, gives, shows};

pub(super) fn cases() -> Vec<Case> {
    let groups = [
        users(),
        refused(),
        commands(),
        config(),
        data(),
        snapshots(),
        latency(),
        logs(),
        memory(),
        modules(),
        replication(),
        shutdown(),
    ];
    groups.into_iter().flatten().collect()
}

fn users() -> Vec<Case> {
    let user =
        |case: Case| case.given("ACL SETUSER u reset on >p ~k* &c +get").cleanup("ACL DELUSER u");
    vec![
        case(cmd::acl_cat()),
        case(cmd::acl_cat().category("scripting")),
        gives(cmd::acl_setuser("u", ["on", ">p", "~k*"]), ()).cleanup("ACL DELUSER u"),
        gives(cmd::acl_setuser("u", NONE), ()).cleanup("ACL DELUSER u"),
        user(gives(cmd::acl_deluser(["u", "v"]), 1)),
        user(gives(cmd::acl_dryrun("u", "get", ["k"]), replies::DryRun::Allowed)),
        user(shows(
            cmd::acl_dryrun("u", "get", ["x"]),
            "Denied(\"This user has no permissions to access the 'x' key\")",
        )),
        case(cmd::acl_genpass()),
        case(cmd::acl_genpass().bits(32)),
        gives(cmd::acl_getuser("nobody"), None),
        user(shows(
            cmd::acl_getuser("u"),
            "Some(AclUser { flags: [\"on\", \"sanitize-payload\"], passwords: 1, root: AclSelector \
             { commands: \"-@all +get\", keys: b\"~k*\", channels: b\"&c\" }, \
             selectors: [AclSelector { commands: \"-@all +set\", keys: b\"~s\", \
             channels: b\"\" }] })",
        ))
        .given("ACL SETUSER u (+set\t~s)"),
        gives(cmd::acl_list(), vec!["user default on nopass ~* &* +@all".into()]),
        gives(cmd::acl_users(), vec!["default".into()]),
        gives(cmd::acl_whoami(), "default".into()),
        case(cmd::acl_load()).fails("ERR This Redis instance is not configured to use an ACL"),
        case(cmd::acl_save()).fails("ERR This Redis instance is not configured to use an ACL"),
        case(cmd::acl_help()),
    ]
}

fn refused() -> Vec<Case> {
    vec![
        gives(cmd::acl_log(), Vec::new()).given("ACL LOG RESET"),
        case(cmd::acl_log().count(1).parse::<[replies::AclLogEntry; 1]>())
            .given("ACL SETUSER u reset on nopass ~* +@all -get")
            .given("AUTH u p")
            .given("EVAL redis.pcall('get','k') 0")
            .cleanup("ACL DELUSER u")
            .cleanup("ACL LOG RESET"),
        gives(cmd::acl_log().reset(), ()),
    ]
}

fn commands() -> Vec<Case> {
    let scripting = CommandFilter::Aclcat("scripting");
    vec![
        case(cmd::command_all()),
        case(cmd::command_count()),
        case(cmd::command_docs(NONE)),
        case(cmd::command_docs(["get", "config|get", "nothing"])),
        gives(cmd::command_getkeys("MSET", ["a", "1", "b", "2"]), vec!["a".into(), "b".into()]),
        gives(
            cmd::command_getkeysandflags("GET", ["a"]),
            vec![("a".into(), vec!["RO".into(), "access".into()])],
        ),
        case(cmd::command_info(NONE)),
        shows(
            cmd::command_info(["asking", "nothing"]),
            "[Some(CommandInfo { name: \"asking\", arity: 1, flags: [\"fast\"], first_key: 0, \
             last_key: 0, step: 0, acl_categories: [\"@fast\", \"@connection\"], tips: [], \
             key_specs: [], subcommands: [] }), None]",
        ),
        case(cmd::command_list()),
        case(cmd::command_list().filterby(scripting)),
        gives(cmd::command_list().filterby(CommandFilter::Module("m")), Vec::new()),
        gives(
            cmd::command_list().filterby(CommandFilter::Pattern("asking")),
            vec!["asking".into()],
        ),
        case(cmd::command_help()),
    ]
}

fn config() -> Vec<Case> {
    let of = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        gives(
            cmd::config_get(["hz", "databases"]),
            [of("hz", "10"), of("databases", "16")].into_iter().collect(),
        ),
        gives(cmd::config_set([("hz", 20), ("timeout", 0)]), ()).cleanup("CONFIG SET hz 10"),
        gives(cmd::config_resetstat(), ()),
        gives(cmd::config_rewrite(), ()),
        case(cmd::config_help()),
        case(cmd::info()),
        case(cmd::info().sections(["server", "memory"])),
        case(cmd::time()),
        case(cmd::lolwut()),
        case(cmd::lolwut().version(5)),
        case(cmd::debug("JMAP", NONE)).fails("ERR DEBUG command not allowed"),
        case(cmd::debug("SLEEP", [0])).fails("ERR DEBUG command not allowed"),
        gives(cmd::monitor(), ()),
    ]
}

fn data() -> Vec<Case> {
    vec![
        gives(cmd::dbsize(), 2).given("MSET a 1 b 2"),
        gives(cmd::flushall(), ()).given("SET a 1"),
        gives(cmd::flushall().async_(), ()),
        gives(cmd::flushall().sync(), ()),
        gives(cmd::flushdb(), ()).given("SET a 1"),
        gives(cmd::flushdb().async_(), ()),
        gives(cmd::flushdb().sync(), ()),
        gives(cmd::swapdb(0, 1), ()),
        gives(cmd::restore_asking("k", 0, DUMPED), ()),
        gives(cmd::restore_asking("k", 9_999_999_999_999, DUMPED).replace().absttl(), ()),
        gives(cmd::restore_asking("k", 0, DUMPED).idletime(5), ()),
        gives(cmd::restore_asking("k", 0, DUMPED).freq(5), ()),
    ]
}

/// What runs in the background is waited for: one at a time is all the server takes.
fn snapshots() -> Vec<Case> {
    let wait = |case: Case| case.cleanup("BLPOP nothing 1");
    vec![
        gives(cmd::save(), ()),
        case(cmd::lastsave()),
        wait(gives(cmd::bgsave(), "Background saving started".into())),
        wait(gives(cmd::bgsave().schedule(), "Background saving started".into())),
        case(cmd::bgsave().cancel()).not_run("valkey 8.1"),
        wait(case(cmd::bgrewriteaof())),
    ]
}

fn latency() -> Vec<Case> {
    let slow = |case: Case| {
        case.given("LATENCY RESET")
            .given("CONFIG SET latency-monitor-threshold 1")
            .given("EVAL for\ti=1,4e6\tdo\tend 0")
            .cleanup("CONFIG SET latency-monitor-threshold 0")
    };
    vec![
        case(cmd::latency_doctor()),
        slow(case(cmd::latency_graph("command"))),
        case(cmd::latency_graph("nothing")).fails("ERR No samples available"),
        case(cmd::latency_histogram()).given("SET k v"),
        case(cmd::latency_histogram().commands(["set"]).parse::<[(String, Histogram); 1]>())
            .given("CONFIG RESETSTAT")
            .given("SET k v"),
        slow(case(cmd::latency_history("command").parse::<[(u64, u64); 1]>())),
        slow(case(cmd::latency_latest().parse::<[replies::LatencyEvent; 1]>())),
        slow(gives(cmd::latency_reset().events(["command", "nothing"]), 1)),
        gives(cmd::latency_reset(), 0).given("LATENCY RESET"),
        case(cmd::latency_help()),
    ]
}

fn logs() -> Vec<Case> {
    let slow = |case: Case| {
        case.given("CONFIG SET slowlog-log-slower-than 0")
            .given("SLOWLOG RESET")
            .given("SET k v")
            .cleanup("CONFIG SET slowlog-log-slower-than 10000")
            .cleanup("SLOWLOG RESET")
    };
    vec![
        slow(case(cmd::slowlog_get().parse::<[replies::SlowLogEntry; 2]>())),
        slow(case(cmd::slowlog_get().count(1).parse::<[replies::SlowLogEntry; 1]>())),
        slow(gives(cmd::slowlog_len(), 2)),
        gives(cmd::slowlog_reset(), ()),
        case(cmd::slowlog_help()),
        case(cmd::commandlog_get(-1, CommandLog::Slow)).not_run("valkey 8.1"),
        case(cmd::commandlog_get(1, CommandLog::LargeRequest)).not_run("valkey 8.1"),
        case(cmd::commandlog_get(1, CommandLog::LargeReply)).not_run("valkey 8.1"),
        case(cmd::commandlog_len(CommandLog::Slow)).not_run("valkey 8.1"),
        case(cmd::commandlog_len(CommandLog::LargeRequest)).not_run("valkey 8.1"),
        case(cmd::commandlog_len(CommandLog::LargeReply)).not_run("valkey 8.1"),
        case(cmd::commandlog_reset(CommandLog::Slow)).not_run("valkey 8.1"),
        case(cmd::commandlog_reset(CommandLog::LargeRequest)).not_run("valkey 8.1"),
        case(cmd::commandlog_reset(CommandLog::LargeReply)).not_run("valkey 8.1"),
        case(cmd::commandlog_help()).not_run("valkey 8.1"),
    ]
}

fn memory() -> Vec<Case> {
    vec![
        case(cmd::memory_doctor()),
        case(cmd::memory_malloc_stats()),
        gives(cmd::memory_purge(), ()),
        case(cmd::memory_stats()).given("SET k v"),
        gives(cmd::memory_usage("k"), None),
        case(cmd::memory_usage("k").samples(0)).given("RPUSH k a b"),
        case(cmd::memory_help()),
    ]
}

fn modules() -> Vec<Case> {
    let refused = "ERR MODULE command not allowed";
    vec![
        gives(cmd::module_list(), Vec::new()),
        case(cmd::module_load("m.so", ["a"])).fails(refused),
        case(cmd::module_loadex("m.so")).fails(refused),
        case(cmd::module_loadex("m.so").config("a", 1).config("b", 2).module_args(["c", "d"]))
            .fails(refused),
        case(cmd::module_unload("m")).fails(refused),
        case(cmd::module_help()),
    ]
}

fn replication() -> Vec<Case> {
    let nobody = ReplicaOf::Server("127.0.0.1", 1);
    let alone = |case: Case| case.cleanup("REPLICAOF NO ONE");
    let taken = "takes over the connection";
    vec![
        shows(cmd::role(), "Primary { offset: 0, replicas: [] }"),
        alone(case(cmd::role())).given("REPLICAOF 127.0.0.1 1"),
        gives(cmd::replicaof(ReplicaOf::NoOne), ()),
        alone(gives(cmd::replicaof(nobody), ())),
        gives(cmd::slaveof(ReplicaOf::NoOne), ()),
        alone(gives(cmd::slaveof(nobody), ())),
        case(cmd::failover()).fails("ERR FAILOVER requires connected replicas"),
        case(cmd::failover().abort()).fails("ERR No failover in progress"),
        case(cmd::failover().to("127.0.0.1", 1).force().timeout_ms(10))
            .fails("ERR FAILOVER requires connected replicas"),
        case(cmd::replconf(["listening-port", "1"])),
        case(cmd::psync("?", -1)).not_run(taken),
        case(cmd::sync()).not_run(taken),
    ]
}

fn shutdown() -> Vec<Case> {
    let ends = "would end the server";
    vec![
        case(cmd::shutdown().abort()).fails("ERR No shutdown in progress"),
        case(cmd::shutdown().nosave().now().force()).not_run(ends),
        case(cmd::shutdown().save()).not_run(ends),
    ]
}

/// What `DUMP` of Redis 7.0 makes of the string `v`.
const DUMPED: &[u8] = b"\x00\x01v\n\x00\x91\x08\xce\xb2\x198\x8a\xce";

/// No arguments.
const NONE: [&str; 0] = [];
