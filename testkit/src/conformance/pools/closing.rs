//! The end of a pool.

use std::cell::Cell;

use adapter_core::{Cause, Commands, ConnectionError, Error};

use super::super::waiting::{join, within};
use super::super::{Adapter, Outcome, PATIENCE, Setup, eventually};
use super::{complete, pool};

pub(super) async fn closing<R: Adapter>(setup: &Setup) -> Outcome {
    in_order::<R>(setup).await?;
    at_once::<R>(setup).await?;
    by_dropping::<R>(setup).await
}

/// Leases are waited for, and nobody else is let in.
async fn in_order<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options().lease_timeout(PATIENCE), 2).await?;
    let (one, two) = (pool.lease().await?, pool.lease().await?);
    let told = Cell::new(false);
    let waiting = async {
        let ends = join(pool.lease(), async { pool.ping().await }).await;
        told.set(true);
        ends
    };
    let lessee = async {
        // Who waits in vain is told while others still have their leases.
        eventually::<R>("those who wait are told", async || Ok(told.get())).await?;
        one.set("last words", "said").await?;
        drop(one);
        two.incr("k").await?;
        drop(two);
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let everything = join(waiting, join(pool.close(false), lessee));
    let ((waiting, shared), ((), lessee)) = within::<R, _>(PATIENCE, everything).await?;
    lessee?;
    assert_eq!(waiting.map(drop), closed());
    assert_eq!(shared.map(drop), closed());
    assert_eq!(setup.ask(&["GET", "last words"])?, "$4\r\nsaid\r\n");
    complete::<R>(setup, 0).await?;
    assert_eq!(pool.lease().await.map(drop), closed());
    assert_eq!(pool.ping().await.map(drop), closed());
    Ok(())
}

/// What is under way ends, and says so.
async fn at_once<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options(), 2).await?;
    let lease = pool.lease().await?;
    let blocked = async { lease.command("BLPOP").arg("nothing").arg(0).await.map(drop) };
    let close = async {
        eventually::<R>("it blocks", async || {
            Ok(setup.ask(&["INFO", "clients"])?.contains("blocked_clients:1\r\n"))
        })
        .await?;
        pool.close(true).await;
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let (blocked, close) = within::<R, _>(PATIENCE, join(blocked, close)).await?;
    close?;
    let unknown = Error::MaybeApplied(Cause::Connection(ConnectionError::Closed));
    assert_eq!(blocked, Err(unknown));
    assert!(matches!(lease.ping().await, Err(Error::NotSent(_))));
    complete::<R>(setup, 0).await
}

async fn by_dropping<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options(), 3).await?;
    let lease = pool.lease().await?;
    drop(pool);
    lease.ping().await?;
    drop(lease);
    complete::<R>(setup, 0).await
}

/// What a closed pool says.
const fn closed() -> Result<(), Error> {
    Err(Error::NotSent(Cause::Connection(ConnectionError::Closed)))
}
