//! Runs simulated worlds: `cargo xtask simulate [--seeds N] [--from S]`, or `--seed S` for one
//! of them with everything that happens in it.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use testkit::simulation::{Options, Report, served, simulate};

fn main() -> ExitCode {
    match parse(std::env::args().skip(1).collect()) {
        Ok(Task::One(seed)) => replay(seed),
        Ok(Task::Many { from, seeds }) => {
            let (simulated, served) = (run(from, seeds), run_served(from, seeds));
            if simulated == ExitCode::SUCCESS { served } else { simulated }
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

enum Task {
    One(u64),
    Many { from: u64, seeds: u64 },
}

fn parse(arguments: Vec<String>) -> Result<Task, String> {
    let (mut from, mut seeds) = (0, SEEDS);
    let mut arguments = arguments.into_iter();
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("`{option}` needs a number"))?;
        let number = value.parse().map_err(|error| format!("`{value}` is no seed: {error}"))?;
        match option.as_str() {
            "--seed" => return Ok(Task::One(number)),
            "--seeds" => seeds = number,
            "--from" => from = number,
            _ => return Err(format!("`simulate` has no option `{option}`")),
        }
    }
    Ok(Task::Many { from, seeds })
}

/// Runs one seed and prints the whole of it.
fn replay(seed: u64) -> ExitCode {
    let whole = Options { keep: usize::MAX, tell: true, ..Options::default() };
    let (report, served) = (simulate(seed, &whole), served::serve(seed, &whole));
    for line in &report.events {
        println!("{line}");
    }
    for violation in &report.violations {
        println!("VIOLATION: {violation}");
    }
    println!("{report}\n\nwhere we serve:");
    for line in &served.events {
        println!("{line}");
    }
    for violation in &served.violations {
        println!("VIOLATION where we serve: {violation}");
    }
    println!("{served}");
    let right = report.violations.is_empty() && served.violations.is_empty();
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The worlds where the server is our own.
fn run_served(from: u64, seeds: u64) -> ExitCode {
    let (mut total, start) = (served::Report::default(), Instant::now());
    for seed in (0..seeds).map(|index| from.wrapping_add(index)) {
        let report = served::serve(seed, &Options::default());
        if !report.violations.is_empty() && total.violations.len() < SHOWN {
            println!("seed {seed}, where we serve: {:#?}", report.violations);
        }
        total.add(report);
    }
    println!("{seeds} seeds where we serve, in {:.1?}", start.elapsed());
    println!("{total}");
    if total.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shares the seeds out to a thread for each core.
fn run(from: u64, seeds: u64) -> ExitCode {
    let (next, start) = (AtomicU64::new(0), Instant::now());
    let total = Mutex::new((Report::default(), 0));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= seeds {
                return;
            }
            let seed = from.wrapping_add(index);
            let mut report = simulate(seed, &Options::default());
            if index.is_multiple_of(REPEATED) && report != simulate(seed, &Options::default()) {
                report.violations.push("a second run went another way".to_owned());
            }
            let (total, failed) = &mut *total.lock().unwrap_or_else(PoisonError::into_inner);
            if !report.violations.is_empty() {
                *failed += 1;
                if *failed <= SHOWN {
                    show(seed, &report);
                }
            }
            report.events.clear();
            total.add(report);
            if (index + 1).is_multiple_of(PROGRESS) {
                println!("{} seeds, {:.0?}, {failed} of them failed", index + 1, start.elapsed());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let (total, failed) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    let took = start.elapsed();
    println!("{seeds} seeds from {from} in {took:.1?}, each {REPEATED}th twice; {failed} failed");
    println!("{total}");
    if total.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn show(seed: u64, report: &Report) {
    println!("seed {seed}:");
    for line in &report.events {
        println!("    {line}");
    }
    for violation in report.violations.iter().take(SHOWN) {
        println!("  VIOLATION: {violation}");
    }
    println!("  replay it with `cargo xtask simulate --seed {seed}`");
}

/// Some ten seconds.
const SEEDS: u64 = 5_000;

/// One seed in so many is run twice, to see that it goes the same way.
const REPEATED: u64 = 20;

/// Seeds between two signs of life.
const PROGRESS: u64 = 5_000;

/// Seeds that are shown, and violations of each.
const SHOWN: usize = 10;
