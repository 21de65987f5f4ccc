//! `cargo xtask fuzz`: the fuzz targets, one after the other.

mod report;

use std::env::consts;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use crate::cli::FuzzOptions;
use crate::exec::{Exec, Failure, relative, root, target_dir};
use crate::tools;
use report::Report;

/// Builds the targets, runs what was asked for and prints a table of it.
///
/// A crash ends its own target only; the others are still run.
pub(crate) fn run(options: &FuzzOptions) -> Result<(), Failure> {
    ensure_present()?;
    tools::ensure_fuzz_tools()?;
    let targets = chosen_targets(options.target.as_deref())?;
    build(&targets)?;
    let mut reports = Vec::new();
    for target in &targets {
        reports.push(run_target(target, options.seconds)?);
    }
    print!("\n{}", report::table(&reports));
    match reports.iter().filter_map(problem).collect::<Vec<_>>() {
        problems if problems.is_empty() => Ok(()),
        problems => Err(Failure::new(problems.join("\n"))),
    }
}

/// Checks that there is something to fuzz.
pub(crate) fn ensure_present() -> Result<(), Failure> {
    if root().join("fuzz/Cargo.toml").is_file() {
        return Ok(());
    }
    Err(Failure::new("there are no fuzz targets: fuzz/Cargo.toml does not exist"))
}

fn chosen_targets(chosen: Option<&str>) -> Result<Vec<String>, Failure> {
    let list = cargo_fuzz("list").stdout()?;
    let targets: Vec<String> = list.split_whitespace().map(str::to_owned).collect();
    match chosen {
        None if targets.is_empty() => Err(Failure::new("fuzz/Cargo.toml names no fuzz targets")),
        None => Ok(targets),
        Some(chosen) if targets.iter().any(|target| target == chosen) => {
            Ok(vec![chosen.to_owned()])
        }
        Some(chosen) => Err(Failure::Usage(format!(
            "there is no fuzz target `{chosen}`, but: {}",
            targets.join(", ")
        ))),
    }
}

/// Builds all targets in one go, or the only one wanted; running them finds nothing left to build.
fn build(targets: &[String]) -> Result<(), Failure> {
    let build = with_triple(cargo_fuzz("build"));
    match targets {
        [only] => build.args([only]).run(),
        _ => build.run(),
    }
}

fn run_target(target: &str, seconds: u32) -> Result<Report, Failure> {
    let files = Files::of(target);
    files.create().map_err(|error| files.unusable(&error))?;
    println!("\n{target}: {seconds} s, log in {}", relative(&files.log));
    let exec = with_triple(cargo_fuzz("run"))
        .args([target])
        .args(files.corpora())
        .args(["--"])
        .args(files.dictionary())
        .args([&format!("-max_total_time={seconds}"), UNIT_TIMEOUT, "-print_final_stats=1"]);
    let mut report = Report::new(target);
    let status = follow(&exec, &files, &mut report)?;
    report.failed = !status.success();
    Ok(report)
}

/// Runs libFuzzer: all it prints goes to the log, its progress to the terminal and the report.
fn follow(exec: &Exec, files: &Files, report: &mut Report) -> Result<ExitStatus, Failure> {
    let unusable = |error: io::Error| files.unusable(&error);
    let mut log = File::create(&files.log).map_err(unusable)?;
    writeln!(log, "{exec}").map_err(unusable)?;
    let mut command = exec.command();
    command.stdin(Stdio::null()).stdout(log.try_clone().map_err(unusable)?).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| exec.not_started(&error))?;
    if let Some(stderr) = child.stderr.take() {
        let mut stderr = BufReader::new(stderr);
        let mut line = Vec::new();
        while stderr.read_until(b'\n', &mut line).map_err(unusable)? > 0 {
            log.write_all(&line).map_err(unusable)?;
            // Lossy, because libFuzzer prints the inputs that it found.
            let text = String::from_utf8_lossy(&line);
            if report.add_line(&text) {
                println!("  {}", text.trim_end().replace('\t', " "));
            }
            line.clear();
        }
    }
    child.wait().map_err(|error| exec.not_started(&error))
}

/// What to tell of a target that failed, and how to see it again.
fn problem(report: &Report) -> Option<String> {
    let target = &report.target;
    if let Some(artifact) = &report.artifact {
        let artifact = relative(Path::new(artifact)).to_string();
        let replay = with_triple(cargo_fuzz("run")).args([target, &artifact]);
        return Some(format!("{target} crashed on {artifact}; to replay it:\n  {replay}"));
    }
    report.failed.then(|| {
        let log = Files::of(target).log;
        format!("{target} failed without leaving an input; see {}", relative(&log))
    })
}

/// The files of one target.
struct Files {
    /// Seeds in the repository, never written by a run. There may be none.
    committed: PathBuf,
    /// Where libFuzzer adds what it finds: git ignores it.
    work: PathBuf,
    dictionary: PathBuf,
    log: PathBuf,
}

impl Files {
    fn of(target: &str) -> Self {
        let fuzz = root().join("fuzz");
        Self {
            committed: fuzz.join("corpus").join(target),
            work: fuzz.join("corpus-work").join(target),
            dictionary: fuzz.join("dict/resp.dict"),
            log: target_dir().join("fuzz-logs").join(format!("{target}.log")),
        }
    }

    fn create(&self) -> io::Result<()> {
        fs::create_dir_all(&self.work)?;
        self.log.parent().map_or(Ok(()), fs::create_dir_all)
    }

    /// libFuzzer reads all of them and writes to the first.
    fn corpora(&self) -> Vec<String> {
        let dirs = [&self.work, &self.committed];
        dirs.into_iter().filter(|dir| dir.is_dir()).map(|dir| relative(dir).to_string()).collect()
    }

    fn dictionary(&self) -> Option<String> {
        self.dictionary.is_file().then(|| format!("-dict={}", relative(&self.dictionary)))
    }

    fn unusable(&self, error: &io::Error) -> Failure {
        let (work, log) = (relative(&self.work), relative(&self.log));
        Failure::new(format!("can't write below {work} and to {log}: {error}"))
    }
}

fn cargo_fuzz(command: &str) -> Exec {
    Exec::cargo(["+nightly", "fuzz", command])
}

/// Names the platform: a cargo-fuzz that was itself built for musl would build the targets for
/// musl too, where the address sanitizer does not exist.
fn with_triple(exec: Exec) -> Exec {
    if consts::OS == "linux" {
        return exec.args(["--target", &format!("{}-unknown-linux-gnu", consts::ARCH)]);
    }
    exec
}

/// Seconds for one input. All of them are small, so one that takes this long hangs.
const UNIT_TIMEOUT: &str = "-timeout=10";
