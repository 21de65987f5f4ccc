//! Cursors: `cargo run --release -p adapter-tokio --example scan`
//!
//! Connects to REDIS_URL, or to a server of its own.

#[path = "../../adapter-core/examples/keys/mod.rs"]
mod keys;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::collections::BTreeSet;
use std::process::ExitCode;

use adapter_tokio::{Commands, Cursors, Pool, cmd};
use keys::key;
use shown::Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    let users = (0..1000).map(|id| cmd::set(key(&format!("user:{id}")), id));
    pool.pipeline(users.collect::<Vec<_>>()).await?;
    let scores = key("scores");
    let members = (0..500).fold(pool.command("ZADD").arg(&scores), |zadd, id| {
        zadd.arg(id * 2).arg(format!("player {id}"))
    });
    members.await?;

    println!("keys, a page at a time: the server is never held up, as KEYS would do");
    let mut keys = pool.scan_all().matching(key("user:*")).count(100).parse::<String>();
    let (mut came, mut distinct) = (0, BTreeSet::new());
    while let Some(key) = keys.next().await {
        came += 1;
        distinct.insert(key?);
    }
    println!("  {came} came, {} of them different (one may come twice)", distinct.len());

    println!("\nonly keys of one type");
    let mut sorted_sets = pool.scan_all().matching(key("*")).of_type("zset").count(1000);
    while let Some(key) = sorted_sets.next().await {
        println!("  {}", key?.escape_ascii());
    }

    println!("\nmembers of a sorted set, and their scores");
    let mut best: Option<(String, f64)> = None;
    let mut players = pool.zscan_all(&scores).parse::<(String, f64)>();
    while let Some(player) = players.next().await {
        let player = player?;
        if best.as_ref().is_none_or(|best| player.1 > best.1) {
            best = Some(player);
        }
    }
    println!("  the best is {best:?}");
    keys::sweep(&pool).await
}
