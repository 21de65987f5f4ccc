//! Cache-aside, for each adapter's example of it: look in the cache, else ask the source and fill the
//! cache, and invalidate on writing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use adapter_core::{Commands, Error, Pool, Runtime};

/// The slow source of truth. A real one is a database.
#[derive(Debug, Default)]
pub(crate) struct Source(Mutex<Rows>);

#[derive(Debug, Default)]
struct Rows {
    prices: BTreeMap<u32, u64>,
    queries: u64,
}

impl Source {
    pub(crate) fn query(&self, item: u32) -> u64 {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.queries += 1;
        rows.prices.get(&item).copied().unwrap_or_default()
    }

    pub(crate) fn update(&self, item: u32, price: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).prices.insert(item, price);
    }

    pub(crate) fn queries(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).queries
    }
}

/// An item's price: from the cache, else from the source.
pub(crate) async fn price<R: Runtime>(
    pool: &Pool<R>,
    source: &Source,
    item: u32,
) -> Result<u64, Error> {
    let key = key(item);
    if let Some(price) = pool.get(&key).parse::<Option<u64>>().await? {
        return Ok(price);
    }
    let price = source.query(item);
    pool.set(&key, price).px(TTL.as_millis() as u64).await?;
    Ok(price)
}

/// Changes an item's price: in the source first, so that nobody can fill the cache with the old one
/// behind the invalidation.
pub(crate) async fn set_price<R: Runtime>(
    pool: &Pool<R>,
    source: &Source,
    item: u32,
    price: u64,
) -> Result<(), Error> {
    source.update(item, price);
    pool.del([key(item)]).await?;
    Ok(())
}

fn key(item: u32) -> String {
    format!("cache-aside:{}:{item}", std::process::id())
}

/// What was missed after all is wrong for so long at most.
const TTL: Duration = Duration::from_secs(1);
