//! The launcher against the real `redis-server`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use testkit::redis_server::RedisServer;

#[test]
fn tcp_server_answers_over_its_address() {
    let server = RedisServer::start().unwrap();
    let addr = server.addr().unwrap();
    assert_eq!(server.port(), Some(addr.port()));
    assert_eq!(server.url(), format!("redis://127.0.0.1:{}", addr.port()));
    assert_eq!(server.socket_path(), None);

    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(b"PING\r\n").unwrap();
    let mut pong = [0; 7];
    stream.read_exact(&mut pong).unwrap();
    assert_eq!(&pong, b"+PONG\r\n");
}

#[test]
fn unix_server_answers_over_its_socket_only() {
    let server = RedisServer::builder().unix_socket().start().unwrap();
    let path = server.socket_path().unwrap();
    assert!(path.starts_with(server.dir()));
    assert_eq!(server.url(), format!("unix://{}", path.display()));
    assert_eq!((server.addr(), server.port()), (None, None));
    assert!(UnixStream::connect(path).is_ok());
    assert_eq!(server.cli(&["PING"]).unwrap(), b"+PONG\r\n");
    assert!(info_line(&server, "tcp_port").ends_with(":0"));
}

#[test]
fn cli_returns_raw_replies() {
    let server = RedisServer::start().unwrap();
    assert_eq!(server.cli(&["SET", "k", "two\r\nlines"]).unwrap(), b"+OK\r\n");
    assert_eq!(server.cli(&["GET", "k"]).unwrap(), b"$10\r\ntwo\r\nlines\r\n");
    assert_eq!(server.cli(&["STRLEN", "k"]).unwrap(), b":10\r\n");
    assert_eq!(server.cli(&["GET", "none"]).unwrap(), b"$-1\r\n");
    assert!(server.cli(&["NOSUCH"]).unwrap().starts_with(b"-ERR unknown command"));
    let aggregate = server.cli(&["KEYS", "*"]).unwrap_err();
    assert_eq!(aggregate.kind(), io::ErrorKind::Unsupported);
}

#[test]
fn password_is_required_of_others_and_known_to_cli() {
    let password = r#"p "w" \ d"#;
    let server = RedisServer::builder().config("requirepass", password).start().unwrap();
    assert_eq!(server.cli(&["PING"]).unwrap(), b"+PONG\r\n");

    let mut stream = TcpStream::connect(server.addr().unwrap()).unwrap();
    stream.write_all(b"PING\r\n").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    assert!(line.starts_with("-NOAUTH"), "{line}");
    assert!(!format!("{server:?}").contains(password));
}

#[test]
fn nothing_is_persisted_unless_configured() {
    let server = RedisServer::start().unwrap();
    assert_eq!(server.cli(&["SET", "k", "v"]).unwrap(), b"+OK\r\n");
    assert!(info_line(&server, "aof_enabled").ends_with(":0"));
    assert_eq!(aof_files(server.dir()), <[PathBuf; 0]>::default());

    let server = RedisServer::builder().config("appendonly", "yes").start().unwrap();
    assert_eq!(server.cli(&["SET", "k", "v"]).unwrap(), b"+OK\r\n");
    let files = aof_files(server.dir());
    let written = files.iter().any(|file| {
        let bytes = fs::read(file).unwrap();
        bytes.windows(3).any(|window| window == b"SET")
    });
    assert!(written, "{files:?}");
}

#[test]
fn early_exit_tells_the_reason_at_once() {
    let begun = Instant::now();
    let error = RedisServer::builder().config("no-such-directive", "1").start().unwrap_err();
    assert!(error.to_string().contains("Bad directive"), "{error}");
    assert!(error.to_string().contains("no-such-directive"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5), "took {:?}", begun.elapsed());
}

#[test]
fn directives_of_the_launcher_and_line_breaks_are_refused() {
    for (name, value) in [("PORT", "6379"), ("dir", "/"), ("maxmemory", "1mb\nport 1")] {
        let error = RedisServer::builder().config(name, value).start().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn two_servers_share_nothing() {
    let (one, two) = (RedisServer::start().unwrap(), RedisServer::start().unwrap());
    assert_ne!(one.addr(), two.addr());
    assert_ne!(one.dir(), two.dir());
    assert_eq!(one.cli(&["SET", "k", "one"]).unwrap(), b"+OK\r\n");
    assert_eq!(two.cli(&["GET", "k"]).unwrap(), b"$-1\r\n");
    assert!(info_line(&one, "process_id").ends_with(&format!(":{}", one.pid())));
    assert!(info_line(&two, "process_id").ends_with(&format!(":{}", two.pid())));
}

#[test]
fn many_servers_starting_at_once_all_get_their_own_port() {
    let starting: Vec<_> = (0..8).map(|_| thread::spawn(RedisServer::start)).collect();
    let servers: Vec<_> = starting.into_iter().map(|one| one.join().unwrap().unwrap()).collect();
    for server in &servers {
        assert!(info_line(server, "process_id").ends_with(&format!(":{}", server.pid())));
    }
}

#[test]
fn drop_ends_the_process_and_removes_the_directory() {
    let server = RedisServer::start().unwrap();
    let (pid, addr, dir) = (server.pid(), server.addr().unwrap(), server.dir().to_owned());
    assert!(is_process(pid) && dir.is_dir());
    drop(server);
    assert!(!is_process(pid), "not ended, or not reaped");
    assert!(TcpStream::connect(addr).is_err());
    assert!(!dir.exists());
}

#[test]
fn kill_ends_the_process_and_keeps_the_directory() {
    let mut server = RedisServer::start().unwrap();
    server.kill().unwrap();
    server.kill().unwrap();
    assert!(!is_process(server.pid()));
    assert!(server.dir().is_dir());
    assert!(server.cli(&["PING"]).is_err());
}

#[test]
fn start_again_is_the_same_server_in_the_same_place() {
    for builder in [RedisServer::builder(), RedisServer::builder().unix_socket()] {
        let mut server = builder.config("requirepass", "secret").persistent().start().unwrap();
        let (url, dir) = (server.url(), server.dir().to_owned());
        assert_eq!(server.cli(&["INCR", "n"]).unwrap(), b":1\r\n");
        let pid = server.pid();
        server.kill().unwrap();
        server.start_again().unwrap();
        assert_ne!(server.pid(), pid);
        assert_eq!((server.url(), server.dir()), (url, &*dir));
        assert_eq!(server.cli(&["INCR", "n"]).unwrap(), b":2\r\n");
        server.restart().unwrap();
        assert_eq!(server.cli(&["INCR", "n"]).unwrap(), b":3\r\n");
        // One that is alive is killed first.
        let pid = server.pid();
        server.start_again().unwrap();
        assert!(!is_process(pid));
        assert_eq!(server.cli(&["INCR", "n"]).unwrap(), b":4\r\n");
    }
}

#[test]
fn start_again_waits_for_its_port() {
    let mut server = RedisServer::start().unwrap();
    let addr = server.addr().unwrap();
    server.kill().unwrap();
    let taken = std::net::TcpListener::bind(addr).unwrap();
    let freeing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        drop(taken);
    });
    server.start_again().unwrap();
    freeing.join().unwrap();
    assert_eq!(server.addr(), Some(addr));
    assert_eq!(server.cli(&["PING"]).unwrap(), b"+PONG\r\n");
}

#[test]
fn stop_is_an_orderly_shutdown() {
    let server = RedisServer::builder().unix_socket().start().unwrap();
    let (pid, dir) = (server.pid(), server.dir().to_owned());
    let mut client = UnixStream::connect(server.socket_path().unwrap()).unwrap();
    server.stop().unwrap();
    assert!(!is_process(pid));
    assert!(!dir.exists());
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn server_outlives_the_thread_that_started_it() {
    let server = thread::spawn(RedisServer::start).join().unwrap().unwrap();
    for _ in 0..50 {
        assert_eq!(server.cli(&["PING"]).unwrap(), b"+PONG\r\n");
    }
}

#[test]
fn server_dies_with_a_test_process_that_is_aborted() {
    if !setpriv_works() {
        eprintln!("skipped: this machine's setpriv can't --pdeathsig");
        return;
    }
    let mut aborting = Command::new(env::current_exe().unwrap())
        .args(["--exact", "abort_with_a_server_running", "--nocapture"])
        .env(ABORT, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = String::new();
    aborting.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(!aborting.wait().unwrap().success());

    let field = |name| output.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let addr: SocketAddr = field("addr=").parse().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(addr).is_ok() {
        assert!(Instant::now() < deadline, "the server outlived its test process");
        thread::sleep(Duration::from_millis(5));
    }
    fs::remove_dir_all(field("dir=")).unwrap();
}

/// The process that the test above starts, and no test by itself.
#[test]
fn abort_with_a_server_running() {
    if env::var_os(ABORT).is_none() {
        return;
    }
    let server = RedisServer::start().unwrap();
    println!("\naddr={}\ndir={}", server.addr().unwrap(), server.dir().display());
    std::process::abort();
}

const ABORT: &str = "TESTKIT_ABORT_WITH_A_SERVER_RUNNING";

fn setpriv_works() -> bool {
    let trial = Command::new("setpriv").args(["--pdeathsig", "KILL", "true"]).status();
    trial.is_ok_and(|status| status.success())
}

fn is_process(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// The line of `INFO` that begins with `field:`.
fn info_line(server: &RedisServer, field: &str) -> String {
    let info = server.cli(&["INFO"]).unwrap_or_default();
    let info = String::from_utf8_lossy(&info);
    let line = info.lines().find(|line| line.starts_with(&format!("{field}:")));
    line.unwrap_or_default().to_owned()
}

/// Redis 7 keeps several append-only files in a directory of their own, Redis 6 one in `dir`.
fn aof_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for place in [dir.to_owned(), dir.join("appendonlydir")] {
        let entries = fs::read_dir(place).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()).filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().contains(".aof"))
        }));
    }
    files
}
