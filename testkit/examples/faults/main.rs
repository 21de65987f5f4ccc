//! Faults on real sockets, in full, on every runtime: `cargo xtask faults [WORD..]`, where a word
//! picks the sections, or the runtimes, whose names it is part of.

mod hosts;
mod log;
#[cfg(target_os = "linux")]
mod servers;

use std::process::ExitCode;
use std::time::Instant;

use hosts::{Host, SmolOnOne, SmolOnTwo, TokioOnOne, TokioOnTwo};
use log::Log;
use testkit::counting_alloc::{CountingAlloc, measure};
use testkit::faults::{self, Outcome, Size, Table, Traffic};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Some(ended) = servers::serve_if_asked() {
        return ended;
    }
    let started = Instant::now();
    let mut plan = Plan { words: std::env::args().skip(1).collect(), table: Table::default() };
    plan.run::<TokioOnOne>();
    plan.run::<TokioOnTwo>();
    plan.run::<SmolOnOne>();
    plan.run::<SmolOnTwo>();
    #[cfg(target_os = "linux")]
    plan.run::<hosts::Glommio>();
    #[cfg(target_os = "linux")]
    servers::run(&mut plan);
    // No runtime has texts of its own.
    plan.section::<TokioOnOne>("secrets", || {
        let log = Log::default();
        let secrets = faults::secrets::<<TokioOnOne as Host>::Runtime>(Size::Full, || log.take());
        tracing::subscriber::with_default(log.clone(), || TokioOnOne::block_on(secrets))
    });
    plan.report(started)
}

/// What is to be run, and what came of it.
struct Plan {
    words: Vec<String>,
    table: Table,
}

impl Plan {
    fn run<H: Host>(&mut self) {
        let full = Size::Full;
        self.section::<H>("cuts", || H::block_on(faults::cuts::<H::Runtime>(full)));
        self.section::<H>("cancel", || H::block_on(faults::cancelled::<H::Runtime>(full)));
        self.section::<H>("ledger", || H::block_on(faults::ledger::<H::Runtime>(full)));
        self.section::<H>("hygiene", || H::block_on(faults::hygiene::<H::Runtime>(full)));
        self.section::<H>("storm", || H::block_on(faults::storm::<H::Runtime>(full)));
        self.section::<H>("pubsub", || H::block_on(faults::pubsub::<H::Runtime>(full)));
        for traffic in Traffic::all(full) {
            self.section::<H>("bulk", || bulk::<H>(traffic));
        }
    }

    fn section<H: Host>(&mut self, name: &'static str, run: impl FnOnce() -> Outcome) {
        self.section_on(name, H::NAME, run);
    }

    fn section_on(
        &mut self,
        name: &'static str,
        runtime: &'static str,
        run: impl FnOnce() -> Outcome,
    ) {
        let full_name = format!("{name}, {runtime}");
        if !self.words.is_empty() && !self.words.iter().any(|word| full_name.contains(word)) {
            return;
        }
        println!("== {full_name}");
        match run() {
            Ok(figures) => {
                println!("{figures}");
                self.table.enter(name, runtime, &figures);
            }
            Err(error) => {
                println!("FAILED {error}\n");
                self.table.enter_failure(name, runtime);
            }
        }
    }

    /// All figures once more, and what they say.
    fn report(&self, started: Instant) -> ExitCode {
        let (bars, missed) = self.table.bars();
        println!("{LEGEND}\n{}", self.table);
        println!("{bars} figures, {missed} not as they must be; {:.0?}", started.elapsed());
        if bars > 0 && missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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

const LEGEND: &str = "\
What was done to clients and pools, with a real redis-server:

cuts     a proxy cuts the connection behind each byte of a script, in both directions: by an end
         of stream, a reset, silence; each command's outcome is compared with the server's count
cancel   commands, pipelines and transactions are dropped after each number of polls; then 50
         tagged ECHOs must get their own replies
ledger   numbers are pushed, and popped by BLPOP while some time out and connections are killed
         (careful), and some are dropped, too (careless)
hygiene  leases of a pool are left in each state by each way (success, error, cancelled, panic);
         the next one must find nothing of it
storm    the server of 1,000 clients dies, and comes back on the same port
pubsub   a subscriber's connection is cut 1,000 times while messages come
bulk     64 MB of SETs, of GETs and of ECHOs in one pipeline each, through small socket buffers
secrets  a password is looked for in all texts that anything shows

To servers, each in a process of its own, by plain sockets:

server bombs      requests that hang servers or kill them, on a connection each
server bad input  a million damaged requests, with somebody else pinging
server load       10,000 idle clients, 1,000 that don't read, 1,000 that send a byte a second
server accept     more clients than there are descriptors
server shutdown   64 clients pipeline while the server ends
server slow       clients and subscribers that don't read
server handlers   handlers that panic
";
