//! Publish and subscribe: `cargo run --release -p adapter-smol --example pubsub`
//!
//! Connects to REDIS_URL, or to redis://127.0.0.1:6379. What is shown is in [`messages`], the same
//! for all runtimes.

#[path = "../../adapter-core/examples/messages/mod.rs"]
mod messages;

use std::process::ExitCode;

use adapter_smol::Client;

fn main() -> ExitCode {
    messages::report(smol::block_on(show()))
}

async fn show() -> messages::Outcome {
    let client = Client::connect(messages::url()).await?;
    let publisher = Client::connect(messages::url()).await?;
    messages::run(&client, &publisher).await
}
