//! Reading libFuzzer's output.

use std::fmt::Write;

/// What is known of one target's run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) target: String,
    pub(super) executions: u64,
    pub(super) per_second: u64,
    /// Edges of the control-flow graph.
    pub(super) coverage: u64,
    pub(super) features: u64,
    /// Inputs in the corpus.
    pub(super) corpus: u64,
    /// The input that crashed it, ran out of time or memory, or leaked.
    pub(super) artifact: Option<String>,
    /// Whether it ended with an error, a crash among them.
    pub(super) failed: bool,
}

impl Report {
    pub(super) fn new(target: &str) -> Self {
        Self { target: target.to_owned(), ..Self::default() }
    }

    /// Adds a line of libFuzzer's standard error; tells whether it is progress worth showing.
    pub(super) fn add_line(&mut self, line: &str) -> bool {
        if let Some(status) = line.strip_prefix('#') {
            return self.add_status(status);
        }
        if let Some((name, value)) = line.strip_prefix("stat::").and_then(|s| s.split_once(':')) {
            self.add_final_stat(name, value.trim());
        }
        if let Some((_, path)) = line.split_once("Test unit written to ") {
            return self.add_artifact(path.trim());
        }
        false
    }

    /// Adds `1024 pulse  cov: 20 ft: 31 corp: 5/20b lim: 4 exec/s: 512 rss: 36Mb`, without its `#`.
    fn add_status(&mut self, status: &str) -> bool {
        let mut words = status.split_whitespace();
        let Some(executions) = words.next().and_then(|word| word.parse().ok()) else {
            return false;
        };
        let Some(event) = words.next() else { return false };
        self.executions = executions;
        while let Some(word) = words.next() {
            match word {
                "cov:" => set(&mut self.coverage, words.next()),
                "ft:" => set(&mut self.features, words.next()),
                // The number of inputs, a slash and their size.
                "corp:" => set(&mut self.corpus, words.next().and_then(|w| w.split('/').next())),
                "exec/s:" => set(&mut self.per_second, words.next()),
                _ => {}
            }
        }
        ["INITED", "pulse", "DONE"].contains(&event)
    }

    fn add_final_stat(&mut self, name: &str, value: &str) {
        match name {
            "number_of_executed_units" => set(&mut self.executions, Some(value)),
            "average_exec_per_sec" => set(&mut self.per_second, Some(value)),
            _ => {}
        }
    }

    /// A slow input is written too, and is no failure: a really slow one is a timeout.
    fn add_artifact(&mut self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !name.starts_with("slow-unit-") {
            self.artifact = Some(path.to_owned());
        }
        true
    }
}

/// Lays the reports out under each other.
pub(super) fn table(reports: &[Report]) -> String {
    let width = reports.iter().map(|report| report.target.len()).max().unwrap_or(0).max(6);
    let mut table = format!(
        "{:width$} {:>12} {:>9} {:>9} {:>9} {:>7} {:>7}\n",
        "target", "executions", "exec/s", "coverage", "features", "corpus", "crashes"
    );
    for report in reports {
        let Report { target, executions, per_second, coverage, features, corpus, .. } = report;
        let crashes = u8::from(report.artifact.is_some());
        // Writing to a String can't fail.
        let _ = writeln!(
            table,
            "{target:width$} {executions:>12} {per_second:>9} {coverage:>9} {features:>9} \
             {corpus:>7} {crashes:>7}"
        );
    }
    table
}

/// Keeps the old value when there is no new one.
fn set(field: &mut u64, word: Option<&str>) {
    if let Some(value) = word.and_then(|word| word.parse().ok()) {
        *field = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(output: &str) -> (Report, Vec<&str>) {
        let mut report = Report::new("decode");
        let shown = output.lines().filter(|line| report.add_line(line)).collect();
        (report, shown)
    }

    #[test]
    fn the_last_status_and_the_final_stats_count() {
        let (report, shown) = report(
            "INFO: seed corpus: files: 4 min: 1b max: 9b total: 20b rss: 36Mb\n\
             #5\tINITED cov: 20 ft: 21 corp: 4/20b exec/s: 0 rss: 36Mb\n\
             #6\tNEW    cov: 22 ft: 25 corp: 5/29b lim: 9 exec/s: 0 rss: 36Mb L: 9/9 MS: 1 CopyPart-\n\
             #1024\tpulse  cov: 22 ft: 25 corp: 5/29b lim: 17 exec/s: 512 rss: 36Mb\n\
             #2048\tDONE   cov: 23 ft: 26 corp: 6/30b lim: 17 exec/s: 682 rss: 37Mb\n\
             Done 2048 runs in 3 second(s)\n\
             stat::number_of_executed_units: 2050\n\
             stat::average_exec_per_sec:     683\n\
             stat::peak_rss_mb:              37\n",
        );
        let expected = Report {
            target: "decode".to_owned(),
            executions: 2050,
            per_second: 683,
            coverage: 23,
            features: 26,
            corpus: 6,
            artifact: None,
            failed: false,
        };
        assert_eq!(report, expected);
        let events: Vec<_> = shown.iter().map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(events, [Some("INITED"), Some("pulse"), Some("DONE")]);
    }

    #[test]
    fn a_crash_is_found_with_its_input() {
        let (report, shown) = report(
            "#7\tNEW    cov: 9 ft: 8 corp: 2/3b lim: 4 exec/s: 0 rss: 36Mb\n\
             ==1== ERROR: libFuzzer: deadly signal\n\
             artifact_prefix='fuzz/artifacts/decode/'; Test unit written to fuzz/artifacts/decode/crash-0a\n\
             stat::number_of_executed_units: 9\n",
        );
        assert_eq!(report.artifact.as_deref(), Some("fuzz/artifacts/decode/crash-0a"));
        assert_eq!((report.executions, report.coverage), (9, 9));
        assert_eq!(shown.len(), 1);
    }

    #[test]
    fn a_slow_input_is_no_crash() {
        let (report, _) = report("artifact_prefix='./'; Test unit written to ./slow-unit-0a\n");
        assert_eq!(report.artifact, None);
    }

    #[test]
    fn noise_changes_nothing() {
        let (noisy, shown) =
            report("#\n#x\n#1\nstat::\nstat::number_of_executed_units\n\u{fffd}\n");
        assert_eq!((noisy, shown.len()), (Report::new("decode"), 0));
    }

    #[test]
    fn the_table_has_a_line_for_each() {
        let crashed = Report { artifact: Some("x".to_owned()), ..Report::new("a_long_target") };
        let table = table(&[Report { executions: 12, ..Report::new("decode") }, crashed]);
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{table}");
        assert!(lines[1].starts_with("decode ") && lines[1].contains(" 12 "), "{table}");
        assert!(lines[2].ends_with(" 1"), "{table}");
    }
}
