//! Tries all sequences of up to so many tokens (default 6) of three alphabets of 19:
//! `cargo xtask exhaustive [TOKENS]`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use testkit::exhaustive::{ALPHABETS, Alphabet, Report, run};

fn main() -> ExitCode {
    let longest = match std::env::args().nth(1).map(|argument| argument.parse()) {
        None => LONGEST,
        Some(Ok(longest)) => longest,
        Some(Err(error)) => {
            eprintln!("TOKENS, the most of a sequence, must be a whole number: {error}");
            return ExitCode::FAILURE;
        }
    };
    let start = Instant::now();
    let mut report = Report::default();
    for (name, alphabet) in ALPHABETS {
        report.add(run_all(alphabet, longest));
        println!("{name}: {} sequences so far, {:.1?}", report.sequences, start.elapsed());
    }
    for example in &report.examples {
        println!("{example}");
    }
    let Report { sequences, frames, panics, disagreements, .. } = report;
    println!("{frames} sequences hold whole frames");
    println!("{sequences} sequences, {panics} panics, {disagreements} disagreements");
    if panics + disagreements == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shares the first tokens out to a thread for each core.
fn run_all(alphabet: &Alphabet, longest: usize) -> Report {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Report::default());
    let work = || {
        while let Some(first) = alphabet.get(next.fetch_add(1, Ordering::Relaxed)) {
            let report = run(alphabet, first, longest);
            total.lock().unwrap_or_else(PoisonError::into_inner).add(report);
            print!(".");
            let _ = std::io::Write::flush(&mut std::io::stdout());
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    println!();
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// 49.7 million sequences of each alphabet: some minutes on two cores.
const LONGEST: usize = 6;
