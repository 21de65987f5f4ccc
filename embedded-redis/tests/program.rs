//! The program: its command line, redis-cli and redis-benchmark against it, and its end.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{net, thread};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A server that has said where it listens. Dropped, it is killed.
struct Program {
    child: Child,
    port: u16,
    /// What it says later.
    lines: mpsc::Receiver<String>,
}

impl Program {
    fn start(arguments: &[&str]) -> Outcome<Self> {
        Self::start_reading("", arguments)
    }

    fn start_reading(input: &str, arguments: &[&str]) -> Outcome<Self> {
        // Free a moment ago; nobody else here takes ports in order.
        let port = net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut child = Command::new(PROGRAM)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        child.stdin.take().ok_or("no input")?.write_all(input.as_bytes())?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let first = lines.next().ok_or("it says nothing")??;
        assert!(first.starts_with("embedded-redis "), "{first}");
        let listens = lines.next().ok_or("it doesn't say where it listens")??;
        assert!(listens.contains(&format!("redis-cli -h 127.0.0.1 -p {port}")), "{listens}");
        // Whatever it says later is read, so that it can be said.
        let (said, later) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(said.send(line))));
        Ok(Self { child, port, lines: later })
    }

    fn terminate(&self) -> Outcome {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status()?.success());
        Ok(())
    }

    fn cli(&self, arguments: &[&str]) -> Outcome<String> {
        let port = self.port.to_string();
        text(&Command::new("redis-cli").args(["-p", &port]).args(arguments).output()?)
    }

    /// Runs a command a line.
    fn type_in(&self, script: &str) -> Outcome {
        let mut cli = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        cli.stdin.take().ok_or("no input")?.write_all(script.as_bytes())?;
        assert!(cli.wait()?.success());
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(output: &Output) -> Outcome<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("{text}{}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

fn refused(arguments: &[&str]) -> Outcome<String> {
    let output = Command::new(PROGRAM).args(arguments).output()?;
    assert!(!output.status.success(), "{arguments:?}");
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_is_wrong_on_the_command_line_is_said() -> Outcome {
    assert!(refused(&["--port", "x"])?.contains("--port takes a port, not \"x\""));
    assert!(refused(&["--no-such-thing", "1"])?.contains("no-such-thing"));
    assert!(refused(&["/no/such/redis.conf"])?.contains("can't read /no/such/redis.conf"));
    assert!(refused(&["--save", "60", "1"])?.contains("in memory only"));
    assert!(refused(&["--port", "0"])?.contains("nowhere to listen"));
    assert!(refused(&["--port", "0", "--unixsocket", ""])?.contains("nowhere to listen"));
    assert!(refused(&["--port=1"])?.contains("write --port 1"));
    assert!(refused(&["--hz", "x"])?.contains("--hz: argument couldn't be parsed"));
    let renaming = refused(&["--rename-command", "FLUSHALL", ""])?;
    assert!(renaming.contains("--rename-command: commands keep their names"), "{renaming}");
    let unknown = refused(&["--no-such-thing", "1"])?;
    assert_eq!(unknown, "embedded-redis: --no-such-thing: there is no such parameter\n");
    Ok(())
}

#[test]
fn a_signal_ends_it_cleanly() -> Outcome {
    let mut program = Program::start(&[])?;
    assert_eq!(program.cli(&["set", "key", "value"])?, "OK\n");
    program.terminate()?;
    let started = Instant::now();
    let status = program.child.wait()?;
    assert!(status.success(), "{status}");
    assert!(started.elapsed() < Duration::from_secs(5));
    Ok(())
}

/// Whoever holds up the first one does not hold up the second.
#[test]
fn a_second_signal_ends_it_at_once() -> Outcome {
    let mut program = Program::start(&[])?;
    let port = program.port.to_string();
    let mut waits = Command::new("redis-cli")
        .args(["-p", &port, "blpop", "key", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let started = Instant::now();
    while !program.cli(&["info", "clients"])?.contains("\nblocked_clients:1") {
        assert!(started.elapsed() < Duration::from_secs(10));
    }
    program.terminate()?;
    let said = program.lines.recv_timeout(Duration::from_secs(10))?;
    assert!(said.starts_with("ending: connections have 10 s"), "{said}");
    let started = Instant::now();
    program.terminate()?;
    assert!(program.child.wait()?.success());
    assert!(started.elapsed() < Duration::from_secs(5));
    waits.wait()?;
    Ok(())
}

#[test]
fn settings_of_redis_conf_act() -> Outcome {
    let program = Program::start(&["--databases", "3", "--notify-keyspace-events", "KEA"])?;
    assert_eq!(program.cli(&["config", "get", "databases"])?, "databases\n3\n");
    assert_eq!(
        program.cli(&["config", "get", "notify-keyspace-events"])?.lines().nth(1),
        Some("AKE")
    );
    assert!(program.cli(&["-n", "2", "set", "key", "value"])?.contains("OK"));
    Ok(())
}

/// Also those that are no matter of the engine.
#[test]
fn settings_are_said_as_they_are() -> Outcome {
    let path = std::env::temp_dir().join(format!("embedded-redis-{}.sock", std::process::id()));
    let path = path.to_str().ok_or("not UTF-8")?;
    let mut configuration = format!("unixsocket {path}\nunixsocketperm 700\ntcp-backlog 100\n");
    configuration += "maxclients 77\ntimeout 30\ntcp-keepalive 60\nio-threads 2\nhz 50\ndir /\n";
    configuration += "protected-mode no\nloglevel warning\n";
    let program = Program::start_reading(&configuration, &["-"])?;
    let port = program.port.to_string();
    for (name, value) in [
        ("port", &*port),
        ("bind", "127.0.0.1"),
        ("unixsocket", path),
        ("unixsocketperm", "700"),
        ("tcp-backlog", "100"),
        ("maxclients", "77"),
        ("timeout", "30"),
        ("tcp-keepalive", "60"),
        ("io-threads", "2"),
        ("hz", "50"),
        ("dir", "/"),
        ("protected-mode", "no"),
        ("loglevel", "warning"),
    ] {
        assert_eq!(program.cli(&["config", "get", name])?, format!("{name}\n{value}\n"));
    }
    assert!(program.cli(&["info", "server"])?.contains(&format!("\ntcp_port:{port}")));
    Ok(())
}

#[test]
fn so_many_clients_and_none_more() -> Outcome {
    let program = Program::start(&["--maxclients", "1"])?;
    let first = net::TcpStream::connect(("127.0.0.1", program.port))?;
    let refused = program.cli(&["ping"])?;
    assert!(refused.contains("ERR max number of clients reached"), "{refused}");
    drop(first);
    Ok(())
}

#[test]
fn users_of_redis_conf_are_there() -> Outcome {
    let program = Program::start(&["--user", "ann", "on", ">pw", "~a*", "+@all", "-incr"])?;
    let ann =
        |command: &[&str]| program.cli(&[&["--user", "ann", "--pass", "pw"], command].concat());
    assert_eq!(ann(&["set", "a1", "1"])?, "OK\n");
    assert!(ann(&["set", "b", "1"])?.starts_with("NOPERM this user has no permissions to access"));
    assert!(ann(&["incr", "a1"])?.starts_with("NOPERM this user has no permissions to run the"));
    assert_eq!(program.cli(&["set", "b", "1"])?, "OK\n");
    let wrong = refused(&["--user", "ann", "nonsense"])?;
    assert!(
        wrong.contains("--user: Error in ACL SETUSER modifier 'nonsense': Syntax error"),
        "{wrong}"
    );
    let twice = refused(&["--user", "ann", "on", "--user", "ann", "off"])?;
    assert!(twice.contains("Duplicate user found"), "{twice}");
    Ok(())
}

/// What people do with redis-cli.
#[test]
fn redis_cli_finds_its_way() -> Outcome {
    let program = Program::start(&[])?;
    let port = program.port.to_string();
    let mut script = String::from("hset hash field value\n");
    (0..500).for_each(|index| script += &format!("set string:{index} x\nrpush list {index}\n"));
    program.type_in(&script)?;
    let keys = program.cli(&["--scan", "--pattern", "string:*"])?;
    assert_eq!(keys.lines().count(), 500);
    let biggest = program.cli(&["--bigkeys"])?;
    assert!(biggest.contains("Biggest   list found '\"list\"' has 500 items"), "{biggest}");
    let memory = program.cli(&["--memkeys"])?;
    assert!(memory.contains("Biggest"), "{memory}");
    assert!(program.cli(&["info"])?.contains("redis_version:7.0.15"));

    let mut monitor =
        Command::new("redis-cli").args(["-p", &port, "monitor"]).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(monitor.stdout.take().ok_or("no output")?).lines();
    assert_eq!(lines.next().ok_or("no answer")??, "OK");
    program.cli(&["set", "a key", "v\u{e9}"])?;
    let seen = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("\"set\"")));
    monitor.kill()?;
    monitor.wait()?;
    let seen = seen.ok_or("not seen")??;
    assert!(seen.ends_with("\"set\" \"a key\" \"v\\xc3\\xa9\""), "{seen}");
    Ok(())
}

/// Its whole default set.
#[test]
fn redis_benchmark_runs() -> Outcome {
    let program = Program::start(&[])?;
    let port = program.port.to_string();
    let arguments = ["-p", &port, "-n", "2000", "-c", "20", "--csv"];
    let rates = text(&Command::new("redis-benchmark").args(arguments).output()?)?;
    for test in
        ["PING_INLINE", "SET", "INCR", "LPUSH", "HSET", "SPOP", "ZADD", "ZPOPMIN", "MSET (10 keys)"]
    {
        assert!(rates.contains(&format!("\"{test}\",")), "{test} in {rates}");
    }
    assert!(!rates.to_lowercase().contains("error"), "{rates}");
    Ok(())
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_embedded-redis");
