//! Servers on every runtime: the sections whose names begin with `server`.

use std::error::Error;
use std::process::ExitCode;

use testkit::faults::Size;
use testkit::faults::server::{self, Launch};

use crate::Plan;

/// If this process is to be a server under test: how it has ended.
pub(crate) fn serve_if_asked() -> Option<ExitCode> {
    let runtime = server::asked_for()?;
    Some(match serve(&runtime) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("a server on {runtime}: {error}");
            ExitCode::FAILURE
        }
    })
}

fn serve(runtime: &str) -> Result<(), server::Problem> {
    match runtime {
        "tokio" => server::serve::<adapter_tokio::Tokio>(),
        "smol" => server::serve::<adapter_smol::Smol>(),
        "glommio" => server::serve::<adapter_glommio::Glommio>(),
        _ => Err("there is no such runtime".into()),
    }
}

pub(crate) fn run(plan: &mut Plan) {
    for runtime in RUNTIMES {
        let launch = Launch { runtime, args: &[] };
        for (name, section) in SECTIONS {
            plan.section_on(name, runtime, || {
                section(launch, Size::Full).map_err(|error| error as Box<dyn Error>)
            });
        }
    }
}

type Section = fn(Launch<'_>, Size) -> server::Outcome;

const SECTIONS: [(&str, Section); 7] = [
    ("server bombs", server::bombs),
    ("server bad input", server::bad_input),
    ("server load", server::load),
    ("server accept", server::accept),
    ("server shutdown", server::shutdown),
    ("server slow", server::slow),
    ("server handlers", server::handlers),
];

const RUNTIMES: [&str; 3] = ["tokio", "smol", "glommio"];
