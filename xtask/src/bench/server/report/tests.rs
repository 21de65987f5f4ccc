use super::super::plan::SERVERS;
use super::*;

fn server(name: &str) -> &'static Server {
    SERVERS.iter().copied().find(|server| server.name == name).unwrap()
}

fn load(pipeline: u64) -> &'static Load {
    LOADS.iter().find(|load| load.pipeline == pipeline).unwrap()
}

fn row(name: &str, pipeline: u64, cpu_ns: f64) -> Row {
    let sample = Sample { per_s: vec![400_000.4, 500_000.0], cpu_ns };
    Row::new(server(name), load(pipeline), &[sample])
}

/// The lines below the table.
fn bar_lines(rows: &[Row]) -> Vec<String> {
    let text = text(rows);
    let below = text.lines().skip_while(|line| !line.is_empty()).skip(1);
    below.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_sample_is_per_command_of_all_tests() {
    let sample = Sample::new(vec![1.0, 2.0], 4_000_000, 1_000);
    assert_eq!(sample.cpu_ns, 2_000.0);
    assert_eq!(sample.describe(load(1)), "1 set/s, 2 get/s, 2000 CPU ns a command");
}

#[test]
fn each_figure_has_its_own_median() {
    let samples = [(1.0, 30.0, 9.0), (2.0, 10.0, 7.0), (3.0, 20.0, 8.0)]
        .map(|(set, get, cpu_ns)| Sample { per_s: vec![set, get], cpu_ns });
    let row = Row::new(server("redis-server"), load(1), &samples);
    assert_eq!((row.per_s, row.cpu_ns), (vec![2.0, 20.0], 8.0));
}

#[test]
fn the_table_holds_the_ratio_under_the_same_load() {
    let rows = [
        row("redis-server", 1, 10_000.0),
        row("adapter-tokio", 1, 9_000.0),
        row("redis-server", 16, 1_000.0),
        row("adapter-tokio", 16, 400.0),
    ];
    let text = text(&rows);
    let table: Vec<String> = text
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        table,
        [
            "| server | redis-benchmark | set/s | get/s | CPU ns a command | ratio to redis-server |",
            "|---|---|--:|--:|--:|--:|",
            "| redis-server | -c 50 -P 1 | 400000 | 500000 | 10000 | 1.000 |",
            "| adapter-tokio | -c 50 -P 1 | 400000 | 500000 | 9000 | 0.900 |",
            "| redis-server | -c 50 -P 16 | 400000 | 500000 | 1000 | 1.000 |",
            "| adapter-tokio | -c 50 -P 16 | 400000 | 500000 | 400 | 0.400 |",
        ]
    );
}

#[test]
fn the_best_is_held_against_redis_and_the_others_against_the_best() {
    let rows = [
        row("redis-server", 256, 800.0),
        row("adapter-tokio", 256, 250.0),
        row("adapter-smol", 256, 200.0),
        row("adapter-glommio", 256, 300.0),
        row("redis-server", 16, 1_000.0),
        row("adapter-glommio", 16, 601.0),
    ];
    assert_eq!(
        bar_lines(&rows),
        [
            "-c 50 -P 1: no adapter measured",
            "set,get -c 50 -P 16 adapter-glommio / redis-server 0.601, at most 0.60 SHORT",
            "set,get -c 50 -P 256 adapter-smol / redis-server 0.250, at most 0.25 met",
            "set,get -c 50 -P 256 adapter-tokio / adapter-smol 1.250, at most 1.30 met",
            "set,get -c 50 -P 256 adapter-glommio / adapter-smol 1.500, at most 1.30 SHORT",
        ]
    );
}

#[test]
fn no_figure_is_no_bar_met() {
    let rows = [row("redis-server", 1, f64::NAN), row("adapter-tokio", 1, 1.0)];
    assert!(bar_lines(&rows)[0].ends_with("SHORT"));
}

#[test]
fn json_has_the_agreed_keys_and_no_others() {
    let rows = [row("redis-server", 1, 9_975.26), row("adapter-smol", 1024, 100.0)];
    let parsed: serde_json::Value = serde_json::from_str(&json(&rows)).unwrap();
    assert_eq!(
        parsed,
        serde_json::json!([
            {
                "server": "redis-server",
                "pipeline": 1,
                "set_per_s": 400_000,
                "get_per_s": 500_000,
                "cpu_ns_per_command": 9_975.3,
            },
            {
                "server": "adapter-smol",
                "pipeline": 1024,
                "set_per_s": 400_000,
                "get_per_s": 500_000,
                "cpu_ns_per_command": 100.0,
            },
        ])
    );
}

#[test]
fn the_systems_part_of_a_ratio_stands_below_it() {
    let rows = [
        row("redis-server", 16, 1_000.0),
        row("limit", 16, 550.0),
        row("adapter-tokio", 16, 700.0),
    ];
    let lines = bar_lines(&rows);
    let at = lines.iter().position(|line| line.ends_with("0.700, at most 0.60 SHORT")).unwrap();
    assert_eq!(lines[at + 1], "reading and writing alone 0.550");
}
