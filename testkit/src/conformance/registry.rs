//! Pools found by what they connect to.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use adapter_core::{Commands, Endpoint, Options, Pools};

use super::{Adapter, Outcome, PASSWORD, Setup, all};

/// One pool for each key: opened once, by one of those who ask at the same time, and again once it
/// is closed.
///
/// # Errors
///
/// Any that should not be.
pub async fn registry<R: Adapter>(setup: &Setup) -> Outcome {
    let options = setup.options().pool_size(2);
    let pools = Pools::<R>::default();

    let before = connections(setup)?;
    let found = all((0..8).map(|_| pools.get(options.clone()))).await;
    for pool in found {
        pool?.set("who", "a pool of the registry").await?;
    }
    // Two for the pool, and one to ask for the number.
    assert!(connections(setup)? <= before + 3, "one pool for all");
    assert_eq!(pools.len(), 1);

    let elsewhere = pools.get(options.clone().config(setup.config().database(5))).await?;
    assert_eq!((elsewhere.get("who").await?, pools.len()), (None, 2));

    // Whoever begins and goes away leaves it to the next one.
    let seventh = options.clone().config(setup.config().database(7));
    {
        let mut abandoned = pin!(pools.get(seventh.clone()));
        let _pending: Poll<_> = abandoned.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    pools.get(seventh).await?.close(true).await;
    assert_eq!(pools.len(), 3);

    // One that can't be opened is none, and is tried again.
    let nowhere = Options::new(Endpoint::Unix("/nowhere/redis.sock".into())).pool_size(2);
    for _ in 0..2 {
        assert!(pools.get(nowhere.clone()).await.is_err());
    }
    assert_eq!(pools.len(), 3);

    let closed = pools.get(options.clone()).await?;
    closed.close(false).await;
    let another = pools.get(options).await?;
    assert!(closed.is_closed() && !another.is_closed());
    assert_eq!(another.get("who").parse::<String>().await?, "a pool of the registry");

    pools.close(true).await;
    assert!(pools.is_empty() && another.is_closed() && elsewhere.is_closed());
    assert!(!format!("{pools:?}").contains(PASSWORD));
    Ok(())
}

/// How many connections the server has ever had.
fn connections(setup: &Setup) -> Result<u64, Box<dyn std::error::Error>> {
    let stats = setup.ask(&["INFO", "stats"])?;
    let received = stats.lines().find_map(|line| line.strip_prefix("total_connections_received:"));
    Ok(received.ok_or("INFO has no such line")?.parse()?)
}
