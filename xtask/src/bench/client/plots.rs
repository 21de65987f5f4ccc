//! The pictures in `docs/`.

use std::fs;
use std::path::PathBuf;

use super::super::svg::{Bars, Group, Lines, Series};
use super::plan::CONTENDERS;
use super::row::{Figures, Get, Row, find};
use crate::exec::{Failure, root};

/// What they show, and where they are from the repository's root.
pub(super) const PICTURES: [(&str, &str); 4] = [
    ("CPU time a command", "docs/client-cpu.svg"),
    ("commands a second", "docs/client-throughput.svg"),
    ("CPU time by the number of tasks", "docs/client-tasks.svg"),
    ("CPU time by the number of connections", "docs/client-connections.svg"),
];

/// Draws all of them and says where they are.
pub(super) fn write(rows: &[Row], machine: &str) -> Result<Vec<PathBuf>, Failure> {
    let drawn = [
        cpu(rows, machine).svg(),
        throughput(rows, machine).svg(),
        tasks(rows, machine).svg(),
        connections(rows, machine).svg(),
    ];
    let mut paths = Vec::new();
    for ((_, name), svg) in PICTURES.iter().zip(drawn) {
        let path = root().join(name);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, svg))
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        paths.push(path);
    }
    Ok(paths)
}

fn cpu(rows: &[Row], machine: &str) -> Bars {
    Bars {
        title: "CPU time of the client, for a GET of 16 bytes".to_owned(),
        subtitle: machine.to_owned(),
        unit: "nanoseconds a command, user and system; less is better".to_owned(),
        names: names(),
        groups: groups(rows, AT_ONCE, Figures::cpu_ns, 1.0),
    }
}

fn throughput(rows: &[Row], machine: &str) -> Bars {
    Bars {
        title: "GETs of 16 bytes a second, over one connection".to_owned(),
        subtitle: machine.to_owned(),
        unit: "thousands a second; more is better".to_owned(),
        names: names(),
        groups: groups(rows, AT_ONCE, |one| one.ops_per_s, 1e-3),
    }
}

fn tasks(rows: &[Row], machine: &str) -> Lines {
    Lines {
        title: "CPU time of the client, by the number of tasks on one connection".to_owned(),
        subtitle: machine.to_owned(),
        unit: "nanoseconds a GET of 16 bytes, user and system".to_owned(),
        across: "tasks".to_owned(),
        series: series(
            rows,
            &[
                (1.0, "get-1"),
                (10.0, "tasks-10"),
                (100.0, "tasks-100"),
                (1_000.0, "get-1000"),
                (10_000.0, "tasks-10000"),
            ],
        ),
    }
}

fn connections(rows: &[Row], machine: &str) -> Lines {
    Lines {
        title: "CPU time of the client, by the number of connections with 10 tasks each".to_owned(),
        subtitle: machine.to_owned(),
        unit: "nanoseconds a GET of 16 bytes, user and system".to_owned(),
        across: "connections".to_owned(),
        series: series(
            rows,
            &[
                (1.0, "tasks-10"),
                (10.0, "connections-10"),
                (100.0, "connections-100"),
                (1_000.0, "connections-1000"),
            ],
        ),
    }
}

/// One at a time takes so much more than the others that these would not be seen beside it.
const AT_ONCE: &[(&str, &str)] =
    &[("64 tasks", "get-64"), ("1,000 tasks", "get-1000"), ("pipelines of 100", "pipeline-100")];

fn names() -> Vec<String> {
    CONTENDERS.iter().map(|contender| contender.name.to_owned()).collect()
}

fn groups(rows: &[Row], loads: &[(&str, &str)], get: Get, scale: f64) -> Vec<Group> {
    let group = |&(name, load): &(&str, &str)| {
        let value = |contender: &super::plan::Contender| {
            let figure = find(rows, load, contender.name).and_then(|row| get(&row.figures));
            figure.map(|figure| figure * scale)
        };
        Group { name: name.to_owned(), values: CONTENDERS.iter().map(value).collect() }
    };
    loads.iter().map(group).collect()
}

fn series(rows: &[Row], loads: &[(f64, &str)]) -> Vec<Series> {
    let one = |contender: &super::plan::Contender| {
        let point = |&(x, load): &(f64, &str)| {
            Some((x, find(rows, load, contender.name)?.figures.cpu_ns()?))
        };
        Series { name: contender.name.to_owned(), points: loads.iter().filter_map(point).collect() }
    };
    CONTENDERS.iter().map(one).collect()
}
