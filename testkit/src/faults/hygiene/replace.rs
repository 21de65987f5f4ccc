//! A connection that can't be cleaned is replaced soon; where there is none, callers wait as long
//! as they want to.

use std::time::{Duration, Instant};

use adapter_core::{Commands, Options, Pool, cmd};

use super::{Problem, poll_once};
use crate::conformance::{Adapter, Setup, sleep};
use crate::proxy::{Proxy, Upstream};

/// Leaves a blocking command under way on a pool's only connection, again and again: how long the
/// next lease waits at the most. The server is there all the time, so nobody has to be spared.
pub(super) async fn longest_wait<R: Adapter>(setup: &Setup) -> Result<Duration, Problem> {
    let options = Options::new(setup.endpoint()).config(setup.config()).pool_size(1);
    let pool = Pool::<R>::connect(options).await?;
    let mut longest = Duration::ZERO;
    for id in 0..LEASES {
        let lease = pool.lease().await?;
        match id % 2 {
            0 => {
                poll_once(lease.command("BLPOP").arg("nothing").arg(0).into_future());
                drop(lease);
            }
            _ => lease.discard(),
        }
        let left = Instant::now();
        pool.lease().await?.ping().await?;
        longest = longest.max(left.elapsed());
    }
    pool.close(true).await;
    Ok(longest)
}

/// How long commands with a short time of their own wait for a server that is gone.
pub(super) async fn wait_in_vain<R: Adapter>(setup: &Setup) -> Result<Duration, Problem> {
    let mut setup = setup.another()?;
    let options = Options::new(setup.endpoint()).config(setup.config()).pool_size(2);
    let pool = Pool::<R>::connect(options).await?;
    setup.server.kill()?;
    let killed = Instant::now();
    let ping = pool.ping().timeout(SHORT).await;
    let echoes = pool.pipeline(vec![cmd::echo(1).timeout(SHORT)]).await;
    let blpop = pool.command("BLPOP").arg("nothing").arg(10).timeout(SHORT).await;
    let waited = killed.elapsed();
    if ping.is_ok() || blpop.is_ok() || echoes.is_ok_and(|echoes| echoes.iter().all(Result::is_ok))
    {
        return Err("a dead server answers".into());
    }
    pool.close(true).await;
    Ok(waited)
}

/// Connections made for leases that leave each of them dirty: one for each lease, and none without.
pub(super) async fn dials_for_dirty_leases<R: Adapter>(setup: &Setup) -> Result<u64, Problem> {
    let setup = setup.another()?;
    let proxy = Proxy::start(Upstream::of(&setup.server), None)?;
    let pool = Pool::<R>::connect(through(&proxy, &setup)).await?;
    for _ in 0..DIRTY {
        let lease = pool.lease().await?;
        poll_once(lease.command("BLPOP").arg("nothing").arg(0).into_future());
    }
    // The last one is replaced, too; then there is nothing more to do.
    pool.ping().await?;
    sleep::<R>(WATCHED).await;
    let dials = proxy.accepted() as u64;
    pool.close(true).await;
    Ok(dials)
}

/// Connections tried within a while when a dirty lease comes back and the server is gone, but its
/// port is not: each is taken, and closed.
pub(super) async fn dials_in_vain<R: Adapter>(setup: &Setup) -> Result<u64, Problem> {
    let mut setup = setup.another()?;
    let proxy = Proxy::start(Upstream::of(&setup.server), None)?;
    let pool = Pool::<R>::connect(through(&proxy, &setup)).await?;
    let lease = pool.lease().await?;
    poll_once(lease.command("BLPOP").arg("nothing").arg(0).into_future());
    drop(lease);
    setup.server.kill()?;
    sleep::<R>(WATCHED).await;
    let dials = proxy.accepted() as u64;
    pool.close(true).await;
    Ok(dials)
}

/// A pool of one, with the default delays.
fn through(proxy: &Proxy, setup: &Setup) -> Options {
    Options::tcp("127.0.0.1", proxy.addr().port()).config(setup.config()).pool_size(1)
}

/// The first connection, and another one behind each lease.
pub(super) const DIALS: u64 = DIRTY + 1;

/// The first connection and the one at once, then one within 100 ms, and the others with at least
/// half as long in between as the server has been away, or 50 ms: by 500 ms ten at the most.
pub(super) const DIALS_IN_VAIN: u64 = 10;

const DIRTY: u64 = 20;
const WATCHED: Duration = Duration::from_millis(500);
const SHORT: Duration = Duration::from_millis(50);
const LEASES: usize = 8;
