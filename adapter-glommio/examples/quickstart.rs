//! A tour of the client: `cargo run --release -p adapter-glommio --example quickstart`
//!
//! Connects to REDIS_URL, or to a server of its own. The commands are in [`tour`], which the
//! other runtimes make too.

#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;
#[path = "../../adapter-core/examples/tour/mod.rs"]
mod tour;

use std::cell::Cell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use adapter_glommio::{Client, Commands, Error};
use glommio::LocalExecutorBuilder;
use shown::Outcome;
use tour::{COMMANDS, TASKS};

fn main() -> ExitCode {
    // It reads no files, and so needs none of the memory that the kernel would lock for them.
    match LocalExecutorBuilder::default().io_memory(64 << 10).make() {
        Ok(executor) => shown::report(executor.run(show())),
        Err(error) => shown::report(Err(format!("no io_uring: {error}").into())),
    }
}

async fn show() -> Outcome {
    let client = Client::connect(shown::options()?).await?;
    tour::run("glommio", &client, many_tasks).await
}

/// Many tasks over one connection, and a timer that ticks meanwhile: how often.
async fn many_tasks(client: &Client, key: String) -> Outcome<u64> {
    let ticks = Rc::new(Cell::new(0));
    let ticker = glommio::spawn_local({
        let ticks = Rc::clone(&ticks);
        async move {
            loop {
                glommio::timer::sleep(Duration::from_millis(1)).await;
                ticks.set(ticks.get() + 1);
            }
        }
    });
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, key) = (client.clone(), key.clone());
            glommio::spawn_local(async move {
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
    Ok(ticks.get())
}
