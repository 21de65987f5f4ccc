//! What the system tells of this process, where it has a `/proc`.

use std::fs;
use std::time::Duration;

use crate::engine::{Cpu, Times};

/// Resident memory in bytes.
pub(crate) fn resident() -> Option<u64> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}

/// The path of the program that runs.
pub(crate) fn executable() -> Option<String> {
    Some(std::env::current_exe().ok()?.to_string_lossy().into_owned())
}

/// Bytes that the machine has.
pub(crate) fn memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// Processor time of the process, of children that it has waited for, and of this thread.
pub(crate) fn cpu() -> Option<Cpu> {
    let (thread, _) = times("/proc/thread-self/stat")?;
    let (process, children) = times("/proc/self/stat")?;
    Some(Cpu { process, children, thread })
}

fn times(path: &str) -> Option<(Times, Times)> {
    parse(&fs::read_to_string(path).ok()?)
}

/// `1 (name) R ..`, where anything can be in the name: see proc(5). Behind it are eleven others, the
/// times of the user and the system, and those of children.
fn parse(stat: &str) -> Option<(Times, Times)> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut ticks = fields.split(' ').skip(11).map(|field| Some(time(field.parse().ok()?)));
    let mut next = || ticks.next()?;
    let (user, system) = (next()?, next()?);
    let (children_user, children_system) = (next()?, next()?);
    Some((Times { user, system }, Times { user: children_user, system: children_system }))
}

fn time(ticks: u32) -> Duration {
    TICK * ticks
}

/// Of nearly all machines that have a `/proc`.
const PAGE: u64 = 4096;
/// `USER_HZ` is 100 on all architectures that are in use.
const TICK: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stand_behind_a_name_that_may_be_anything() {
        let stat = "7 (a) R 1 (b)) S 1 7 7 0 -1 4194560 1 2 3 4 250 125 6 7 20 0 1 0 99";
        let times = |user, system| Times {
            user: Duration::from_millis(user),
            system: Duration::from_millis(system),
        };
        assert_eq!(parse(stat), Some((times(2_500, 1_250), times(60, 70))));
        assert_eq!(parse("7 (a) S 1 7"), None);
        assert_eq!(parse(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_tells_what_this_process_takes() {
        let burnt = || cpu().is_some_and(|cpu| cpu.thread.user >= TICK * 2);
        let started = std::time::Instant::now();
        while !burnt() && started.elapsed() < Duration::from_secs(60) {
            std::hint::black_box((0..100_000_u64).sum::<u64>());
        }
        let cpu = cpu().unwrap();
        assert!(cpu.thread.user >= TICK * 2 && cpu.process.user >= TICK, "{cpu:?}");
        assert!(resident().unwrap() > 1 << 20);
        assert!(memory().unwrap() > resident().unwrap());
        assert!(executable().is_some_and(|path| path.contains("embedded_redis")));
    }
}
