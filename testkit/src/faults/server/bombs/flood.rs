//! Clients that were told that all is said, and go on all the same.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use crate::faults::Size;
use crate::faults::server::Problem;
use crate::faults::server::process::{PATIENCE, Process};
use crate::faults::server::talker::Talker;

/// How long the server puts up with those who send without end behind a protocol error.
///
/// There are so many that each has always something to read.
pub(super) fn longest(server: &mut Process, size: Size) -> Result<Duration, Problem> {
    let flooders = (0..size.pick(32, 16)).map(|_| server.connect());
    let flooders = flooders.collect::<Result<Vec<_>, _>>()?;
    let times: Result<Vec<Duration>, Problem> = thread::scope(|scope| {
        let threads = flooders.into_iter().map(|talker| scope.spawn(|| cut_off(talker)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a flooder panicked")?).collect()
    });
    server.until_clients(0)?;
    Ok(times?.into_iter().max().unwrap_or_default())
}

fn cut_off(mut talker: Talker) -> Result<Duration, Problem> {
    let mut socket = talker.writer()?;
    talker.send(b"*x\r\n")?;
    talker.reply()?.ok_or("no error")?;
    let told = Instant::now();
    while told.elapsed() < PATIENCE && socket.write(&[b'x'; 64 * 1024]).is_ok() {}
    Ok(told.elapsed())
}

/// A second that the server lingers, and one for a machine that is busy.
pub(super) const CUT_OFF: Duration = Duration::from_secs(2);
