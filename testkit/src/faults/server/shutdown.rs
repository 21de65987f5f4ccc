//! A server that is shut down while it is busy.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::plan::{Plan, WAITING};
use super::process::{Launch, PATIENCE, Process};
use super::talker::{Talker, command};
use super::{Outcome, Problem};
use crate::faults::{Figures, Size, at_least};

/// Shuts servers down in the middle of pipelines: what is answered was executed, once and in order;
/// of those who read, nothing executed is left unanswered; and nobody holds it up beyond the
/// deadline, who reads nothing or waits for what never comes.
///
/// # Errors
///
/// Any that should not be.
pub fn shutdown(launch: Launch<'_>, size: Size) -> Outcome {
    let started = Instant::now();
    let mut sum = Sum::default();
    for round in 0..size.pick(10, 2) {
        let before = size.pick(100_000, 2_000) * (round + 1);
        sum.add(under_load(launch, before)?);
    }
    let late = stubborn(launch)?;
    let mut figures = Figures::new(format!(
        "shutdown: {CLIENTS} clients that pipeline ({:.1?})",
        started.elapsed()
    ));
    let least = size.pick(100_000, 2_000);
    figures.bar(sum.answered >= least, "commands answered", at_least(least), sum.answered);
    figures.none_wrong("answered and not executed, twice, or out of order", &sum.wrong);
    figures.bar(sum.unknown == 0, "executed, and not answered to who reads", 0, sum.unknown);
    figures.none_wrong("connections not ended by an end of stream", &sum.cut);
    let seconds = |time: Duration| format!("{:.2}", time.as_secs_f64());
    let what = "s until it ended, with clients that read";
    let must = format!("<= {:.1}", SOON.as_secs_f64());
    figures.bar(sum.longest <= SOON, what, must, seconds(sum.longest));
    let what = format!("s until it ended, with {STUBBORN}, and 1 s of grace");
    let must = format!("<= {:.1}", (GRACE + SLACK).as_secs_f64());
    figures.bar(late <= GRACE + SLACK, &what, must, seconds(late));
    Ok(figures)
}

/// What came of shutting down.
#[derive(Default)]
struct Sum {
    answered: u64,
    unknown: u64,
    wrong: Vec<String>,
    cut: Vec<String>,
    longest: Duration,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.unknown += other.unknown;
        self.wrong.extend(other.wrong);
        self.cut.extend(other.cut);
        self.longest = self.longest.max(other.longest);
    }
}

/// What one client got.
struct Got {
    replies: u64,
    wrong: Option<String>,
    cut: Option<String>,
}

/// Shuts a server down when it has answered so many.
fn under_load(launch: Launch<'_>, before: u64) -> Result<Sum, Problem> {
    let mut server = Process::start(launch, Plan::default())?;
    let mut talkers = (0..CLIENTS).map(|_| server.connect()).collect::<Result<Vec<_>, _>>()?;
    // Who has not been let in when the server ends is not let in any more.
    talkers.iter_mut().try_for_each(|talker| talker.ask(&["PING"]).map(drop))?;
    let answered = AtomicU64::new(0);
    thread::scope(|scope| {
        let threads = talkers.into_iter().enumerate();
        let threads = threads.map(|(client, talker)| {
            let answered = &answered;
            scope.spawn(move || pipeline(client, talker, answered))
        });
        let threads: Vec<_> = threads.collect();
        let started = Instant::now();
        while answered.load(Ordering::Relaxed) < before && started.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        let asked = Instant::now();
        server.shut_down(PATIENCE / 2)?;
        let executed = server.ended()?;
        let mut sum = Sum { longest: asked.elapsed(), ..Sum::default() };
        for (client, thread) in threads.into_iter().enumerate() {
            let got = thread.join().map_err(|_| "a client panicked")??;
            let executed = executed.get(&client.to_string()).copied().unwrap_or(0);
            sum.answered += got.replies;
            sum.unknown += executed.saturating_sub(got.replies);
            sum.wrong.extend(got.wrong);
            sum.cut.extend(got.cut);
            if got.replies > executed {
                sum.wrong.push(format!("{client}: {} answered, {executed} run", got.replies));
            }
        }
        Ok(sum)
    })
}

/// Has a server count, with so many commands on the way, and reads what it says until it says no
/// more.
fn pipeline(client: usize, mut talker: Talker, answered: &AtomicU64) -> Result<Got, Problem> {
    let mut socket = talker.writer()?;
    let batch = command(&["COUNT", &client.to_string()]).repeat(BATCH);
    let over = &AtomicBool::new(false);
    let (leave, left) = mpsc::channel();
    (0..AHEAD).try_for_each(|_| leave.send(()))?;
    thread::scope(|scope| {
        // A reset is told once, to whoever comes first: here it may be who writes.
        let writer = scope.spawn(move || {
            while left.recv().is_ok() {
                match socket.write_all(&batch) {
                    Err(error) if !over.load(Ordering::Relaxed) => return Some(error),
                    _ => {}
                }
            }
            None
        });
        let mut got = Got { replies: 0, wrong: None, cut: None };
        loop {
            match talker.reply() {
                Ok(Some(reply)) => {
                    got.replies += 1;
                    answered.fetch_add(1, Ordering::Relaxed);
                    if reply.as_bytes() != format!(":{}\r\n", got.replies).as_bytes() {
                        let text = reply.as_bytes().escape_ascii();
                        got.wrong = Some(format!("{client}: {text} as reply {}", got.replies));
                    }
                    if got.replies.is_multiple_of(BATCH as u64) {
                        // A writer that has failed is told so by what is read.
                        let _ = leave.send(());
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    got.cut = Some(format!("{client}: {error} after {}", got.replies));
                    break;
                }
            }
        }
        drop(leave);
        over.store(true, Ordering::Relaxed);
        talker.writer()?.close();
        if let Some(error) = writer.join().map_err(|_| "a writer panicked")? {
            got.cut = Some(format!("{client}: {error} while writing, after {}", got.replies));
        }
        Ok(got)
    })
}

/// How long a server takes to end that has clients who don't.
fn stubborn(launch: Launch<'_>) -> Result<Duration, Problem> {
    let plan = Plan { send_buffer: Some(4096), ..Plan::default() };
    let mut server = Process::start(launch, plan)?;
    server.control.ask(&["SET", "value", &"v".repeat(16 * 1024)])?;
    let mut deaf = (0..8).map(|_| server.connect_narrowly()).collect::<Result<Vec<_>, _>>()?;
    for talker in &mut deaf {
        talker.stuff(&command(&["GET", "value"]).repeat(1000))?;
    }
    server.until(&WAITING, |waiting| waiting == 8)?;
    let mut waiting = Vec::new();
    for name in ["LATER", "HOLD", "BLOCK"] {
        let mut talker = server.connect()?;
        // The answer to what is before it tells that it has come.
        talker.send(&[command(&["PING"]), command(&[name])].concat())?;
        talker.reply()?;
        waiting.push(talker);
    }
    let asked = Instant::now();
    server.shut_down(GRACE)?;
    server.ended()?;
    let elapsed = asked.elapsed();
    for talker in deaf.iter_mut().chain(&mut waiting) {
        talker.rest()?;
    }
    Ok(elapsed)
}

const CLIENTS: usize = 64;
const BATCH: usize = 50;
/// Batches on the way: less than a client takes to read while the server lingers, however busy the
/// machine is.
const AHEAD: usize = 20;
const STUBBORN: &str = "8 that don't read and 3 that wait for ever";
const GRACE: Duration = Duration::from_secs(1);
/// For a machine that is busy.
const SLACK: Duration = Duration::from_millis(500);
/// The second that it lingers where a client does not hang up, and some.
const SOON: Duration = Duration::from_secs(2);
