//! A pool: `cargo run --release -p adapter-glommio --example pool`
//!
//! Connects to REDIS_URL, or to a server of its own. What is shown is in [`pooled`], the same for
//! all runtimes.

#[path = "../../adapter-core/examples/pooled/mod.rs"]
mod pooled;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;

use adapter_glommio::{Commands, Error, Pool};
use glommio::LocalExecutorBuilder;
use pooled::Keys;
use shown::Outcome;

fn main() -> ExitCode {
    // It reads no files, and so needs none of the memory that the kernel would lock for them.
    match LocalExecutorBuilder::default().io_memory(64 << 10).make() {
        Ok(executor) => shown::report(executor.run(show())),
        Err(error) => shown::report(Err(format!("no io_uring: {error}").into())),
    }
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    pooled::run("glommio", &pool, worker).await
}

/// A worker that waits for a job, and work that goes on meanwhile.
async fn worker(pool: &Pool, keys: &Keys) -> Outcome<String> {
    let jobs = keys.named("jobs");
    let job = glommio::spawn_local({
        let (pool, jobs) = (pool.clone(), jobs.clone());
        async move {
            let (_, job): (String, String) = pool.blpop([jobs], 5.0).parse().await?;
            Ok::<_, Error>(job)
        }
    });
    for _ in 0..100 {
        pool.incr(keys.named("n")).await?;
    }
    pool.rpush(jobs, ["sweep the floor"]).await?;
    Ok(job.await?)
}
