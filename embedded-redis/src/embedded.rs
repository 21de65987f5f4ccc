//! The server as a library.

use std::io;
use std::time::Duration;

use adapter_core::server::{Cores, Listen, RunningServer, ServerOptions};
use adapter_tokio::Tokio;

use crate::clock::Clock;
use crate::engine::{Engine, Settings};
use crate::service::Embedded;

/// A server in this process, on a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct EmbeddedRedis {
    server: Option<RunningServer>,
    clock: Clock,
}

impl EmbeddedRedis {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// The operating system's, when it can't be listened or a thread can't be made.
    pub fn start() -> io::Result<Self> {
        Self::listen("127.0.0.1:0")
    }

    /// Starts a server at an address.
    ///
    /// # Errors
    ///
    /// The operating system's, when it can't be listened there or a thread can't be made.
    pub fn listen(address: &str) -> io::Result<Self> {
        let clock = Clock::default();
        let engine = Engine::new(Settings::default(), 1);
        let service = Embedded::new(engine, clock.clone());
        let address = address.parse().map_err(io::Error::other)?;
        let mut options = ServerOptions::default();
        options.tick = Some(Duration::from_millis(10));
        let mut cores = Cores::default();
        cores.threads = 1;
        let server = RunningServer::start::<Tokio, _>(
            [Listen::new(address)],
            &options,
            &cores,
            move |_, _| service.clone(),
        )?;
        Ok(Self { server: Some(server), clock })
    }

    /// Moves the server's clock forward.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Waits for the end of the server.
    ///
    /// # Errors
    ///
    /// What a thread has ended with.
    pub fn join(mut self) -> io::Result<()> {
        self.server.take().map_or(Ok(()), RunningServer::join)
    }
}

impl Drop for EmbeddedRedis {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.handle().shutdown(Duration::ZERO);
            let _ = server.join();
        }
    }
}
