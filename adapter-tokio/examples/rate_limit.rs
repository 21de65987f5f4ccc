//! A rate limit: `cargo run --release -p adapter-tokio --example rate_limit`
//!
//! Connects to REDIS_URL, or to a server of its own. A token bucket in one script, by the server's
//! own clock, so that any number of processes share the limit.

#[path = "../../adapter-core/examples/keys/mod.rs"]
mod keys;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use adapter_tokio::{Error, Pool, Script};
use keys::key;
use shown::Outcome;

/// Takes a token: 0, or how many milliseconds there are until the next one.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local size, every = tonumber(ARGV[1]), tonumber(ARGV[2])
         local time = redis.call('TIME')
         local now = time[1] * 1000 + time[2] / 1000
         local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
         local at = tonumber(bucket[2] or now)
         local tokens = math.min(size, tonumber(bucket[1] or size) + (now - at) / every)
         if tokens < 1 then
             return math.ceil((1 - tokens) * every)
         end
         redis.call('HSET', KEYS[1], 'tokens', tokens - 1, 'at', now)
         redis.call('PEXPIRE', KEYS[1], math.ceil(size * every))
         return 0",
    )
});

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    let limit = Limit { key: key("limit:ada"), size: 5, every: Duration::from_millis(100) };

    println!("5 at once, then one each {:?}", limit.every);
    for request in 1..=8 {
        match limit.take(&pool).await? {
            None => println!("  request {request}: go"),
            Some(wait) => println!("  request {request}: not before {wait:?}"),
        }
    }

    println!("\n8 tasks that wait for their turn");
    let started = Instant::now();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (pool, limit) = (pool.clone(), limit.clone());
            tokio::spawn(async move {
                while let Some(wait) = limit.take(&pool).await? {
                    tokio::time::sleep(wait).await;
                }
                Ok::<_, Error>(started.elapsed())
            })
        })
        .collect();
    let mut turns = Vec::new();
    for task in tasks {
        turns.push(task.await??);
    }
    turns.sort();
    for turn in turns {
        println!("  after {turn:.0?}");
    }
    keys::sweep(&pool).await
}

#[derive(Clone)]
struct Limit {
    key: String,
    size: u32,
    every: Duration,
}

impl Limit {
    /// None if it may go, else how long to wait before asking again.
    async fn take(&self, pool: &Pool) -> Result<Option<Duration>, Error> {
        let every = self.every.as_millis();
        let wait: u64 = TAKE.keys([&self.key]).arg(self.size).arg(every).on(pool).parse().await?;
        Ok((wait > 0).then(|| Duration::from_millis(wait)))
    }
}
