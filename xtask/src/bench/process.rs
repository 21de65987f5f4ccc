//! Programs on a core of their own, which never outlive this one.

use std::io::{self, Read};
use std::process::{Child, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::exec::{Exec, Failure};

/// The line that runs `program` on one core and has the kernel end it together with this process,
/// whatever ends that one.
///
/// Both programs of util-linux replace themselves, so the process id stays the child's.
pub(super) fn pinned(core: u32, program: &str) -> Exec {
    tied("taskset").args(["--cpu-list".to_owned(), core.to_string(), program.to_owned()])
}

/// The line that runs `program` wherever this process may run, and ends it likewise.
pub(super) fn tied(program: &str) -> Exec {
    Exec::new("setpriv").args(["--pdeathsig", "KILL", program])
}

/// A child that is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    /// Starts what `exec` says; `redirect` may change where it runs and what it writes to.
    pub(super) fn spawn(
        exec: &Exec,
        redirect: impl FnOnce(&mut std::process::Command),
    ) -> Result<Self, Failure> {
        let mut command = exec.command();
        command.stdin(Stdio::null());
        redirect(&mut command);
        let child = command.spawn().map_err(|error| {
            Failure::new(format!(
                "{}\n`setpriv` and `taskset` are util-linux's; on Debian and Ubuntu type:\n  \
                 sudo apt-get install -y util-linux",
                exec.not_started(&error)
            ))
        })?;
        Ok(Self(child))
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it did.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        self.0.try_wait().map_err(|error| Failure::new(format!("can't ask for a child: {error}")))
    }

    /// Waits for its end, up to `patience`.
    pub(super) fn wait(&mut self, patience: Duration) -> Result<Option<ExitStatus>, Failure> {
        let deadline = Instant::now() + patience;
        loop {
            let ended = self.ended()?;
            if ended.is_some() || Instant::now() >= deadline {
                return Ok(ended);
            }
            thread::sleep(POLL_INTERVAL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody is left to tell, and it may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a program wrote and how it ended, if it did within `patience`. A pipe must hold all it
/// writes, since nobody reads before the end.
pub(super) fn output_within(exec: &Exec, patience: Duration) -> Result<Option<Output>, Failure> {
    let mut process = Process::spawn(exec, |command| {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    })?;
    let Some(status) = process.wait(patience)? else { return Ok(None) };
    let child = &mut process.0;
    let mut read = || {
        Ok(Output {
            status,
            stdout: all_of(child.stdout.take())?,
            stderr: all_of(child.stderr.take())?,
        })
    };
    let unreadable = |error: io::Error| Failure::new(format!("can't read what it wrote: {error}"));
    read().map(Some).map_err(unreadable)
}

fn all_of(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut all))?;
    Ok(all)
}

/// Too rare to be noticed by what is measured.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_where_it_is_told_and_ends_when_dropped() {
        let allowed = super::super::cores::Cores::allowed().unwrap();
        let exec = pinned(allowed.client, "grep").args(["Cpus_allowed_list", "/proc/self/status"]);
        let status = exec.stdout().unwrap();
        assert_eq!(status.split_whitespace().last(), Some(allowed.client.to_string().as_str()));
        let here = std::fs::read_to_string("/proc/self/status").unwrap();
        let status =
            tied("grep").args(["Cpus_allowed_list", "/proc/self/status"]).stdout().unwrap();
        assert!(here.contains(status.trim()), "{status}");

        let sleeping = pinned(allowed.client, "sleep").args(["60"]);
        let mut process = Process::spawn(&sleeping, |_| {}).unwrap();
        let proc = format!("/proc/{}", process.id());
        assert!(process.wait(Duration::from_millis(30)).unwrap().is_none());
        assert!(std::path::Path::new(&proc).exists());
        let dropped = Instant::now();
        drop(process);
        assert!(dropped.elapsed() < Duration::from_secs(30), "it ended by itself");
        assert!(!std::path::Path::new(&proc).exists());
    }
}
