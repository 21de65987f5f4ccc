//! The server under test as its parent sees it: started, measured, ended.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{self, Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::Problem;
use super::child::{MARK, PLAN, RUNTIME};
use super::plan::Plan;
use super::talker::Talker;

/// How this program is started once more, to be a server: see [`asked_for`](super::asked_for).
#[derive(Clone, Copy, Debug)]
pub struct Launch<'a> {
    /// On which runtime: what [`asked_for`](super::asked_for) gives.
    pub runtime: &'a str,
    /// The arguments that have the program ask what it is to be.
    pub args: &'a [&'a str],
}

/// A server in a process of its own, which ends with this.
pub(super) struct Process {
    child: Child,
    /// What it tells us: a word, and the rest of the line. A mutex, because this is shared.
    told: Mutex<Receiver<(String, String)>>,
    pub(super) address: SocketAddr,
    path: PathBuf,
    /// To ask it how it is.
    pub(super) control: Talker,
}

impl Process {
    pub(super) fn start(launch: Launch<'_>, mut plan: Plan) -> Result<Self, Problem> {
        static SERIAL: AtomicU32 = AtomicU32::new(0);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        plan.path = env::temp_dir().join(format!("faults-{}-{serial}.sock", process::id()));
        let mut child = Command::new(env::current_exe()?)
            .args(launch.args)
            .env(RUNTIME, launch.runtime)
            .env(PLAN, plan.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("it has no output")?;
        let (tell, told) = mpsc::channel();
        thread::spawn(move || listen(out, &tell));
        let address = match told.recv_timeout(PATIENCE) {
            Ok((word, address)) if word == "listening" => address.parse()?,
            other => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("the server did not start: {other:?}").into());
            }
        };
        let control = Talker::new(TcpStream::connect(address)?)?;
        Ok(Self { child, told: Mutex::new(told), address, path: plan.path, control })
    }

    pub(super) fn connect(&self) -> Result<Talker, Problem> {
        Talker::new(TcpStream::connect(self.address)?)
    }

    /// From an address of the loopback network's many, each with ports of its own: for those who
    /// come and go by the thousand.
    pub(super) fn connect_from(&self, client: usize) -> Result<Talker, Problem> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        let host = 1 + (client % 250) as u8;
        socket.bind(&SocketAddr::from(([127, 0, 0, host], 0)).into())?;
        socket.connect(&self.address.into())?;
        Talker::new(TcpStream::from(socket))
    }

    /// With as little room as the system gives for what is not read.
    pub(super) fn connect_narrowly(&self) -> Result<Talker, Problem> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(4096)?;
        socket.connect(&self.address.into())?;
        Talker::new(TcpStream::from(socket))
    }

    pub(super) fn connect_by_path(&self) -> Result<Talker, Problem> {
        Talker::new(UnixStream::connect(&self.path)?)
    }

    /// What it says to a command that is answered with a number.
    pub(super) fn number(&mut self, words: &[&str]) -> Result<usize, Problem> {
        let reply = self.control.ask(words)?;
        let number = reply.strip_prefix(':').and_then(|digits| digits.trim_end().parse().ok());
        number.ok_or_else(|| format!("{words:?} gave {reply:?}").into())
    }

    /// Asks until the answer is as it should be: how long that took.
    pub(super) fn until(
        &mut self,
        words: &[&str],
        right: impl Fn(usize) -> bool,
    ) -> Result<Duration, Problem> {
        let started = Instant::now();
        loop {
            let number = self.number(words)?;
            if right(number) {
                return Ok(started.elapsed());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{words:?} still gives {number}").into());
            }
            thread::sleep(ASK_EVERY);
        }
    }

    /// Waits until there are so many connections, besides the one that asks.
    pub(super) fn until_clients(&mut self, clients: usize) -> Result<Duration, Problem> {
        self.until(&["CLIENTS"], |number| number == clients + 1)
    }

    /// How long it was on a CPU during that time.
    pub(super) fn cpu_during(&self, time: Duration) -> Result<Duration, Problem> {
        let before = self.cpu()?;
        thread::sleep(time);
        Ok(self.cpu()?.saturating_sub(before))
    }

    /// How long its threads were on a CPU so far. None of them ends.
    pub(super) fn cpu(&self) -> Result<Duration, Problem> {
        let mut sum = 0;
        for thread in fs::read_dir(self.proc("task"))? {
            let stat = fs::read_to_string(thread?.path().join("schedstat"))?;
            sum += stat.split_whitespace().next().ok_or("no time")?.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(sum))
    }

    /// The bytes of memory that are its own.
    pub(super) fn memory(&self) -> Result<usize, Problem> {
        let status = fs::read_to_string(self.proc("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")).ok_or("no RssAnon")?;
        Ok(kib.trim().parse::<usize>()? * 1024)
    }

    /// How many files it has open.
    pub(super) fn files(&self) -> Result<usize, Problem> {
        Ok(fs::read_dir(self.proc("fd"))?.count())
    }

    fn proc(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.child.id())).join(name)
    }

    /// Has it shut down.
    pub(super) fn shut_down(&mut self, grace: Duration) -> io::Result<()> {
        let mut stdin = self.child.stdin.as_ref().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(stdin, "{}", grace.as_millis())
    }

    /// Waits for its end: what it has counted.
    pub(super) fn ended(&mut self) -> Result<BTreeMap<String, u64>, Problem> {
        let told = self.told.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut counted = BTreeMap::new();
        loop {
            let (word, rest) = told.recv_timeout(PATIENCE)?;
            match (word.as_str(), rest.split_once(' ')) {
                ("counted", Some((number, what))) => {
                    counted.insert(what.to_owned(), number.parse()?);
                }
                ("ended", _) => return Ok(counted),
                _ => return Err(format!("it says {word} {rest}").into()),
            }
        }
    }
}

/// Hands on the lines that are meant for us, until there are no more.
fn listen(out: ChildStdout, tell: &Sender<(String, String)>) {
    for line in BufReader::new(out).lines().map_while(Result::ok) {
        let Some((_, told)) = line.trim_end().split_once(MARK) else { continue };
        let (word, rest) = told.split_once(' ').unwrap_or((told, ""));
        if tell.send((word.to_owned(), rest.to_owned())).is_err() {
            return;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be over already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.path);
    }
}

/// For a machine that is busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
const ASK_EVERY: Duration = Duration::from_millis(5);
