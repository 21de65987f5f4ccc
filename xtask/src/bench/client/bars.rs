//! What this project's client is to reach, and whether it does.

use std::fmt::Write as _;

use super::plan::Role;
use super::row::{Figures, Get, Row, find};

/// A figure of ours, held against another one of the same run.
struct Bar {
    workload: &'static str,
    figure: Figure,
    against: Against,
    /// On tokio, where the peers are.
    bound: Bound,
    /// On other runtimes.
    elsewhere: Bound,
}

/// What is measured, and how it is called.
struct Figure {
    name: &'static str,
    get: Get,
}

/// What our figure is divided by.
#[derive(Clone, Copy)]
enum Against {
    /// The peer that is best at it.
    BestPeer,
    Limit,
    /// Our own, under another load.
    OtherLoad(&'static str),
    /// What the value has of bytes that is read or written.
    Payload,
    /// Nothing: it counts as it is.
    Nothing,
}

#[derive(Clone, Copy)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

const CPU: Figure = Figure { name: "CPU", get: Figures::cpu_ns };
const USER: Figure = Figure { name: "user CPU", get: |one| one.user_ns };
const WALL: Figure = Figure { name: "wall", get: |one| one.wall_ns };
const RATE: Figure = Figure { name: "ops/s", get: |one| one.ops_per_s };
const ALLOCS: Figure = Figure { name: "allocations", get: |one| one.allocs };
const ALLOCATED: Figure = Figure { name: "allocated", get: |one| one.alloc_bytes };
const RSS: Figure = Figure { name: "RSS, KiB", get: |one| one.rss_kib };
const HEAP: Figure = Figure { name: "heap, KiB", get: Figures::heap_kib };

impl Bar {
    const fn new(
        workload: &'static str,
        figure: Figure,
        against: Against,
        bound: Bound,
        elsewhere: Bound,
    ) -> Self {
        Self { workload, figure, against, bound, elsewhere }
    }

    const fn all(workload: &'static str, figure: Figure, against: Against, bound: Bound) -> Self {
        Self::new(workload, figure, against, bound, bound)
    }
}

use Against::{BestPeer, Limit, Nothing, OtherLoad, Payload};
use Bound::{AtLeast, AtMost};

const BARS: &[Bar] = &[
    Bar::new("get-64", CPU, BestPeer, AtMost(0.25), AtMost(0.35)),
    Bar::new("get-1000", CPU, BestPeer, AtMost(0.25), AtMost(0.35)),
    Bar::all("get-1000", RATE, BestPeer, AtLeast(2.2)),
    Bar::all("pipeline-100", USER, BestPeer, AtMost(0.3)),
    Bar::all("get-1", WALL, Limit, AtMost(1.1)),
    Bar::all("get-1mb", WALL, Limit, AtMost(1.15)),
    Bar::all("get-1mb", ALLOCATED, Payload, AtMost(ONE_COPY)),
    Bar::all("keep-1mb", ALLOCATED, Payload, AtMost(ONE_COPY)),
    Bar::all("get-64", ALLOCS, Nothing, AtMost(1.0 + TASKS_OWN)),
    Bar::all("incr-64", ALLOCS, Nothing, AtMost(TASKS_OWN)),
    Bar::all("idle", RSS, Nothing, AtMost(32.0)),
    Bar::all("idle", HEAP, Nothing, AtMost(32.0)),
    Bar::all("tasks-10000", CPU, OtherLoad("tasks-100"), AtMost(1.3)),
];

/// The buffer that a reply keeps, and the one that its beginning was read into before its length was
/// known: the rest is moved no more.
const ONE_COPY: f64 = 1.5;

/// Allocations a command that are the spawning of 64 tasks, shared out among their commands.
const TASKS_OWN: f64 = 0.005;

/// A line for each bar and each of our clients, as far as it was measured.
pub(super) fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    for bar in BARS {
        for row in rows.iter().filter(|row| row.workload.name == bar.workload) {
            if row.contender.role.is_ours() {
                let _ = writeln!(text, "{}", line(bar, row, rows));
            }
        }
    }
    text
}

fn line(bar: &Bar, row: &Row, rows: &[Row]) -> String {
    let bound = if row.contender.role == Role::Ours { bar.bound } else { bar.elsewhere };
    let what = format!("{} {}", bar.workload, bar.figure.name);
    let start = format!("{what:<24} {:<16}", row.contender.name);
    let compared = compared(bar, row, rows);
    let Some((against, ratio)) = compared else {
        return format!("{start} not measured");
    };
    let (met, limit) = match bound {
        AtMost(most) => (ratio <= most, format!("at most {most:.2}")),
        AtLeast(least) => (ratio >= least, format!("at least {least:.2}")),
    };
    let met = if met { "met" } else { "SHORT" };
    format!("{start} {against:<16} {ratio:>8.3}, {limit} {met}")
}

/// What the figure is divided by, and what comes out.
fn compared(bar: &Bar, row: &Row, rows: &[Row]) -> Option<(String, f64)> {
    let ours = (bar.figure.get)(&row.figures)?;
    let (name, other) = match bar.against {
        Nothing => return Some((String::new(), ours)),
        BestPeer => best_peer(rows, bar.workload, bar.figure.get, bar.bound)?,
        Limit => {
            let limit = find(rows, bar.workload, "raw")?;
            (limit.contender.name, (bar.figure.get)(&limit.figures)?)
        }
        Payload => ("payload", f64::from(row.workload.payload()?)),
        OtherLoad(load) => {
            let other = find(rows, load, row.contender.name)?;
            (load, (bar.figure.get)(&other.figures)?)
        }
    };
    // No time at all is one that the system did not sample.
    (other > 0.0).then(|| (format!("/ {name}"), ours / other))
}

/// The peer with the least of it, or with the most where more is better.
fn best_peer(rows: &[Row], workload: &str, get: Get, bound: Bound) -> Option<(&'static str, f64)> {
    let peers = rows
        .iter()
        .filter(|row| row.workload.name == workload && row.contender.role == Role::Peer)
        .filter_map(|row| Some((row.contender.name, get(&row.figures)?)))
        .filter(|(_, value)| *value > 0.0);
    match bound {
        AtMost(_) => peers.min_by(|(_, one), (_, other)| one.total_cmp(other)),
        AtLeast(_) => peers.max_by(|(_, one), (_, other)| one.total_cmp(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::{CONTENDERS, WORKLOADS};
    use super::*;

    fn row(workload: &str, contender: &str, figures: Figures) -> Row {
        Row {
            workload: WORKLOADS.iter().find(|one| one.name == workload).unwrap(),
            contender: CONTENDERS.iter().find(|one| one.name == contender).unwrap(),
            figures,
        }
    }

    fn cpu(workload: &str, contender: &str, user_ns: f64) -> Row {
        let figures = Figures {
            user_ns: Some(user_ns),
            sys_ns: Some(0.0),
            wall_ns: Some(user_ns),
            ops_per_s: Some(1e9 / user_ns),
            ..Figures::default()
        };
        row(workload, contender, figures)
    }

    fn lines(rows: &[Row]) -> Vec<String> {
        let text = text(rows);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(words).collect()
    }

    #[test]
    fn ours_is_held_against_the_best_peer_and_on_tokio_more_strictly() {
        let rows = [
            cpu("get-64", "raw", 1.0),
            cpu("get-64", "redis-rs", 2_000.0),
            cpu("get-64", "rustis", 1_000.0),
            cpu("get-64", "adapter-tokio", 300.0),
            cpu("get-64", "adapter-smol", 300.0),
        ];
        let lines = lines(&rows);
        let [tokio, smol, ..] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(tokio, "get-64 CPU adapter-tokio / rustis 0.300, at most 0.25 SHORT");
        assert_eq!(smol, "get-64 CPU adapter-smol / rustis 0.300, at most 0.35 met");
    }

    #[test]
    fn of_rates_the_highest_is_the_best() {
        let rows = [
            cpu("get-1000", "redis-rs", 2_000.0),
            cpu("get-1000", "rustis", 1_000.0),
            cpu("get-1000", "adapter-tokio", 400.0),
        ];
        let lines = lines(&rows);
        let expected = "get-1000 ops/s adapter-tokio / rustis 2.500, at least 2.20 met";
        assert!(lines.iter().any(|line| line == expected), "{lines:?}");
    }

    #[test]
    fn the_limit_is_the_raw_socket_and_other_loads_are_our_own() {
        let rows = [
            cpu("get-1", "raw", 100.0),
            cpu("get-1", "fred", 50.0),
            cpu("get-1", "adapter-tokio", 111.0),
            cpu("tasks-100", "adapter-tokio", 100.0),
            cpu("tasks-10000", "adapter-tokio", 130.0),
        ];
        assert_eq!(
            lines(&rows),
            [
                "get-1 wall adapter-tokio / raw 1.110, at most 1.10 SHORT",
                "tasks-10000 CPU adapter-tokio / tasks-100 1.300, at most 1.30 met",
            ]
        );
    }

    #[test]
    fn memory_and_allocations_count_as_they_are() {
        let idle =
            Figures { rss_kib: Some(20.0), heap_bytes: Some(33.0 * 1024.0), ..Figures::default() };
        let allocs = Figures { allocs: Some(1.07), ..Figures::default() };
        let rows = [row("idle", "adapter-smol", idle), row("get-64", "adapter-smol", allocs)];
        let lines = lines(&rows);
        assert_eq!(
            lines,
            [
                "get-64 CPU adapter-smol not measured",
                "get-64 allocations adapter-smol 1.070, at most 1.00 SHORT",
                "idle RSS, KiB adapter-smol 20.000, at most 32.00 met",
                "idle heap, KiB adapter-smol 33.000, at most 32.00 SHORT",
            ]
        );
    }

    #[test]
    fn what_a_large_value_has_allocated_is_held_against_its_length() {
        let allocated = |bytes| Figures { alloc_bytes: Some(bytes), ..Figures::default() };
        let rows = [
            row("keep-1mb", "redis-rs", allocated(9e6)),
            row("keep-1mb", "adapter-tokio", allocated(1_048_576.0)),
            row("keep-1mb", "adapter-smol", allocated(2_097_152.0)),
        ];
        assert_eq!(
            lines(&rows),
            [
                "keep-1mb allocated adapter-tokio / payload 1.000, at most 1.50 met",
                "keep-1mb allocated adapter-smol / payload 2.000, at most 1.50 SHORT",
            ]
        );
    }

    #[test]
    fn every_bar_names_a_load_that_there_is() {
        for bar in BARS {
            assert!(WORKLOADS.iter().any(|one| one.name == bar.workload), "{}", bar.workload);
            if let OtherLoad(load) = bar.against {
                assert!(WORKLOADS.iter().any(|one| one.name == load), "{load}");
            }
        }
    }
}
