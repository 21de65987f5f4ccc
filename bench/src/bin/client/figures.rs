//! What is found out about one client under one workload.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use testkit::counting_alloc::{Allocations, so_far};

use super::Outcome;
use super::process::{CpuTime, memory_kib};

/// Of one command, where nothing else is said. What was not measured is not there.
#[derive(Debug, Default)]
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

/// The clocks and counters at one moment.
pub(super) struct Reading {
    at: Instant,
    cpu: CpuTime,
    allocations: Allocations,
}

impl Reading {
    pub(super) fn take() -> Outcome<Self> {
        Ok(Self { at: Instant::now(), cpu: CpuTime::now()?, allocations: so_far() })
    }

    /// What has been spent since.
    pub(super) fn spent(&self) -> Outcome<Spent> {
        let wall = self.at.elapsed();
        let cpu = CpuTime::now()?.since(self.cpu);
        let Allocations { number, bytes, .. } = so_far();
        Ok(Spent {
            wall,
            cpu,
            allocations: number.saturating_sub(self.allocations.number),
            allocated: bytes.saturating_sub(self.allocations.bytes),
        })
    }
}

/// What a piece of work has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent {
    wall: Duration,
    cpu: CpuTime,
    allocations: u64,
    /// The bytes of those.
    allocated: u64,
}

impl Spent {
    /// Without what would have been spent in any case.
    pub(super) fn without(self, other: Self) -> Self {
        Self {
            wall: self.wall.saturating_sub(other.wall),
            cpu: self.cpu.since(other.cpu),
            allocations: self.allocations.saturating_sub(other.allocations),
            allocated: self.allocated.saturating_sub(other.allocated),
        }
    }

    /// Shared out among so many commands; and the most memory there was up to now.
    #[expect(clippy::cast_precision_loss, reason = "all of it is far below 2^52")]
    pub(super) fn figures(self, commands: u64) -> Outcome<Figures> {
        let each = |total: u64| Some(total as f64 / commands as f64);
        let wall_ns = self.wall.as_secs_f64() * 1e9 / commands as f64;
        Ok(Figures {
            ops_per_s: Some(1e9 / wall_ns),
            wall_ns: Some(wall_ns),
            user_ns: each(self.cpu.user),
            sys_ns: each(self.cpu.system),
            allocs: each(self.allocations),
            alloc_bytes: each(self.allocated),
            rss_kib: Some(memory_kib("VmHWM")? as f64),
            ..Figures::default()
        })
    }
}

impl Figures {
    /// Adds percentiles of latencies, given in nanoseconds.
    pub(super) fn with_latencies(mut self, mut latencies: Vec<u32>) -> Self {
        latencies.sort_unstable();
        let micros = |percent| percentile(&latencies, percent).map(|nanos| f64::from(nanos) / 1e3);
        self.p50_us = micros(50);
        self.p99_us = micros(99);
        self
    }

    /// One object on one line, `null` for what was not measured.
    pub(super) fn json(&self) -> String {
        let mut text = String::new();
        for (name, value) in [
            ("ops_per_s", self.ops_per_s),
            ("wall_ns", self.wall_ns),
            ("user_ns", self.user_ns),
            ("sys_ns", self.sys_ns),
            ("allocs", self.allocs),
            ("alloc_bytes", self.alloc_bytes),
            ("p50_us", self.p50_us),
            ("p99_us", self.p99_us),
            ("rss_kib", self.rss_kib),
            ("heap_bytes", self.heap_bytes),
        ] {
            let value = value.map_or_else(|| "null".to_owned(), |value| format!("{value:.4}"));
            let comma = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, r#"{comma}"{name}": {value}"#);
        }
        format!("{{{text}}}")
    }
}

/// The smallest value that so many percent do not exceed.
fn percentile(sorted: &[u32], percent: usize) -> Option<u32> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// A latency as it is kept; four seconds are as good as for ever.
pub(super) fn latency(time: Duration) -> u32 {
    u32::try_from(time.as_nanos()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_occurred() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 50), Some(50));
        assert_eq!(percentile(&hundred, 99), Some(99));
        assert_eq!(percentile(&[7], 50), Some(7));
        assert_eq!(percentile(&[7], 99), Some(7));
        assert_eq!(percentile(&[1, 2, 3], 50), Some(2));
        assert_eq!(percentile(&[1, 2, 3], 99), Some(3));
        assert_eq!(percentile(&[], 99), None);
    }

    #[test]
    fn latencies_are_sorted_before_they_are_read() {
        let figures = Figures::default().with_latencies(vec![9_000, 1_000, 5_000]);
        assert_eq!((figures.p50_us, figures.p99_us), (Some(5.0), Some(9.0)));
        assert_eq!(latency(Duration::from_secs(5)), u32::MAX);
    }

    #[test]
    fn what_was_spent_in_any_case_is_left_out_and_the_rest_shared() {
        let spent = |millis, user, system, allocations, allocated| Spent {
            wall: Duration::from_millis(millis),
            cpu: CpuTime { user, system },
            allocations,
            allocated,
        };
        let all = spent(12, 7_000, 3_000, 220, 9_000);
        let spent = all.without(spent(2, 3_000, 1_000, 20, 1_000));
        let figures = spent.figures(1_000).unwrap();
        assert_eq!((figures.wall_ns, figures.ops_per_s), (Some(10_000.0), Some(100_000.0)));
        assert_eq!((figures.user_ns, figures.sys_ns), (Some(4.0), Some(2.0)));
        assert_eq!((figures.allocs, figures.alloc_bytes), (Some(0.2), Some(8.0)));
    }

    #[test]
    fn the_line_has_all_keys() {
        let figures = Figures { wall_ns: Some(23.5), ..Figures::default() };
        assert_eq!(
            figures.json(),
            r#"{"ops_per_s": null, "wall_ns": 23.5000, "user_ns": null, "sys_ns": null, "#
                .to_owned()
                + r#""allocs": null, "alloc_bytes": null, "p50_us": null, "p99_us": null, "#
                + r#""rss_kib": null, "heap_bytes": null}"#
        );
    }
}
