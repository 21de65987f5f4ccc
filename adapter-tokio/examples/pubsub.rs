//! Publish and subscribe: `cargo run --release -p adapter-tokio --example pubsub`
//!
//! Connects to REDIS_URL, or to a server of its own. What is shown is in [`messages`], the same
//! for all runtimes.

#[path = "../../adapter-core/examples/messages/mod.rs"]
mod messages;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;

use adapter_tokio::Client;
use shown::Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let client = Client::connect(shown::options()?).await?;
    let publisher = Client::connect(shown::options()?).await?;
    messages::run(&client, &publisher).await
}
