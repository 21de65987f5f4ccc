//! Much at once, and large.

use adapter_core::resp_core::Limits;
use adapter_core::{Client, Commands, Error, cmd};
use bytes::Bytes;

use super::slow::{Pace, Slowed, slowed};
use super::waiting::{beside, join, within};
use super::{Adapter, Outcome, PATIENCE, Setup, all};

/// Values of 1 MB and 64 MB, and pipelines with 64 MB of arguments and of replies; at the same time
/// where the server can do that.
///
/// # Errors
///
/// Any that should not be.
pub async fn large_values<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    for length in [MEGABYTE, 64 * MEGABYTE] {
        let value = pattern(length, 1);
        client.set("shared", &value).await?;
        client.set("copied", &value[..]).await?;
        for key in ["shared", "copied"] {
            let returned = client.get(key).await?.unwrap_or_default();
            assert!(returned == value, "{key}, {length} bytes");
        }
        assert_eq!(client.echo("in step").await?, "in step");
    }
    client.del(["shared", "copied"]).await?;

    let sets = (0..64).map(|id| cmd::set(format!("k{id}"), pattern(MEGABYTE, id)));
    for set in client.pipeline(sets.collect::<Vec<_>>()).await? {
        set?;
    }
    let gets = (0..64).map(|id| cmd::get(format!("k{id}")));
    for (id, value) in client.pipeline(gets.collect::<Vec<_>>()).await?.into_iter().enumerate() {
        assert!(value?.unwrap_or_default() == pattern(MEGABYTE, id), "k{id}");
    }
    if setup.is_encrypted() {
        // A redis-server before the fix of https://github.com/valkey-io/valkey/issues/1135 hangs up
        // ("SSL routines::bad length") when more replies join those that it could not write at once.
        return too_large::<R>(setup).await;
    }
    // Both directions full at the same time.
    let echoes = (0..64).map(|id| cmd::echo(pattern(MEGABYTE, id)));
    for (id, value) in client.pipeline(echoes.collect::<Vec<_>>()).await?.into_iter().enumerate() {
        assert!(value? == pattern(MEGABYTE, id), "echo {id}");
    }
    let small = (0..64 * 1024).map(|id| cmd::echo(&pattern(1024, id)[..]));
    for (id, value) in client.pipeline(small.collect::<Vec<_>>()).await?.into_iter().enumerate() {
        assert!(value? == pattern(1024, id), "small echo {id}");
    }
    too_large::<R>(setup).await
}

/// A reply that passes the limit ends the connection, and says so.
async fn too_large<R: Adapter>(setup: &Setup) -> Outcome {
    let config = setup.config().limits(Limits::default().bulk(10_000));
    let client = setup.client_with::<R>(config).await?;
    client.set("k0", pattern(10_001, 0)).await?;
    match within::<R, _>(PATIENCE, async { client.get("k0").await }).await? {
        Err(Error::MaybeApplied(cause)) => {
            assert!(cause.to_string().starts_with("the server broke the protocol"), "{cause}");
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

/// A thousand callers on one connection, each with replies of its own.
///
/// # Errors
///
/// Any that should not be.
pub async fn many_at_once<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    let strangers = all((0..1000).map(|caller| tagged(client.clone(), caller, 20))).await;
    assert_eq!(strangers.into_iter().sum::<Result<usize, Error>>()?, 0);
    Ok(())
}

/// Very little may be under way; everything comes to its end.
///
/// # Errors
///
/// Any that should not be.
pub async fn backpressure<R: Adapter>(setup: &Setup) -> Outcome {
    for (in_flight, queued) in [(1, MEGABYTE), (4, MEGABYTE), (1000, 1), (1000, 256), (2, 30)] {
        let config = setup.config().max_in_flight(in_flight).max_queued(queued);
        let client = setup.client_with::<R>(config).await?;
        let singles = all((0..300).map(|caller| tagged(client.clone(), caller, 5)));
        let batches = all((0..20).map(|id| {
            let client = client.clone();
            async move {
                let echoes = (0..10).map(|n| cmd::echo(id * 10 + n).parse::<usize>());
                let mut right = 0;
                for (n, echo) in
                    client.pipeline(echoes.collect::<Vec<_>>()).await?.into_iter().enumerate()
                {
                    right += usize::from(echo? == id * 10 + n);
                }
                Ok::<_, Error>(right)
            }
        }));
        let both = join(singles, batches);
        let (strangers, right) = within::<R, _>(PATIENCE, both)
            .await
            .map_err(|late| format!("{in_flight} in flight, {queued} queued: {late}"))?;
        assert_eq!(strangers.into_iter().sum::<Result<usize, Error>>()?, 0);
        assert_eq!(right.into_iter().sum::<Result<usize, Error>>()?, 200);
    }
    Ok(())
}

/// A connection that takes and gives few bytes at a time: 8 MB up and down in steps of 4 KB, and
/// ordinary commands in steps of one byte.
///
/// # Errors
///
/// Any that should not be.
pub async fn small_steps<R: Adapter>(setup: &Setup) -> Outcome {
    let pace = Pace::default();
    let (client, mut driver) = slowed::<R>(setup, pace.clone()).await?;
    pace.set(4096);
    let echoes = (0..8).map(|id| cmd::echo(pattern(MEGABYTE, id)));
    let pipeline = client.pipeline(echoes.collect::<Vec<_>>());
    let replies = beside(&mut driver, pipeline).await.ok_or("the driver ended")??;
    for (id, value) in replies.into_iter().enumerate() {
        assert!(value? == pattern(MEGABYTE, id), "echo {id}");
    }
    pace.set(1);
    let callers = all((0..50).map(|caller| tagged::<Slowed<R>>(client.clone(), caller, 3)));
    let strangers = beside(&mut driver, callers).await.ok_or("the driver ended")?;
    assert_eq!(strangers.into_iter().sum::<Result<usize, Error>>()?, 0);
    Ok(())
}

/// A caller with so many echoes, one after the other: how many were another's.
pub(super) async fn tagged<R: adapter_core::Runtime>(
    client: Client<R>,
    caller: usize,
    echoes: usize,
) -> Result<usize, Error> {
    let mut strangers = 0;
    for round in 0..echoes {
        let tag = format!("{caller}:{round}");
        strangers += usize::from(client.echo(&tag).await? != tag);
    }
    Ok(strangers)
}

/// Bytes that tell where they are from: the place is in each of their blocks.
fn pattern(length: usize, seed: usize) -> Bytes {
    let mut bytes = vec![b'.'; length];
    for (at, block) in bytes.chunks_mut(512).enumerate() {
        for (byte, stamp) in block.iter_mut().zip((at ^ seed << 40).to_le_bytes()) {
            *byte = stamp;
        }
    }
    bytes.into()
}

const MEGABYTE: usize = 1 << 20;
