//! What becomes of servers when clients do wrong, or do nothing, or do too much.
//!
//! The server under test runs in a process of its own, so that its time on the CPU and its memory
//! can be measured: the program that runs a section starts itself once more, and asks
//! [`asked_for`] whether it is that second one, to [`serve`] then. The clients are plain blocking
//! sockets, which have nothing in common with the runtime under test.

mod accept;
mod bad_input;
mod bombs;
mod child;
mod handlers;
mod load;
mod mutate;
mod plan;
mod probe;
mod process;
mod service;
mod shutdown;
mod slow;
mod talker;

use std::error::Error;

use super::Figures;
pub use accept::accept;
pub use bad_input::bad_input;
pub use bombs::bombs;
pub use child::{asked_for, serve};
pub use handlers::handlers;
pub use load::load;
pub use process::Launch;
pub use service::Target;
pub use shutdown::shutdown;
pub use slow::slow;

/// What a section gives back. An error is something that should not have failed at all.
pub type Outcome = Result<Figures, Problem>;

/// What should not have failed.
pub type Problem = Box<dyn Error + Send + Sync>;

const MIB: usize = 1 << 20;

/// In MiB, for figures.
fn mib(bytes: usize) -> String {
    format!("{:.1}", bytes as f64 / MIB as f64)
}
