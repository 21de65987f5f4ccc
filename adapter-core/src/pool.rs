//! Several connections to one server.

mod lease;
mod lobby;
mod optimistic;
mod raw;
mod registry;
mod routing;

use std::fmt;
use std::sync::Arc;
use std::task::Waker;

use redis_client_core::{Cause, Execute, FromReply, IntoBatch, Request};

use crate::client::{Call, Client, ConnectError, Pipeline, Transaction, Way};
use crate::driver::Driver;
use crate::later::Later;
use crate::options::{Options, OptionsError};
use crate::runtime::{Runtime, SharedCell, Spawn};
use crate::shared::{Seat, Terms};
pub use lease::{Lease, Leasing};
use lobby::Lobby;
pub use optimistic::Optimistic;
pub use raw::{Next, Raw};
pub use registry::Pools;
pub(crate) use routing::Routing;

/// A fixed number of connections, cheap to clone.
///
/// Commands awaited on the pool itself go over any connection that nobody has leased, in turns,
/// many at a time over each. A [lease](Self::lease) has a connection to itself: for `WATCH`,
/// blocking commands, and whatever changes the connection. A blocking command awaited on the pool
/// takes a lease by itself, and leaves one connection to the others where there are several.
///
/// Connections are made in the background, and made again when they are lost, each by its own
/// driver. What a lease leaves behind (an open `MULTI`, `WATCH`, another database) is undone
/// before the connection is anybody else's; where that can't be, the connection is replaced.
///
/// If leases take all connections, everybody else waits for the first to come back, in the order
/// in which they came.
pub struct Pool<R: Runtime> {
    inner: Arc<Inner<R>>,
}

struct Inner<R: Runtime> {
    clients: Vec<Client<R>>,
    lobby: R::Cell<Lobby>,
    options: Options,
}

/// Tells a pool what becomes of one of its connections.
pub(crate) struct Watcher<R: Runtime> {
    lobby: R::Cell<Lobby>,
    index: usize,
}

impl<R: Runtime + Default + Spawn<Driver<R>>> Pool<R> {
    /// Opens a pool by URL or by [`Options`]: waits for the first connection and spawns what makes
    /// the others. Their number is [`Options::pool_size`], else the environment's
    /// `REDIS_CLIENT_POOL_SIZE`, else 20.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], if the URL is wrong, nothing answers, or the server refuses the
    /// handshake.
    pub async fn connect<O>(options: O) -> Result<Self, ConnectError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
    {
        Self::connect_on(R::default(), options).await
    }
}

impl<R: Runtime + Spawn<Driver<R>>> Pool<R> {
    /// The same on a given runtime.
    ///
    /// # Errors
    ///
    /// As [`connect`](Pool::connect).
    pub async fn connect_on<O>(runtime: R, options: O) -> Result<Self, ConnectError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
    {
        let options = options.try_into().map_err(|error| ConnectError::Options(error.into()))?;
        options.check().map_err(ConnectError::Options)?;
        let size = options.effective_pool_size().map_err(ConnectError::Options)?;
        let lobby = R::Cell::new(Lobby::new(size, options.offline));
        let terms = Terms { pooled: true, ..options.terms() };
        let watcher = |index| Watcher { lobby: lobby.clone(), index };
        let first = Client::open(runtime.clone(), &options, terms, Some(watcher(0))).await?;
        // Its driver may not have said so yet.
        let seat = first.locked(|shared, _| shared.seat());
        lobby.with(|lobby| lobby.handle_seat(0, seat, &mut Vec::new()));
        let mut clients = vec![first];
        for index in 1..size {
            let config = options.config.clone();
            let (client, driver) = Client::waiting(runtime.clone(), config, terms);
            runtime.spawn(driver.kept(options.clone()).watched(watcher(index)));
            clients.push(client);
        }
        let inner = Arc::new(Inner { clients, lobby, options });
        Ok(Self { inner })
    }
}

impl<R: Runtime> Pool<R> {
    /// How many connections there are.
    pub fn size(&self) -> usize {
        self.inner.clients.len()
    }

    /// Whether it was [closed](Self::close), or has [given up](redis_client_core::Reconnect) all
    /// its connections.
    pub fn is_closed(&self) -> bool {
        self.inner.lobby.with(|lobby| lobby.is_over())
    }

    /// Takes a connection for oneself. It goes back when the lease is dropped.
    ///
    /// One whose server was heard less than 5 s ago is handed out at once, another one is asked
    /// for a sign of life first. Commands of others that are under way on it are answered before.
    ///
    /// # Errors
    ///
    /// [`Error::NotSent`](redis_client_core::Error::NotSent) if none is free within
    /// [`Options::lease_timeout`], or the pool is closed.
    pub fn lease(&self) -> Leasing<'_, R> {
        Leasing::new(self)
    }

    /// Sends several commands in one write, over any connection: see [`Client::pipeline`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn pipeline<B: IntoBatch>(&self, commands: B) -> Pipeline<'_, R, B> {
        Pipeline::new(Way::Pool(Routing::new(self)), commands)
    }

    /// Has the server run several commands with no others in between: see
    /// [`Client::transaction`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn transaction<B: IntoBatch>(&self, commands: B) -> Transaction<'_, R, B> {
        Transaction::new(Way::Pool(Routing::new(self)), commands)
    }

    /// The connection at that place.
    fn client(&self, index: usize) -> &Client<R> {
        #[expect(clippy::indexing_slicing, reason = "the lobby has as many places as there are")]
        &self.inner.clients[index]
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn runtime(&self) -> &R {
        self.client(0).runtime()
    }

    /// Why nobody gets a connection.
    fn shortage(&self) -> Cause {
        match self.inner.lobby.with(|lobby| lobby.is_offline()) {
            false => Cause::AllLeased,
            true => self.client(0).locked(|shared, _| Cause::Connection(shared.why().clone())),
        }
    }

    /// Locks the lobby, and once it is unlocked again does what could not be done before.
    fn enter<O>(&self, use_it: impl FnOnce(&mut Lobby, &mut Later) -> O) -> O {
        let mut later = Later::default();
        let result = self.inner.lobby.with(|lobby| use_it(lobby, &mut later));
        later.run();
        result
    }

    /// Closes the pool for good, and waits until all connections are. What is under way is
    /// answered first, and leases come back when they are dropped; with `force` everything ends at
    /// once. Whoever waits, or comes later, gets
    /// [`Error::NotSent`](redis_client_core::Error::NotSent).
    pub async fn close(&self, force: bool) {
        let inner = &self.inner;
        self.enter(|lobby, later| lobby.close(&mut later.wake));
        for client in &inner.clients {
            if force || !client.locked(|shared, _| shared.is_leased()) {
                let _closing = client.close(force);
            } else {
                client.locked(|shared, _| shared.retire());
            }
        }
        for client in &inner.clients {
            client.over().await;
        }
    }
}

impl<R: Runtime> Watcher<R> {
    pub(crate) fn tell(&self, seat: Seat, wakers: &mut Vec<Waker>) {
        self.lobby.with(|lobby| lobby.handle_seat(self.index, seat, wakers));
    }
}

impl<R: Runtime> Clone for Watcher<R> {
    fn clone(&self) -> Self {
        Self { lobby: self.lobby.clone(), index: self.index }
    }
}

impl<R: Runtime> Clone for Pool<R> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<'a, R: Runtime> Execute for &'a Pool<R> {
    type Call<T: FromReply> = Call<'a, R, T>;

    fn execute<T: FromReply>(self, request: Request) -> Self::Call<T> {
        Call::new(Way::Pool(Routing::new(self)), request)
    }
}

impl<R: Runtime> fmt::Debug for Pool<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The user's formatter must not run while anything is locked.
        let (usable, closed) = self.inner.lobby.with(|lobby| (lobby.usable(), lobby.is_over()));
        f.debug_struct("Pool")
            .field("size", &self.size())
            .field("usable", &usable)
            .field("closed", &closed)
            .finish()
    }
}
