//! The same bytes to a real redis-server: it splits and refuses them as the parser does.
//!
//! Needs `redis-server` in the path. Each server listens on a Unix socket of its own, so that no
//! other process can be taken for it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, in its helpers too")]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use resp_core::request::{Dialect, RequestLimits, RequestParser};

struct Server {
    process: Child,
    socket: PathBuf,
}

impl Server {
    fn start(name: &str, options: &[&str]) -> Self {
        let file = format!("resp-core-{name}-{}.sock", std::process::id());
        let socket = std::env::temp_dir().join(file);
        let process = Command::new("redis-server")
            .args(["--port", "0", "--unixsocket"])
            .arg(&socket)
            .args(["--save", "", "--appendonly", "no"])
            .args(options)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server has to be installed");
        let server = Self { process, socket };
        for _ in 0..400 {
            if UnixStream::connect(&server.socket).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("redis-server doesn't listen");
    }

    /// All that it answers until it closes, which every input here makes it do.
    fn answer(&self, input: &[u8]) -> Vec<u8> {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(input).unwrap();
        let mut answer = vec![];
        stream.read_to_end(&mut answer).unwrap_or_else(|error| {
            panic!("{error} after {} to {}", answer.escape_ascii(), input.escape_ascii())
        });
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.socket);
    }
}

fn error_reply(mut parser: RequestParser, input: &[u8]) -> Vec<u8> {
    let mut reply = vec![];
    parser.parse(input).unwrap_err().write_reply(&mut reply);
    reply
}

fn parser() -> RequestParser {
    RequestParser::new(Dialect::Resp, RequestLimits::default())
}

#[test]
fn errors_are_those_of_redis() {
    let server = Server::start("errors", &[]);
    let mut inputs: Vec<Vec<u8>> = [
        &b"*a\r\n"[..],
        b"*\r\n",
        b"*+1\r\n",
        b"*01\r\n",
        b"*-0\r\n",
        b"*00\r\n",
        b"* 1\r\n",
        b"*1 \r\n",
        b"*2147483648\r\n",
        b"*9223372036854775808\r\n",
        b"*18446744073709551617\r\n",
        b"*0\nPING\r\n",
        b"*x\rx",
        b"*1\r\nx\r\n",
        b"*1\r\n*0\r\n",
        b"*1\r\n\r\n",
        b"*1\r\n\nfoo\r\n",
        b"*1\r\n\x80\r\n",
        b"*1\r\nx\rx",
        b"*1\r\n$-1\r\n",
        b"*1\r\n$-0\r\n",
        b"*1\r\n$00\r\n",
        b"*1\r\n$\r\n",
        b"*1\r\n$536870913\r\n",
        b"*1\r\n$9223372036854775807\r\n",
        b"*1\r\n$18446744073709551616\r\n",
        b"\"a\r\n",
        b"'a\r\n",
        b"\"a\"b\r\n",
        b"\"a\\\"\n",
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    for start in [&b"x"[..], b"*", b"*1\r\n$"] {
        let prefix = start.len().saturating_sub(1);
        inputs.push([start, &[b'1'; 65_536]].concat());
        assert_eq!(inputs.last().unwrap().len() - prefix, 65_537);
    }
    for input in inputs {
        let ours = error_reply(parser(), &input);
        let theirs = server.answer(&input);
        assert_eq!(theirs.escape_ascii().to_string(), ours.escape_ascii().to_string());
    }
}

#[test]
fn errors_before_auth_are_those_of_redis() {
    let server = Server::start("auth", &["--requirepass", "secret"]);
    for input in [
        &b"*11\r\n"[..],
        b"*2147483647\r\n",
        b"*2147483648\r\n",
        b"*1\r\n$16385\r\n",
        b"*1\r\n$536870912\r\n",
        b"*1\r\n$536870913\r\n",
    ] {
        let mut parser = parser();
        parser.set_authenticated(false);
        assert_eq!(server.answer(input), error_reply(parser, input), "{}", input.escape_ascii());
    }
}

#[test]
fn inline_arguments_are_those_of_redis() {
    let server = Server::start("inline", &[]);
    let by_hand: [&[u8]; 22] = [
        b"foo\"bar\"",
        b"foo'bar'",
        b"ab'c d'",
        b"a\x0bb",
        b"a\x0cb",
        b"a \x0bb",
        b"a\rb",
        b"\"a\"\x0bb",
        b"\"a\"\rb",
        b"\"\" ''",
        b"\"\\x41\\xff\\x4\\xzz\\n\\r\\t\\b\\a\\q\\\\\\\"\"",
        b"'\\n\\'\\x41'",
        b"a\\nb \\\"",
        b"'a\"b' \"c'd\"",
        b"\"a\\",
        b"\"a\\\"",
        b"'a\\'",
        b"\"a\\x4\"",
        b"\"\\x00\"",
        b"a\tb",
        b"  a   b  \r",
        b"{\"a\":1}",
    ];
    // And everything of up to four bytes from those that mean something.
    let alphabet = b"\"'\\x4 \x0b\r";
    let mut lines: Vec<Vec<u8>> = by_hand.map(<[u8]>::to_vec).to_vec();
    let mut last = vec![vec![]];
    for _ in 0..4 {
        last = last
            .iter()
            .flat_map(|line| alphabet.iter().map(move |byte| [&line[..], &[*byte]].concat()))
            .collect();
        lines.extend_from_slice(&last);
    }
    // Those without an error go in one pipeline, the others close the connection each.
    let (mut pipeline, mut expected) = (vec![], vec![]);
    let mut refused = vec![];
    for line in lines {
        let input = [b"EVAL 'return ARGV' 0 ", &line[..], b"\r\n"].concat();
        let mut parser = parser();
        if let Ok(parsed) = parser.parse(&input) {
            let request = parsed.request.unwrap();
            expected.extend(format!("*{}\r\n", request.len() - 3).bytes());
            for arg in request.iter().skip(3) {
                expected.extend(format!("${}\r\n", arg.len()).bytes());
                expected.extend(arg);
                expected.extend(b"\r\n");
            }
            pipeline.extend(input);
        } else {
            refused.push(input);
        }
    }
    pipeline.extend(b"QUIT\r\n");
    expected.extend(b"+OK\r\n");
    let answer = server.answer(&pipeline);
    let differs = answer.iter().zip(&expected).position(|(theirs, ours)| theirs != ours);
    let at = differs.unwrap_or(answer.len().min(expected.len())).saturating_sub(40);
    assert!(
        answer == expected,
        "redis: {} ours: {}",
        answer[at..].iter().take(80).copied().collect::<Vec<_>>().escape_ascii(),
        expected[at..].iter().take(80).copied().collect::<Vec<_>>().escape_ascii()
    );
    assert!(refused.len() > 1000);
    for input in refused {
        let ours = error_reply(parser(), &input);
        assert_eq!(server.answer(&input), ours, "{}", input.escape_ascii());
    }
}
