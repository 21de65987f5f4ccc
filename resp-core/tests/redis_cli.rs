//! The real redis-cli prints what [`PRINTED`] says, which `Display` is held to.
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use testkit::corpus::PRINTED;

#[test]
fn redis_cli_prints_the_same() {
    for printed in PRINTED.iter().filter(|printed| printed.by_redis_cli) {
        let text = printed_by_redis_cli(printed.wire);
        let text = text.strip_suffix('\n').unwrap();
        assert_eq!(text, printed.text, "{:?}", printed.wire.escape_ascii());
    }
}

/// What redis-cli makes of a reply.
fn printed_by_redis_cli(reply: &[u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let cli = Command::new("redis-cli")
        .args(["--no-raw", "-p", &port, "PING"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = [0; 14];
    stream.read_exact(&mut request).unwrap();
    assert_eq!(&request, b"*1\r\n$4\r\nPING\r\n");
    stream.write_all(reply).unwrap();
    let output = cli.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
