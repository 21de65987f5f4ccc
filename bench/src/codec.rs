//! Codecs side by side: replies decoded and read, commands encoded.

mod decode;
mod encode;
mod report;
mod workload;

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use report::Row;
use workload::Workload;

/// Measures everything, prints the tables and writes the rows.
pub(crate) fn run() -> io::Result<()> {
    let mut runners: Vec<Runner> =
        workload::all().into_iter().flat_map(decode::runners).chain(encode::runners()).collect();
    check(&mut runners)?;
    // Interleaved, so that a slow spell of the machine hits everyone alike.
    for round in 1..=ROUNDS {
        eprint!("\rround {round} of {ROUNDS}");
        io::stderr().flush()?;
        for runner in &mut runners {
            runner.turn();
        }
    }
    eprintln!();
    let rows: Vec<Row> = runners.iter().map(Runner::row).collect();
    print!("{}", report::tables(&rows));
    println!("\nrows in {}", report::write(&rows)?.display());
    Ok(())
}

/// One codec at one workload.
struct Runner {
    workload: &'static str,
    codec: &'static str,
    /// Frames, or elements where those are what counts, in one pass.
    frames: usize,
    /// Bytes in one pass.
    bytes: usize,
    /// What reading all values comes to; none for a codec that reads none.
    expected: Option<u64>,
    pass: Box<dyn FnMut() -> Pass>,
    best: Duration,
}

/// Once through a buffer.
struct Pass {
    took: Duration,
    /// What was read, summed up, so that it can be neither skipped nor wrong.
    sum: u64,
}

impl Pass {
    /// Times what reads a whole buffer.
    fn time(work: impl FnOnce() -> u64) -> Self {
        let start = Instant::now();
        let sum = std::hint::black_box(work());
        Self { took: start.elapsed(), sum }
    }
}

impl Runner {
    fn new(workload: &Workload, codec: &'static str, pass: impl FnMut() -> Pass + 'static) -> Self {
        Self {
            workload: workload.name,
            codec,
            frames: workload.frames,
            bytes: workload.bytes.len(),
            expected: Some(workload.sum),
            pass: Box::new(pass),
            best: Duration::MAX,
        }
    }

    /// Passes through the buffer until the turn is over, and keeps the shortest: noise only adds.
    fn turn(&mut self) {
        let start = Instant::now();
        loop {
            self.best = self.best.min((self.pass)().took);
            if start.elapsed() >= TURN {
                return;
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 frames and bytes")]
    fn row(&self) -> Row {
        let nanos = self.best.as_secs_f64() * 1e9;
        Row {
            workload: self.workload,
            codec: self.codec,
            ns_per_frame: nanos / self.frames as f64,
            gb_per_s: self.bytes as f64 / nanos,
        }
    }
}

/// Has every codec read, or write, the same.
fn check(runners: &mut [Runner]) -> io::Result<()> {
    for Runner { workload, codec, expected, pass, .. } in runners {
        let sum = pass().sum;
        if expected.is_some_and(|expected| expected != sum) {
            let text = format!("{codec} reads {sum} in {workload}, not {expected:?}");
            return Err(io::Error::other(text));
        }
    }
    Ok(())
}

/// Together with [`TURN`], about 20 seconds.
const ROUNDS: u32 = 150;

/// Long enough for a warm cache, short enough for many rounds.
const TURN: Duration = Duration::from_millis(2);
