//! Publish and subscribe: `cargo run --release -p adapter-glommio --example pubsub`
//!
//! Connects to REDIS_URL, or to a server of its own. What is shown is in [`messages`], the same
//! for all runtimes.

#[path = "../../adapter-core/examples/messages/mod.rs"]
mod messages;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;

use adapter_glommio::Client;
use glommio::LocalExecutorBuilder;
use shown::Outcome;

fn main() -> ExitCode {
    // It reads no files, and so needs none of the memory that the kernel would lock for them.
    match LocalExecutorBuilder::default().io_memory(64 << 10).make() {
        Ok(executor) => shown::report(executor.run(show())),
        Err(error) => shown::report(Err(format!("no io_uring: {error}").into())),
    }
}

async fn show() -> Outcome {
    let client = Client::connect(shown::options()?).await?;
    let publisher = Client::connect(shown::options()?).await?;
    messages::run(&client, &publisher).await
}
