//! Lists all commands, what makes them and how each is tested: `cargo xtask coverage`.

use std::process::ExitCode;

use testkit::commands::{cases, run};
use testkit::redis_server::RedisServer;

fn main() -> std::io::Result<ExitCode> {
    let server = RedisServer::start()?;
    let report = run(&server, &cases())?;
    let lines = report.lines();
    let width = |text: fn(&testkit::commands::Line) -> usize| lines.iter().map(text).max();
    let command = width(|line| line.command.len()).unwrap_or(0);
    let builder = width(|line| line.builder.len()).unwrap_or(0);
    for line in &lines {
        println!("{:command$}  {:builder$}  {}", line.command, line.builder, line.tested);
    }
    let failures = report.failures();
    for failure in &failures {
        println!("{failure}");
    }
    let complete = lines.iter().filter(|line| line.complete).count();
    println!("{complete} of {} commands", lines.len());
    Ok(ExitCode::from(u8::from(!failures.is_empty())))
}
