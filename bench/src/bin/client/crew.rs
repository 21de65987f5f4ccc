//! Tasks at work: the same for all clients that are measured.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Outcome;
use super::contender::{Client, Contender};
use super::figures::{Figures, Reading, latency};
use super::fixture::{self, COUNTER, KEY};
use super::job::{Job, Kind};

/// Connects, warms up and measures: first all together without a look at the clock in between, then
/// the latency of each.
pub(super) async fn run<C: Contender>(contender: &C, job: &Job) -> Outcome<Figures> {
    let clients = contender.connect(job.port, job.connections).await?;
    let crew =
        Crew { contender, clients, job, value: fixture::value(fixture::value_length(job.kind)) };
    let each = crew.warm_up().await?;
    let before = Reading::take()?;
    // What it takes to have tasks, the client doesn't take.
    crew.shift(0, Watch::Counted).await?;
    let tasks = before.spent()?;
    let before = Reading::take()?;
    crew.shift(each, Watch::Counted).await?;
    let spent = before.spent()?.without(tasks);
    let figures = spent.figures(each * job.tasks as u64 * job.kind.commands())?;
    let latencies = crew.shift(each.div_ceil(4), Watch::Timed).await?;
    Ok(figures.with_latencies(latencies))
}

/// Those who work for one client.
struct Crew<'a, C: Contender> {
    contender: &'a C,
    clients: Vec<C::Client>,
    job: &'a Job,
    value: Bytes,
}

/// What is looked at while a task works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// Each reply, byte by byte.
    Checked,
    /// How long replies are.
    Counted,
    /// That, and how long each takes.
    Timed,
}

impl<C: Contender> Crew<'_, C> {
    /// Works until it takes a quarter of the job's time, checking what comes. Says how often each
    /// task has to work to fill the whole.
    async fn warm_up(&self) -> Outcome<u64> {
        let mut each = 1;
        loop {
            let start = Instant::now();
            self.shift(each, Watch::Checked).await?;
            let took = start.elapsed();
            if took >= self.job.time / 4 {
                return Ok(scaled(each, self.job.time, took).max(LEAST));
            }
            each = scaled(each, self.job.time / 3, took).clamp(each + 1, each * 10);
        }
    }

    /// All tasks, each working so often. Returns when the last has ended.
    async fn shift(&self, each: u64, watch: Watch) -> Outcome<Vec<u32>> {
        let tasks: Vec<_> = (0..self.job.tasks)
            .zip(self.clients.iter().cycle())
            .map(|(_, client)| {
                self.contender.spawn(Work {
                    client: client.clone(),
                    kind: self.job.kind,
                    times: each,
                    watch,
                    value: self.value.clone(),
                    kept: None,
                    counted: 0,
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.append(&mut task.await?);
        }
        Ok(all)
    }
}

/// How often fits into `time`, when `times` took `took`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "positive, and far below 2^52"
)]
fn scaled(times: u64, time: Duration, took: Duration) -> u64 {
    let ratio = time.as_secs_f64() / took.as_secs_f64().max(1e-9);
    ((times as f64 * ratio) as u64).max(1)
}

/// How often each task works at least, so that it is not all about their beginnings and ends.
const LEAST: u64 = 10;

/// What one task does.
pub(super) struct Work<C: Client> {
    client: C,
    kind: Kind,
    times: u64,
    watch: Watch,
    /// What is stored, or expected.
    value: Bytes,
    /// What [`Kind::Keep`] has got last.
    kept: Option<C::Value>,
    /// What INCR gave last.
    counted: i64,
}

impl<C: Client> Work<C> {
    /// Works, and returns the latencies in nanoseconds if it was asked for them.
    pub(super) async fn run(mut self) -> Outcome<Vec<u32>> {
        if self.watch != Watch::Timed {
            for _ in 0..self.times {
                self.once().await?;
            }
            return Ok(Vec::new());
        }
        let mut latencies = Vec::new();
        for _ in 0..self.times {
            let start = Instant::now();
            self.once().await?;
            latencies.push(latency(start.elapsed()));
        }
        Ok(latencies)
    }

    async fn once(&mut self) -> Outcome<()> {
        match self.kind {
            Kind::Get(_) | Kind::Lease | Kind::Pooled => {
                let value = self.client.get(KEY).await?;
                self.check(value.as_ref())
            }
            Kind::Keep(_) => {
                let value = self.client.get(KEY).await?;
                self.check(value.as_ref())?;
                self.kept = Some(value);
                Ok(())
            }
            Kind::Set(_) => self.client.set(KEY, self.value.clone()).await,
            Kind::Incr => {
                let count = self.client.incr(COUNTER).await?;
                self.check_count(count)
            }
            Kind::Pipeline(commands) => {
                let values = self.client.pipeline(KEY, commands).await?;
                if values.len() != commands {
                    return Err(format!("{} replies to {commands} commands", values.len()).into());
                }
                values.iter().try_for_each(|value| self.check(value.as_ref()))
            }
            Kind::Subscribe | Kind::Idle => Err("no work for a task".into()),
        }
    }

    fn check(&self, value: &[u8]) -> Outcome<()> {
        let right = match self.watch {
            Watch::Checked => value == self.value,
            Watch::Counted | Watch::Timed => value.len() == self.value.len(),
        };
        if right { Ok(()) } else { Err(format!("{} wrong bytes", value.len()).into()) }
    }

    /// Others count in between, but never back.
    fn check_count(&mut self, count: i64) -> Outcome<()> {
        if count <= self.counted {
            return Err(format!("INCR gives {count} after {}", self.counted).into());
        }
        self.counted = count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_fills_the_time() {
        let second = Duration::from_secs(1);
        assert_eq!(scaled(10, second, second), 10);
        assert_eq!(scaled(10, second, second / 4), 40);
        assert_eq!(scaled(1, second / 4, second), 1);
        assert!(scaled(10, second, Duration::ZERO) > 1_000_000_000);
    }
}
