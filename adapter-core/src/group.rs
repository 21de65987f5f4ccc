//! Reading streams as a consumer of a group.

use std::fmt;
use std::time::Duration;

use redis_client_core::resp_core::Frame;
use redis_client_core::{Consumer, Error, Execute, Group, GroupEntry};

use crate::pool::Pool;
use crate::runtime::Runtime;

/// Reads the entries of streams that fall to one consumer of a group, over a [`Pool`].
///
/// In this order: what this consumer was given before and has not acknowledged; what others were
/// given and have not acknowledged for too long, if that is wanted ([`Group::claim`]); what is new.
/// When a connection is lost it goes on over another one, for as long as the pool makes any
/// ([`Options::on_event`](crate::Options::on_event) tells of that), and begins again with its own
/// pending entries, since a reply may have been lost.
///
/// **Every entry comes at least once**, until it is acknowledged. It may come again
/// ([`GroupEntry::redelivered`]): after a connection or a reply is lost, after this process starts
/// anew, or because it was claimed from one who is slow. So make the work such that it can be
/// repeated, and acknowledge when it is done.
///
/// ```no_run
/// # async fn work(_: &adapter_core::GroupEntry) {}
/// # async fn example<R: adapter_core::Runtime>(pool: &adapter_core::Pool<R>)
/// # -> Result<(), adapter_core::Error> {
/// use std::time::Duration;
///
/// use adapter_core::args::StreamId;
/// use adapter_core::{Group, GroupReader};
///
/// let group = Group::new("billing", "worker-1", ["orders"]);
/// let mut reader = GroupReader::new(pool, group.create(StreamId::MIN).claim(Duration::from_secs(60)));
/// loop {
///     let entry = reader.next().await?;
///     work(&entry).await;
///     reader.ack(&entry).await?;
/// }
/// # }
/// ```
///
/// Waiting for new entries takes a lease of the pool; everything else goes beside other commands.
pub struct GroupReader<R: Runtime> {
    pool: Pool<R>,
    consumer: Consumer,
}

impl<R: Runtime> GroupReader<R> {
    /// Starts to read. Nothing is sent before the [first](Self::next) entry is asked for.
    pub fn new(pool: &Pool<R>, group: Group) -> Self {
        Self { pool: pool.clone(), consumer: Consumer::new(group) }
    }

    /// The next entry. Waits for one for as long as it takes.
    ///
    /// The future may be dropped: what was under way then is read again as pending.
    ///
    /// # Errors
    ///
    /// What the server has against it (`NOGROUP` without [`Group::create`], `NOPERM`, `LOADING`):
    /// it may be called again later. [`Error::NotSent`] or [`Error::MaybeApplied`] if the pool is
    /// closed.
    pub async fn next(&mut self) -> Result<GroupEntry, Error> {
        if self.consumer.is_waiting() {
            // Whoever asked has not waited for the answer.
            self.consumer.handle_lost(self.pool.runtime().now());
        }
        loop {
            if let Some(entry) = self.consumer.poll_entry() {
                return Ok(entry);
            }
            self.ask().await?;
        }
    }

    /// Acknowledges an entry: it is done, and comes no more.
    ///
    /// # Errors
    ///
    /// Those of a command. Until it succeeds the entry is pending, and may come again.
    pub async fn ack(&self, entry: &GroupEntry) -> Result<(), Error> {
        let request = self.consumer.group().acknowledge(&entry.stream, [entry.id]);
        (&self.pool).execute::<()>(request).await
    }

    /// Acknowledges several entries, those of each stream at once.
    ///
    /// # Errors
    ///
    /// As [`ack`](Self::ack): some may be acknowledged then and others not.
    pub async fn ack_all<'e, E>(&self, entries: E) -> Result<(), Error>
    where
        E: IntoIterator<Item = &'e GroupEntry>,
    {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|one, other| one.stream.cmp(&other.stream));
        for same in entries.chunk_by(|one, other| one.stream == other.stream) {
            let Some(first) = same.first() else { continue };
            let ids = same.iter().map(|entry| entry.id);
            let request = self.consumer.group().acknowledge(&first.stream, ids);
            (&self.pool).execute::<()>(request).await?;
        }
        Ok(())
    }

    /// Goes back to what is pending: everything that came and was not acknowledged comes again.
    pub fn rewind(&mut self) {
        if self.consumer.is_waiting() {
            // Given up half-way: the server may go on to wait on its behalf.
            self.consumer.handle_lost(self.pool.runtime().now());
        }
        self.consumer.rewind();
    }

    /// How many pending entries were found to be deleted from their stream, and so never came.
    pub const fn vanished(&self) -> u64 {
        self.consumer.vanished()
    }

    /// Asks for what is next, and hears the answer.
    async fn ask(&mut self) -> Result<(), Error> {
        let runtime = self.pool.runtime().clone();
        let request = self.consumer.poll_request(runtime.now());
        let facts = request.facts();
        let answer = (&self.pool).execute::<Frame>(request).await;
        let lost = match answer {
            Ok(frame) => {
                let taken = self.consumer.handle_reply(runtime.now(), frame.as_frame());
                return taken.map_err(|error| Error::Reply { command: facts.name, error });
            }
            Err(Error::Server(error)) => {
                return self.consumer.handle_error(error).map_err(Error::Server);
            }
            Err(error) => error,
        };
        match lost {
            Error::NotSent(_) => self.consumer.handle_unsent(),
            _ => self.consumer.handle_lost(runtime.now()),
        }
        if self.pool.is_closed() || matches!(lost, Error::Refused { .. } | Error::Reply { .. }) {
            return Err(lost);
        }
        runtime.sleep_until(runtime.now() + PAUSE).await;
        Ok(())
    }
}

impl<R: Runtime> fmt::Debug for GroupReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GroupReader").field(self.consumer.group()).finish()
    }
}

/// Between attempts, for the pool to find another connection. A pool that has none has callers wait
/// by itself, unless it is told not to.
const PAUSE: Duration = Duration::from_millis(100);
