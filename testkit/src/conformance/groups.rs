//! Consumer groups: every entry comes, whatever is lost on the way.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use adapter_core::args::StreamId;
use adapter_core::{Commands, Error, Group, GroupEntry, GroupReader, Pool};

use super::waiting::{join, sleep, within};
use super::{Adapter, Outcome, Setup};

/// Reading as a consumer of a group.
///
/// # Errors
///
/// Any that should not be.
pub async fn groups<R: Adapter>(setup: &Setup) -> Outcome {
    let options = setup.options().pool_size(3);
    let pool: Pool<R> = Pool::connect(options).await?;
    in_order(&pool).await.map_err(|error| format!("in_order: {error}"))?;
    pending_first(&pool).await.map_err(|error| format!("pending_first: {error}"))?;
    left_by_others(&pool).await.map_err(|error| format!("left_by_others: {error}"))?;
    deleted(&pool).await.map_err(|error| format!("deleted: {error}"))?;
    destroyed(&pool).await.map_err(|error| format!("destroyed: {error}"))?;
    given_up(&pool).await.map_err(|error| format!("given_up: {error}"))?;
    cut(setup, &pool).await.map_err(|error| format!("cut: {error}"))?;
    let mut reader = GroupReader::new(&pool, Group::new("g", "late", ["order"]).block(LONG));
    let (end, ()) = join(within::<R, _>(LONG, reader.next()), async {
        sleep::<R>(Duration::from_millis(50)).await;
        pool.close(true).await;
    })
    .await;
    assert!(matches!(end?, Err(Error::NotSent(_) | Error::MaybeApplied(_))), "the pool is closed");
    Ok(())
}

/// Two streams, more than one page of each, waiting for what is not there yet.
async fn in_order<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let mut reader = GroupReader::new(pool, Group::new("g", "none", ["order"]));
    match reader.next().await {
        Err(Error::Server(error)) => assert_eq!(error.code(), "NOGROUP"),
        other => panic!("{other:?}"),
    }
    let group = Group::new("g", "me", ["order", "other"]).create(StreamId::MIN).count(7);
    for id in 1..=20 {
        add(pool, "order", id).await?;
    }
    let mut reader = GroupReader::new(pool, group);
    let (entries, added) = join(take(&mut reader, 40), async {
        for id in 1..=20 {
            sleep::<R>(Duration::from_millis(1)).await;
            add(pool, "other", id).await?;
        }
        Ok::<_, Error>(())
    })
    .await;
    added?;
    let entries = entries?;
    for stream in ["order", "other"] {
        let of_stream = entries.iter().filter(|entry| entry.stream == stream);
        assert!(of_stream.map(number).eq(1..=20), "in order");
    }
    assert!(entries.iter().all(|entry| !entry.redelivered && entry.get("none").is_none()));
    assert_eq!(pending(pool, "order").await?, 20);
    reader.ack_all(&entries).await?;
    assert_eq!((pending(pool, "order").await?, pending(pool, "other").await?), (0, 0));
    Ok(())
}

/// A consumer that starts again finds what it had not acknowledged.
async fn pending_first<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let group = Group::new("g", "me", ["own"]).create(StreamId::MIN).count(4);
    for id in 1..=10 {
        add(pool, "own", id).await?;
    }
    let mut reader = GroupReader::new(pool, group.clone());
    for entry in take(&mut reader, 6).await? {
        if number(&entry).is_multiple_of(2) {
            reader.ack(&entry).await?;
        }
    }
    drop(reader);
    let mut reader = GroupReader::new(pool, group);
    let entries = take(&mut reader, 7).await?;
    let seen: Vec<_> = entries.iter().map(|entry| (number(entry), entry.redelivered)).collect();
    // 7 and 8 had come to the reader before, unasked.
    let due = [1, 3, 5, 7, 8].map(|id| (id, true)).into_iter();
    assert!(seen.into_iter().eq(due.chain([(9, false), (10, false)])));
    reader.rewind();
    assert!(take(&mut reader, 7).await?.iter().all(|entry| entry.redelivered));
    reader.ack_all(&entries).await?;
    assert_eq!(pending(pool, "own").await?, 0);
    Ok(())
}

async fn left_by_others<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let group = |consumer| Group::new("g", consumer, ["left"]).create(StreamId::MIN).count(3);
    for id in 1..=10 {
        add(pool, "left", id).await?;
    }
    let mut dead = GroupReader::new(pool, group("dead"));
    take(&mut dead, 9).await?;
    sleep::<R>(Duration::from_millis(30)).await;
    let heir = group("heir").claim(Duration::from_millis(20));
    let mut heir = GroupReader::new(pool, heir);
    let mut seen = BTreeSet::new();
    while seen.len() < 10 {
        let entry = within::<R, _>(LONG, heir.next()).await??;
        assert_eq!(entry.redelivered, number(&entry) < 10);
        heir.ack(&entry).await?;
        seen.insert(number(&entry));
    }
    assert_eq!(pending(pool, "left").await?, 0);
    // And what is left while it waits for something new.
    add(pool, "left", 11).await?;
    take(&mut dead, 1).await?;
    let entry = within::<R, _>(LONG, heir.next()).await??;
    assert_eq!((number(&entry), entry.redelivered), (11, true));
    heir.ack(&entry).await?;
    Ok(())
}

async fn deleted<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let group = Group::new("g", "me", ["deleted"]).create(StreamId::MIN);
    for id in 1..=3 {
        add(pool, "deleted", id).await?;
    }
    let mut reader = GroupReader::new(pool, group);
    let entries = take(&mut reader, 3).await?;
    let second = entries.get(1).ok_or("there are three")?;
    pool.command("XDEL").arg("deleted").arg(second.id).await?;
    reader.rewind();
    let again: Vec<_> = take(&mut reader, 2).await?.iter().map(number).collect();
    assert_eq!(again, [1, 3]);
    add(pool, "deleted", 4).await?;
    assert_eq!(number(&reader.next().await?), 4);
    assert_eq!((reader.vanished(), pending(pool, "deleted").await?), (1, 3));
    Ok(())
}

/// Somebody destroys the group, and then the stream, while the reader waits.
async fn destroyed<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let mut reader =
        GroupReader::new(pool, Group::new("g", "me", ["gone"]).create(StreamId::MIN).block(LONG));
    for (round, command) in ["XGROUP DESTROY", "DEL", "XGROUP DESTROY"].into_iter().enumerate() {
        add(pool, "gone", round as u64).await?;
        // Created anew from 0, the group begins with what was there before it was destroyed.
        while number(&within::<R, _>(LONG, reader.next()).await??) != round as u64 {}
        let (entry, ends) = join(within::<R, _>(LONG, reader.next()), async {
            sleep::<R>(Duration::from_millis(50)).await;
            match command {
                "DEL" => pool.command("DEL").arg("gone").parse::<u64>().await?,
                _ => pool.command(command).arg("gone").arg("g").parse().await?,
            };
            sleep::<R>(Duration::from_millis(50)).await;
            add(pool, "gone", 100).await
        })
        .await;
        ends?;
        let entry = entry??;
        assert!(command != "DEL" || number(&entry) == 100);
    }
    Ok(())
}

/// Futures dropped after any number of polls: nothing is lost, since nothing was acknowledged.
async fn given_up<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let mut reader = GroupReader::new(
        pool,
        Group::new("g", "me", ["dropped"])
            .create(StreamId::MIN)
            .count(2)
            .block(Duration::from_millis(100)),
    );
    let mut seen = BTreeSet::new();
    for round in 0..30 {
        add(pool, "dropped", round).await?;
        let mut next = pin!(reader.next());
        for _ in 0..round % 6 {
            let mut cx = Context::from_waker(Waker::noop());
            if let std::task::Poll::Ready(entry) = next.as_mut().poll(&mut cx) {
                seen.insert(number(&entry?));
                break;
            }
            pool.ping().await?;
        }
    }
    while seen.len() < 30 {
        let entry = within::<R, _>(LONG, reader.next()).await??;
        reader.ack(&entry).await?;
        seen.insert(number(&entry));
    }
    Ok(())
}

/// Connections killed all the time, by the server, while entries come and are acknowledged.
async fn cut<R: Adapter>(setup: &Setup, pool: &Pool<R>) -> Outcome {
    let group = Group::new("g", "me", ["cut"]).create(StreamId::MIN).count(5);
    let mut reader = GroupReader::new(pool, group.block(Duration::from_millis(200)));
    let mut seen = BTreeSet::new();
    let read = async {
        while seen.len() < CUT_ENTRIES as usize {
            let entry = within::<R, _>(LONG, reader.next()).await??;
            seen.insert(number(&entry));
            // May be lost as well: the entry comes again then.
            let _acknowledged: Result<(), Error> = reader.ack(&entry).await;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let write = async {
        for id in 1..=CUT_ENTRIES {
            setup.ask(&["XADD", "cut", "*", "n", &id.to_string()])?;
            if id % 20 == 0 {
                setup.ask(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])?;
            }
            sleep::<R>(Duration::from_millis(1)).await;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let (read, written) = join(read, write).await;
    written?;
    read?;
    // What was seen and is pending still comes again, and nothing else.
    while pending(pool, "cut").await? > 0 {
        reader.rewind();
        let entry = within::<R, _>(LONG, reader.next()).await??;
        assert!(entry.redelivered);
        reader.ack(&entry).await?;
    }
    assert!(seen.into_iter().eq(1..=CUT_ENTRIES));
    Ok(())
}

async fn take<R: Adapter>(
    reader: &mut GroupReader<R>,
    count: usize,
) -> Result<Vec<GroupEntry>, Box<dyn std::error::Error>> {
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(within::<R, _>(LONG, reader.next()).await??);
    }
    Ok(entries)
}

async fn add<R: Adapter>(pool: &Pool<R>, stream: &str, id: u64) -> Result<(), Error> {
    pool.command("XADD").arg(stream).arg("*").arg("n").arg(id).parse().await
}

/// How many entries the group has delivered that nobody has acknowledged.
async fn pending<R: Adapter>(pool: &Pool<R>, stream: &str) -> Result<u64, Error> {
    type Summary = (u64, Option<String>, Option<String>, Option<Vec<(String, u64)>>);
    let summary: Summary = pool.command("XPENDING").arg(stream).arg("g").resend().parse().await?;
    Ok(summary.0)
}

fn number(entry: &GroupEntry) -> u64 {
    let text = entry.get("n").and_then(|number| std::str::from_utf8(number).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(u64::MAX)
}

/// Longer than anything takes, on a loaded machine.
const LONG: Duration = Duration::from_secs(20);

const CUT_ENTRIES: u64 = 100;
