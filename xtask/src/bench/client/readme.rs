//! The README's table of clients, between two marks, from a run that really happened.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use super::super::cores::Cores;
use super::plan::CONTENDERS;
use super::row::{Figures, Row, find};
use super::{plots, pools};
use crate::exec::{Failure, root};

/// Writes the table anew and says where.
pub(super) fn write(rows: &[Row], how: &str, cores: Cores) -> Result<PathBuf, Failure> {
    let path = root().join("README.md");
    let failed = |error| Failure::new(format!("{}: {error}", path.display()));
    let readme = fs::read_to_string(&path).map_err(failed)?;
    let replaced = replaced(&readme, &block(rows, how, cores)).ok_or_else(|| {
        Failure::new(format!("{} has no `{BEGIN}` with `{END}` behind it", path.display()))
    })?;
    fs::write(&path, replaced).map_err(failed)?;
    Ok(path)
}

/// The text with what is between the marks replaced.
fn replaced(text: &str, block: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{block}{END}{after}"))
}

fn block(rows: &[Row], how: &str, cores: Cores) -> String {
    let mut text = format!("{how}.\n\n|");
    for column in COLUMNS {
        let _ = write!(text, " | {}", column.head);
    }
    text.push_str(" |\n|---");
    text.push_str(&"|--:".repeat(COLUMNS.len()));
    text.push_str("|\n");
    for contender in CONTENDERS {
        let _ = write!(text, "| {}", contender.name);
        for column in COLUMNS {
            let row = find(rows, column.workload, contender.name);
            let cell = row.and_then(|row| (column.show)(&row.figures)).unwrap_or_default();
            let _ = write!(text, " | {cell}");
        }
        text.push_str(" |\n");
    }
    let _ = write!(text, "\n{}", pools::text(rows, cores));
    for (about, path) in plots::PICTURES {
        let _ = write!(text, "\n![{about}]({path})\n");
    }
    text
}

/// A figure of a load.
struct Column {
    head: &'static str,
    workload: &'static str,
    show: fn(&Figures) -> Option<String>,
}

const COLUMNS: &[Column] = &[
    Column { head: "one at a time", workload: "get-1", show: micros },
    Column { head: "64 tasks: CPU", workload: "get-64", show: cpu },
    Column { head: "1,000 tasks: CPU", workload: "get-1000", show: cpu },
    Column { head: "and k/s", workload: "get-1000", show: thousands },
    Column { head: "pipelines of 100: CPU", workload: "pipeline-100", show: cpu },
    Column { head: "GET of 1 MiB", workload: "get-1mb", show: micros },
    Column { head: "SET of 64 KiB", workload: "set-64kb", show: micros },
    Column { head: "leases: CPU", workload: "lease-8", show: cpu },
    Column { head: "messages: CPU", workload: "subscribe", show: cpu },
    Column { head: "allocations a GET", workload: "get-64", show: allocations },
];

fn micros(figures: &Figures) -> Option<String> {
    Some(format!("{:.1} us", figures.wall_ns? / 1e3))
}

fn cpu(figures: &Figures) -> Option<String> {
    Some(format!("{:.0} ns", figures.cpu_ns()?))
}

fn thousands(figures: &Figures) -> Option<String> {
    Some(format!("{:.0}", figures.ops_per_s? / 1e3))
}

fn allocations(figures: &Figures) -> Option<String> {
    Some(format!("{:.1}", figures.allocs?))
}

const BEGIN: &str = "<!-- clients: written by `cargo xtask bench client` -->";
const END: &str = "<!-- clients: end -->";

#[cfg(test)]
mod tests {
    use super::super::plan::WORKLOADS;
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(replaced(&text, "new\n").unwrap(), format!("a\n{BEGIN}\nnew\n{END}\nb\n"));
        assert_eq!(replaced("a\n", "new\n"), None);
        assert_eq!(replaced(&format!("{END}{BEGIN}"), "new\n"), None);
    }

    #[test]
    fn the_readme_has_the_marks() {
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        assert!(replaced(&readme, "").is_some());
    }

    #[test]
    fn pools_stand_between_the_table_and_the_pictures() {
        let rows = ["get-1000", "pool-2"].map(|name| Row {
            workload: WORKLOADS.iter().find(|one| one.name == name).unwrap(),
            contender: CONTENDERS.iter().find(|one| one.name == "adapter-tokio").unwrap(),
            figures: Figures {
                ops_per_s: Some(1e6),
                user_ns: Some(1.0),
                sys_ns: Some(1.0),
                ..Figures::default()
            },
        });
        let block = block(&rows, "two cores", Cores { server: 1, client: 0, number: 2 });
        let at = |text: &str| block.find(text).unwrap_or_else(|| panic!("no {text} in {block}"));
        assert!(at("| adapter-glommio") < at("\n\nGETs of 16 bytes by 1,000 tasks"));
        assert!(at("| pool of 2 | 1000 |") < at("\n\n!["));
    }

    #[test]
    fn a_client_has_a_line_with_what_was_measured() {
        let figures = Figures {
            user_ns: Some(100.0),
            sys_ns: Some(80.0),
            allocs: Some(1.04),
            ..Figures::default()
        };
        let rows = [Row {
            workload: WORKLOADS.iter().find(|one| one.name == "get-64").unwrap(),
            contender: CONTENDERS.iter().find(|one| one.name == "adapter-tokio").unwrap(),
            figures,
        }];
        let block = block(&rows, "two cores", Cores { server: 1, client: 0, number: 2 });
        assert!(block.starts_with("two cores.\n\n| | one at a time | 64 tasks: CPU |"), "{block}");
        let line = block.lines().find(|line| line.starts_with("| adapter-tokio")).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words.join(" "), "| adapter-tokio | | 180 ns | | | | | | | | 1.0 |");
    }
}
