//! A connection that can't be cleaned is replaced, soon.

use std::time::{Duration, Instant};

use adapter_core::{Commands, Options, Pool};

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

const LEASES: usize = 8;
