//! A real `redis-server` of one's own, for tests and examples.
//!
//! Every [`RedisServer`] is a process with a private temporary directory and a port (or a Unix
//! socket) that nothing else uses, so that tests run side by side. It is ready when
//! [`RedisServer::start`] returns, and it is gone, directory included, when it is dropped.
//!
//! A test process that is killed drops nothing. Where util-linux's `setpriv` exists the server is
//! therefore started through `setpriv --pdeathsig KILL`, and the kernel ends it together with the
//! test process; only the temporary directory is left behind then.
//!
//! ```no_run
//! use testkit::redis_server::RedisServer;
//!
//! # fn main() -> std::io::Result<()> {
//! let server = RedisServer::builder().config("requirepass", "secret").start()?;
//! assert_eq!(server.cli(&["SET", "k", "v"])?, b"+OK\r\n");
//! println!("listening on {}", server.url());
//! # Ok(())
//! # }
//! ```

mod builder;
mod launch;
mod port;
mod tls;
mod wire;

use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

pub use builder::RedisServerBuilder;
use launch::PrivateDir;
use port::Port;
pub use tls::Tls;
use wire::{Connection, Listener};

/// A running `redis-server`, killed and cleaned up after when dropped.
#[must_use = "the server is killed when this is dropped"]
pub struct RedisServer {
    child: Child,
    listener: Listener,
    /// Kept for the server while it is dead: its clients must find nobody, and nobody else.
    port: Option<Port>,
    password: Option<String>,
    dir: PrivateDir,
    binary: PathBuf,
}

impl RedisServer {
    /// Has this process start another program wherever it would start `redis-server`: one that
    /// reads the same configuration.
    ///
    /// # Panics
    ///
    /// If another was chosen before.
    pub fn choose_binary(binary: impl AsRef<Path>) {
        launch::choose_binary(binary.as_ref());
    }

    /// Starts a server with the default settings on a free TCP port.
    ///
    /// # Errors
    ///
    /// Those of [`RedisServerBuilder::start`].
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Begins the configuration of a server.
    pub fn builder() -> RedisServerBuilder {
        RedisServerBuilder::default()
    }

    /// The TCP port on 127.0.0.1, unless the server listens on a Unix socket.
    pub fn port(&self) -> Option<u16> {
        self.addr().map(|addr| addr.port())
    }

    /// The TCP address, unless the server listens on a Unix socket.
    pub fn addr(&self) -> Option<SocketAddr> {
        match self.listener {
            Listener::Tcp(addr) | Listener::Tls(addr, _) => Some(addr),
            Listener::Unix(_) => None,
        }
    }

    /// The path of the Unix socket, unless the server listens on TCP alone. With TLS there are both.
    pub fn socket_path(&self) -> Option<&Path> {
        match &self.listener {
            Listener::Tcp(_) => None,
            Listener::Unix(path) | Listener::Tls(_, path) => Some(path),
        }
    }

    /// The address as a URL without credentials: `redis://127.0.0.1:PORT`, `unix:///path`, or with
    /// TLS `rediss://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        match &self.listener {
            Listener::Tcp(addr) => format!("redis://{addr}"),
            Listener::Unix(path) => format!("unix://{}", path.display()),
            Listener::Tls(addr, _) => format!("rediss://{addr}"),
        }
    }

    /// The server's private working directory, which holds its log and what it persists.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends one command over a connection of its own and returns the reply as it came, with its
    /// type byte and line ends.
    ///
    /// It speaks RESP2 by the shortest code that works and shares none with the crates under test,
    /// so that a test can look at the server from the side.
    ///
    /// # Errors
    ///
    /// Any error of the connection, a refused `AUTH`, and [`io::ErrorKind::Unsupported`] for an
    /// aggregate reply. An error reply (`-ERR ..`) to the command itself is a reply.
    pub fn cli(&self, command: &[&str]) -> io::Result<Vec<u8>> {
        Connection::open(&self.listener, self.password.as_deref())?.call(command)
    }

    /// Shuts the server down in an orderly way, without a snapshot, and removes its directory.
    ///
    /// # Errors
    ///
    /// When the server can't be told, or is still there after ten seconds. It is killed then.
    pub fn stop(mut self) -> io::Result<()> {
        self.shut_down()
    }

    /// Shuts the server down in an orderly way, without a snapshot, and starts it again.
    ///
    /// # Errors
    ///
    /// Those of [`stop`](Self::stop) and [`start_again`](Self::start_again).
    pub fn restart(&mut self) -> io::Result<()> {
        self.shut_down()?;
        self.start_again()
    }

    /// Starts a server that is dead once more, in the same place: address, directory and
    /// configuration. One that is alive is killed. What it has forgotten depends on
    /// [`persistent`](RedisServerBuilder::persistent).
    ///
    /// # Errors
    ///
    /// Those of [`RedisServerBuilder::start`]; [`io::ErrorKind::AddrInUse`] if somebody else has
    /// taken the port for more than ten seconds.
    pub fn start_again(&mut self) -> io::Result<()> {
        self.kill()?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.child = self.dir.spawn(&self.binary)?;
            match self.wait_until_ready() {
                Ok(()) => return Ok(()),
                Err(StartError::Fatal(error)) => return Err(error),
                Err(StartError::PortTaken) if Instant::now() < deadline => {
                    thread::sleep(POLL_INTERVAL);
                }
                Err(StartError::PortTaken) => return Err(io::ErrorKind::AddrInUse.into()),
            }
        }
    }

    fn shut_down(&mut self) -> io::Result<()> {
        match self.cli(&["SHUTDOWN", "NOSAVE"]) {
            // Redis answers this command by hanging up; only a refusal is a reply.
            Ok(refusal) => return Err(io::Error::other(String::from_utf8_lossy(&refusal))),
            Err(error) if wire::is_hang_up(&error) => {}
            Err(error) => return Err(error),
        }
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() >= deadline {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "redis-server does not exit"));
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// Kills the server at once, as a crash would, and keeps its directory.
    ///
    /// Killing a server that is dead already is not an error.
    ///
    /// # Errors
    ///
    /// When the operating system refuses to signal or to reap the process.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Stops the server where it stands, as if its machine hung: its system still takes connections
    /// and what is sent, and nothing answers.
    ///
    /// # Errors
    ///
    /// When it can't be signalled.
    pub fn freeze(&self) -> io::Result<()> {
        self.signal("STOP")?;
        // Each thread stops by itself, the last one a moment after the signal.
        let deadline = Instant::now() + PATIENCE;
        while !self.stands_still()? {
            if Instant::now() > deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::yield_now();
        }
        Ok(())
    }

    /// Whether all threads are stopped, as far as the system tells.
    fn stands_still(&self) -> io::Result<bool> {
        let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", self.pid())) else {
            return Ok(true);
        };
        for task in tasks {
            let stat = fs::read_to_string(task?.path().join("stat"))?;
            let state = stat.rsplit(") ").next().unwrap_or_default();
            if !state.starts_with(['T', 't']) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets a frozen server go on.
    ///
    /// # Errors
    ///
    /// When it can't be signalled.
    pub fn thaw(&self) -> io::Result<()> {
        self.signal("CONT")
    }

    /// By `kill(1)`: the standard library knows one signal only.
    fn signal(&self, name: &str) -> io::Result<()> {
        let status = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("kill: {status}"))) }
    }

    /// Polls until the server answers over its socket, exits, or runs out of time.
    fn wait_until_ready(&mut self) -> Result<(), StartError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(self.exited(status));
            }
            let not_ready = match self.probe() {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if Instant::now() >= deadline {
                return Err(StartError::Fatal(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("redis-server is not ready: {not_ready}\n{}", self.dir.log_tail()),
                )));
            }
            thread::sleep(POLL_INTERVAL);
        }
    }

    fn probe(&self) -> io::Result<()> {
        let mut connection = Connection::open(&self.listener, self.password.as_deref())?;
        let pong = connection.call(&["PING"])?;
        if pong.starts_with(b"-NOAUTH") {
            // An ACL of the caller's keeps us out, but the server is up.
            return Ok(());
        }
        if pong != b"+PONG\r\n" {
            return Err(io::Error::other(String::from_utf8_lossy(&pong)));
        }
        // Between choosing the port and binding it, another server may have taken it. Its PONG
        // must not pass for ours, which is about to exit.
        let info = connection.call(&["INFO", "server"])?;
        match wire::process_id(&info) {
            Some(pid) if pid != self.pid() => Err(io::Error::other("the port is another server's")),
            _ => Ok(()),
        }
    }

    fn exited(&self, status: ExitStatus) -> StartError {
        let log = self.dir.log_tail();
        if log.contains("Address already in use") {
            return StartError::PortTaken;
        }
        StartError::Fatal(io::Error::other(format!("redis-server exited ({status}):\n{log}")))
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Nobody is left to tell, and a panic here would hide the test's own.
        let _ = self.kill();
    }
}

impl fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisServer")
            .field("pid", &self.pid())
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

/// Why one attempt to start the server failed.
enum StartError {
    /// Somebody else took the port in the meantime: worth another attempt.
    PortTaken,
    Fatal(io::Error),
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Fatal(error)
    }
}

/// How long a server may take to start, to answer and to stop: far more than it needs on a loaded
/// machine, and short enough to wait for by hand.
const PATIENCE: Duration = Duration::from_secs(10);

/// Redis is up within some 10 ms, so a longer pause would be most of the start.
const POLL_INTERVAL: Duration = Duration::from_millis(2);
