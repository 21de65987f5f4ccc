//! A consumer group: `cargo run --release -p adapter-tokio --example stream_group`
//!
//! Connects to REDIS_URL, or to a server of its own. Two workers share a stream of orders; one
//! falls over with work in its hands, and the other one takes that over.

#[path = "../../adapter-core/examples/keys/mod.rs"]
mod keys;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::time::Duration;

use adapter_tokio::args::StreamId;
use adapter_tokio::{Commands, Group, GroupEntry, GroupReader, Pool};
use keys::key;
use shown::Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    let orders = key("orders");
    let group =
        |worker: &str| Group::new("billing", worker, [&orders]).create(StreamId::MIN).count(5);

    println!("10 orders");
    for number in 1..=10 {
        pool.command("XADD").arg(&orders).arg("*").arg("number").arg(number).await?;
    }

    println!("\nthe clumsy worker takes 5, finishes 2 and falls over");
    let mut clumsy = GroupReader::new(&pool, group("clumsy"));
    for done in [true, true, false] {
        let entry = clumsy.next().await?;
        println!("  order {}{}", number(&entry), if done { "" } else { " .. oh" });
        if done {
            clumsy.ack(&entry).await?;
        }
    }
    drop(clumsy);
    tokio::time::sleep(IDLE).await;

    println!("\nthe steady worker takes what is left for more than {IDLE:?}, and what is new");
    let mut steady = GroupReader::new(&pool, group("steady").claim(IDLE));
    for _ in 0..8 {
        let entry = steady.next().await?;
        let again = if entry.redelivered { ", for the second time" } else { "" };
        println!("  order {}{again}", number(&entry));
        steady.ack(&entry).await?;
    }

    let pending = pool.command("XPENDING").arg(&orders).arg("billing").await?;
    println!("\nnot acknowledged:\n{pending}");
    keys::sweep(&pool).await
}

fn number(entry: &GroupEntry) -> String {
    entry.get("number").map(|number| number.escape_ascii().to_string()).unwrap_or_default()
}

/// How long an order may be in work. (A real one: minutes.)
const IDLE: Duration = Duration::from_millis(200);
