//! No descriptors left.

use std::time::{Duration, Instant};

use super::plan::Plan;
use super::process::{Launch, PATIENCE, Process};
use super::talker::{Talker, command};
use super::{Outcome, Problem};
use crate::faults::{Figures, Size};

/// Has more clients come than the server may have files open. Meanwhile those it has are served
/// and it doesn't spin; as soon as some go, the others are let in.
///
/// # Errors
///
/// Any that should not be.
pub fn accept(launch: Launch<'_>, size: Size) -> Outcome {
    let started = Instant::now();
    let mut server = Process::start(launch, Plan { files: Some(FILES), ..Plan::default() })?;
    let time = size.pick(Duration::from_secs(5), Duration::from_secs(1));
    let mut resident = server.connect()?;
    resident.ask(&["PING"])?;
    let (mut busiest, mut slowest, mut longest) = (0.0_f64, Duration::ZERO, Duration::ZERO);
    for _ in 0..size.pick(3, 1) {
        let mut crowd = Vec::new();
        for _ in 0..CROWD {
            let mut talker = server.connect()?;
            talker.send(&command(&["PING"]))?;
            crowd.push(talker);
        }
        until_full(&server)?;
        let (busy, slow) = drought(&server, &mut resident, time)?;
        busiest = busiest.max(busy);
        slowest = slowest.max(slow);
        // In the order in which they came: those who are in.
        crowd.drain(..CROWD - WAITING);
        let free = Instant::now();
        for talker in &mut crowd {
            let pong = talker.reply()?.ok_or("closed instead of let in")?;
            if pong.as_bytes() != b"+PONG\r\n" {
                return Err(format!("let in with {pong:?}").into());
            }
        }
        longest = longest.max(free.elapsed());
        drop(crowd);
        server.until_clients(1)?;
    }

    let mut figures = Figures::new(format!(
        "accept: {CROWD} clients, {FILES} files, {time:?} without ({:.1?})",
        started.elapsed()
    ));
    let what = "% of a CPU while nobody can be accepted";
    figures.bar(busiest <= BUSY, what, format_args!("<= {BUSY}"), format_args!("{busiest:.1}"));
    let millis = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    let what = "ms that a PING took meanwhile";
    figures.bar(slowest <= PING, what, format_args!("<= {}", PING.as_millis()), millis(slowest));
    let what = "ms until those who waited are in";
    figures.bar(
        longest <= LET_IN,
        what,
        format_args!("<= {}", LET_IN.as_millis()),
        millis(longest),
    );
    Ok(figures)
}

/// Waits until the server has as many files as it may have.
fn until_full(server: &Process) -> Result<(), Problem> {
    let started = Instant::now();
    while server.files()? < FILES as usize {
        if started.elapsed() > PATIENCE {
            return Err(format!("it has {} files only", server.files()?).into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// While nothing can be accepted: how much of the time the server is busy, and the slowest PING.
fn drought(
    server: &Process,
    resident: &mut Talker,
    time: Duration,
) -> Result<(f64, Duration), Problem> {
    let (started, before) = (Instant::now(), server.cpu()?);
    let mut slowest = Duration::ZERO;
    while started.elapsed() < time {
        let asked = Instant::now();
        resident.ask(&["PING"])?;
        slowest = slowest.max(asked.elapsed());
        // So seldom that it costs the server nothing.
        std::thread::sleep(Duration::from_millis(20));
    }
    let busy = server.cpu()?.saturating_sub(before);
    Ok((100.0 * busy.as_secs_f64() / started.elapsed().as_secs_f64(), slowest))
}

/// Few, but more than any runtime has for itself.
const FILES: u64 = 64;
/// Those that find no room are [`WAITING`] at least.
const CROWD: usize = 100;
/// So many that there is room for them and for whatever the runtime has.
const WAITING: usize = 40;
const BUSY: f64 = 10.0;
const PING: Duration = Duration::from_millis(250);
const LET_IN: Duration = Duration::from_secs(1);
