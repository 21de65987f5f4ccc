//! All benchmarks on one page: each figure of ours beside its best peer's and the limit's.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::rows;
use crate::exec::Failure;

/// Reads what the benchmarks have written last, and makes the page of it.
pub(super) fn read() -> Result<String, Failure> {
    let mut page = String::new();
    for chapter in CHAPTERS {
        let path = rows::path(chapter.bench);
        let failed = |error: String| Failure::new(format!("{}: {error}", path.display()));
        let json = fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
        let rows: Vec<Value> =
            serde_json::from_str(&json).map_err(|error| failed(error.to_string()))?;
        page.push_str(&chapter.text(&rows.iter().filter_map(chapter.figure).collect::<Vec<_>>()));
    }
    Ok(page)
}

/// One benchmark's part of the page.
struct Chapter {
    bench: &'static str,
    title: &'static str,
    figure: fn(&Value) -> Option<Figure>,
    /// Whether a name is one of ours.
    ours: fn(&str) -> bool,
    /// Who does as little as can be done, if somebody does.
    limit: Option<&'static str>,
}

/// Whose, under which load. Less is better.
#[derive(Debug, PartialEq)]
struct Figure {
    whose: String,
    load: String,
    value: f64,
}

const CHAPTERS: &[Chapter] = &[
    Chapter {
        bench: "codec",
        title: "codec: ns a frame (array100: an element; the limit: finding where frames end)",
        figure: codec,
        ours: |name| name.starts_with("resp-core"),
        limit: Some("resp-core scan"),
    },
    Chapter {
        bench: "client",
        title: "client: its CPU ns a command, user and system (the limit: plain sockets)",
        figure: client,
        ours: |name| name.starts_with("adapter-"),
        limit: Some("raw"),
    },
    Chapter {
        bench: "server",
        title: "server: its CPU ns a command, under redis-benchmark (the limit: one read and one \
                write for all that has come)",
        figure: server,
        ours: |name| name.starts_with("adapter-") || name == "embedded-redis",
        limit: Some("limit"),
    },
];

fn codec(row: &Value) -> Option<Figure> {
    let value = row.get("ns_per_frame")?.as_f64()?;
    Some(Figure { whose: text(row, "codec")?, load: text(row, "workload")?, value })
}

fn client(row: &Value) -> Option<Figure> {
    let value = row.get("user_ns")?.as_f64()? + row.get("sys_ns")?.as_f64()?;
    Some(Figure { whose: text(row, "client")?, load: text(row, "workload")?, value })
}

/// Its commands are named by their rates.
fn server(row: &Value) -> Option<Figure> {
    let keys = row.as_object()?.keys();
    let commands: Vec<&str> = keys.filter_map(|key| key.strip_suffix("_per_s")).collect();
    Some(Figure {
        whose: text(row, "server")?,
        load: format!("{} -P {}", commands.join(","), row.get("pipeline")?),
        value: row.get("cpu_ns_per_command")?.as_f64()?,
    })
}

fn text(row: &Value, key: &str) -> Option<String> {
    row.get(key)?.as_str().map(str::to_owned)
}

impl Chapter {
    fn text(&self, figures: &[Figure]) -> String {
        let mut text = format!(
            "{}\n\n| {:<16} | {:<19} | {:>8} | {:<31} | {:>8} | ratio | {:>8} | ratio |\n\
             |---|---|--:|---|--:|--:|--:|--:|\n",
            self.title, "load", "ours", "", "best peer", "", "limit"
        );
        for figure in figures.iter().filter(|figure| self.is_ours(figure)) {
            let same_load = figures.iter().filter(|other| other.load == figure.load);
            let peers = same_load
                .clone()
                .filter(|other| !(self.ours)(&other.whose) && !self.is_limit(other));
            let peer = peers.min_by(|one, other| one.value.total_cmp(&other.value));
            let limit = same_load.clone().find(|other| self.is_limit(other));
            let Figure { whose, load, value } = figure;
            let _ = writeln!(
                text,
                "| {load:<16} | {whose:<19} | {value:>8.1} | {:<31} | {:>8} | {:>5} | {:>8} | {:>5} |",
                peer.map_or("", |peer| &peer.whose),
                shown(peer),
                ratio(figure, peer),
                shown(limit),
                ratio(figure, limit),
            );
        }
        text + "\n"
    }

    fn is_limit(&self, figure: &Figure) -> bool {
        self.limit == Some(figure.whose.as_str())
    }

    fn is_ours(&self, figure: &Figure) -> bool {
        (self.ours)(&figure.whose) && !self.is_limit(figure)
    }
}

fn shown(figure: Option<&Figure>) -> String {
    figure.map_or_else(String::new, |figure| format!("{:.1}", figure.value))
}

fn ratio(own: &Figure, other: Option<&Figure>) -> String {
    other.map_or_else(String::new, |other| format!("{:.2}", own.value / other.value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(chapter: &str, rows: &[Value]) -> Vec<String> {
        let chapter = CHAPTERS.iter().find(|one| one.bench == chapter).unwrap();
        let figures: Vec<Figure> = rows.iter().filter_map(chapter.figure).collect();
        let text = chapter.text(&figures);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().skip(4).map(words).filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn each_of_ours_stands_beside_the_best_peer_and_the_limit() {
        let row = |client: &str, user: f64| json!({"client": client, "workload": "get-64", "user_ns": user, "sys_ns": 100.0});
        let idle = json!({"client": "fred", "workload": "idle", "user_ns": null, "sys_ns": null});
        let rows = [
            row("raw", 0.0),
            row("fred", 1_900.0),
            row("rustis", 900.0),
            idle,
            row("adapter-smol", 150.0),
        ];
        assert_eq!(
            lines("client", &rows),
            ["| get-64 | adapter-smol | 250.0 | rustis | 1000.0 | 0.25 | 100.0 | 2.50 |"]
        );
    }

    #[test]
    fn the_scanner_is_the_codecs_limit_and_not_a_contender() {
        let row = |codec: &str, ns: f64| json!({"workload": "ok", "codec": codec, "ns_per_frame": ns, "gb_per_s": 1.0});
        let rows = [
            row("resp-core owned", 8.0),
            row("resp-core scan", 4.0),
            row("redis-rs", 100.0),
            row("redis-protocol borrowed", 50.0),
        ];
        assert_eq!(
            lines("codec", &rows),
            ["| ok | resp-core owned | 8.0 | redis-protocol borrowed | 50.0 | 0.16 | 4.0 | 2.00 |"]
        );
    }

    #[test]
    fn servers_are_compared_command_by_command() {
        let row = |server: &str, command: &str, ns: f64| json!({"server": server, "pipeline": 16, command: 9, "cpu_ns_per_command": ns});
        let rows = [
            row("redis-server", "get_per_s", 1_000.0),
            row("redis-server", "set_per_s", 2_000.0),
            row("embedded-redis", "set_per_s", 500.0),
        ];
        assert_eq!(
            lines("server", &rows),
            ["| set -P 16 | embedded-redis | 500.0 | redis-server | 2000.0 | 0.25 | | |"]
        );
    }
}
