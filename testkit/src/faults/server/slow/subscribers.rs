//! Subscribers that don't read.

use std::time::{Duration, Instant};

use adapter_core::server::OutputLimit;

use crate::faults::server::plan::Plan;
use crate::faults::server::process::{Launch, Process};
use crate::faults::server::talker::{Talker, command};
use crate::faults::server::{MIB, Problem};

/// What became of a subscriber beyond the hard limit.
pub(super) struct Cut {
    /// The most that it had, as long as it was there.
    pub(super) most: usize,
    /// How long it was there with more than it may have.
    pub(super) after: Duration,
    /// The slowest PING of somebody else.
    pub(super) slowest: Duration,
    /// What another subscriber did not get.
    pub(super) lost: Option<String>,
}

/// Publishes until a subscriber that doesn't read has more than the hard limit, and no more then;
/// another one reads.
pub(super) fn hard(launch: Launch<'_>, promised: bool) -> Result<Cut, Problem> {
    let mut server = start(launch, OutputLimit { hard: HARD, soft: HARD, soft_for: HOUR })?;
    let mut reader = server.connect()?;
    subscribe(&mut reader)?;
    let mut other = server.connect()?;
    let _deaf = deaf(&mut server, promised)?;
    let (mut most, mut slowest, mut lost) = (0, Duration::ZERO, None);
    let mut after = None;
    for number in 0.. {
        let queued = server.number(&["QUEUED"])?;
        most = most.max(queued);
        let message = format!("{number:0MESSAGE$}");
        server.control.ask(&["PUBLISH", "news", &message])?;
        let published = Instant::now();
        other.ask(&["PING"])?;
        slowest = slowest.max(published.elapsed());
        let received = reader.reply()?.ok_or("the reader is closed")?;
        if lost.is_none() && !String::from_utf8_lossy(received.as_bytes()).contains(&message) {
            lost = Some(format!("message {number} was not received"));
        }
        // With the message's own head that was too much.
        if queued + MESSAGE + 64 > HARD || most > queued || number > 8 * HARD / MESSAGE {
            after = Some(published);
            break;
        }
    }
    let published = after.ok_or("nothing was published")?;
    server.until_clients(2)?;
    Ok(Cut { most, after: published.elapsed(), slowest, lost })
}

/// How long a subscriber is there that has more than the soft limit, and doesn't read.
pub(super) fn soft(launch: Launch<'_>) -> Result<Duration, Problem> {
    let mut server = start(launch, LIMIT)?;
    let _deaf = deaf(&mut server, false)?;
    let over = fill(&mut server)?;
    server.until_clients(0)?;
    Ok(over.elapsed())
}

/// Whether a subscriber that reads before the time is over is still there when it is.
pub(super) fn late_reader(launch: Launch<'_>) -> Result<bool, Problem> {
    let mut server = start(launch, LIMIT)?;
    let mut deaf = deaf(&mut server, false)?;
    let over = fill(&mut server)?;
    server.control.ask(&["PUBLISH", "news", "last"])?;
    loop {
        let message = deaf.reply()?.ok_or("closed before its time")?;
        if message.as_bytes().ends_with(b"last\r\n") {
            break;
        }
    }
    // Until after the time at which it would have been closed.
    let rest = (SOFT_FOR + Duration::from_millis(500)).saturating_sub(over.elapsed());
    std::thread::sleep(rest);
    Ok(deaf.ask(&["ECHO", "here"])? == "$4\r\nhere\r\n")
}

/// Publishes until somebody has more than the soft limit: since when.
fn fill(server: &mut Process) -> Result<Instant, Problem> {
    let message = "m".repeat(MESSAGE);
    for _ in 0..8 * HARD / MESSAGE {
        let published = Instant::now();
        server.control.ask(&["PUBLISH", "news", &message])?;
        if server.number(&["QUEUED"])? > SOFT {
            return Ok(published);
        }
    }
    Err("nothing is queued".into())
}

/// A subscriber that doesn't read; in RESP3, so that it may do more than that.
fn deaf(server: &mut Process, promised: bool) -> Result<Talker, Problem> {
    let mut talker = server.connect_narrowly()?;
    talker.ask(&["HELLO", "3"])?;
    subscribe(&mut talker)?;
    if promised {
        talker.send(&[command(&["LATER"]), command(&["PING"])].concat())?;
        server.until(&["QUEUED"], |queued| queued > 0)?;
    }
    Ok(talker)
}

fn subscribe(talker: &mut Talker) -> Result<(), Problem> {
    talker.ask(&["SUBSCRIBE", "news"]).map(drop)
}

fn start(launch: Launch<'_>, limit: OutputLimit) -> Result<Process, Problem> {
    Process::start(
        launch,
        Plan { send_buffer: Some(4096), subscriber: Some(limit), ..Plan::default() },
    )
}

pub(super) const HARD: usize = 2 * MIB;
const SOFT: usize = MIB / 2;
pub(super) const SOFT_FOR: Duration = Duration::from_secs(1);
const LIMIT: OutputLimit = OutputLimit { hard: 16 * HARD, soft: SOFT, soft_for: SOFT_FOR };
const HOUR: Duration = Duration::from_secs(3600);
pub(super) const MESSAGE: usize = 16 * 1024;
