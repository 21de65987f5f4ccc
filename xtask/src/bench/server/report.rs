//! A table for people, with the bars below it, and JSON for programs.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::super::rows::{self, median};
use super::plan::{Bar, EVERY_ADAPTER_AT_MOST, LOADS, Load, Role, Server};
use crate::exec::Failure;

/// What one run showed.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// In the order of the load's commands.
    per_s: Vec<f64>,
    cpu_ns: f64,
}

impl Sample {
    /// From rates, and the server's CPU time for so many commands of each.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(super) fn new(per_s: Vec<f64>, cpu_ns: u64, commands_each: u64) -> Self {
        let commands = commands_each as f64 * per_s.len() as f64;
        Self { per_s, cpu_ns: cpu_ns as f64 / commands }
    }

    /// One line of progress.
    pub(super) fn describe(&self, load: &Load) -> String {
        let mut text = String::new();
        for (command, per_s) in load.commands.iter().zip(&self.per_s) {
            let _ = write!(text, "{per_s:.0} {command}/s, ");
        }
        let _ = write!(text, "{:.0} CPU ns a command", self.cpu_ns);
        text
    }
}

/// One server under one load.
#[derive(Debug)]
pub(super) struct Row {
    server: &'static Server,
    load: &'static Load,
    per_s: Vec<f64>,
    cpu_ns: f64,
}

impl Row {
    /// The median of each figure by itself.
    pub(super) fn new(server: &'static Server, load: &'static Load, samples: &[Sample]) -> Self {
        let rate = |test: usize| {
            median(samples.iter().filter_map(|sample| sample.per_s.get(test).copied()).collect())
        };
        Self {
            server,
            load,
            per_s: (0..load.commands.len()).map(rate).collect(),
            cpu_ns: median(samples.iter().map(|sample| sample.cpu_ns).collect()),
        }
    }
}

/// The tables and the bars.
pub(super) fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut commands = None;
    for row in rows {
        if commands.replace(row.load.commands) != Some(row.load.commands) {
            head(&mut text, row.load.commands);
        }
        line(&mut text, row, reference(rows, row.load));
    }
    text.push('\n');
    for load in LOADS {
        bars(&mut text, rows, load);
    }
    text
}

fn head(text: &mut String, commands: &[&str]) {
    let _ = write!(text, "| {:<15} | {:<14} |", "server", "redis-benchmark");
    for command in commands {
        let _ = write!(text, " {:>9} |", format!("{command}/s"));
    }
    text.push_str(" CPU ns a command | ratio to redis-server |\n|---|---|");
    text.push_str(&"--:|".repeat(commands.len() + 2));
    text.push('\n');
}

fn line(text: &mut String, row: &Row, reference: Option<&Row>) {
    let _ = write!(text, "| {:<15} | {:<15} |", row.server.name, row.load.to_string());
    for per_s in &row.per_s {
        let _ = write!(text, " {per_s:>9.0} |");
    }
    let _ = write!(text, " {:>16.0} |", row.cpu_ns);
    match reference {
        Some(reference) => writeln!(text, " {:>21.3} |", row.cpu_ns / reference.cpu_ns),
        None => writeln!(text, " {:>21} |", ""),
    }
    .unwrap_or_default();
}

/// What the bars say about one load, if they do.
fn bars(text: &mut String, rows: &[Row], load: &Load) {
    let of = |role| {
        let rows = rows.iter().filter(move |row| row.load == load && row.server.role == role);
        rows.collect::<Vec<&Row>>()
    };
    match load.bar {
        Bar::None => {}
        Bar::Embedded(at_most) => {
            for row in of(Role::Embedded) {
                if let Some(reference) = reference(rows, load) {
                    bar(text, row, reference, at_most);
                    limit(text, &of(Role::Limit), reference);
                }
            }
        }
        Bar::BestAdapter(at_most) => {
            let adapters = of(Role::Adapter);
            let best = adapters.iter().min_by(|one, other| one.cpu_ns.total_cmp(&other.cpu_ns));
            let Some(best) = best else {
                let _ = writeln!(text, "{load}: no adapter measured");
                return;
            };
            if let Some(reference) = reference(rows, load) {
                bar(text, best, reference, at_most);
                limit(text, &of(Role::Limit), reference);
            }
            for adapter in adapters.iter().filter(|adapter| adapter.server != best.server) {
                bar(text, adapter, best, EVERY_ADAPTER_AT_MOST);
            }
        }
    }
}

fn bar(text: &mut String, row: &Row, other: &Row, at_most: f64) {
    let ratio = row.cpu_ns / other.cpu_ns;
    let met = if ratio <= at_most { "met" } else { "SHORT" };
    let _ = writeln!(
        text,
        "{:<7} {:<15} {:<15} / {:<15} {ratio:>6.3}, at most {at_most:.2} {met}",
        row.load.commands.join(","),
        row.load.to_string(),
        row.server.name,
        other.server.name
    );
}

/// What of a ratio to the reference is the system's part.
fn limit(text: &mut String, limits: &[&Row], reference: &Row) {
    for limit in limits {
        let ratio = limit.cpu_ns / reference.cpu_ns;
        let _ = writeln!(text, "{:<41} reading and writing alone {ratio:>6.3}", "");
    }
}

fn reference<'a>(rows: &'a [Row], load: &Load) -> Option<&'a Row> {
    rows.iter().find(|row| row.load == load && row.server.role == Role::Reference)
}

/// Writes the rows, as a list of objects.
pub(super) fn write(rows: &[Row]) -> Result<PathBuf, Failure> {
    rows::write("server", &json(rows))
}

/// Names hold nothing that JSON would have escaped.
fn json(rows: &[Row]) -> String {
    let object = |row: &Row| {
        let Row { server, load, per_s, cpu_ns } = row;
        let mut text = format!(r#"  {{"server": "{}", "pipeline": {}"#, server.name, load.pipeline);
        for (command, per_s) in load.commands.iter().zip(per_s) {
            let _ = write!(text, r#", "{command}_per_s": {per_s:.0}"#);
        }
        let _ = write!(text, r#", "cpu_ns_per_command": {cpu_ns:.1}}}"#);
        text
    };
    let objects: Vec<String> = rows.iter().map(object).collect();
    format!("[\n{}\n]\n", objects.join(",\n"))
}

#[cfg(test)]
mod tests;
