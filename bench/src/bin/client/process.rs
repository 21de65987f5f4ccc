//! What the system knows about this process.

use std::fs;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};

use super::Outcome;

/// CPU time of all threads there have been, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CpuTime {
    pub(super) user: u64,
    pub(super) system: u64,
}

impl CpuTime {
    pub(super) fn now() -> Outcome<Self> {
        let usage = getrusage(UsageWho::RUSAGE_SELF)?;
        let nanos = |time: nix::sys::time::TimeVal| {
            let micros = time.tv_sec().unsigned_abs() * 1_000_000 + time.tv_usec().unsigned_abs();
            micros * 1_000
        };
        Ok(Self { user: nanos(usage.user_time()), system: nanos(usage.system_time()) })
    }

    pub(super) fn since(self, before: Self) -> Self {
        Self {
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
        }
    }
}

/// A line of `/proc/self/status` in KiB: `VmHWM`, the most memory there was; `RssAnon`, what there
/// is besides files.
pub(super) fn memory_kib(name: &str) -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    value_of(&status, name).ok_or_else(|| format!("no {name} in /proc/self/status").into())
}

fn value_of(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Raises the limit on open files, as far as that needs no privilege.
pub(super) fn allow_many_files() -> Outcome<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn being_busy_takes_cpu_time() {
        let before = CpuTime::now().unwrap();
        let mut spent = CpuTime { user: 0, system: 0 };
        let start = Instant::now();
        while spent.user + spent.system == 0 && start.elapsed() < Duration::from_secs(30) {
            spent = CpuTime::now().unwrap().since(before);
        }
        assert!(spent.user + spent.system >= 1_000);
    }

    #[test]
    fn a_line_of_the_status_is_found_by_its_whole_name() {
        let status = "Name:\tbench\nVmHWMX:\t1 kB\nVmHWM:\t   1234 kB\nRssAnon:\t  56 kB\n";
        assert_eq!(value_of(status, "VmHWM"), Some(1234));
        assert_eq!(value_of(status, "RssAnon"), Some(56));
        assert_eq!(value_of(status, "Name"), None);
        assert!(memory_kib("VmHWM").unwrap() > 0);
    }
}
