//! Few bytes that hang a server, or kill it, if they can.

mod flood;
mod list;

use std::time::{Duration, Instant};

use self::list::{Bomb, Ends};
use super::plan::Plan;
use super::process::{Launch, Process};
use super::talker::{End, Talker, command};
use super::{MIB, Outcome, Problem, mib};
use crate::faults::{Figures, Size};

/// Throws everything at a server that is known to have brought one down: each request that
/// WIRE.md's table refuses, lengths and counts around the powers of two, a command cut behind each
/// byte. The answers must be exact, the CPU idle afterwards, and the server there for others.
///
/// # Errors
///
/// Any that should not be.
pub fn bombs(launch: Launch<'_>, size: Size) -> Outcome {
    let started = Instant::now();
    let mut wrong = Vec::new();
    let mut thrown = 0;
    let mut server = Process::start(launch, Plan { max_query: Some(MIB), ..Plan::default() })?;
    for _ in 0..size.pick(10, 1) {
        thrown += throw(&mut server, &list::all(), &mut wrong)?;
    }
    let mut guarded = Process::start(launch, Plan { password: true, ..Plan::default() })?;
    thrown += throw(&mut guarded, &list::before_auth(), &mut wrong)?;

    // Whoever declares more than a request may be is closed at once: here much is allowed.
    let mut server = Process::start(launch, Plan::default())?;
    let memory = server.memory()?;
    let unfinished = list::unfinished();
    let mut open = hold(&server, &unfinished)?;
    server.until_clients(open.len())?;
    let busy_while_open = server.cpu_during(QUIET)?;
    let memory = server.memory()?.saturating_sub(memory);
    for (talker, bomb) in &mut open {
        talker.hang_up()?;
        let (said, end) = talker.rest()?;
        if !said.is_empty() || end != End::Clean {
            wrong.push(format!("{}: hung up, and got {}", bomb.name, said.escape_ascii()));
        }
    }
    server.until_clients(0)?;
    let busy_afterwards = server.cpu_during(QUIET)?;
    let flooded = flood::longest(&mut server, size)?;

    let mut figures = Figures::new(format!(
        "bombs: {thrown} of them, {} unfinished ({:.1?})",
        open.len(),
        started.elapsed()
    ));
    figures.none_wrong("bombs not answered as they must be", &wrong);
    let millis = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    let must = format!("<= {}", IDLE.as_millis());
    let what = "ms on the CPU in 500 ms, while unfinished requests are open";
    figures.bar(busy_while_open <= IDLE, what, &must, millis(busy_while_open));
    let what = "ms on the CPU in 500 ms, when they are gone";
    figures.bar(busy_afterwards <= IDLE, what, &must, millis(busy_afterwards));
    let what = "MiB that declared lengths have taken";
    figures.bar(memory <= DECLARED, what, format_args!("<= {}", mib(DECLARED)), mib(memory));
    figures.bar(
        flooded <= flood::CUT_OFF,
        "s until who floods after an error is cut off",
        format_args!("<= {:.1}", flood::CUT_OFF.as_secs_f64()),
        format_args!("{:.2}", flooded.as_secs_f64()),
    );
    Ok(figures)
}

/// Each bomb on a connection of its own, behind a PING; and another PING from somebody else.
fn throw(server: &mut Process, bombs: &[Bomb], wrong: &mut Vec<String>) -> Result<usize, Problem> {
    let first: &[u8] = if bombs.iter().any(|bomb| bomb.before_auth) {
        b"-NOAUTH Authentication required.\r\n"
    } else {
        b"+PONG\r\n"
    };
    for (index, bomb) in bombs.iter().enumerate() {
        let mut talker =
            if index % 2 == 0 { server.connect()? } else { server.connect_by_path()? };
        let mut input = command(&["PING"]);
        input.extend_from_slice(&bomb.input);
        let mut expected = first.to_vec();
        match bomb.ends {
            Ends::Error(text) => {
                expected.extend_from_slice(format!("-ERR Protocol error: {text}\r\n").as_bytes());
                input.extend_from_slice(&command(&["PING"]));
            }
            Ends::Silence => {}
        }
        // It may be closed before it has all of it.
        let _ = talker.send(&input);
        if bomb.hangs_up {
            talker.hang_up()?;
        }
        let (said, end) = talker.rest().map_err(|error| format!("{}: {error}", bomb.name))?;
        if said != expected || end != End::Clean {
            wrong.push(format!("{}: {end:?}, {}", bomb.name, said.escape_ascii()));
        }
        server.number(&["CLIENTS"]).or_else(|error| match bomb.before_auth {
            true => Ok(0),
            false => Err(format!("after {}: {error}", bomb.name)),
        })?;
    }
    Ok(bombs.len())
}

/// A connection for each, left open.
fn hold<'a>(server: &Process, bombs: &'a [Bomb]) -> Result<Vec<(Talker, &'a Bomb)>, Problem> {
    let held = bombs.iter().map(|bomb| {
        let mut talker = server.connect()?;
        talker.send(&bomb.input)?;
        Ok((talker, bomb))
    });
    held.collect()
}

const QUIET: Duration = Duration::from_millis(500);
/// A server that does nothing has next to nothing; one that spins has 500 ms.
const IDLE: Duration = Duration::from_millis(10);
/// The buffers of the connections, and no more: what is declared are gigabytes.
const DECLARED: usize = 2 * MIB;
