//! A connection that can't be cleaned is replaced soon; where there is none, callers wait as long
//! as they want to.

use std::time::{Duration, Instant};

use adapter_core::{Commands, Options, Pool, cmd};

use super::{Problem, poll_once};
use crate::conformance::{Adapter, Setup};

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

const SHORT: Duration = Duration::from_millis(50);
const LEASES: usize = 8;
