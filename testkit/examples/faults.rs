//! Faults on real sockets, in full, on every runtime: `cargo xtask faults [WORD..]`, where a word
//! picks the sections, or the runtimes, whose names it is part of.

use std::error::Error;
use std::future::Future;
use std::process::ExitCode;

use testkit::conformance::Adapter;
use testkit::counting_alloc::{CountingAlloc, measure};
use testkit::faults::{self, Figures, Outcome, Size, Traffic};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

/// A way to run futures.
trait Host {
    const NAME: &'static str;
    /// Whether everything runs on the calling thread.
    const ON_ONE_THREAD: bool;
    type Runtime: Adapter;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome;
}

struct TokioOnOne;
struct TokioOnSeveral;

impl Host for TokioOnOne {
    const NAME: &'static str = "tokio on one thread";
    const ON_ONE_THREAD: bool = true;
    type Runtime = adapter_tokio::Tokio;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
    }
}

impl Host for TokioOnSeveral {
    const NAME: &'static str = "tokio on several threads";
    const ON_ONE_THREAD: bool = false;
    type Runtime = adapter_tokio::Tokio;

    fn block_on<F: Future<Output = Outcome>>(future: F) -> Outcome {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build()?.block_on(future)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut plan = Plan { words, sections: 0, missed: Vec::new() };
    plan.run::<TokioOnOne>();
    plan.run::<TokioOnSeveral>();
    println!("{} sections, {} of them failed", plan.sections, plan.missed.len());
    for missed in &plan.missed {
        println!("failed: {missed}");
    }
    if plan.missed.is_empty() && plan.sections > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is to be run, and what came of it.
struct Plan {
    words: Vec<String>,
    sections: usize,
    missed: Vec<String>,
}

impl Plan {
    fn run<H: Host>(&mut self) {
        let full = Size::Full;
        self.section::<H>("cuts", || H::block_on(faults::cuts::<H::Runtime>(full)));
        self.section::<H>("cancel", || H::block_on(faults::cancelled::<H::Runtime>(full)));
        self.section::<H>("ledger", || H::block_on(faults::ledger::<H::Runtime>(full)));
        self.section::<H>("hygiene", || H::block_on(faults::hygiene::<H::Runtime>(full)));
        self.section::<H>("storm", || H::block_on(faults::storm::<H::Runtime>(full)));
        for traffic in Traffic::all(full) {
            self.section::<H>("bulk", || bulk::<H>(traffic));
        }
        self.section::<H>("secrets", || H::block_on(faults::secrets::<H::Runtime>(full)));
    }

    fn section<H: Host>(&mut self, name: &str, run: impl FnOnce() -> Outcome) {
        let name = format!("{name}, {}", H::NAME);
        if !self.words.is_empty() && !self.words.iter().any(|word| name.contains(word.as_str())) {
            return;
        }
        self.sections += 1;
        println!("== {name}");
        let outcome: Result<Figures, Box<dyn Error>> = run();
        match outcome {
            Ok(figures) => {
                println!("{figures}");
                if !figures.passed() {
                    self.missed.push(name);
                }
            }
            Err(error) => {
                println!("FAILED {error}\n");
                self.missed.push(name);
            }
        }
    }
}

fn bulk<H: Host>(traffic: Traffic) -> Outcome {
    let (outcome, allocations) = measure(|| H::block_on(faults::bulk::<H::Runtime>(traffic)));
    let mut figures = outcome?;
    if H::ON_ONE_THREAD {
        figures.memory(traffic, allocations);
    }
    Ok(figures)
}
