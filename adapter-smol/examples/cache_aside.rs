//! Cache-aside: `cargo run --release -p adapter-smol --example cache_aside`
//!
//! Connects to REDIS_URL, or to a server of its own. Readers ask for prices while a writer changes
//! them; each price that the writer has set is what everybody reads next.

#[path = "../../adapter-core/examples/cached/mod.rs"]
mod cached;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::sync::Arc;

use adapter_smol::Pool;
use cached::{Source, price, set_price};
use shown::Outcome;

fn main() -> ExitCode {
    shown::report(smol::block_on(show()))
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?.pool_size(2)).await?;
    let source = Arc::new(Source::default());
    for round in 1..=ROUNDS {
        for item in 0..ITEMS {
            set_price(&pool, &source, item, round * 100 + u64::from(item)).await?;
        }
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                let (pool, source) = (pool.clone(), Arc::clone(&source));
                smol::spawn(async move {
                    let mut stale = 0;
                    for item in 0..ITEMS {
                        let expected = round * 100 + u64::from(item);
                        stale += u64::from(price(&pool, &source, item).await? != expected);
                    }
                    Ok::<_, adapter_smol::Error>(stale)
                })
            })
            .collect();
        let mut stale = 0;
        for reader in readers {
            stale += reader.await?;
        }
        println!("round {round}: {} reads, {stale} stale", READERS * ITEMS);
    }
    let reads = ROUNDS * u64::from(READERS * ITEMS);
    println!("{reads} reads, {} of them asked the source", source.queries());
    Ok(())
}

const ROUNDS: u64 = 3;
const READERS: u32 = 10;
const ITEMS: u32 = 100;
