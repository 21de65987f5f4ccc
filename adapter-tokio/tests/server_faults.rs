//! Faults that servers meet, in a reduced size: `cargo xtask faults server` has them in full.
#![cfg(target_os = "linux")]

use adapter_tokio::Tokio;
use testkit::faults::Size;
use testkit::faults::server::{self, Launch, Outcome, Problem};

type Ended = Result<(), Problem>;

/// This program once more, with nothing but [`bombs`], which is the server then.
const LAUNCH: Launch<'_> = Launch { runtime: "tokio", args: &["--exact", "bombs", "--nocapture"] };

fn judge(section: impl FnOnce(Launch<'_>, Size) -> Outcome) -> Ended {
    let figures = section(LAUNCH, Size::Reduced)?;
    println!("{figures}");
    assert!(figures.passed(), "{figures}");
    Ok(())
}

#[test]
fn bombs() -> Ended {
    if server::asked_for().is_some() {
        return server::serve::<Tokio>();
    }
    judge(server::bombs)
}

#[test]
fn a_million_damaged_requests() -> Ended {
    judge(server::bad_input)
}

#[test]
fn many_that_do_nothing_and_some_that_dont_read() -> Ended {
    judge(server::load)
}

#[test]
fn no_descriptors_left() -> Ended {
    judge(server::accept)
}

#[test]
fn shut_down_in_the_middle_of_pipelines() -> Ended {
    judge(server::shutdown)
}

#[test]
fn subscribers_that_dont_read() -> Ended {
    judge(server::slow)
}

#[test]
fn a_handler_that_panics() -> Ended {
    judge(server::handlers)
}
