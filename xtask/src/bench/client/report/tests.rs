use super::super::plan::CONTENDERS;
use super::*;

fn row(workload: &str, contender: &str, figures: Figures) -> Row {
    Row {
        workload: WORKLOADS.iter().find(|one| one.name == workload).unwrap(),
        contender: CONTENDERS.iter().find(|one| one.name == contender).unwrap(),
        figures,
    }
}

fn figures(user_ns: f64, wall_ns: f64) -> Figures {
    Figures {
        ops_per_s: Some(1e9 / wall_ns),
        wall_ns: Some(wall_ns),
        user_ns: Some(user_ns),
        sys_ns: Some(100.0),
        allocs: Some(1.0),
        alloc_bytes: Some(40.0),
        p50_us: Some(20.25),
        p99_us: Some(30.5),
        rss_kib: Some(6_000.0),
        heap_bytes: None,
    }
}

#[test]
fn a_load_has_a_table_with_ratios_to_the_best_peer_and_the_limit() {
    let rows = [
        row("get-64", "raw", figures(0.0, 500.0)),
        row("get-64", "redis-rs", figures(900.0, 2_000.0)),
        row("get-64", "fred", figures(1_900.0, 1_000.0)),
        row("get-64", "adapter-tokio", figures(150.0, 800.0)),
    ];
    let text = text(&rows);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let table: Vec<String> = text.lines().take(8).map(words).collect();
    assert_eq!(
        table,
        [
            "get-64: GET of 16 bytes, 64 tasks over one connection",
            "",
            "| client | ops/s | wall ns | user ns | sys ns | allocs | alloc/payload | p50 us | p99 us | \
             memory KiB | heap KiB | CPU/peer | CPU/raw | wall/peer | wall/raw |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
            "| raw | 2000000 | 500 | 0 | 100 | 1.00 | 2.50 | 20.2 | 30.5 | 6000 | | 0.10 | 1.00 | 0.50 | \
             1.00 |",
            "| redis-rs | 500000 | 2000 | 900 | 100 | 1.00 | 2.50 | 20.2 | 30.5 | 6000 | | 1.00 | 10.00 | \
             2.00 | 4.00 |",
            "| fred | 1000000 | 1000 | 1900 | 100 | 1.00 | 2.50 | 20.2 | 30.5 | 6000 | | 2.00 | 20.00 | \
             1.00 | 2.00 |",
            "| adapter-tokio | 1250000 | 800 | 150 | 100 | 1.00 | 2.50 | 20.2 | 30.5 | 6000 | | 0.25 | \
             2.50 | 0.80 | 1.60 |",
        ]
    );
    assert!(text.contains("at most 0.25 met"), "{text}");
}

#[test]
fn json_has_the_agreed_keys_and_no_others() {
    let idle = Figures { rss_kib: Some(20.0), heap_bytes: Some(21_000.0), ..Figures::default() };
    let rows = [row("get-1", "fred", figures(1.0, 2.0)), row("idle", "fred", idle)];
    let parsed: serde_json::Value = serde_json::from_str(&json(&rows)).unwrap();
    assert_eq!(
        parsed,
        serde_json::json!([
            {
                "client": "fred",
                "workload": "get-1",
                "ops_per_s": 500_000_000,
                "wall_ns": 2.0,
                "user_ns": 1.0,
                "sys_ns": 100.0,
                "allocs": 1.0,
                "alloc_bytes": 40,
                "p50_us": 20.25,
                "p99_us": 30.5,
                "rss_kib": 6_000,
            },
            {
                "client": "fred",
                "workload": "idle",
                "ops_per_s": null,
                "wall_ns": null,
                "user_ns": null,
                "sys_ns": null,
                "allocs": null,
                "alloc_bytes": null,
                "p50_us": null,
                "p99_us": null,
                "rss_kib": 20,
                "heap_bytes": 21_000,
            },
        ])
    );
}
