//! Those who are measured, by name, each on its runtime.
//!
//! All runtimes have one thread, except where a job asks for more. Clients run with their own settings except where a module says what
//! its documentation recommends for speed.

mod fred;
mod ours;
mod redis_rs;
mod rustis;

use std::future::Future;
use std::time::Duration;

use super::contender::{Contender, Subscriber, Task};
use super::figures::Figures;
use super::job::{Job, Kind};
use super::{Outcome, crew, idle, pubsub, raw};

/// Measures whom the job names.
pub(super) fn run(job: &Job) -> Outcome<Figures> {
    if job.workers > 0 || job.kind == Kind::Pooled {
        return on_workers(job);
    }
    match job.contender.as_str() {
        "raw" => raw::run(job),
        "redis-rs" => on_tokio(redis_rs::run(job)),
        "fred" => on_tokio(fred::run(job)),
        "rustis" => on_tokio(rustis::run(job)),
        "adapter-tokio" => on_tokio(ours::on_tokio(job)),
        "adapter-smol" => ours::on_smol(job),
        #[cfg(target_os = "linux")]
        "adapter-glommio" => ours::on_glommio(job),
        unknown => Err(format!("there is no client {unknown:?}").into()),
    }
}

/// The job by a client, a pool, or a subscriber of the same library.
async fn by<C, P, S, F>(
    job: &Job,
    client: C,
    pool: P,
    subscribe: impl FnOnce() -> F,
) -> Outcome<Figures>
where
    C: Contender,
    P: Contender,
    S: Subscriber,
    F: Future<Output = Outcome<S>>,
{
    match job.kind {
        Kind::Lease => crew::run(&pool, job).await,
        Kind::Subscribe => pubsub::run(&mut subscribe().await?, job).await,
        Kind::Idle => idle::run(&client, job.port).await,
        _ => crew::run(&client, job).await,
    }
}

/// What is measured of our pool on tokio alone.
fn on_workers(job: &Job) -> Outcome<Figures> {
    let Job { contender, kind, workers, .. } = job;
    match (contender.as_str(), kind, *workers) {
        ("adapter-tokio", Kind::Pooled, 0) => on_tokio(ours::pooled(job)),
        ("adapter-tokio", Kind::Pooled, workers) => {
            let figures = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(workers)
                .enable_all()
                .build()?
                .block_on(ours::pooled(job))?;
            // The allocator counts by thread.
            Ok(Figures { allocs: None, alloc_bytes: None, ..figures })
        }
        _ => {
            Err(format!("{contender} has no workers for {kind:?}, and no pool that they share")
                .into())
        }
    }
}

fn on_tokio(work: impl Future<Output = Outcome<Figures>>) -> Outcome<Figures> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// A task of tokio's.
fn tokio_task(work: impl Future<Output = Outcome<Vec<u32>>> + Send + 'static) -> Task {
    let task = tokio::spawn(work);
    Box::pin(async move { task.await? })
}

/// The URL that everybody understands.
fn url(port: u16) -> String {
    format!("redis://127.0.0.1:{port}")
}

async fn tokio_sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_passes_for_a_pool_on_several_threads() {
        for line in [
            "--contender raw --kind pooled",
            "--contender adapter-smol --kind pooled",
            "--contender adapter-smol --kind pooled --workers 2",
            "--contender adapter-tokio --kind get:16 --workers 2",
        ] {
            let words = line.split_whitespace().chain(["--port", "1"]).map(str::to_owned);
            let job = Job::parse(&words.collect::<Vec<_>>()).unwrap();
            let refused = run(&job).unwrap_err().to_string();
            assert!(refused.contains("has no workers"), "{line}: {refused}");
        }
    }
}
