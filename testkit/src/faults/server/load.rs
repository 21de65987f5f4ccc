//! More clients than do anything.

mod crowd;

use std::thread;
use std::time::{Duration, Instant};

use self::crowd::{Tricklers, idle, slow_readers, warm_up};
use super::child::raise_files;
use super::plan::{Plan, WAITING};
use super::probe::Probe;
use super::process::{Launch, Process};
use super::{Outcome, Problem, mib};
use crate::faults::{Figures, Size};

/// Has ten thousand clients that do nothing, a thousand that don't read what they have asked for,
/// and a thousand that send a byte a second; the memory that each kind takes, and how long others
/// wait meanwhile, compared with a server of the same kind that has none of them.
///
/// # Errors
///
/// Any that should not be.
pub fn load(launch: Launch<'_>, size: Size) -> Outcome {
    let started = Instant::now();
    // With some for everything else that this process has open.
    let room = usize::try_from(raise_files()?).unwrap_or(usize::MAX).saturating_sub(500);
    let wanted = size.pick(12_000, 1_200);
    let part = |of: usize| of * wanted.min(room) / 12_000;
    let (idlers, readers, tricklers) = (part(10_000), part(1_000), part(1_000));
    // The system's own buffers are as small as they can be: they are not what is measured.
    let plan = Plan { send_buffer: Some(4096), ..Plan::default() };
    let mut server = Process::start(launch, plan.clone())?;
    let twin = Process::start(launch, plan)?;
    let mut before = Probe::new(&server)?;
    let windows = size.pick(15, 5);
    for _ in 0..windows {
        Probe::window(&mut [&mut before])?;
    }

    warm_up(&mut server)?;
    let mut memory = server.memory()?;
    let mut taken = |server: &Process, by: usize| -> Result<usize, Problem> {
        let now = server.memory()?;
        let more = now.saturating_sub(std::mem::replace(&mut memory, now));
        Ok(more / by.max(1))
    };
    let mut idle = idle(&server, idlers)?;
    server.until_clients(1 + idlers)?;
    let an_idler = taken(&server, idlers)?;
    let _slow = slow_readers(&server, readers)?;
    server.until(&WAITING, |waiting| waiting == readers)?;
    let a_reader = taken(&server, readers)?;
    let tricklers = Tricklers::connect(&server, tricklers)?;
    let (mut during, mut elsewhere) = (Probe::new(&server)?, Probe::new(&twin)?);
    let (mut pongs, number) = (0, tricklers.number());
    thread::scope(|scope| -> Result<(), Problem> {
        let trickling = scope.spawn(|| tricklers.trickle());
        let measured =
            (0..windows).try_for_each(|_| Probe::window(&mut [&mut elsewhere, &mut during]));
        tricklers.stop();
        pongs = trickling.join().map_err(|_| "the tricklers panicked")??;
        measured
    })?;
    let deaf = idle.iter_mut().filter_map(|talker| talker.ask(&["PING"]).err()).count();

    let mut figures = Figures::new(format!(
        "load: {idlers} idle, {readers} that don't read, {number} slow ({:.1?})",
        started.elapsed()
    ));
    if wanted > room {
        figures.line(format!("only {room} files may be open"));
    }
    let what = "bytes that an idle connection takes";
    figures.bar(an_idler <= IDLER, what, format_args!("<= {IDLER}"), an_idler);
    let what = "bytes that one takes that doesn't read";
    figures.bar(a_reader <= READER, what, format_args!("<= {READER}"), a_reader);
    figures.bar(deaf == 0, "idle connections deaf afterwards", 0, deaf);
    figures.bar(pongs == number, "slow clients answered in the end", number, pongs);
    let (quiet, during, elsewhere) = (before.median(), during.median(), elsewhere.median());
    let ratio = during.as_secs_f64() / elsewhere.as_secs_f64();
    let what = "others' p99, times that on a server without all these";
    let slower = size.pick(SLOWER, SLOWER_AMONG_TESTS);
    figures.bar(ratio <= slower, what, format_args!("<= {slower}"), format_args!("{ratio:.2}"));
    figures.line(format!(
        "p99 of SET and GET: {quiet:.1?} before, {during:.1?} meanwhile, {elsewhere:.1?} on the \
         other server at the same time; {} MiB in all",
        mib(server.memory()?)
    ));
    Ok(figures)
}

/// A task with its session, what the runtime has for a socket, and the entries in the server's
/// lists.
const IDLER: usize = 4096;
/// The high mark and one reply, in a buffer that doubles as it grows (128 KiB), as much input as one
/// read brings (64 KiB), and what the server takes once, shared by those who are there.
const READER: usize = 224 * 1024;
const SLOWER: f64 = 2.0;
/// Other tests run at the same time, on the same cores.
const SLOWER_AMONG_TESTS: f64 = 4.0;
/// The time between two bytes of a client.
const A_BYTE: Duration = Duration::from_secs(1);
