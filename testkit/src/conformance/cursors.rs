//! Cursors: everything comes, in pages, while others write.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::task::Context;

use adapter_core::{Client, Commands, Cursors, Error, Pool, cmd};

use super::{Adapter, Outcome, Setup};

/// `SCAN`, `HSCAN`, `SSCAN` and `ZSCAN`, over clients, pools and leases.
///
/// # Errors
///
/// Any that should not be.
pub async fn cursors<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    keys(&client).await?;
    inside(&client).await?;
    ends(&client).await?;
    let options = setup.options().pool_size(3);
    let pool: Pool<R> = Pool::connect(options).await?;
    let mut scan = pool.scan_all().matching("key:*").count(7).parse::<String>();
    let mut found = BTreeSet::new();
    while let Some(key) = scan.next().await {
        found.insert(key?);
    }
    assert_eq!(found.len(), KEYS);
    let lease = pool.lease().await?;
    let mut scan = lease.sscan_all("set");
    let mut count = 0;
    while let Some(member) = scan.next().await {
        member?;
        count += 1;
    }
    assert!(count >= MEMBERS);
    Ok(())
}

async fn keys<R: Adapter>(client: &Client<R>) -> Outcome {
    let all: BTreeSet<String> = (0..KEYS).map(|id| format!("key:{id}")).collect();
    client.pipeline(all.iter().map(|key| cmd::set(key, "v")).collect::<Vec<_>>()).send().await?;
    for count in [1, 10, 5000] {
        let mut scan = client.scan_all().matching("key:*").count(count).parse::<String>();
        let mut found = BTreeSet::new();
        let mut other = 0;
        while let Some(key) = scan.next().await {
            found.insert(key?);
            if other < 200 {
                // The table grows while it is walked over.
                client.set(format!("other:{count}:{other}"), "v").await?;
                other += 1;
            }
        }
        assert_eq!(found, all, "COUNT {count}");
        assert!(scan.next().await.is_none(), "it has ended");
    }
    let mut hashes = client.scan_all().of_type("hash");
    assert!(hashes.next().await.is_none());
    client.hset("the hash", [("a", "b")]).await?;
    let mut hashes = client.scan_all().of_type("hash");
    assert_eq!(hashes.next().await.ok_or("there is one")??, "the hash");
    Ok(())
}

/// What is in a hash, a set, a sorted set: small ones come at once, large ones in pages.
async fn inside<R: Adapter>(client: &Client<R>) -> Outcome {
    for size in [3, MEMBERS] {
        client.del(["hash", "set", "zset"]).await?;
        client.hset("hash", (0..size).map(|id| (format!("f{id}"), id))).await?;
        client.command("SADD").arg("set").args(0..size).await?;
        let scores = (0..size).map(|id| (id as f64 + 0.5, format!("m{id}")));
        let zadd = scores.fold(client.command("ZADD").arg("zset"), |zadd, (score, name)| {
            zadd.arg(score).arg(name)
        });
        zadd.await?;

        let mut fields = BTreeMap::new();
        let mut scan = client.hscan_all("hash").count(50).parse::<(String, usize)>();
        while let Some(field) = scan.next().await {
            let (name, value) = field?;
            fields.insert(name, value);
        }
        let due: BTreeMap<_, _> = (0..size).map(|id| (format!("f{id}"), id)).collect();
        assert_eq!(fields, due);

        let mut members = BTreeSet::new();
        let mut scan = client.sscan_all("set").parse::<usize>();
        while let Some(member) = scan.next().await {
            members.insert(member?);
        }
        assert!(members.into_iter().eq(0..size));

        let mut scores = BTreeMap::new();
        let mut scan = client.zscan_all("zset").matching("m?");
        while let Some(member) = scan.next().await {
            let (name, score) = member?;
            scores.insert(name, score);
        }
        assert_eq!(scores.len(), size.min(10));
        assert!(scores.iter().all(|(name, score)| *name == format!("m{}", score - 0.5)));
    }
    Ok(())
}

/// Nothing to walk over, an error, a walk that is given up.
async fn ends<R: Adapter>(client: &Client<R>) -> Outcome {
    assert!(client.hscan_all("nothing").next().await.is_none());
    client.set("text", "x").await?;
    let mut scan = client.hscan_all("text");
    match scan.next().await {
        Some(Err(Error::Server(error))) => assert_eq!(error.code(), "WRONGTYPE"),
        other => panic!("{other:?}"),
    }
    assert!(scan.next().await.is_none(), "an error ends it");

    for polls in 0..3 {
        let mut scan = client.scan_all();
        std::future::poll_fn(|cx: &mut Context<'_>| {
            use futures_core::Stream;
            for _ in 0..polls {
                let _one = Pin::new(&mut scan).poll_next(cx);
            }
            std::task::Poll::Ready(())
        })
        .await;
        drop(scan);
        assert_eq!(client.echo("in step").await?, "in step");
    }
    Ok(())
}

const KEYS: usize = 500;
const MEMBERS: usize = 1000;
