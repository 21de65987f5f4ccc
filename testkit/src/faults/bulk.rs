//! Much more than the buffers on the way hold, in both directions.

use std::time::{Duration, Instant};

use adapter_core::{Client, Commands, Options, Protocol, cmd};
use bytes::Bytes;

use super::{Figures, Outcome, Size};
use crate::conformance::{Adapter, Over, Setup, within};
use crate::counting_alloc::Allocations;
use crate::proxy::{Proxy, Upstream};

/// How much, in which pieces.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    commands: usize,
    bytes: usize,
}

impl Traffic {
    /// 64 MB in full: in pieces of 1 MiB, and in pieces of 1 KiB.
    pub fn all(size: Size) -> [Self; 2] {
        let total = size.pick(64, 4) * MEGABYTE;
        [MEGABYTE, 1024].map(|bytes| Self { commands: total / bytes, bytes })
    }

    fn name(self) -> String {
        let Self { commands, bytes } = self;
        match bytes {
            MEGABYTE => format!("{commands} x 1 MiB"),
            _ => format!("{commands} x {} KiB", bytes / 1024),
        }
    }

    /// The payload of all commands.
    const fn total(self) -> usize {
        self.commands * self.bytes
    }

    /// The most that a thread may hold while it sends and receives this.
    ///
    /// The replies, which the caller gets, and a large one with what the driver reads at once
    /// behind it. Large commands are sent from where they are. Small ones are copied: each by
    /// itself, and again into the batch, whose buffer doubles, so that for a moment two of them
    /// are held, one of them twice as large. Frames, results and requests are some hundred bytes
    /// each. The driver has buffers, and so has the executor, which is started within what is
    /// measured.
    pub const fn bound(self) -> usize {
        let (copied, behind) = match self.bytes < SHARED {
            true => (4 * self.total(), 0),
            false => (0, READ * self.commands),
        };
        self.total() + copied + behind + 512 * self.commands + 6 * MEGABYTE
    }
}

/// Sends a pipeline of SETs, one of GETs, and one of ECHOs, which fills both directions at the same
/// time, through sockets with small buffers. Whoever measures memory around it hands the result to
/// [`Figures::memory`].
///
/// # Errors
///
/// Any that should not be.
pub async fn bulk<R: Adapter>(traffic: Traffic) -> Outcome {
    let started = Instant::now();
    let setup = Setup::start(Over::Tcp, Protocol::Auto)?;
    let proxy = Proxy::with_buffers(Upstream::of(&setup.server), BUFFERS)?;
    let options = Options::tcp("127.0.0.1", proxy.addr().port()).config(setup.config());
    let client = Client::<R>::connect(options).await?;
    let Traffic { commands, bytes } = traffic;
    let pieces = Pieces::new(bytes);
    let mut wrong = Vec::new();

    let sets = (0..commands).map(|id| cmd::set(id, pieces.of(id))).collect::<Vec<_>>();
    for (id, set) in within::<R, _>(PATIENCE, client.pipeline(sets)).await??.iter().enumerate() {
        if let Err(error) = set {
            wrong.push(format!("set {id}: {error}"));
        }
    }
    let set_in = started.elapsed();
    let gets = (0..commands).map(cmd::get).collect::<Vec<_>>();
    for (id, get) in within::<R, _>(PATIENCE, client.pipeline(gets)).await??.iter().enumerate() {
        if !matches!(get, Ok(Some(value)) if *value == pieces.of(id)) {
            wrong.push(format!("get {id}"));
        }
    }
    let got_in = started.elapsed() - set_in;
    let echoes = (0..commands).map(|id| cmd::echo(pieces.of(id))).collect::<Vec<_>>();
    for (id, echo) in within::<R, _>(PATIENCE, client.pipeline(echoes)).await??.iter().enumerate() {
        if !matches!(echo, Ok(value) if *value == pieces.of(id)) {
            wrong.push(format!("echo {id}"));
        }
    }
    let echoed_in = started.elapsed() - got_in - set_in;
    if client.echo("in step").await? != "in step" {
        wrong.push("out of step".to_owned());
    }
    let mut figures = Figures::new(format!(
        "bulk: {} each way through buffers of {BUFFERS} bytes ({:.1?})",
        traffic.name(),
        started.elapsed()
    ));
    figures.line(format!("SET {set_in:.1?}, GET {got_in:.1?}, ECHO {echoed_in:.1?}"));
    figures.none_wrong(&format!("{}: wrong replies", traffic.name()), &wrong);
    Ok(figures)
}

impl Figures {
    /// What a [`bulk`] has allocated on its thread, where all of it ran there.
    pub fn memory(&mut self, traffic: Traffic, allocations: Allocations) {
        let (peak, bound) = (allocations.peak, traffic.bound() as u64);
        let mega = |bytes: u64| bytes as f64 / MEGABYTE as f64;
        let what = format!("{}: MiB held at most", traffic.name());
        let must = format!("<= {:.0}", mega(bound));
        self.bar(peak <= bound, &what, must, format_args!("{:.1}", mega(peak)));
    }
}

/// Values that tell where they are from, of one memory: slices at different places.
struct Pieces {
    bytes: Bytes,
    length: usize,
}

impl Pieces {
    fn new(length: usize) -> Self {
        let bytes = (0..length + SHIFTS).map(|at| (at % 251) as u8).collect::<Vec<_>>();
        Self { bytes: bytes.into(), length }
    }

    fn of(&self, id: usize) -> Bytes {
        let shift = id % SHIFTS;
        self.bytes.slice(shift..shift + self.length)
    }
}

const MEGABYTE: usize = 1 << 20;

/// Larger values are sent from where they are.
const SHARED: usize = 16 * 1024;

/// What the driver reads at once while much comes.
const READ: usize = 256 * 1024;

/// Prime to the pattern's period, so that no two neighbours look alike.
const SHIFTS: usize = 199;

/// A hundredth of what the system would give.
const BUFFERS: usize = 16 * 1024;

const PATIENCE: Duration = Duration::from_secs(120);
