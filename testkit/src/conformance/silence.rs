//! A server that is there and says nothing any more.

use std::time::{Duration, Instant};

use adapter_core::{
    Cause, Client, Commands, ConnectError, ConnectionError, ConnectionEvent, Error, Pool, Reconnect,
};

use super::journal::Journal;
use super::waiting::{join, within};
use super::{Adapter, Outcome, PATIENCE, Setup, eventually};

/// A server that freezes, connections and all, is noticed within the time that liveness promises:
/// when idle, when a reply is due, when it doesn't answer the handshake. All of it at the same
/// time, since it is a matter of waiting.
///
/// # Errors
///
/// Any that should not be.
pub async fn silence<R: Adapter>(setup: &Setup) -> Outcome {
    let (due, handshake) = (setup.another()?, setup.another()?);
    let pool = setup.another()?;
    let (one, two) = join(
        join(idle::<R>(setup), reply_due::<R>(&due)),
        join(pooled::<R>(&pool), at_the_handshake::<R>(&handshake)),
    )
    .await;
    one.0.and(one.1).and(two.0).and(two.1)
}

/// With a client that has just been heard, which nobody uses.
async fn idle<R: Adapter>(setup: &Setup) -> Outcome {
    let journal = Journal::default();
    let config = setup.config().liveness(Some(LIVENESS));
    let client = Client::<R>::connect(journal.of(setup.options().config(config))).await?;
    client.ping().await?;
    let frozen = Instant::now();
    setup.server.freeze()?;
    journal.losses::<R>(1).await?;
    let noticed = frozen.elapsed();
    setup.server.thaw()?;
    let lost = ConnectionEvent::Lost(ConnectionError::Unresponsive);
    assert_eq!(journal.events().get(1), Some(&lost));
    // It is asked after one time and given up after another; it may have been heard a moment
    // before it froze.
    assert!((LIVENESS..2 * LIVENESS + SLACK).contains(&noticed), "noticed after {noticed:?}");
    within::<R, _>(PATIENCE, async { client.ping().await }).await??;
    Ok(())
}

async fn reply_due<R: Adapter>(setup: &Setup) -> Outcome {
    let config = setup.config().liveness(Some(LIVENESS)).command_timeout(None);
    let client = Client::<R>::connect(setup.options().config(config)).await?;
    client.ping().await?;
    setup.server.freeze()?;
    let frozen = Instant::now();
    let end = within::<R, _>(PATIENCE, async { client.incr("due").await }).await;
    let noticed = frozen.elapsed();
    setup.server.thaw()?;
    let unresponsive = Cause::Connection(ConnectionError::Unresponsive);
    assert_eq!(end?, Err(Error::MaybeApplied(unresponsive)));
    assert!(noticed < LIVENESS + SLACK, "noticed after {noticed:?}");
    // What was said of it is the truth: the server has it, and runs it when it wakes.
    eventually::<R>("it is applied once", async || {
        Ok(client.get("due").parse::<Option<u64>>().await? == Some(1))
    })
    .await
}

/// Each of a pool's connections looks after itself, leased or not.
async fn pooled<R: Adapter>(setup: &Setup) -> Outcome {
    let journal = Journal::default();
    let config = setup.config().liveness(Some(LIVENESS));
    let options = setup.options().config(config).pool_size(3);
    let pool = Pool::<R>::connect(journal.of(options)).await?;
    journal.connections::<R>(3).await?;
    let lease = pool.lease().await?;
    setup.server.freeze()?;
    let frozen = Instant::now();
    journal.losses::<R>(3).await?;
    let noticed = frozen.elapsed();
    setup.server.thaw()?;
    assert!(noticed < 2 * LIVENESS + SLACK, "noticed after {noticed:?}");
    let end = lease.ping().await;
    assert!(matches!(end, Err(Error::NotSent(_))), "the lease was for that connection: {end:?}");
    within::<R, _>(PATIENCE, async { pool.ping().await }).await??;
    Ok(())
}

/// A frozen server's system still takes connections.
async fn at_the_handshake<R: Adapter>(setup: &Setup) -> Outcome {
    setup.server.freeze()?;
    let started = Instant::now();
    let config = setup.config().handshake_timeout(LIVENESS);
    let options = setup.options().config(config).reconnect(Reconnect::NEVER);
    let end = within::<R, _>(PATIENCE, Client::<R>::connect(options)).await;
    let took = started.elapsed();
    setup.server.thaw()?;
    match end? {
        Err(ConnectError::Session { error: ConnectionError::HandshakeTimeout, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!((LIVENESS..LIVENESS + SLACK).contains(&took), "{took:?}");
    Ok(())
}

/// Long beside what a loaded machine adds, short beside what one waits for.
const LIVENESS: Duration = Duration::from_millis(400);

/// Less than [`LIVENESS`] twice, or a bound of four times would pass for one of two.
const SLACK: Duration = Duration::from_millis(600);
