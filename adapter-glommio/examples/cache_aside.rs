//! Cache-aside with an executor on each core:
//! `cargo run --release -p adapter-glommio --example cache_aside`
//!
//! Connects to REDIS_URL, or to a server of its own. Each executor has a pool of its own, started
//! with it, and shares nothing with the others: no cache in the process, no lock on a request's way.
//! Redis is what they have in common, so a price that one of them sets is what all of them read next,
//! and total connections are pool size x executors.

#[path = "../../adapter-core/examples/cached/mod.rs"]
mod cached;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Barrier};

use adapter_glommio::Pool;
use cached::{Source, price, set_price};
use glommio::{ExecutorJoinHandle, LocalExecutorBuilder, Placement};
use shown::Outcome;

fn main() -> ExitCode {
    shown::report(show())
}

/// What the executors have in common, but for Redis. It is on no request's way.
#[derive(Debug)]
struct Show {
    source: Source,
    /// At the start of each round, and behind its writes.
    step: Barrier,
    stale: AtomicU64,
    connected: AtomicU64,
    connections: AtomicU64,
}

fn show() -> Outcome {
    let executors = std::thread::available_parallelism()?.get();
    let shown = Arc::new(Show {
        source: Source::default(),
        step: Barrier::new(executors),
        stale: AtomicU64::new(0),
        connected: AtomicU64::new(0),
        connections: AtomicU64::new(0),
    });
    // All of them or none: those that wait for the others would wait for ever.
    let running: Vec<ExecutorJoinHandle<Result<(), String>>> = (0..executors)
        .map(|core| {
            let shown = Arc::clone(&shown);
            LocalExecutorBuilder::new(Placement::Fixed(core)).io_memory(64 << 10).spawn(
                move || async move {
                    // It has to leave its thread, as text.
                    let outcome = on_one_core(core, executors, &shown).await;
                    outcome.map_err(|error| format!("{error} (REDIS_URL says where Redis is)"))
                },
            )
        })
        .collect::<Result<_, _>>()?;
    for executor in running {
        executor.join()??;
    }
    let reads = ROUNDS * executors as u64 * u64::from(ITEMS);
    println!("{executors} executors, {} connections", shown.connections.load(Relaxed));
    println!(
        "{reads} reads, {} of them asked the source, {} stale",
        shown.source.queries(),
        shown.stale.load(Relaxed)
    );
    Ok(())
}

async fn on_one_core(core: usize, executors: usize, show: &Show) -> Outcome {
    let pool = Pool::connect(shown::options()?.pool_size(2)).await;
    show.connections.fetch_add(pool.as_ref().map_or(0, |pool| pool.size() as u64), Relaxed);
    show.connected.fetch_add(u64::from(pool.is_ok()), Relaxed);
    // A barrier holds up its whole executor, which a service must not do. Here nothing else is to be
    // done, and whoever has failed must reach it too.
    show.step.wait();
    let pool = pool?;
    if show.connected.load(Relaxed) < executors as u64 {
        return Err("another executor could not connect".into());
    }
    let mut outcome = Ok(());
    for round in 1..=ROUNDS {
        // Each executor in turn is the writer.
        if round as usize % executors == core {
            outcome = outcome.and(write(&pool, &show.source, round).await);
        }
        show.step.wait();
        match read(&pool, &show.source, round).await {
            Ok(stale) => drop(show.stale.fetch_add(stale, Relaxed)),
            Err(error) => outcome = outcome.and(Err(error)),
        }
        show.step.wait();
    }
    pool.close(false).await;
    Ok(outcome?)
}

async fn write(pool: &Pool, source: &Source, round: u64) -> Result<(), adapter_glommio::Error> {
    for item in 0..ITEMS {
        set_price(pool, source, item, cost(round, item)).await?;
    }
    Ok(())
}

/// How many prices were not those that this round's writer has set.
async fn read(pool: &Pool, source: &Source, round: u64) -> Result<u64, adapter_glommio::Error> {
    let mut stale = 0;
    for item in 0..ITEMS {
        stale += u64::from(price(pool, source, item).await? != cost(round, item));
    }
    Ok(stale)
}

fn cost(round: u64, item: u32) -> u64 {
    round * 100 + u64::from(item)
}

const ROUNDS: u64 = 4;
const ITEMS: u32 = 100;
