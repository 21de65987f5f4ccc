//! A tour of the client: `cargo run --release -p adapter-smol --example quickstart`
//!
//! Connects to REDIS_URL, or to a server of its own. The commands are in [`tour`], which the
//! other runtimes make too.

#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;
#[path = "../../adapter-core/examples/tour/mod.rs"]
mod tour;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use adapter_smol::{Client, Commands, Error};
use shown::Outcome;
use tour::{COMMANDS, TASKS};

fn main() -> ExitCode {
    shown::report(smol::block_on(show()))
}

async fn show() -> Outcome {
    let client = Client::connect(shown::options()?).await?;
    tour::run("smol", &client, many_tasks).await
}

/// Many tasks over one connection, and a timer that ticks meanwhile: how often.
async fn many_tasks(client: &Client, key: String) -> Outcome<u64> {
    let ticks = Arc::new(AtomicU64::new(0));
    let ticker = smol::spawn({
        let ticks = Arc::clone(&ticks);
        async move {
            loop {
                smol::Timer::after(Duration::from_millis(1)).await;
                ticks.fetch_add(1, Relaxed);
            }
        }
    });
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, key) = (client.clone(), key.clone());
            smol::spawn(async move {
                for _ in 0..COMMANDS {
                    client.incr(&key).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await?;
    }
    ticker.cancel().await;
    Ok(ticks.load(Relaxed))
}
