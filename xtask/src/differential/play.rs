//! Playing a script to both servers, up to the first reply that differs.

use std::io;
use std::net::SocketAddr;

use super::grammar::Via;
use super::judge::{Exchange, Judge};
use super::session::Session;
use super::{Command, Script};

/// What both answered to one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Which unit of the script.
    pub(super) unit: usize,
    /// None for messages that come unasked.
    pub(super) command: Option<Command>,
    pub(super) redis: Vec<u8>,
    pub(super) ours: Vec<u8>,
}

/// Plays a script from nothing on. Returns the answers that differ, if any do; `answers` gets them
/// too, and all before them.
///
/// # Errors
///
/// Where a session can't begin with one of the servers.
pub(super) fn play(
    script: &Script,
    servers: [SocketAddr; 2],
    judge: &mut Judge,
    mut answers: Option<&mut Vec<Answer>>,
) -> io::Result<Option<Answer>> {
    judge.start();
    let mut session = Session::open(servers, script)?;
    for batch in batches(script) {
        for exchanges in run(&mut session, &batch) {
            if let Some(answers) = &mut answers {
                answers.extend(exchanges.iter().map(Answer::from));
            }
            for (index, exchange) in exchanges.iter().enumerate() {
                if !judge.alike(&exchanges, index) {
                    return Ok(Some(exchange.into()));
                }
            }
        }
    }
    session.close();
    Ok(None)
}

/// Commands that are written at once.
type Batch<'a> = Vec<(usize, &'a Command)>;

/// The script's commands in batches over one connection each.
fn batches(script: &Script) -> Vec<Batch<'_>> {
    let mut batches: Vec<Batch<'_>> = Vec::new();
    let mut bytes = 0;
    for (index, unit) in script.units.iter().enumerate() {
        // Within a unit, a batch ends with its connection only: how some replies are judged
        // depends on their neighbours.
        let mut full = bytes >= BATCH_BYTES;
        for command in &unit.commands {
            let size = command.args.iter().map(Vec::len).sum::<usize>();
            match batches.last_mut() {
                Some(batch)
                    if !full
                        && command.via != Via::Blocked
                        && batch.last().is_some_and(|(_, last)| last.via == command.via)
                        && (batch.len() < BATCH || batch.last().is_some_and(|b| b.0 == index)) =>
                {
                    bytes += size;
                    batch.push((index, command));
                }
                _ => {
                    bytes = size;
                    batches.push(vec![(index, command)]);
                }
            }
            full = false;
        }
    }
    batches
}

/// Sends a batch. The exchanges come in parts that are neighbours each.
fn run<'a>(session: &mut Session<'a>, batch: &Batch<'a>) -> Vec<Vec<Exchange<'a>>> {
    let Some(&(first, command)) = batch.first() else { return Vec::new() };
    match command.via {
        Via::Subscriber => vec![session.subscribe(batch)],
        Via::Blocked => session.block(first, command).into_iter().map(|one| vec![one]).collect(),
        Via::Main | Via::Other => {
            let mut parts = vec![session.converse(batch)];
            if session.subscribes() {
                let last = batch.last().map_or(first, |(unit, _)| *unit);
                parts.extend(session.messages(last).map(|messages| vec![messages]));
            }
            parts
        }
    }
}

impl From<&Exchange<'_>> for Answer {
    fn from(exchange: &Exchange<'_>) -> Self {
        Self {
            unit: exchange.unit,
            command: exchange.command.cloned(),
            redis: exchange.redis.clone(),
            ours: exchange.ours.clone(),
        }
    }
}

/// Long enough that the servers, not the round trips, take the time.
const BATCH: usize = 200;

/// Few enough to be taken in by a server that stops reading until its replies are read.
const BATCH_BYTES: usize = 48 * 1024;
