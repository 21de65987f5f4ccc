//! A Redis inside: `cargo run --release -p embedded-redis --example inside`
//!
//! Starts one as a test would, on a port and without any socket, and moves its clock.

use std::error::Error;
use std::time::{Duration, Instant};

use adapter_tokio::{Client, Commands, Tokio};
use embedded_redis::EmbeddedRedis;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let redis = EmbeddedRedis::start()?;
    println!("{} after {:.2?}", redis.url(), started.elapsed());
    let client = Client::connect(redis.url()).await?;
    println!("  first reply after {:.2?}: {:?}", started.elapsed(), client.ping().await?);

    let started = Instant::now();
    let redis = EmbeddedRedis::in_process()?;
    let client = redis.client(Tokio).await?;
    client.set("session", "ada").ex(3600).await?;
    println!("without a socket, first reply after {:.2?}", started.elapsed());
    println!("  session             {:?}", client.get("session").await?);
    redis.advance(Duration::from_secs(3601));
    println!("  an hour later       {:?}", client.get("session").await?);

    let started = Instant::now();
    for _ in 0..COMMANDS {
        client.incr("counter").await?;
    }
    println!("  {COMMANDS} INCR one by one in {:.1?}", started.elapsed());
    Ok(())
}

const COMMANDS: u32 = 100_000;
