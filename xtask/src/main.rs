//! The project's own commands, run as `cargo xtask <command>`.

mod bench;
mod cli;
mod compile_time;
#[cfg(feature = "differential")]
mod differential;
mod exec;
mod fuzz;
mod gates;
mod generate;
mod test;
mod tools;

use std::process::ExitCode;

use cli::Command;
use exec::{Exec, Failure};

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure @ Failure::Reported) => failure.exit_code(),
        Err(failure) => {
            let code = failure.exit_code();
            failure.report();
            code
        }
    }
}

fn run(args: Vec<String>) -> Result<(), Failure> {
    match cli::parse(args)? {
        Command::Help => {
            print!("{}", cli::HELP);
            Ok(())
        }
        Command::Test => test::run(),
        Command::Generate { check } => generate::run(check),
        Command::Coverage => {
            Exec::cargo(["run", "-q", "-p", "testkit", "--example", "coverage"]).run()
        }
        Command::CompileTime => compile_time::run(),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Bench(bench) => bench::run(&bench),
        Command::Exhaustive(args) => example("exhaustive", args),
        Command::Simulate(args) => example("simulate", args),
        Command::Faults(args) => example("faults", args),
        Command::Differential(args) => differential(&args),
    }
}

#[cfg(feature = "differential")]
fn differential(args: &[String]) -> Result<(), Failure> {
    differential::run(args)
}

/// Runs it in release mode, by a build of this program that has it.
#[cfg(not(feature = "differential"))]
fn differential(args: &[String]) -> Result<(), Failure> {
    Exec::cargo(["run", "--quiet", "--release", "-p", "xtask", "--features", "differential"])
        .args(["--", "differential"])
        .args(args)
        .run()
}

/// Runs one of testkit's examples in release mode.
fn example(name: &str, args: Vec<String>) -> Result<(), Failure> {
    Exec::cargo(["run", "--release", "-p", "testkit", "--example", name, "--"]).args(args).run()
}
