//! The two servers: Redis and the one that is to be like it.

use std::env::consts;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use testkit::redis_server::RedisServer;

use crate::exec::{Exec, Failure, relative, target_dir};

/// Both servers. Those that were started here end when this is dropped.
pub(super) struct Servers {
    redis: RedisServer,
    ours: Ours,
}

/// The server under test.
enum Ours {
    /// Somebody else's.
    Running(SocketAddr),
    Started(Started),
}

impl Servers {
    /// Starts Redis, and the server under test unless there is one already.
    pub(super) fn start(against: Option<SocketAddr>) -> Result<Self, Failure> {
        let redis = RedisServer::start()
            .map_err(|error| Failure::new(format!("can't start redis-server: {error}")))?;
        let ours = match against {
            Some(addr) => Ours::Running(addr),
            None => {
                Exec::cargo(["build", "--quiet", "--release", "-p", PACKAGE]).run()?;
                Ours::Started(Started::start()?)
            }
        };
        Ok(Self { redis, ours })
    }

    /// Where both listen. A server that has ended is started again: it has been reported.
    pub(super) fn addrs(&mut self) -> Result<[SocketAddr; 2], Failure> {
        let redis = self.redis.addr().ok_or_else(|| Failure::new("redis-server has no port"))?;
        let ours = match &mut self.ours {
            Ours::Running(addr) => *addr,
            Ours::Started(started) => {
                if started.ended() {
                    *started = Started::start()?;
                }
                started.addr
            }
        };
        Ok([redis, ours])
    }
}

/// A process that listens, killed when dropped.
struct Started {
    child: Child,
    addr: SocketAddr,
}

impl Started {
    fn start() -> Result<Self, Failure> {
        let failed = |error| Failure::new(format!("can't start {PACKAGE}: {error}"));
        let addr = free_addr().map_err(failed)?;
        let log = File::create(log_path()).map_err(failed)?;
        let errors = log.try_clone().map_err(failed)?;
        let program = target_dir().join("release").join(format!("{PACKAGE}{}", consts::EXE_SUFFIX));
        let child = Command::new(program)
            .args(["--port", &addr.port().to_string()])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(failed)?;
        let mut started = Self { child, addr };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect_timeout(&addr, PATIENCE).is_err() {
            if started.ended() || Instant::now() >= deadline {
                let log = log_path();
                let text = format!("{PACKAGE} doesn't listen on {addr}; see {}", relative(&log));
                return Err(Failure::new(text));
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(started)
    }

    fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Nobody is left to tell, and it may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One that nobody listens on, though somebody may by the time it is used: the server ends then.
fn free_addr() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

fn log_path() -> PathBuf {
    target_dir().join(format!("{PACKAGE}.log"))
}

/// The crate of the server under test, and its program.
const PACKAGE: &str = "embedded-redis";

/// How long a server may take to listen: far more than it needs.
const PATIENCE: Duration = Duration::from_secs(10);

const POLL_INTERVAL: Duration = Duration::from_millis(5);
