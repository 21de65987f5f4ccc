//! A server of one's own: `cargo run --release -p adapter-glommio --example memory_kv`
//!
//! Listens at 127.0.0.1:7379, or at each `--addr`, for redis-cli, telnet and redis-benchmark. The
//! store and its commands are in [`store`], which serves on the other runtimes too.

#[path = "../../adapter-core/examples/store/mod.rs"]
mod store;

use std::process::ExitCode;

use adapter_glommio::Glommio;
use adapter_glommio::server::{Server, ServerOptions, Threads};
use store::Outcome;

fn main() -> ExitCode {
    store::report(serve())
}

fn serve() -> Outcome {
    // On the calling thread: the tasks of the connections stay there.
    Glommio::run(|glommio| async move {
        let server = Server::bind(glommio, store::listens()?, ServerOptions::default())?;
        store::announce("glommio", server.addresses());
        server.run(store::service()).await;
        Ok(())
    })?
}
