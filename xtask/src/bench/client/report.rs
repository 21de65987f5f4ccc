//! Tables for people, with the bars below them, and JSON for programs.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::super::rows;
use super::bars;
use super::plan::{Role, WORKLOADS, Workload};
use super::row::{Figures, Get, Row};
use crate::exec::Failure;

/// The tables and the bars.
pub(super) fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    for workload in WORKLOADS {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.workload == workload).collect();
        if !rows.is_empty() {
            table(&mut text, workload, &rows);
        }
    }
    text.push_str(&bars::text(rows));
    text
}

fn table(text: &mut String, workload: &Workload, rows: &[&Row]) {
    let _ = writeln!(text, "{}: {}\n", workload.name, workload.about);
    let _ = write!(text, "| {:<15} |", "client");
    for Column { head, .. } in COLUMNS {
        let _ = write!(text, " {head} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(COLUMNS.len()));
    text.push('\n');
    for row in rows {
        let _ = write!(text, "| {:<15} |", row.contender.name);
        for Column { head, show } in COLUMNS {
            let _ = write!(text, " {:>width$} |", show(row, rows), width = head.len());
        }
        text.push('\n');
    }
    text.push('\n');
}

/// A figure of a row, or a ratio to others of the table.
struct Column {
    head: &'static str,
    show: fn(&Row, &[&Row]) -> String,
}

const COLUMNS: &[Column] = &[
    Column { head: "    ops/s", show: |row, _| shown(row.figures.ops_per_s, 0) },
    Column { head: "  wall ns", show: |row, _| shown(row.figures.wall_ns, 0) },
    Column { head: "user ns", show: |row, _| shown(row.figures.user_ns, 0) },
    Column { head: "sys ns", show: |row, _| shown(row.figures.sys_ns, 0) },
    Column { head: "allocs", show: |row, _| shown(row.figures.allocs, 2) },
    Column { head: "alloc/payload", show: |row, _| shown(row.alloc_ratio(), 2) },
    Column { head: " p50 us", show: |row, _| shown(row.figures.p50_us, 1) },
    Column { head: " p99 us", show: |row, _| shown(row.figures.p99_us, 1) },
    Column { head: "memory KiB", show: |row, _| shown(row.figures.rss_kib, 0) },
    Column { head: "heap KiB", show: |row, _| shown(row.figures.heap_kib(), 1) },
    Column { head: "CPU/peer", show: |row, all| ratio(row, all, Role::Peer, Figures::cpu_ns) },
    Column { head: "CPU/raw", show: |row, all| ratio(row, all, Role::Limit, Figures::cpu_ns) },
    Column { head: "wall/peer", show: |row, all| ratio(row, all, Role::Peer, |one| one.wall_ns) },
    Column { head: "wall/raw", show: |row, all| ratio(row, all, Role::Limit, |one| one.wall_ns) },
];

/// Nothing where nothing was measured.
fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}

/// To the least of that role's.
fn ratio(row: &Row, rows: &[&Row], role: Role, get: Get) -> String {
    let others = rows.iter().filter(|row| row.contender.role == role);
    let least = others.filter_map(|row| get(&row.figures)).min_by(f64::total_cmp);
    shown(get(&row.figures).zip(least).map(|(own, least)| own / least), 2)
}

/// Writes the rows, as a list of objects.
pub(super) fn write(rows: &[Row]) -> Result<PathBuf, Failure> {
    rows::write("client", &json(rows))
}

/// Names hold nothing that JSON would have escaped. What was not measured is `null`; an idle
/// client's heap is there for idle clients alone.
fn json(rows: &[Row]) -> String {
    let object = |Row { workload, contender, figures }: &Row| {
        let mut text =
            format!(r#"  {{"client": "{}", "workload": "{}""#, contender.name, workload.name);
        for (key, value, digits) in [
            ("ops_per_s", figures.ops_per_s, 0),
            ("wall_ns", figures.wall_ns, 1),
            ("user_ns", figures.user_ns, 1),
            ("sys_ns", figures.sys_ns, 1),
            ("allocs", figures.allocs, 3),
            ("alloc_bytes", figures.alloc_bytes, 0),
            ("p50_us", figures.p50_us, 2),
            ("p99_us", figures.p99_us, 2),
            ("rss_kib", figures.rss_kib, 0),
        ] {
            let value = value.map_or_else(|| "null".to_owned(), |one| format!("{one:.digits$}"));
            let _ = write!(text, r#", "{key}": {value}"#);
        }
        if let Some(heap) = figures.heap_bytes {
            let _ = write!(text, r#", "heap_bytes": {heap:.0}"#);
        }
        text + "}"
    };
    let objects: Vec<String> = rows.iter().map(object).collect();
    format!("[\n{}\n]\n", objects.join(",\n"))
}

#[cfg(test)]
mod tests;
