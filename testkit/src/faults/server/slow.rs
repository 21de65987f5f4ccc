//! Clients that don't read, and what the server keeps for them.

mod subscribers;

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use self::subscribers::{Cut, hard, late_reader, soft};
use super::plan::{Plan, WAITING};
use super::process::{Launch, Process};
use super::talker::command;
use super::{MIB, Outcome, Problem, mib};
use crate::faults::{Figures, Size, at_least};

/// Has clients not read what they have asked for, and subscribers not read what is published. The
/// first are no longer read from, and get everything in order once they read; the others are closed
/// at the limits. Nobody else is kept waiting.
///
/// # Errors
///
/// Any that should not be.
pub fn slow(launch: Launch<'_>, size: Size) -> Outcome {
    let started = Instant::now();
    let mut wrong = Vec::new();
    let held = unread(launch, size.pick(64, 16), &mut wrong)?;
    let Cut { most, after, slowest, lost } = hard(launch, false)?;
    let promised = hard(launch, true)?;
    let soft = soft(launch)?;
    let late = late_reader(launch)?;
    wrong.extend(lost);
    wrong.extend(promised.lost);

    let mut figures = Figures::new(format!("slow clients ({:.1?})", started.elapsed()));
    let what = "MiB held for a client that doesn't read its replies";
    figures.bar(held <= HELD, what, format_args!("<= {}", mib(HELD)), mib(held));
    figures.none_wrong("replies or messages lost or out of order", &wrong);
    let millis = |time: Duration| format!("{:.0}", time.as_secs_f64() * 1000.0);
    for (whom, most, after) in [
        ("a subscriber", most, after),
        ("one with a reply outstanding", promised.most, promised.after),
    ] {
        let least = subscribers::HARD - 2 * subscribers::MESSAGE;
        let what = format!("KiB that {whom} may leave unread");
        figures.bar(most >= least, &what, at_least(least / 1024), most / 1024);
        let what = format!("ms until {whom} beyond the hard limit is closed");
        let must = format!("<= {}", CLOSED.as_millis());
        figures.bar(after <= CLOSED, &what, must, millis(after));
    }
    let slowest = slowest.max(promised.slowest);
    let what = "ms that others' PING took meanwhile";
    figures.bar(slowest <= PING, what, format_args!("<= {}", PING.as_millis()), millis(slowest));
    let (least, most) = (subscribers::SOFT_FOR, subscribers::SOFT_FOR + CLOSED);
    figures.bar(
        (least..=most).contains(&soft),
        "ms until one beyond the soft limit is closed",
        format_args!("{} to {}", least.as_millis(), most.as_millis()),
        millis(soft),
    );
    figures.bar(late, "one that reads in time goes on", true, late);
    Ok(figures)
}

/// What a server holds for a client that asks for much and doesn't read; and whether it gets all
/// of it when it does.
fn unread(launch: Launch<'_>, asked: usize, wrong: &mut Vec<String>) -> Result<usize, Problem> {
    let mut server = Process::start(launch, Plan::default())?;
    let mut talker = server.connect()?;
    talker.ask(&["PING"])?;
    let before = server.memory()?;
    let mut socket = talker.writer()?;
    let number = asked * MIB / ECHOED;
    let text = |number: usize| format!("{number:0ECHOED$}");
    thread::scope(|scope| {
        let writer = scope.spawn(move || {
            (0..number).try_for_each(|number| socket.write_all(&command(&["ECHO", &text(number)])))
        });
        server.until(&WAITING, |waiting| waiting == 1)?;
        // It has all the time to read more than it should.
        server.cpu_during(Duration::from_millis(500))?;
        let held = server.memory()?.saturating_sub(before);
        for number in 0..number {
            let reply = talker.reply()?.ok_or("closed instead of a reply")?;
            let expected = format!("${ECHOED}\r\n{}\r\n", text(number));
            if reply.as_bytes() != expected.as_bytes() {
                wrong.push(format!("{} instead of {number}", reply.as_bytes().escape_ascii()));
                break;
            }
        }
        writer.join().map_err(|_| "the writer panicked")??;
        Ok(held)
    })
}

const ECHOED: usize = 1024;
/// The high mark, a read's worth of input, and what the allocator makes of them.
const HELD: usize = MIB;
/// A second that the server lingers where the client doesn't hang up, and some.
const CLOSED: Duration = Duration::from_millis(1500);
const PING: Duration = Duration::from_millis(250);
