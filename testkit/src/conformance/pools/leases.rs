//! Who has which connection, and who waits.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use adapter_core::{Cause, Commands, Error, Pool, ReplyError, cmd};

use super::super::waiting::{join, step_aside, within};
use super::super::{Adapter, BRISK, Outcome, PATIENCE, Setup, all, eventually};
use super::{complete, pool};

pub(super) async fn leases<R: Adapter>(setup: &Setup) -> Outcome {
    exclusive::<R>(setup).await?;
    watched::<R>(setup).await?;
    blocking::<R>(setup).await?;
    blocking_leaves_one_to_the_others::<R>(setup).await?;
    in_line::<R>(setup).await?;
    waiting_is_bounded::<R>(setup).await?;
    broken_ones_are_replaced::<R>(setup).await
}

/// What comes between `MULTI` and `EXEC` shows: each is answered `QUEUED`.
async fn exclusive<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options(), 3).await?;
    let ids = RefCell::new(Vec::new());
    let lessees = all((0..30).map(|lessee| {
        let (pool, ids) = (&pool, &ids);
        async move {
            let lease = pool.lease().await?;
            let id: u64 = lease.command("CLIENT ID").parse().await?;
            ids.borrow_mut().push(id);
            lease.command("MULTI").await?;
            for _ in 0..5 {
                // Which is not its reply.
                let reply = lease.incr("leased").await;
                let queued = Error::Reply { command: "INCR", error: ReplyError::Queued };
                assert_eq!(reply, Err(queued));
                step_aside(3).await;
            }
            let ends: Vec<i64> = lease.command("EXEC").parse().await?;
            assert_eq!(ends.len(), 5, "lessee {lessee}");
            Ok::<_, Error>(())
        }
    }));
    let sharers = all((0..100).map(|id| {
        let pool = &pool;
        async move {
            assert_eq!(pool.echo(id).parse::<usize>().await?, id);
            Ok::<_, Error>(())
        }
    }));
    let (lessees, sharers) = within::<R, _>(PATIENCE, join(lessees, sharers)).await?;
    lessees.into_iter().chain(sharers).collect::<Result<(), _>>()?;
    assert_eq!(pool.get("leased").parse::<u64>().await?, 150);
    let mut ids = ids.into_inner();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3, "all connections had their turn, and none was replaced");
    Ok(())
}

async fn watched<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options(), 2).await?;
    for interfered in [true, false] {
        pool.set("watched", 1).await?;
        let lease = pool.lease().await?;
        lease.command("WATCH").arg("watched").await?;
        let seen: u64 = lease.get("watched").parse().await?;
        if interfered {
            pool.set("watched", 5).await?;
        }
        match lease.transaction((cmd::set("watched", seen + 1), cmd::get("watched"))).await {
            Err(Error::Aborted) => assert!(interfered),
            end => {
                let (set, value) = end?;
                set?;
                assert_eq!((value?, interfered), (Some("2".into()), false));
            }
        }
    }
    Ok(())
}

/// A blocking command awaited on the pool takes a connection by itself, and gives it back.
async fn blocking<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options(), 2).await?;
    for round in 0..10 {
        let blocked = async {
            let popped = pool.command("BLPOP").arg("list").arg(0);
            popped.parse::<(String, usize)>().await
        };
        let others = async {
            is_blocked::<R>(setup, 1).await?;
            for id in 0..100 {
                let echo = within::<R, _>(PATIENCE, async { pool.echo(id).await }).await??;
                assert_eq!(echo, id.to_string());
            }
            pool.command("RPUSH").arg("list").arg(round).await?;
            Ok::<_, Box<dyn std::error::Error>>(())
        };
        let (popped, others) = within::<R, _>(PATIENCE, join(blocked, others)).await?;
        others?;
        assert_eq!(popped?, ("list".to_owned(), round));
    }
    // In a pipeline, too.
    let blocked = async {
        let (one, two) = pool
            .pipeline((
                cmd::command("BLPOP").arg("list").arg(0).parse::<(String, u64)>(),
                cmd::echo("behind"),
            ))
            .await?;
        Ok::<_, Error>((one?, two?))
    };
    let others = async {
        is_blocked::<R>(setup, 1).await?;
        pool.echo("beside").await?;
        pool.command("RPUSH").arg("list").arg(7).await?;
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let (popped, others) = within::<R, _>(PATIENCE, join(blocked, others)).await?;
    others?;
    assert_eq!(popped?, (("list".into(), 7), "behind".into()));
    complete::<R>(setup, 2).await
}

/// However many would block, somebody else gets through; and each has its turn.
async fn blocking_leaves_one_to_the_others<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options().lease_timeout(PATIENCE), 3).await?;
    let blocked = all((0..10).map(|_| async {
        let popped: (String, u64) = pool.command("BLPOP").arg("list").arg(0).parse().await?;
        Ok::<_, Error>(popped.1)
    }));
    let others = async {
        is_blocked::<R>(setup, 2).await?;
        for id in 0..10 {
            within::<R, _>(PATIENCE, async { pool.ping().await }).await??;
            pool.command("RPUSH").arg("list").arg(id).await?;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let (popped, others) = within::<R, _>(PATIENCE, join(blocked, others)).await?;
    others?;
    let mut popped = popped.into_iter().collect::<Result<Vec<_>, _>>()?;
    popped.sort_unstable();
    assert!(popped.into_iter().eq(0..10));
    Ok(())
}

async fn is_blocked<R: Adapter>(setup: &Setup, clients: usize) -> Outcome {
    let expected = format!("blocked_clients:{clients}\r\n");
    eventually::<R>("somebody blocks", async || {
        Ok(setup.ask(&["INFO", "clients"])?.contains(&expected))
    })
    .await
}

/// First come, first served.
async fn in_line<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options().lease_timeout(PATIENCE), 1).await?;
    let held = pool.lease().await?;
    let order = RefCell::new(Vec::new());
    let waiters = all((0..20).map(|id| {
        let (pool, order) = (&pool, &order);
        async move {
            let lease = pool.lease().await?;
            order.borrow_mut().push(id);
            lease.ping().await?;
            Ok::<_, Error>(())
        }
    }));
    let release = async {
        step_aside(10).await;
        assert_eq!(*order.borrow(), [0_u8; 0]);
        drop(held);
    };
    let (waiters, ()) = within::<R, _>(PATIENCE, join(waiters, release)).await?;
    waiters.into_iter().collect::<Result<(), _>>()?;
    assert!(order.into_inner().into_iter().eq(0..20));
    Ok(())
}

async fn waiting_is_bounded<R: Adapter>(setup: &Setup) -> Outcome {
    let config = setup.config().command_timeout(Some(SHORT));
    let options = setup.options().config(config).lease_timeout(SHORT);
    let pool = pool::<R>(setup, options, 1).await?;
    let held = pool.lease().await?;
    // One that has given up is in nobody's way.
    let gone = poll_once(&pool);
    assert!(gone);
    let since = Instant::now();
    let lease = within::<R, _>(PATIENCE, pool.lease()).await?.map(drop);
    let took = since.elapsed();
    assert_eq!(lease, Err(Error::NotSent(Cause::AllLeased)));
    assert!((SHORT..SHORT + SLACK).contains(&took), "{took:?}");
    let since = Instant::now();
    let shared = within::<R, _>(PATIENCE, async { pool.ping().await }).await?.map(drop);
    let took = since.elapsed();
    assert_eq!(shared, Err(Error::NotSent(Cause::AllLeased)));
    assert!((SHORT..SHORT + SLACK).contains(&took), "{took:?}");
    held.ping().await?;
    drop(held);
    pool.lease().await?.ping().await?;
    pool.ping().await?;
    Ok(())
}

/// Whether a lease can't be had at once.
fn poll_once<R: Adapter>(pool: &Pool<R>) -> bool {
    pin!(pool.lease()).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

/// With the connection the lease is over; the pool goes on, and makes another.
async fn broken_ones_are_replaced<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options().reconnect(BRISK), 2).await?;
    for _ in 0..5 {
        let lease = pool.lease().await?;
        let id: String = lease.command("CLIENT ID").parse().await?;
        assert_eq!(setup.ask(&["CLIENT", "KILL", "ID", &id])?, ":1\r\n");
        eventually::<R>("the lessee is told", async || match lease.ping().await {
            Ok(_) => Ok(false),
            Err(Error::NotSent(Cause::Connection(_))) => Ok(true),
            Err(Error::MaybeApplied(Cause::Connection(_))) => Ok(false),
            Err(other) => Err(other.into()),
        })
        .await?;
        pool.ping().await?;
        complete::<R>(setup, 2).await?;
        let late = lease.ping().await;
        assert!(matches!(late, Err(Error::NotSent(_))), "another connection is not the lessee's");
        drop(lease);
        let (one, two) = within::<R, _>(PATIENCE, join(pool.lease(), pool.lease())).await?;
        one?.ping().await?;
        two?.ping().await?;
    }
    Ok(())
}

const SHORT: Duration = Duration::from_millis(100);

/// What a loaded machine may add.
const SLACK: Duration = Duration::from_secs(1);
