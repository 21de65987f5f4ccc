//! Transactions: `cargo run --release -p adapter-tokio --example transaction`
//!
//! Connects to REDIS_URL, or to a server of its own. Many tasks move money between accounts at the
//! same time; none is lost and none is made.

#[path = "../../adapter-core/examples/keys/mod.rs"]
mod keys;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;

use adapter_tokio::{Commands, Error, Pool, cmd};
use keys::key;
use shown::Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    let (ada, bob) = (key("ada"), key("bob"));

    println!("all or nothing, and nobody in between");
    let (one, two) = pool.transaction((cmd::set(&ada, 100), cmd::set(&bob, 0))).await?;
    println!("  ada 100 {:?}, bob 0 {:?}", one?, two?);

    println!("\none command is none: the server discards them all");
    match pool.transaction((cmd::incr(&ada), cmd::command("NONSENSE"))).await {
        Err(Error::Discarded { index, error, .. }) => println!("  command {index}: {error}"),
        other => println!("  {other:?}?"),
    }

    println!("\n10 tasks move 30 from ada to bob, if she has it");
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (pool, ada, bob) = (pool.clone(), ada.clone(), bob.clone());
            tokio::spawn(async move { transfer(&pool, &ada, &bob, 30).await })
        })
        .collect();
    let mut paid = 0;
    for task in tasks {
        paid += u32::from(task.await??);
    }
    let balances: (i64, i64) = pool.mget([&ada, &bob]).parse().await?;
    println!("  {paid} paid, ada has {}, bob has {}", balances.0, balances.1);
    keys::sweep(&pool).await
}

/// Moves money if there is enough. Where somebody else changes an account meanwhile, it starts over.
async fn transfer(pool: &Pool, from: &str, to: &str, amount: i64) -> Result<bool, Error> {
    let moved = pool
        .optimistic([from, to])
        .run(async |lease| {
            let (has, gets): (i64, i64) = lease.mget([from, to]).parse().await?;
            let enough = has >= amount;
            Ok(enough.then(|| (cmd::set(from, has - amount), cmd::set(to, gets + amount))))
        })
        .await?;
    Ok(moved.is_some())
}
