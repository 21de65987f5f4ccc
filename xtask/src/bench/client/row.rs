//! Figures of one client under one load.

use serde::Deserialize;

use super::super::rows::median;
use super::plan::{Contender, Workload};

/// What the bench's program says, and what becomes of several of them: of one command, where nothing
/// else is said. What was not measured is not there.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(super) struct Figures {
    pub(super) ops_per_s: Option<f64>,
    pub(super) wall_ns: Option<f64>,
    pub(super) user_ns: Option<f64>,
    pub(super) sys_ns: Option<f64>,
    pub(super) allocs: Option<f64>,
    /// The bytes of those.
    pub(super) alloc_bytes: Option<f64>,
    pub(super) p50_us: Option<f64>,
    pub(super) p99_us: Option<f64>,
    /// The most that there was; of an idle client, what has come with it.
    pub(super) rss_kib: Option<f64>,
    /// What an idle client has allocated and not given back.
    pub(super) heap_bytes: Option<f64>,
}

impl Figures {
    /// Reads the line that the bench's program prints.
    pub(super) fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    /// The median of each by itself. CPU time as a whole is exact; how much of it is the user's, the
    /// system only samples, so that is taken from all samples together.
    pub(super) fn median(samples: &[Self]) -> Self {
        let of = |figure: Get| {
            let values: Vec<f64> = samples.iter().filter_map(figure).collect();
            if values.is_empty() { None } else { Some(median(values)) }
        };
        let sum = |figure: Get| samples.iter().filter_map(figure).sum::<f64>();
        let share = sum(|one| one.user_ns) / sum(Self::cpu_ns).max(f64::MIN_POSITIVE);
        let cpu_ns = of(Self::cpu_ns);
        Self {
            ops_per_s: of(|one| one.ops_per_s),
            wall_ns: of(|one| one.wall_ns),
            user_ns: cpu_ns.map(|all| all * share),
            sys_ns: cpu_ns.map(|all| all * (1.0 - share)),
            allocs: of(|one| one.allocs),
            alloc_bytes: of(|one| one.alloc_bytes),
            p50_us: of(|one| one.p50_us),
            p99_us: of(|one| one.p99_us),
            rss_kib: of(|one| one.rss_kib),
            heap_bytes: of(|one| one.heap_bytes),
        }
    }

    /// User and system time together.
    pub(super) fn cpu_ns(&self) -> Option<f64> {
        Some(self.user_ns? + self.sys_ns?)
    }

    pub(super) fn heap_kib(&self) -> Option<f64> {
        Some(self.heap_bytes? / 1024.0)
    }

    /// One line of progress.
    pub(super) fn describe(&self) -> String {
        match (self.ops_per_s, self.cpu_ns(), self.rss_kib) {
            (Some(ops), Some(cpu), _) => format!("{ops:.0}/s, {cpu:.0} CPU ns"),
            (_, _, Some(rss)) => format!("{rss:.0} KiB"),
            _ => "nothing to measure".to_owned(),
        }
    }
}

/// A figure, where it was measured.
pub(super) type Get = fn(&Figures) -> Option<f64>;

/// One client under one load.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) workload: &'static Workload,
    pub(super) contender: &'static Contender,
    pub(super) figures: Figures,
}

impl Row {
    /// Bytes allocated for each byte of the value that is read or written.
    pub(super) fn alloc_ratio(&self) -> Option<f64> {
        Some(self.figures.alloc_bytes? / f64::from(self.workload.payload()?))
    }
}

/// A client's row under a load.
pub(super) fn find<'a>(rows: &'a [Row], workload: &str, contender: &str) -> Option<&'a Row> {
    rows.iter().find(|row| row.workload.name == workload && row.contender.name == contender)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_and_without_figures() {
        let line = r#"{"ops_per_s": 2.5, "wall_ns": null, "user_ns": 1, "sys_ns": 2,
            "allocs": 0, "alloc_bytes": 0, "p50_us": null, "p99_us": null, "rss_kib": 7, "heap_bytes": 2048}"#;
        let figures = Figures::parse(line).unwrap();
        assert_eq!((figures.ops_per_s, figures.wall_ns), (Some(2.5), None));
        assert_eq!((figures.cpu_ns(), figures.heap_kib()), (Some(3.0), Some(2.0)));
        assert_eq!(Figures::parse("it failed"), None);
        assert_eq!(Figures::default().cpu_ns(), None);
    }

    #[test]
    fn each_figure_has_its_own_median() {
        let samples = [(1.0, 30.0), (2.0, 10.0), (3.0, 20.0)].map(|(wall, p50)| Figures {
            wall_ns: Some(wall),
            p50_us: Some(p50),
            ..Figures::default()
        });
        let median = Figures::median(&samples);
        assert_eq!((median.wall_ns, median.p50_us), (Some(2.0), Some(20.0)));
        assert_eq!((median.cpu_ns(), median.allocs), (None, None));
    }

    #[test]
    fn the_users_share_of_cpu_time_is_that_of_all_samples() {
        let samples = [(100.0, 0.0), (0.0, 200.0), (50.0, 250.0)].map(|(user, sys)| Figures {
            user_ns: Some(user),
            sys_ns: Some(sys),
            ..Figures::default()
        });
        let median = Figures::median(&samples);
        assert_eq!((median.user_ns, median.sys_ns), (Some(50.0), Some(150.0)));
    }
}
