//! Where the process lives and how it is started.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{LazyLock, OnceLock};
use std::{env, thread};

/// A directory that only this user can read, removed with all it holds when dropped.
pub(super) struct PrivateDir(PathBuf);

impl PrivateDir {
    pub(super) fn create() -> io::Result<Self> {
        static SERIAL: AtomicU32 = AtomicU32::new(0);
        loop {
            let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
            let path = env::temp_dir().join(format!("redis-server-{}-{serial}", process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                // Left by an earlier process with our id, or somebody else's: not ours to touch.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes the server's configuration.
    pub(super) fn configure(&self, conf: &str) -> io::Result<()> {
        fs::write(self.conf_path(), conf)
    }

    /// Gives `binary` the name by which it knows that it is to be a Sentinel.
    pub(super) fn sentinel(&self, binary: &Path) -> io::Result<PathBuf> {
        let named = self.0.join("redis-sentinel");
        std::os::unix::fs::symlink(binary, &named)?;
        Ok(named)
    }

    /// Starts `binary` as configured; what it prints becomes the log, in place of an earlier one.
    pub(super) fn spawn(&self, binary: &Path) -> io::Result<Child> {
        let conf_path = self.conf_path();
        let _ = fs::remove_file(self.log_path());
        let log = File::options().create(true).append(true).open(self.log_path())?;
        let mut command = command_that_dies_with_us(binary);
        command.arg(conf_path).current_dir(&self.0);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        spawn_from_lasting_thread(command)
    }

    /// The last lines of the log, for an error message.
    pub(super) fn log_tail(&self) -> String {
        let log = match fs::read(self.log_path()) {
            Ok(log) => log,
            Err(error) => return format!("(no log: {error})"),
        };
        let log = String::from_utf8_lossy(&log);
        let mut lines: Vec<_> = log.lines().rev().take(LOG_TAIL_LINES).collect();
        lines.reverse();
        lines.join("\n")
    }

    fn conf_path(&self) -> PathBuf {
        self.0.join("redis.conf")
    }

    fn log_path(&self) -> PathBuf {
        self.0.join("redis.log")
    }
}

impl Drop for PrivateDir {
    fn drop(&mut self) {
        // What can't be removed is left to whoever tidies the temporary directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Has this process start another program in the place of `redis-server`.
pub(super) fn choose_binary(binary: &Path) {
    let chosen = CHOSEN.get_or_init(|| binary.to_owned());
    assert_eq!(chosen, binary, "one process has one redis-server");
}

/// Finds `redis-server`: what was chosen, else by `REDIS_SERVER_BIN`, else on `PATH`.
pub(super) fn find_binary() -> io::Result<PathBuf> {
    if let Some(chosen) = CHOSEN.get() {
        return Ok(chosen.clone());
    }
    find_binary_in(env::var_os("REDIS_SERVER_BIN"), env::var_os("PATH"))
}

static CHOSEN: OnceLock<PathBuf> = OnceLock::new();

fn find_binary_in(chosen: Option<OsString>, path: Option<OsString>) -> io::Result<PathBuf> {
    let found = match chosen {
        Some(chosen) => Some(PathBuf::from(chosen)).filter(|path| is_executable(path)),
        None => env::split_paths(&path.unwrap_or_default())
            .map(|dir| dir.join("redis-server"))
            .find(|path| is_executable(path)),
    };
    found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, NOT_FOUND))
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// Wraps `binary` in `setpriv --pdeathsig KILL` if that works here.
///
/// `setpriv` replaces itself by the server, so the process id stays the child's.
fn command_that_dies_with_us(binary: &Path) -> Command {
    static SETPRIV_WORKS: LazyLock<bool> = LazyLock::new(|| {
        // Tried, not looked up: busybox has a `setpriv` without this option.
        let mut trial = Command::new("setpriv");
        trial.args(["--pdeathsig", "KILL", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
        trial.status().is_ok_and(|status| status.success())
    });
    if !*SETPRIV_WORKS {
        return Command::new(binary);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(binary);
    command
}

/// Spawns on a thread that lives as long as this process.
///
/// The kernel takes the *thread* that forked for the parent whose death it signals (`prctl(2)`,
/// `PR_SET_PDEATHSIG`), and a test's thread ends long before a server shared by several tests may.
fn spawn_from_lasting_thread(command: Command) -> io::Result<Child> {
    type Job = (Command, Sender<io::Result<Child>>);
    static JOBS: OnceLock<Sender<Job>> = OnceLock::new();
    let jobs = JOBS.get_or_init(|| {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for (mut command, answer) in queue {
                // A caller that went away has dropped the channel: then nobody owns the child.
                if let Err(mpsc::SendError(Ok(mut orphan))) = answer.send(command.spawn()) {
                    let _ = orphan.kill().and_then(|()| orphan.wait());
                }
            }
        });
        jobs
    });
    let gone = || io::Error::other("the thread that starts servers is gone");
    let (answer, child) = mpsc::channel();
    jobs.send((command, answer)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}

const NOT_FOUND: &str =
    "redis-server not found: run 'apt-get install redis-server' or set REDIS_SERVER_BIN";

/// Enough for the reason of an early exit, which comes last.
const LOG_TAIL_LINES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_binary_says_what_to_type() {
        for (chosen, path) in [(None, None), (None, Some("/nowhere")), (Some("/nowhere"), None)] {
            let error = find_binary_in(chosen.map(OsString::from), path.map(OsString::from));
            let error = error.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
            assert_eq!(error.to_string(), NOT_FOUND);
        }
    }

    #[test]
    fn the_chosen_binary_wins_over_the_path() {
        let me = env::current_exe().unwrap();
        let found = find_binary_in(Some(me.clone().into_os_string()), env::var_os("PATH"));
        assert_eq!(found.unwrap(), me);
    }

    #[test]
    fn the_log_tail_is_the_end_of_the_log() {
        let dir = PrivateDir::create().unwrap();
        let log: String = (0..100).map(|n| format!("line {n}\n")).collect();
        fs::write(dir.log_path(), log).unwrap();
        let tail = dir.log_tail();
        assert!(tail.starts_with("line 80\n") && tail.ends_with("\nline 99"), "{tail}");
    }
}
