//! Pools found by what they connect to.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use redis_client_core::ConnectionError;

use super::Pool;
use crate::client::ConnectError;
use crate::driver::Driver;
use crate::options::{Options, OptionsError, PoolKey};
use crate::runtime::{Runtime, SharedCell, Spawn};

/// One [`Pool`] for each [`PoolKey`]: for applications that learn at run time what to connect to, a
/// database for each tenant, say.
///
/// ```no_run
/// # async fn example<R>(runtime: R) -> Result<(), adapter_core::ConnectError>
/// # where R: adapter_core::Runtime + adapter_core::Spawn<adapter_core::Driver<R>> {
/// let pools = adapter_core::Pools::on(runtime);
/// let one = pools.get("redis://127.0.0.1:6379/1").await?;
/// let two = pools.get("redis://127.0.0.1:6379/2").await?;
/// let again = pools.get("redis://127.0.0.1:6379/1").await?; // `one`, and no further connection
/// # let _ = (one, two, again);
/// # Ok(())
/// # }
/// ```
///
/// It keeps the pools until it is [closed](Self::close) or its last clone is dropped.
pub struct Pools<R: Runtime> {
    runtime: R,
    entries: R::Cell<Entries<R>>,
}

struct Entries<R: Runtime> {
    pools: HashMap<PoolKey, Entry<R>>,
    /// How often the registry was closed: who began before is too late.
    closings: u64,
}

enum Entry<R: Runtime> {
    /// Somebody is opening it; the others wait.
    Opening(Vec<Waker>),
    Open(Pool<R>),
}

/// Whoever opens a pool. Dropped before that is done, it is the next one's turn.
struct Opening<'a, R: Runtime> {
    entries: &'a R::Cell<Entries<R>>,
    key: Option<PoolKey>,
    closings: u64,
}

/// The registry was closed since.
struct Closed;

impl<R: Runtime + Default> Default for Pools<R> {
    fn default() -> Self {
        Self::on(R::default())
    }
}

impl<R: Runtime> Pools<R> {
    /// Without pools as yet, on a given runtime.
    pub fn on(runtime: R) -> Self {
        Self { runtime, entries: R::Cell::new(Entries { pools: HashMap::new(), closings: 0 }) }
    }

    /// The pool for these options: the one that is there, else a new one. Whoever asks while it is
    /// being opened waits for it.
    ///
    /// What is not part of the key, such as its size and timeouts, is as the first one wanted it.
    ///
    /// # Errors
    ///
    /// As [`Pool::connect`]; [`ConnectError::Session`] if the registry is closed meanwhile.
    pub async fn get<O>(&self, options: O) -> Result<Pool<R>, ConnectError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
        R: Spawn<Driver<R>>,
    {
        let options = options.try_into().map_err(|error| ConnectError::Options(error.into()))?;
        let key = options.key();
        let endpoint = options.endpoint().clone();
        let closed = |_: Closed| {
            let endpoint = endpoint.clone();
            ConnectError::Session { endpoint, error: ConnectionError::Closed }
        };
        let closings = self.entries.with(|entries| entries.closings);
        let found = poll_fn(|cx| self.poll_entry(&key, closings, cx)).await;
        if let Some(pool) = found.map_err(&closed)? {
            return Ok(pool);
        }
        let opening = Opening { entries: &self.entries, key: Some(key), closings };
        let pool = Pool::connect_on(self.runtime.clone(), options).await?;
        if let Err(late) = opening.done(&pool) {
            pool.close(true).await;
            return Err(closed(late));
        }
        Ok(pool)
    }

    /// How many pools there are.
    pub fn len(&self) -> usize {
        self.entries.with(|entries| entries.pools.values().filter_map(Entry::pool).count())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// [Closes](Pool::close) all pools, one after another, and forgets them. Those that are being
    /// opened are closed as soon as they are open, and whoever waits for them gets an error.
    pub async fn close(&self, force: bool) {
        let entries = self.entries.with(|entries| {
            entries.closings += 1;
            std::mem::take(&mut entries.pools)
        });
        let mut pools = Vec::new();
        for entry in entries.into_values() {
            match entry {
                Entry::Opening(waiting) => waiting.into_iter().for_each(Waker::wake),
                Entry::Open(pool) => pools.push(pool),
            }
        }
        for pool in pools {
            pool.close(force).await;
        }
    }

    /// The pool; none if it is up to the caller to open it.
    fn poll_entry(
        &self,
        key: &PoolKey,
        closings: u64,
        cx: &Context<'_>,
    ) -> Poll<Result<Option<Pool<R>>, Closed>> {
        let (found, _closed) = self.entries.with(|entries| {
            if entries.closings != closings {
                return (Poll::Ready(Err(Closed)), None);
            }
            match entries.pools.get_mut(key) {
                Some(Entry::Open(pool)) if !pool.is_closed() => {
                    (Poll::Ready(Ok(Some(pool.clone()))), None)
                }
                Some(Entry::Opening(waiting)) => {
                    if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                        waiting.push(cx.waker().clone());
                    }
                    (Poll::Pending, None)
                }
                Some(Entry::Open(_)) | None => {
                    let closed = entries.pools.insert(key.clone(), Entry::Opening(Vec::new()));
                    (Poll::Ready(Ok(None)), closed)
                }
            }
        });
        found
    }
}

impl<R: Runtime> Entry<R> {
    const fn pool(&self) -> Option<&Pool<R>> {
        match self {
            Self::Open(pool) => Some(pool),
            Self::Opening(_) => None,
        }
    }
}

impl<R: Runtime> Opening<'_, R> {
    fn done(mut self, pool: &Pool<R>) -> Result<(), Closed> {
        self.end(Some(pool))
    }

    fn end(&mut self, pool: Option<&Pool<R>>) -> Result<(), Closed> {
        let Some(key) = self.key.take() else { return Ok(()) };
        let before = self.entries.with(|entries| {
            if entries.closings != self.closings {
                return Err(Closed);
            }
            Ok(match pool {
                Some(pool) => entries.pools.insert(key, Entry::Open(pool.clone())),
                None => entries.pools.remove(&key),
            })
        })?;
        if let Some(Entry::Opening(waiting)) = before {
            waiting.into_iter().for_each(Waker::wake);
        }
        Ok(())
    }
}

impl<R: Runtime> Drop for Opening<'_, R> {
    fn drop(&mut self) {
        let _late = self.end(None);
    }
}

impl<R: Runtime> Clone for Pools<R> {
    fn clone(&self) -> Self {
        Self { runtime: self.runtime.clone(), entries: self.entries.clone() }
    }
}

impl<R: Runtime> fmt::Debug for Pools<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pools").field("len", &self.len()).finish_non_exhaustive()
    }
}
