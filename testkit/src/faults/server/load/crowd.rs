//! Those who load a server without doing much.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::A_BYTE;
use crate::faults::server::Problem;
use crate::faults::server::process::Process;
use crate::faults::server::talker::{Talker, command};

/// Clients that have said one thing and then no more.
pub(super) fn idle(server: &Process, number: usize) -> Result<Vec<Talker>, Problem> {
    let mut idle = Vec::with_capacity(number);
    for _ in 0..number {
        let mut talker = server.connect()?;
        talker.ask(&["PING"])?;
        idle.push(talker);
    }
    Ok(idle)
}

/// What comes with the first connections and replies, and does not come again.
pub(super) fn warm_up(server: &mut Process) -> Result<(), Problem> {
    server.control.ask(&["SET", "value", &"v".repeat(VALUE)])?;
    server.control.ask(&["SET", "large", &"v".repeat(LARGE)])?;
    server.connect_by_path()?.ask(&["GET", "large"])?;
    drop(idle(server, 100)?);
    server.until_clients(1).map(drop)
}

/// Clients that ask for more than they read, which is nothing.
///
/// Between any two of them somebody gets a large reply, so that they find the server's buffers as
/// large as these become.
pub(super) fn slow_readers(server: &Process, number: usize) -> Result<Vec<Talker>, Problem> {
    // Not by way of the small buffers that TCP has here.
    let mut other = server.connect_by_path()?;
    let gets = command(&["GET", "value"]).repeat(GETS);
    let mut readers = Vec::with_capacity(number);
    for _ in 0..number {
        other.ask(&["GET", "large"])?;
        let mut talker = server.connect_narrowly()?;
        talker.stuff(&gets)?;
        readers.push(talker);
    }
    Ok(readers)
}

/// Clients that send a byte now and then.
pub(super) struct Tricklers {
    talkers: Mutex<Vec<Talker>>,
    stopped: AtomicBool,
}

impl Tricklers {
    pub(super) fn connect(server: &Process, number: usize) -> Result<Self, Problem> {
        let talkers = (0..number).map(|_| server.connect()).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { talkers: Mutex::new(talkers), stopped: AtomicBool::new(false) })
    }

    pub(super) fn number(&self) -> usize {
        self.talkers.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Sends on each connection a byte a second, one after the other, until it is to stop; then
    /// the rest of the command at once. How many are answered as often as they have asked.
    pub(super) fn trickle(&self) -> Result<usize, Problem> {
        let mut talkers = self.talkers.lock().unwrap_or_else(PoisonError::into_inner);
        let ping = command(&["PING"]);
        let number = talkers.len().max(1);
        let pause = A_BYTE / u32::try_from(number)?;
        let started = Instant::now();
        let mut sent = 0;
        while !self.stopped.load(Ordering::Relaxed) {
            let due = (started.elapsed().as_nanos() / pause.as_nanos().max(1)) as usize;
            while sent < due {
                let byte = ping.get(sent / number % ping.len()).copied();
                if let Some(talker) = talkers.get_mut(sent % number) {
                    talker.send(byte.as_slice())?;
                }
                sent += 1;
            }
            thread::sleep(pause.max(Duration::from_millis(1)));
        }
        let mut answered = 0;
        for (index, talker) in talkers.iter_mut().enumerate() {
            let bytes = (sent + number - 1 - index) / number;
            talker.send(ping.get(bytes % ping.len()..).unwrap_or_default())?;
            let pings = bytes / ping.len() + 1;
            let pongs = (0..pings).map(|_| talker.reply());
            let right = pongs.filter_map(Result::ok).flatten();
            if right.filter(|pong| pong.as_bytes() == b"+PONG\r\n").count() == pings {
                answered += 1;
            }
        }
        Ok(answered)
    }
}

/// Below what is shared instead of copied into the output.
const VALUE: usize = 16 * 1024;
/// As much as a thread's output buffer may have and be kept.
const LARGE: usize = 900 * 1024;
/// So many that what they ask for is more than all buffers hold, and that they are more than one
/// read brings.
const GETS: usize = 4000;
