//! A million requests that are none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::plan::Plan;
use super::process::{Launch, Process};
use super::talker::{End, Talker};
use super::{MIB, Outcome, Problem, mib, mutate};
use crate::chunking::SplitMix64;
use crate::faults::{Figures, Size, at_least};

/// Sends damaged requests over many connections, while somebody else pings. Everything that comes
/// back must be RESP to its last byte, nothing may be lost by a reset, and the memory be what it
/// was.
///
/// # Errors
///
/// Any that should not be.
pub fn bad_input(launch: Launch<'_>, size: Size) -> Outcome {
    let started = Instant::now();
    let mut server = Process::start(launch, Plan::default())?;
    // What any load leaves behind: the buffers of the threads, the allocator's own.
    let mut wrong = attack(&server, size.pick(50_000, 500), 0)?;
    server.until_clients(0)?;
    let before = server.memory()?;
    let requests = size.pick(1_000_000, 5_000);
    let (longest, pings, more) = pinged(&server, || attack(&server, requests, 1))?;
    wrong.extend(more);
    server.until_clients(0)?;
    let kept = server.memory()?.saturating_sub(before);

    let mut figures =
        Figures::new(format!("bad input: {requests} requests ({:.1?})", started.elapsed()));
    figures.none_wrong("connections whose output is not whole RESP", &wrong);
    figures.bar(pings >= 100, "PINGs answered meanwhile", at_least(100), pings);
    figures.bar(
        longest <= PING,
        "ms that the slowest of them took",
        format_args!("<= {}", PING.as_millis()),
        format_args!("{:.1}", longest.as_secs_f64() * 1000.0),
    );
    let must = format!("<= {}", mib(KEPT));
    figures.bar(kept <= KEPT, "MiB more than before", must, mib(kept));
    Ok(figures)
}

/// Pings while something else goes on: the slowest ping, and how many there were.
fn pinged<T>(
    server: &Process,
    meanwhile: impl FnOnce() -> Result<T, Problem>,
) -> Result<(Duration, usize, T), Problem> {
    let over = AtomicBool::new(false);
    let mut talker = server.connect()?;
    thread::scope(|scope| {
        let pinger = scope.spawn(|| -> Result<_, Problem> {
            let (mut longest, mut pings) = (Duration::ZERO, 0);
            while !over.load(Ordering::Relaxed) || pings < 100 {
                let asked = Instant::now();
                if talker.ask(&["PING"])? != "+PONG\r\n" {
                    return Err("no PONG".into());
                }
                longest = longest.max(asked.elapsed());
                pings += 1;
                // Often enough to meet whatever takes as long as the bar.
                thread::sleep(Duration::from_millis(1));
            }
            Ok((longest, pings))
        });
        let done = meanwhile();
        over.store(true, Ordering::Relaxed);
        let (longest, pings) = pinger.join().map_err(|_| "the pinger panicked")??;
        Ok((longest, pings, done?))
    })
}

/// Sends so many damaged requests, over TCP and a Unix socket at the same time.
fn attack(server: &Process, requests: usize, seed: u64) -> Result<Vec<String>, Problem> {
    thread::scope(|scope| {
        let threads: Vec<_> = [false, true]
            .into_iter()
            .map(|by_path| {
                let mut random = SplitMix64::new(seed * 2 + u64::from(by_path));
                scope.spawn(move || -> Result<_, Problem> {
                    let mut wrong = Vec::new();
                    let mut left = requests / 2;
                    while left > 0 {
                        let some = left.min(1 + random.below(2 * A_CONNECTION));
                        let mut talker = match by_path {
                            true => server.connect_by_path()?,
                            false => server.connect_from(left)?,
                        };
                        left -= some;
                        wrong.extend(abuse(&mut talker, some, &mut random)?);
                    }
                    Ok(wrong)
                })
            })
            .collect();
        let mut wrong = Vec::new();
        for thread in threads {
            wrong.extend(thread.join().map_err(|_| "an attacker panicked")??);
        }
        Ok(wrong)
    })
}

/// One connection's share: what is wrong with what came back.
fn abuse(
    talker: &mut Talker,
    requests: usize,
    random: &mut SplitMix64,
) -> Result<Option<String>, Problem> {
    let mut input = Vec::new();
    for _ in 0..requests {
        mutate::request(random, &mut input);
    }
    // The server may have closed before it had all of it, and need not say so by a reset.
    let _ = talker.send(&input).and_then(|()| talker.hang_up());
    Ok(match talker.rest() {
        Ok((_, End::Clean)) => None,
        Ok((said, end)) => Some(format!("{end:?} after {}", said.escape_ascii())),
        Err(error) => Some(format!("{error} in answer to {}", input.escape_ascii())),
    })
}

/// Requests on each connection, on average. Most end at the first or second.
const A_CONNECTION: usize = 5;
const PING: Duration = Duration::from_secs(1);
/// What an allocator may have in pieces; 200,000 connections that leave 16 bytes leave more.
const KEPT: usize = 3 * MIB;
