//! `cargo xtask bench server`: servers under `redis-benchmark`, one after the other.
//!
//! A server has one core to itself and `redis-benchmark` another. The bars are about the server's
//! own CPU time a command, which says something also where `redis-benchmark` is the slower side, as
//! it is against a fast server.

mod cpu_time;
pub(super) mod plan;
mod redis_benchmark;
mod report;

use std::time::Duration;

use super::cores::Cores;
use super::launch::{self, Launchable, Running};
use crate::cli::BenchOptions;
use crate::exec::Failure;
use crate::tools;
use cpu_time::CpuTime;
use plan::{LOADS, Load, Pace};
use report::{Row, Sample};

/// Builds the servers, measures them in turns, prints the table and the bars, writes the rows.
pub(crate) fn run(options: &BenchOptions) -> Result<(), Failure> {
    let servers = plan::chosen(&options.names)?;
    let cores = Cores::allowed()?;
    tools::ensure_redis_server()?;
    tools::ensure_redis_benchmark()?;
    let servers: Vec<Launchable> =
        servers.into_iter().map(launch::prepare).collect::<Result<_, _>>()?;
    let pace = if options.quick { plan::QUICK } else { plan::THOROUGH };
    let rows = measure(&servers, &pace, cores)?;
    println!("\nvalues of 3 bytes under one key; {cores}; {pace}\n\n{}", report::text(&rows));
    println!("rows in {}", report::write(&rows)?.display());
    Ok(())
}

/// Measures every server under every load, several times.
///
/// In rounds, so that a slow spell of the machine hits everyone alike.
fn measure(servers: &[Launchable], pace: &Pace, cores: Cores) -> Result<Vec<Row>, Failure> {
    let under = |load: &'static Load| {
        let for_it = servers.iter().filter(|server| load.is_for(server.server.role));
        for_it.map(move |server| (load, server))
    };
    let pairs: Vec<(&Load, &Launchable)> = LOADS.iter().flat_map(under).collect();
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); pairs.len()];
    for round in 1..=pace.rounds {
        for ((load, server), samples) in pairs.iter().zip(&mut samples) {
            let sample = turn(server, load, pace.test, cores)?;
            eprintln!(
                "round {round} of {}, {load}, {}: {}",
                pace.rounds,
                server.name(),
                sample.describe(load)
            );
            samples.push(sample);
        }
    }
    Ok(pairs
        .into_iter()
        .zip(samples)
        .map(|((load, server), samples)| Row::new(server.server, load, &samples))
        .collect())
}

/// One server under one load, once.
///
/// The server is a fresh one, so that nobody idles beside the one that is measured. A short run
/// warms it up and tells how many commands take the time that was asked for.
fn turn(
    server: &Launchable,
    load: &Load,
    each_test: Duration,
    cores: Cores,
) -> Result<Sample, Failure> {
    let running = Running::start(server, cores.server)?;
    let run = |commands, patience| {
        redis_benchmark::run(load, running.port(), commands, cores.client, patience)
            .map_err(|failure| running.failure(format_args!("failed under {load}: {failure}")))
    };
    let warm = run(load.warm_up, PATIENCE)?;
    let commands = commands_for(&warm, each_test, load.pipeline);
    let before = CpuTime::of(running.pid())?;
    let per_s = run(commands, each_test * load.tests() + PATIENCE)?;
    let cpu_ns = CpuTime::of(running.pid())?.since(&before);
    if cpu_ns == 0 {
        return Err(Failure::new("the kernel counts no CPU time in /proc"));
    }
    Ok(Sample::new(per_s, cpu_ns, commands))
}

/// How many commands a test takes for the tests to last `each_test` on average: whole pipelines,
/// since `redis-benchmark` sends nothing less.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "rates are positive and far below 2^52"
)]
fn commands_for(per_s: &[f64], each_test: Duration, pipeline: u64) -> u64 {
    let slowness: f64 = per_s.iter().map(|rate| 1.0 / rate).sum();
    let commands = each_test.as_secs_f64() * per_s.len() as f64 / slowness;
    (commands as u64).div_ceil(pipeline).max(1) * pipeline
}

/// What a run may take beyond what it should: a server that stopped answering keeps
/// `redis-benchmark` waiting for ever.
const PATIENCE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_commands_as_fill_the_time_in_whole_pipelines() {
        let second = Duration::from_secs(1);
        assert_eq!(commands_for(&[1000.0], second, 1), 1000);
        assert_eq!(commands_for(&[1000.0], second * 2, 1), 2000);
        // 1500 a test: one second and a half, and half a second, are two seconds together.
        assert_eq!(commands_for(&[1000.0, 3000.0], second, 1), 1500);
        assert_eq!(commands_for(&[1000.0], second, 256), 1024);
        assert_eq!(commands_for(&[0.1], second, 16), 16);
    }
}
