//! Tasks on several threads, one connection, and futures dropped at any moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use adapter_tokio::{Client, Commands, Config, Credentials, Error, Options, cmd};
use testkit::chunking::SplitMix64;
use testkit::redis_server::RedisServer;

#[derive(Default)]
struct Counts {
    replies: AtomicU64,
    dropped: AtomicU64,
    strangers: AtomicU64,
}

#[test]
fn tasks_that_hammer_and_give_up_meet_no_strangers_replies() {
    let server = RedisServer::builder().config("requirepass", "secret").start().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build().unwrap();
    let counts = Arc::new(Counts::default());
    runtime.block_on(async {
        // Little room, so that callers are refused for a while, too.
        let config =
            Config::default().credentials(Credentials::password("secret")).max_in_flight(20);
        let options: Options = server.url().parse().unwrap();
        let client = Client::connect(options.config(config)).await.unwrap();
        let end = Instant::now() + DURATION;
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| tokio::spawn(hammer(client.clone(), Arc::clone(&counts), task, end)))
            .collect();
        for task in tasks {
            tokio::time::timeout(DURATION + PATIENCE, task).await.expect("it ends").unwrap();
        }
        for id in 0..100_u64 {
            assert_eq!(client.echo(id).parse::<u64>().await.unwrap(), id);
        }
    });
    let [replies, dropped, strangers] =
        [&counts.replies, &counts.dropped, &counts.strangers].map(|count| count.load(Relaxed));
    println!("{replies} replies, {dropped} futures dropped, {strangers} strangers");
    assert_eq!(strangers, 0);
    assert!(replies > 1_000 && dropped > 1_000);
}

/// Commands whose replies must carry the task's own tag; half of them are given up.
async fn hammer(client: Client, counts: Arc<Counts>, task: u64, end: Instant) {
    let mut random = SplitMix64::new(task);
    let mut serial = 0_u64;
    while Instant::now() < end {
        serial += 1;
        let tag = format!("{task}:{serial}");
        let work = async {
            match serial % 3 {
                0 => Ok(client.echo(&tag).await? == tag),
                1 => {
                    let echoes = (cmd::echo(&tag), cmd::echo(&tag).parse::<String>());
                    let (one, two) = client.pipeline(echoes).await?;
                    Ok(one? == tag && two? == tag)
                }
                _ => {
                    let echoes = vec![cmd::echo(&tag); 2];
                    let replies = client.transaction(echoes).await?.into_iter();
                    Ok::<_, Error>(replies.collect::<Result<Vec<_>, _>>()? == [&tag[..]; 2])
                }
            }
        };
        let give_up = async {
            let yields = random.below(12);
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
            // Some are never given up.
            if yields > 6 {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            right = work => {
                let right = right.unwrap_or_else(|error| panic!("{tag}: {error}"));
                counts.replies.fetch_add(1, Relaxed);
                counts.strangers.fetch_add(u64::from(!right), Relaxed);
            }
            () = give_up => {
                counts.dropped.fetch_add(1, Relaxed);
            }
        }
    }
}

const TASKS: u64 = 8;
const DURATION: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(20);
