//! How long a process has been on a CPU, in user and in system mode, by the kernel's own count.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exec::Failure;

/// The time of a process, counted twice.
///
/// `/proc/PID/task/TID/schedstat` counts in nanoseconds, but a thread that ends takes its time with
/// it. `/proc/PID/stat` forgets nothing, but counts in hundredths of a second.
#[derive(Debug)]
pub(super) struct CpuTime {
    /// Nanoseconds of each thread there is.
    threads: BTreeMap<String, u64>,
    /// Nanoseconds of all threads there have been.
    process: u64,
}

impl CpuTime {
    /// Reads the time so far.
    pub(super) fn of(pid: u32) -> Result<Self, Failure> {
        let process = PathBuf::from(format!("/proc/{pid}"));
        Self::read(&process).map_err(|error| {
            Failure::new(format!("can't read CPU times in {}: {error}", process.display()))
        })
    }

    fn read(process: &Path) -> io::Result<Self> {
        let unreadable = |text: String| io::Error::other(format!("no CPU time in {text:?}"));
        let mut threads = BTreeMap::new();
        for thread in fs::read_dir(process.join("task"))? {
            let thread = thread?;
            let schedstat = match fs::read_to_string(thread.path().join("schedstat")) {
                Ok(schedstat) => schedstat,
                Err(error) if thread.path().exists() => return Err(error),
                // It ended after it was listed.
                Err(_) => continue,
            };
            let time = time_of_thread(&schedstat).ok_or_else(|| unreadable(schedstat))?;
            threads.insert(thread.file_name().to_string_lossy().into_owned(), time);
        }
        let stat = fs::read_to_string(process.join("stat"))?;
        let process = time_of_process(&stat).ok_or_else(|| unreadable(stat))?;
        Ok(Self { threads, process })
    }

    /// The nanoseconds since `before`: exact, unless threads have ended with more than rounding
    /// explains.
    pub(super) fn since(&self, before: &Self) -> u64 {
        let spent = |(thread, time): (&String, &u64)| {
            time.saturating_sub(before.threads.get(thread).copied().unwrap_or(0))
        };
        let threads = self.threads.iter().map(spent).sum();
        let process = self.process.saturating_sub(before.process);
        if process > threads + ROUNDING { process } else { threads }
    }
}

/// The first of the three numbers; the others are the time spent waiting and the turns.
fn time_of_thread(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

/// `utime` and `stime`, the 14th and 15th field by `proc_pid_stat(5)`. The second is a name in
/// parentheses, which may itself hold spaces and parentheses.
fn time_of_process(stat: &str) -> Option<u64> {
    let (_, from_third) = stat.rsplit_once(')')?;
    let mut fields = from_third.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) * TICK)
}

/// Nanoseconds; what Linux shows to programs is in hundredths of a second, whatever it counts in.
const TICK: u64 = 10_000_000;

/// User and system time are rounded down, in each of two readings.
const ROUNDING: u64 = 2 * TICK;

#[cfg(test)]
mod tests {
    use std::process;
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    fn times<const N: usize>(process: u64, threads: [(&str, u64); N]) -> CpuTime {
        let threads = threads.map(|(thread, time)| (thread.to_owned(), time)).into();
        CpuTime { threads, process }
    }

    #[test]
    fn what_threads_that_come_and_go_spent_before_is_not_counted() {
        let before = times(0, [("1", 100), ("2", 5_000)]);
        assert_eq!(times(0, [("1", 130), ("2", 5_000)]).since(&before), 30);
        assert_eq!(times(0, [("1", 130), ("3", 7)]).since(&before), 37);
    }

    #[test]
    fn what_threads_took_with_them_is_counted_in_ticks() {
        let before = times(7 * TICK, [("1", 70_000_000)]);
        assert_eq!(times(9 * TICK, [("1", 70_000_500)]).since(&before), 500);
        assert_eq!(times(10 * TICK, [("1", 70_000_500)]).since(&before), 3 * TICK);
    }

    #[test]
    fn the_kernels_files_are_read() {
        assert_eq!(time_of_thread("2525288 17 1\n"), Some(2_525_288));
        assert_eq!(time_of_thread(""), None);
        assert_eq!(time_of_thread("x 1 1"), None);
        let stat = "77 (a) b) S 1 77 77 0 -1 4194560 160 0 0 0 188 24 3 4 20 0 1 0 3398 0";
        assert_eq!(time_of_process(stat), Some(212 * TICK));
        assert_eq!(time_of_process("77 (a) S 1 77"), None);
    }

    #[test]
    fn a_busy_thread_beside_the_first_is_counted() {
        let (work, orders) = mpsc::channel::<()>();
        let (done, answers) = mpsc::channel();
        let thread = thread::spawn(move || {
            for () in orders {
                let start = Instant::now();
                while start.elapsed() < Duration::from_millis(50) {}
                done.send(()).unwrap();
            }
        });
        let before = CpuTime::of(process::id()).unwrap();
        work.send(()).unwrap();
        answers.recv().unwrap();
        // Asleep by now, or about to be: a thread's count lags until it leaves the CPU.
        thread::sleep(Duration::from_millis(20));
        let spent = CpuTime::of(process::id()).unwrap().since(&before);
        drop(work);
        thread.join().unwrap();
        // Other programs may have had the core for most of those 50 ms.
        assert!(spent >= 1_000_000, "{spent} ns");
    }

    #[test]
    fn a_process_that_is_gone_is_an_error() {
        let error = CpuTime::of(u32::MAX).unwrap_err().to_string();
        assert!(error.contains("/proc/4294967295:"), "{error}");
    }
}
