//! `cargo xtask test`: everything CI does, in CI's order.

mod summary;

use std::io::{self, BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Instant;

use crate::cli::FuzzOptions;
use crate::exec::{Exec, Failure};
use crate::{fuzz, gates, generate, tools};
use summary::Totals;

/// Runs all steps up to the first that fails.
///
/// The tests come last, so that the output ends with the line of their totals.
pub(crate) fn run() -> Result<(), Failure> {
    for (name, step) in STEPS {
        announced(name, step)?;
    }
    let mut totals = Totals::default();
    let outcome = announced("tests", || cargo_test(&mut totals)).map_err(Failure::report);
    println!("\n{totals}");
    outcome
}

/// A name to announce, and what to do.
type Step = (&'static str, fn() -> Result<(), Failure>);

const STEPS: [Step; 11] = [
    ("tools", tools::ensure),
    ("generated source", || generate::run(true)),
    ("format", format),
    ("clippy", clippy),
    ("docs", docs),
    ("cores without std", gates::cores),
    ("adapter sizes", gates::adapter_sizes),
    ("adapters without tokio", gates::without_tokio),
    ("pure keyspace", gates::pure_keyspace),
    ("fuzz", short_fuzz),
    ("differential", short_differential),
];

fn announced(name: &str, step: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("\n==> {name}");
    let begun = Instant::now();
    let outcome = step();
    let seconds = begun.elapsed().as_secs_f64();
    outcome.map_err(|failure| {
        Failure::new(format!("step `{name}` failed after {seconds:.1} s: {failure}"))
    })?;
    println!("<== {name}: ok, {seconds:.1} s");
    Ok(())
}

fn format() -> Result<(), Failure> {
    Exec::cargo(["fmt", "--all", "--check"]).run()?;
    // Not a member of the workspace, so `--all` doesn't reach it.
    fuzz::ensure_present()?;
    Exec::cargo(["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]).run()
}

fn clippy() -> Result<(), Failure> {
    Exec::cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ])
    .run()
}

fn docs() -> Result<(), Failure> {
    Exec::cargo(["doc", "--workspace", "--all-features", "--no-deps", "--exclude", "bench"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}

fn short_fuzz() -> Result<(), Failure> {
    fuzz::run(&FuzzOptions { seconds: SHORT_FUZZ_SECONDS, target: None })
}

/// Other commands each time: what differs says by which seed it does again.
fn short_differential() -> Result<(), Failure> {
    Exec::cargo(["xtask", "differential", "--commands", "200000"]).run()
}

/// Runs the tests, showing what they print, and adds up their summaries.
fn cargo_test(totals: &mut Totals) -> Result<(), Failure> {
    let cargo = Exec::cargo(TESTS);
    let mut child = cargo
        .command()
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| cargo.not_started(&error))?;
    if let Some(stdout) = child.stdout.take() {
        copy_lines(BufReader::new(stdout), |line| totals.add_line(line))
            .map_err(|error| Failure::new(format!("can't pass on the tests' output: {error}")))?;
    }
    let status = child.wait().map_err(|error| cargo.not_started(&error))?;
    // A test binary that died reported nothing, and the last line must not look green.
    cargo.check(status).inspect_err(|_| totals.failed = totals.failed.max(1))?;
    if totals.failed > 0 || totals.passed == 0 {
        return Err(Failure::new(format!("{totals}; to run the tests alone:\n  {cargo}")));
    }
    Ok(())
}

/// Copies to standard output line by line. Tests may print what isn't UTF-8.
fn copy_lines(mut from: impl BufRead, mut each: impl FnMut(&str)) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        each(&String::from_utf8_lossy(&line));
        line.clear();
    }
    out.flush()
}

/// With all features, or nobody would test TLS.
const TESTS: [&str; 6] =
    ["test", "--workspace", "--all-features", "--exclude", "bench", "--no-fail-fast"];

/// Per target: the committed corpus again, and a little beyond.
const SHORT_FUZZ_SECONDS: u32 = 10;
