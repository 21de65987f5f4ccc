//! What each section says.

use std::time::Duration;

use redis_server_core::Topic;

use super::{Lines, Section};
use crate::commands::connection::VERSION;
use crate::engine::{Engine, TABLE};

/// In the order of Redis.
pub(super) const SECTIONS: [Section; 13] = [
    section("server", server),
    section("clients", clients),
    section("memory", memory),
    section("persistence", persistence),
    section("stats", stats),
    section("replication", replication),
    Section { capitals: 3, ..section("cpu", cpu) },
    section("modules", |_, _| {}),
    Section { by_default: false, ..section("commandstats", commandstats) },
    section("errorstats", errorstats),
    Section { by_default: false, ..section("latencystats", |_, _| {}) },
    section("cluster", cluster),
    section("keyspace", keyspace),
];

const fn section(name: &'static str, write: fn(&Engine, &mut Lines<'_>)) -> Section {
    Section { name, capitals: 1, by_default: true, write }
}

fn server(engine: &Engine, lines: &mut Lines<'_>) {
    let shared = &engine.shared;
    let uptime = shared.time.saturating_sub(shared.started).as_secs();
    lines
        .add("redis_version", VERSION)
        .add("redis_git_sha1", "00000000")
        .add("redis_git_dirty", 0)
        .add("redis_mode", "standalone")
        .add("server_name", "embedded-redis")
        .add("os", format_args!("{} {}", std::env::consts::OS, std::env::consts::ARCH))
        .add("arch_bits", usize::BITS);
    if let Some(id) = shared.process.id {
        lines.add("process_id", id);
    }
    lines
        .add("run_id", &shared.run_id)
        .add("tcp_port", shared.settings.any_port())
        .add("server_time_usec", shared.time.as_micros())
        .add("uptime_in_seconds", uptime)
        .add("uptime_in_days", uptime / (24 * 3600))
        .add("hz", shared.settings.hz())
        .add("configured_hz", shared.settings.hz());
    if let Some(path) = &shared.process.executable {
        lines.add("executable", path);
    }
    lines.add("config_file", "");
}

fn clients(engine: &Engine, lines: &mut Lines<'_>) {
    let shared = &engine.shared;
    let blocked = || engine.clients.iter().filter_map(|(_, client)| client.blocked.as_ref());
    let waiting = engine.clients.iter().filter(|(_, client)| client.waits()).count();
    let timed = blocked().filter(|blocked| blocked.waiting.deadline().is_some()).count();
    lines
        .add("connected_clients", engine.clients.len())
        .add("cluster_connections", 0)
        .add("maxclients", shared.settings.maxclients)
        .add("blocked_clients", waiting)
        .add("tracking_clients", shared.tracking.clients())
        .add("clients_in_timeout_table", timed);
}

fn memory(engine: &Engine, lines: &mut Lines<'_>) {
    let shared = &engine.shared;
    let (used, peak) = (engine.used_memory() as u64, shared.stats.peak_memory as u64);
    lines.add_bytes("used_memory", used);
    if let Some(resident) = shared.process.resident {
        lines.add_bytes("used_memory_rss", resident);
    }
    let share = used as f64 * 100.0 / peak.max(1) as f64;
    lines
        .add_bytes("used_memory_peak", peak)
        .add("used_memory_peak_perc", format_args!("{share:.2}%"))
        .add("used_memory_dataset", used);
    if let Some(memory) = shared.process.memory {
        lines.add_bytes("total_system_memory", memory);
    }
    lines
        .add_bytes("maxmemory", shared.settings.maxmemory as u64)
        .add("maxmemory_policy", shared.settings.maxmemory_policy.name());
    if let Some(resident) = shared.process.resident {
        let ratio = resident as f64 / used.max(1) as f64;
        lines.add("mem_fragmentation_ratio", format_args!("{ratio:.2}"));
    }
}

/// Nothing is kept on disk.
fn persistence(engine: &Engine, lines: &mut Lines<'_>) {
    lines
        .add("loading", 0)
        .add("async_loading", 0)
        .add("rdb_changes_since_last_save", engine.shared.changes)
        .add("rdb_bgsave_in_progress", 0)
        .add("rdb_last_save_time", engine.shared.started.as_secs())
        .add("rdb_last_bgsave_status", "ok")
        .add("rdb_saves", 0)
        .add("aof_enabled", 0)
        .add("aof_rewrite_in_progress", 0)
        .add("aof_rewrite_scheduled", 0);
}

fn stats(engine: &Engine, lines: &mut Lines<'_>) {
    let (stats, hub) = (&engine.shared.stats, &engine.shared.hub);
    let tracking = &engine.shared.tracking;
    lines
        .add("total_connections_received", stats.connections)
        .add("total_commands_processed", stats.commands)
        .add("rejected_connections", stats.rejected_connections)
        .add("expired_keys", stats.expired)
        .add("evicted_keys", stats.evicted)
        .add("keyspace_hits", stats.hits)
        .add("keyspace_misses", stats.misses)
        .add("pubsub_channels", hub.len(Topic::Channel))
        .add("pubsub_patterns", hub.len(Topic::Pattern))
        .add("pubsubshard_channels", hub.len(Topic::ShardChannel))
        .add("tracking_total_keys", tracking.keys())
        .add("tracking_total_items", tracking.items())
        .add("tracking_total_prefixes", tracking.prefixes())
        .add("total_error_replies", stats.errors());
}

fn replication(engine: &Engine, lines: &mut Lines<'_>) {
    lines
        .add("role", "master")
        .add("connected_slaves", 0)
        .add("master_failover_state", "no-failover")
        .add("master_replid", &engine.shared.run_id)
        .add("master_replid2", "0".repeat(40))
        .add("master_repl_offset", 0)
        .add("second_repl_offset", -1)
        .add("repl_backlog_active", 0);
}

fn cpu(engine: &Engine, lines: &mut Lines<'_>) {
    let Some(cpu) = engine.shared.process.cpu else { return };
    let seconds = |time: Duration| format!("{:.6}", time.as_secs_f64());
    let all = [("", cpu.process), ("_children", cpu.children), ("_main_thread", cpu.thread)];
    for (of, times) in all {
        lines
            .add(&format!("used_cpu_sys{of}"), seconds(times.system))
            .add(&format!("used_cpu_user{of}"), seconds(times.user));
    }
}

/// How long they took is nothing that the engine can know.
fn commandstats(engine: &Engine, lines: &mut Lines<'_>) {
    for (entry, calls) in TABLE.iter().zip(&engine.shared.stats.calls) {
        if calls.run + calls.rejected > 0 {
            let name = format!("cmdstat_{}", entry.spec.name());
            let (run, rejected, failed) = (calls.run, calls.rejected, calls.failed);
            lines.add(
                &name,
                format_args!("calls={run},rejected_calls={rejected},failed_calls={failed}"),
            );
        }
    }
}

fn errorstats(engine: &Engine, lines: &mut Lines<'_>) {
    for (code, count) in &engine.shared.stats.errors {
        let name = format!("errorstat_{}", String::from_utf8_lossy(code));
        lines.add(&name, format_args!("count={count}"));
    }
}

fn cluster(_: &Engine, lines: &mut Lines<'_>) {
    lines.add("cluster_enabled", 0);
}

fn keyspace(engine: &Engine, lines: &mut Lines<'_>) {
    for (index, database) in engine.databases.iter().enumerate() {
        let (keys, expires) = (database.db.len(), database.db.volatile_len());
        if keys > 0 {
            lines.add(
                &format!("db{index}"),
                format_args!("keys={keys},expires={expires},avg_ttl=0"),
            );
        }
    }
}
