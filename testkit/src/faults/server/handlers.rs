//! Handlers that panic.

use std::time::Instant;

use super::Outcome;
use super::plan::Plan;
use super::process::{Launch, Process};
use super::talker::{End, Talker, command};
use crate::faults::{Figures, Size, at_least};

/// Has a handler panic in the middle of its reply, on some connections among others. It costs
/// those connections, with what they were answered before, and nobody else anything.
///
/// # Errors
///
/// Any that should not be.
pub fn handlers(launch: Launch<'_>, size: Size) -> Outcome {
    let started = Instant::now();
    let mut server = Process::start(launch, Plan::default())?;
    let number = size.pick(500, 20);
    let others = (0..number).map(|_| server.connect()).collect::<Result<Vec<_>, _>>();
    let mut others: Vec<Talker> = others?;
    let mut wrong = Vec::new();
    for (index, other) in others.iter_mut().enumerate() {
        let mut talker = server.connect()?;
        let words = [command(&["ECHO", "before"]), command(&["PANIC"]), command(&["COUNT", "ran"])];
        talker.send(&words.concat())?;
        let (said, end) = talker.rest()?;
        if !said.starts_with(b"$6\r\nbefore\r\n") || end != End::Clean {
            wrong.push(format!("{end:?} after {}", said.escape_ascii()));
        }
        let pong = other.ask(&["PING"])?;
        if pong != "+PONG\r\n" {
            wrong.push(format!("another got {pong} ({index})"));
        }
    }
    server.until_clients(number)?;
    let panicked = server.number(&["ENDED", "panicked"])?;
    let ran = server.number(&["COUNT", "ran"])? - 1;

    let mut figures =
        Figures::new(format!("handlers: {number} panics ({:.1?})", started.elapsed()));
    figures.none_wrong("connections not ended as they must be, or not served", &wrong);
    figures.bar(panicked >= number, "connections ended by a panic", at_least(number), panicked);
    figures.bar(ran == 0, "commands run behind a panic", 0, ran);
    Ok(figures)
}
