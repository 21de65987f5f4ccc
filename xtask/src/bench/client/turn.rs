//! One client under one load, once.

use std::time::Duration;

use super::super::cores::Cores;
use super::super::launch::{Launchable, Running};
use super::super::process::{output_within, pinned, tied};
use super::plan::{Contender, Pace, Threads, Workload};
use super::row::Figures;
use crate::exec::{Exec, Failure};

/// What takes part besides a client's name.
pub(super) struct Programs {
    pub(super) server: Launchable,
    pub(super) client: String,
    pub(super) cores: Cores,
}

/// Starts a server and the client beside it, and reads what the client says.
pub(super) fn take(
    programs: &Programs,
    contender: &Contender,
    workload: &Workload,
    pace: &Pace,
) -> Result<Figures, Failure> {
    let server = Running::start(&programs.server, programs.cores.server)?;
    let exec = line(programs, contender, workload, pace, server.port());
    let Some(output) = output_within(&exec, PATIENCE)? else {
        return Err(Failure::new(format!(
            "{} has not ended within {PATIENCE:?}; to run it alone, with a server beside it:\n  \
             {exec}",
            contender.name
        )));
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    exec.check(output.status).map_err(|failure| Failure::new(format!("{errors}{failure}")))?;
    Figures::parse(&said).ok_or_else(|| {
        Failure::new(format!("{exec}\nsays nothing of figures, but:\n{said}{errors}"))
    })
}

fn line(
    programs: &Programs,
    contender: &Contender,
    workload: &Workload,
    pace: &Pace,
    port: u16,
) -> Exec {
    let Workload { kind, tasks, connections, threads, longer, .. } = workload;
    let millis = pace.time.as_millis() * u128::from(*longer);
    let (exec, workers) = match threads {
        Threads::One => (pinned(programs.cores.client, &programs.client), 0),
        Threads::EveryCore => (tied(&programs.client), programs.cores.number),
    };
    exec.args(["--contender", contender.name, "--kind", kind])
        .args(["--port".to_owned(), port.to_string()])
        .args(["--tasks".to_owned(), tasks.to_string()])
        .args(["--connections".to_owned(), connections.to_string()])
        .args(["--workers".to_owned(), workers.to_string()])
        .args(["--millis".to_owned(), millis.to_string()])
        .args(["--number".to_owned(), pace.messages.to_string()])
}

/// Far more than a turn takes.
const PATIENCE: Duration = Duration::from_secs(60);
