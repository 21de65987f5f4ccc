//! Transactions that start over when somebody else was quicker.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use redis_client_core::{Error, IntoBatch, Request, ToArg};

use super::{Lease, Pool};
use crate::client::{Call, Way};
use crate::runtime::Runtime;

/// An optimistic lock: see [`Pool::optimistic`].
#[must_use = "nothing is watched until it is run"]
pub struct Optimistic<'a, R: Runtime> {
    pool: &'a Pool<R>,
    watch: Request,
    attempts: u32,
}

impl<R: Runtime> Pool<R> {
    /// Changes what was read before, if nobody else has changed it meanwhile; else starts over.
    ///
    /// It takes a lease, has the server watch the keys, and asks for the commands. Whoever gives
    /// them reads over the lease what they depend on, and may decide against any by `None`. They
    /// are run as one transaction, unless one of the keys has changed: then all is done again, for
    /// [`attempts`](Optimistic::attempts) times in all.
    ///
    /// ```no_run
    /// # async fn example<R: adapter_core::Runtime>(pool: &adapter_core::Pool<R>)
    /// # -> Result<(), adapter_core::Error> {
    /// use adapter_core::{Commands, cmd};
    ///
    /// let paid = pool
    ///     .optimistic(["balance"])
    ///     .run(async |lease| {
    ///         let balance: i64 = lease.get("balance").parse().await?;
    ///         Ok((balance >= 30).then(|| (cmd::set("balance", balance - 30),)))
    ///     })
    ///     .await?;
    /// println!("{}", if paid.is_some() { "paid" } else { "not enough" });
    /// # Ok(())
    /// # }
    /// ```
    pub fn optimistic<K: ToArg>(&self, keys: impl IntoIterator<Item = K>) -> Optimistic<'_, R> {
        let mut watch = Request::new("WATCH");
        for key in keys {
            watch.arg(key);
        }
        Optimistic { pool: self, watch, attempts: ATTEMPTS }
    }
}

impl<R: Runtime> Optimistic<'_, R> {
    /// How often to try at most; at least once, and 32 times unless set. (Each failure is
    /// the success of somebody else, so that all callers together always get on.)
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Runs it: the replies of the transaction, or `None` where there were to be no commands.
    ///
    /// The connection is left clean however it ends, also where this future is dropped. On the
    /// lease the closure may read and write at will; what it writes is not part of the transaction.
    /// It is shared, and not lent, so that the whole may be spawned wherever a lease may be.
    ///
    /// # Errors
    ///
    /// [`Error::Aborted`] if the last attempt failed, too. Any other error, the closure's own and
    /// those of [`Lease::transaction`], ends it at once.
    pub async fn run<B, C>(
        self,
        mut commands: impl FnMut(Arc<Lease<R>>) -> C,
    ) -> Result<Option<B::Replies>, Error>
    where
        B: IntoBatch,
        C: Future<Output = Result<Option<B>, Error>>,
    {
        let lease = Arc::new(self.pool.lease().await?);
        let mut left = self.attempts;
        loop {
            Call::<R, ()>::new(Way::Lease(&lease), self.watch.clone()).await?;
            // What is watched then is forgotten when the lease goes back.
            let Some(commands) = commands(Arc::clone(&lease)).await? else { return Ok(None) };
            left = left.saturating_sub(1);
            match lease.transaction(commands).await {
                Err(Error::Aborted) if left > 0 => {}
                end => return end.map(Some),
            }
        }
    }
}

impl<R: Runtime> fmt::Debug for Optimistic<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Optimistic")
            .field("watch", &self.watch)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// Each failure is somebody else's success: enough for one change each by 31 others, however unlucky
/// the order.
const ATTEMPTS: u32 = 32;
