//! What every adapter promises as a server: one suite for all of them, on real sockets.
//!
//! ```no_run
//! use adapter_core::Driver;
//! use adapter_core::Spawn;
//! use adapter_core::server::{Serving, Threads};
//! use testkit::serving::{self, Where};
//!
//! fn all<T: Threads>() -> testkit::conformance::Outcome
//! where
//!     T::Local: Spawn<Serving<T::Local, Where>> + Spawn<Driver<T::Local>>,
//! {
//!     serving::addresses::<T>()?;
//!     serving::one_executor::<T>()?;
//!     serving::two_threads::<T>()
//! }
//! ```

mod balance;
mod contract;
mod dialogs;
mod listening;
mod one;
mod raw;
mod same;

use adapter_core::server::{Action, Command, Connection, Peer, Refusal, Reply, Service};

pub use balance::two_threads;
pub use contract::{Contract, across_threads, contract};
pub use listening::addresses;
pub use one::{one_executor, serve};
pub use same::{Bare, same_bytes};

/// Answers `WHERE` with the shard that it is, `ECHO` with what it is told, and `PING`.
#[derive(Debug)]
pub struct Where(pub usize);

impl Service for Where {
    type Context = ();

    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn on_command(
        &mut self,
        command: Command<'_>,
        _: &mut Connection<'_, ()>,
        reply: Reply<'_>,
    ) -> Action {
        if command.is("where") {
            reply.int(i64::try_from(self.0).unwrap_or(i64::MAX))
        } else if command.is("echo") {
            reply.bulk(command.arg(1))
        } else if command.is("ping") {
            reply.simple("PONG")
        } else {
            reply.error("ERR unknown command")
        }
    }
}
