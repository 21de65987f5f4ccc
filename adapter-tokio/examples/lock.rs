//! A lock: `cargo run --release -p adapter-tokio --example lock`
//!
//! Connects to REDIS_URL, or to a server of its own. One server, a time limit, and a token so that
//! nobody releases another's lock (<https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/>).
//! It keeps efficient what would be right anyway: a holder that stalls for longer than the limit has
//! lost the lock and does not know it. What must never run twice at once needs a growing number, too,
//! that the resource itself compares with the last one it has seen.

#[path = "../../adapter-core/examples/keys/mod.rs"]
mod keys;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::Duration;

use adapter_tokio::{Commands, Error, Pool, Script};
use keys::key;
use shown::Outcome;

/// Releases the lock if it is still this holder's.
static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
         return 0",
    )
});

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    let (lock, till) = (key("lock"), key("till"));
    println!("8 tasks put a coin into the till, reading and writing it in two steps");
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let (pool, lock, till) = (pool.clone(), lock.clone(), till.clone());
            tokio::spawn(async move {
                let held = Lock::acquire(&pool, &lock).await?;
                let coins: u32 = pool.get(&till).parse::<Option<u32>>().await?.unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(5)).await;
                pool.set(&till, coins + 1).await?;
                println!("  task {task} made it {}", coins + 1);
                held.release(&pool).await
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await??, "the lock was held to the end");
    }
    println!("coins in the till: {}", pool.get(&till).parse::<u32>().await?);

    println!("\nwho is too slow has lost it, and takes nothing from the next one");
    let slow = Lock::acquire(&pool, &lock).await?;
    pool.del([&lock]).await?; // as the time limit would do
    let next = Lock::acquire(&pool, &lock).await?;
    println!("  the slow one releases: {}", slow.release(&pool).await?);
    println!("  the next one releases: {}", next.release(&pool).await?);
    keys::sweep(&pool).await
}

/// A lock that is held, for [`LIMIT`] at most.
struct Lock {
    key: String,
    token: String,
}

impl Lock {
    async fn acquire(pool: &Pool, key: &str) -> Result<Self, Error> {
        // No two are alike: the server counts.
        let token: u64 = pool.incr(keys::key("tokens")).parse().await?;
        let token = format!("{}:{token}", std::process::id());
        while pool.set(key, &token).px(LIMIT.as_millis() as u64).nx().await?.is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(Self { key: key.to_owned(), token })
    }

    /// Whether it was held until now.
    async fn release(self, pool: &Pool) -> Result<bool, Error> {
        RELEASE.keys([self.key]).arg(self.token).on(pool).parse().await
    }
}

/// Well above what the work takes.
const LIMIT: Duration = Duration::from_secs(10);
