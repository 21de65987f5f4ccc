//! What becomes of clients and pools when something goes wrong: connections cut at every byte,
//! futures dropped at every step, leases left in any state, servers that go and come back.
//!
//! Like [`conformance`](crate::conformance) the sections are generic over the runtime and need a
//! real redis-server. Each measures, compares with its bars, and gives back [`Figures`].
//! `cargo xtask faults` runs all of them in full; tests run them in a reduced size.

mod bulk;
mod cancel;
mod cuts;
mod hygiene;
mod ledger;
mod pubsub;
mod secrets;
#[cfg(target_os = "linux")]
pub mod server;
mod storm;
mod table;

use std::error::Error;
use std::fmt;

pub use bulk::{Traffic, bulk};
pub use cancel::cancelled;
pub use cuts::cuts;
pub use hygiene::hygiene;
pub use ledger::ledger;
pub use pubsub::pubsub;
pub use secrets::secrets;
pub use storm::storm;
pub use table::Table;

/// What a section gives back. An error is something that should not have failed at all.
pub type Outcome = Result<Figures, Box<dyn Error>>;

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Enough for the bars: minutes.
    Full,
    /// Enough to see that it works: seconds, unoptimized.
    Reduced,
}

/// What a section has measured, and which bars it has missed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a bar may be missed"]
pub struct Figures {
    title: String,
    lines: Vec<String>,
    bars: Vec<Bar>,
}

/// A figure, and what it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    what: String,
    must: String,
    found: String,
    reached: bool,
}

impl Figures {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    fn line(&mut self, text: impl Into<String>) {
        self.lines.push(text.into());
    }

    /// States a bar, and whether it was reached.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and `format_args!` alike")]
    fn bar(&mut self, reached: bool, what: &str, must: impl ToString, found: impl ToString) {
        let (what, must, found) = (what.to_owned(), must.to_string(), found.to_string());
        let verdict = if reached { "ok    " } else { "MISSED" };
        self.lines.push(format!("{verdict} {what}: {found} (must be {must})"));
        self.bars.push(Bar { what, must, found, reached });
    }

    /// Nothing may be wrong; says what is.
    fn none_wrong(&mut self, what: &str, wrong: &[String]) {
        self.bar(wrong.is_empty(), what, 0, wrong.len());
        for example in wrong.iter().take(EXAMPLES) {
            self.lines.push(format!("       {example}"));
        }
    }

    /// Whether every bar was reached.
    pub fn passed(&self) -> bool {
        self.bars.iter().all(|bar| bar.reached)
    }
}

fn at_least(number: impl fmt::Display) -> String {
    format!(">= {number}")
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

impl Size {
    fn pick<T>(self, full: T, reduced: T) -> T {
        match self {
            Self::Full => full,
            Self::Reduced => reduced,
        }
    }
}

/// More would hide the rest.
const EXAMPLES: usize = 20;
