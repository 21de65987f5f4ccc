//! Optimistic locks: nobody's change is lost, and no connection is left dirty.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use adapter_core::{Commands, Error, Pool, Request, cmd};

use super::{Adapter, Outcome, Setup, all};

/// Transactions over watched keys.
///
/// # Errors
///
/// Any that should not be.
pub async fn optimistic<R: Adapter>(setup: &Setup) -> Outcome {
    let options = setup.options().pool_size(4);
    let pool: Pool<R> = Pool::connect(options).await?;
    contended(&pool).await?;
    attempts(&pool).await?;
    clean(&pool).await?;
    pool.close(false).await;
    Ok(())
}

/// Read, add and write, by many at once.
async fn contended<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let add = async |_| {
        pool.optimistic(["sum"])
            .attempts(1000)
            .run(async |lease| {
                let sum: u64 = lease.get("sum").parse::<Option<u64>>().await?.unwrap_or(0);
                Ok(Some((cmd::set("sum", sum + 1), cmd::get("sum").parse::<u64>())))
            })
            .await
            .map(|replies| replies.map(|(_, sum)| sum))
    };
    let mut sums = Vec::new();
    for end in all((0..CALLERS).map(add)).await {
        sums.push(end?.ok_or("there were commands")??);
    }
    sums.sort_unstable();
    assert!(sums.into_iter().eq(1..=CALLERS), "each saw the sum that it had made");
    assert_eq!(pool.get("sum").parse::<u64>().await?, CALLERS);
    Ok(())
}

async fn attempts<R: Adapter>(pool: &Pool<R>) -> Outcome {
    let tries = Cell::new(0);
    let unlucky = async |limit| {
        tries.set(0);
        pool.optimistic(["k"])
            .attempts(limit)
            .run(async |lease| {
                lease.get("k").await?;
                tries.set(tries.get() + 1);
                pool.incr("k").await?;
                Ok(Some((cmd::set("k", "lost"),)))
            })
            .await
    };
    for limit in [1, 3] {
        assert!(matches!(unlucky(limit).await, Err(Error::Aborted)));
        assert_eq!(tries.get(), limit);
    }
    assert!(matches!(unlucky(0).await, Err(Error::Aborted)));
    assert_eq!(tries.get(), 1, "at least once");
    assert_eq!(pool.get("k").parse::<u32>().await?, 5);

    // Lucky at the second attempt.
    let first = Cell::new(true);
    let end = pool
        .optimistic(["k"])
        .run(async |lease| {
            let k: u32 = lease.get("k").parse().await?;
            if first.take() {
                pool.incr("k").await?;
            }
            Ok(Some([cmd::set("k", k * 10)]))
        })
        .await?;
    assert_eq!(end, Some([Ok(())]));
    assert_eq!(pool.get("k").parse::<u32>().await?, 60);
    Ok(())
}

/// However it ends, nothing is watched on any connection behind it.
async fn clean<R: Adapter>(pool: &Pool<R>) -> Outcome {
    for end in 0..5 {
        match end {
            0 => {
                let nothing = pool.optimistic(["w"]).run(async |_| Ok(None::<Vec<Request>>));
                assert!(nothing.await?.is_none());
            }
            1 => {
                let failed = pool.optimistic(["w"]).run(async |lease| {
                    lease.set("list?", "no").await?;
                    lease.lrange("list?", 0, -1).await?;
                    Ok(Some((cmd::ping(),)))
                });
                assert!(matches!(failed.await, Err(Error::Server(_))));
            }
            2 => {
                let discarded = pool
                    .optimistic(["w"])
                    .run(async |_| Ok(Some((cmd::ping(), cmd::command("NONSENSE")))));
                assert!(matches!(discarded.await, Err(Error::Discarded { index: 1, .. })));
            }
            3 => {
                let waiting = pool.optimistic(["w"]).run(async |_| {
                    std::future::pending::<()>().await;
                    Ok(Some((cmd::ping(),)))
                });
                let mut waiting = pin!(waiting);
                for _ in 0..3 {
                    let mut cx = Context::from_waker(Waker::noop());
                    assert!(waiting.as_mut().poll(&mut cx).is_pending());
                    pool.ping().await?;
                }
            }
            _ => {
                let empty: Vec<Request> = Vec::new();
                let replies = pool.optimistic(["w"]).run(async |_| Ok(Some(empty.clone()))).await?;
                assert_eq!(replies.map(|replies| replies.len()), Some(0));
            }
        }
        // Every connection in turn: a watch that was left would abort.
        let mut leases = Vec::new();
        for _ in 0..pool.size() {
            leases.push(pool.lease().await?);
        }
        if let Some(lease) = leases.first() {
            lease.incr("w").await?;
        }
        for lease in &leases {
            let (pong,) = lease.transaction((cmd::ping(),)).await?;
            assert_eq!(pong?, "PONG");
        }
    }
    Ok(())
}

const CALLERS: u64 = 12;
