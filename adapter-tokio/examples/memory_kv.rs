//! A server of one's own: `cargo run --release -p adapter-tokio --example memory_kv`
//!
//! Listens at 127.0.0.1:7379, or at each `--addr`, for redis-cli, telnet and redis-benchmark. The
//! store and its commands are in [`store`], which serves on the other runtimes too.

#[path = "../../adapter-core/examples/store/mod.rs"]
mod store;

use std::process::ExitCode;

use adapter_tokio::server::ServerOptions;
use adapter_tokio::{Server, Tokio};
use store::Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    store::report(serve().await)
}

async fn serve() -> Outcome {
    let server = Server::bind(Tokio, store::listens()?, ServerOptions::default())?;
    store::announce("tokio", server.addresses());
    server.run(store::service()).await;
    Ok(())
}
