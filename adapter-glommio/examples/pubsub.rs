//! Publish and subscribe: `cargo run --release -p adapter-glommio --example pubsub`
//!
//! Connects to REDIS_URL, or to redis://127.0.0.1:6379. What is shown is in [`messages`], the same
//! for all runtimes.

#[path = "../../adapter-core/examples/messages/mod.rs"]
mod messages;

use std::process::ExitCode;

use adapter_glommio::Client;
use glommio::LocalExecutorBuilder;

fn main() -> ExitCode {
    // It reads no files, and so needs none of the memory that the kernel would lock for them.
    match LocalExecutorBuilder::default().io_memory(64 << 10).make() {
        Ok(executor) => messages::report(executor.run(show())),
        Err(error) => messages::report(Err(format!("no io_uring: {error}").into())),
    }
}

async fn show() -> messages::Outcome {
    let client = Client::connect(messages::url()).await?;
    let publisher = Client::connect(messages::url()).await?;
    messages::run(&client, &publisher).await
}
