//! Starting a server, and waiting for it to answer.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{PathBuf, absolute};
use std::time::{Duration, Instant};
use std::{env, process, thread};

use super::build::build;
use super::process::{POLL_INTERVAL, Process, pinned};
use super::server::plan::{Program, Server};
use crate::exec::{Exec, Failure};

/// A server with its program.
pub(super) struct Launchable {
    pub(super) server: &'static Server,
    program: String,
}

/// Finds the program, or builds it.
pub(super) fn prepare(server: &'static Server) -> Result<Launchable, Failure> {
    let program = match server.program {
        Program::RedisServer => redis_server(),
        Program::Cargo(arguments) | Program::CargoRedis(arguments) => build(server.name, arguments)
            .map_err(|failure| Failure::new(format!("{failure}\n{}", server.way_out())))?,
    };
    Ok(Launchable { server, program })
}

/// As an absolute path, if it is one, since it is started in another directory.
fn redis_server() -> String {
    let chosen = env::var_os("REDIS_SERVER_BIN").and_then(|chosen| absolute(chosen).ok());
    chosen.map_or_else(|| "redis-server".to_owned(), |path| path.to_string_lossy().into_owned())
}

impl Launchable {
    pub(super) fn name(&self) -> &'static str {
        self.server.name
    }

    fn line(&self, core: u32, port: u16) -> Exec {
        let exec = pinned(core, &self.program);
        match self.server.program {
            Program::RedisServer | Program::CargoRedis(_) => {
                exec.args(["--save", "", "--appendonly", "no", "--port"]).args([port.to_string()])
            }
            Program::Cargo(_) => exec.args(["--addr".to_owned(), format!("127.0.0.1:{port}")]),
        }
    }
}

/// A server that answers, on a port of this machine. Dropping it ends it.
pub(super) struct Running {
    server: &'static Server,
    exec: Exec,
    port: u16,
    process: Process,
    directory: TemporaryDirectory,
}

impl Running {
    /// Starts a server on a core, with a temporary directory to work in.
    pub(super) fn start(server: &Launchable, core: u32) -> Result<Self, Failure> {
        let failed = |error| Failure::new(format!("can't prepare for {}: {error}", server.name()));
        let port = free_port().map_err(failed)?;
        let exec = server.line(core, port);
        let directory = TemporaryDirectory::create().map_err(failed)?;
        let log = File::create(directory.log()).map_err(failed)?;
        let errors = log.try_clone().map_err(failed)?;
        let process = Process::spawn(&exec, |command| {
            command.current_dir(&directory.0).stdout(log).stderr(errors);
        })?;
        let mut running = Self { server: server.server, exec, port, process, directory };
        running.wait_until_ready()?;
        Ok(running)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The problem, how to start the server by hand, what it wrote last, and what can be done.
    pub(super) fn failure(&self, problem: impl fmt::Display) -> Failure {
        let log = fs::read(self.directory.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default();
        let said = if tail.is_empty() { "nothing".to_owned() } else { tail.join("\n  ") };
        Failure::new(format!(
            "{} {problem}\nit was started by\n  {}\nand wrote last\n  {said}\n{}",
            self.server.name,
            self.exec,
            self.server.way_out()
        ))
    }

    fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // First, so that whoever else has the port doesn't pass for a server that has ended.
            if let Some(status) = self.process.ended()? {
                return Err(self.failure(format_args!("ended by itself: {status}")));
            }
            match ask(self.port) {
                Ok(answers) if answers == ANSWERS => return Ok(()),
                Ok(answers) => {
                    let answers = answers.escape_ascii();
                    return Err(self.failure(format_args!(
                        "answers PING, SET and GET wrongly, beginning with {answers}"
                    )));
                }
                Err(error) if Instant::now() >= deadline => {
                    return Err(self.failure(format_args!("doesn't answer: {error}")));
                }
                Err(_) => thread::sleep(POLL_INTERVAL),
            }
        }
    }
}

/// What a server answers, once, to the commands that it is to be measured by: a wrong answer may be
/// a fast one. As many bytes as should come, or those that came before the server hung up.
fn ask(port: u16) -> io::Result<Vec<u8>> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&addr, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(QUESTIONS)?;
    let mut answers = Vec::new();
    stream.take(ANSWERS.len() as u64).read_to_end(&mut answers)?;
    Ok(answers)
}

/// One that nobody listens on, though somebody may by the time it is used: the server ends then.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Removed with all it holds when dropped.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn create() -> io::Result<Self> {
        for serial in 0..u32::MAX {
            let path = env::temp_dir().join(format!("bench-server-{}-{serial}", process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                // Left by an earlier process with our id, or somebody else's: not ours to touch.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn log(&self) -> PathBuf {
        self.0.join("log")
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        // What can't be removed is left to whoever tidies temporary directories.
        let _ = fs::remove_dir_all(&self.0);
    }
}

const QUESTIONS: &[u8] = b"*1\r\n$4\r\nPING\r\n\
    *3\r\n$3\r\nSET\r\n$5\r\nready\r\n$3\r\nyes\r\n\
    *2\r\n$3\r\nGET\r\n$5\r\nready\r\n";

const ANSWERS: &[u8] = b"+PONG\r\n+OK\r\n$3\r\nyes\r\n";

/// How long a server may take to answer: far more than it needs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Enough for the reason of an early exit, which comes last.
const LOG_LINES: usize = 10;

#[cfg(test)]
mod tests {
    use super::super::server::plan::Role;
    use super::*;

    #[test]
    fn servers_are_told_their_port() {
        let line = |program, path: &str| {
            let server = Box::leak(Box::new(Server { name: "s", role: Role::Adapter, program }));
            Launchable { server, program: path.to_owned() }.line(1, 7000).to_string()
        };
        let redis = line(Program::RedisServer, "redis-server");
        assert!(redis.ends_with("redis-server --save '' --appendonly no --port 7000"), "{redis}");
        let ours = line(Program::Cargo(&[]), "/t/kv");
        assert!(ours.ends_with("--cpu-list 1 /t/kv --addr 127.0.0.1:7000"), "{ours}");
    }

    #[test]
    fn answers_are_read_up_to_the_expected_length_or_the_end() {
        for (sent, read) in
            [(ANSWERS, ANSWERS), (&b"-ERR no\r\n"[..], &b"-ERR no\r\n"[..]), (&[], &[])]
        {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut questions = vec![0; QUESTIONS.len()];
                stream.read_exact(&mut questions).unwrap();
                stream.write_all(sent).unwrap();
            });
            assert_eq!(ask(port).unwrap(), read);
            server.join().unwrap();
        }
    }
}
