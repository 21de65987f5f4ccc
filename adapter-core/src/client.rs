//! The client: a handle that any number of tasks may share.

mod call;
mod connect;
mod flight;
mod ready;
mod way;

use std::fmt;

use redis_client_core::{Config, Effect, Error, Execute, Facts, FromReply, IntoBatch};
use redis_client_core::{Request, Session, Timeout};

use crate::driver::Driver;
use crate::later::Later;
use crate::link::Link;
use crate::runtime::{Runtime, SharedCell};
use crate::shared::{Shared, Terms};
pub use call::{Call, Pipeline, Sending, Transaction};
pub use connect::ConnectError;
pub(crate) use flight::{Flight, Landing, Payload};
pub use ready::{Closing, Ready};
pub(crate) use way::{Passage, Way};

/// A connection that any number of tasks may use at once, cheap to clone.
///
/// Commands are methods of [`Commands`](redis_client_core::Commands). Those sent while others wait
/// share a write: there is nothing to be done for it. Dropping a future never disturbs another's
/// reply. When the last client is dropped, what is under way is finished and the connection
/// closed, if the runtime lasts so long: before a program ends, [`close`](Self::close) waits for it.
/// The task that does so ends with the runtime that the client was made on, and commands end as
/// [`ConnectionError::Abandoned`](crate::ConnectionError::Abandoned) then: each `#[tokio::test]` has
/// a runtime, and so wants a client, of its own.
///
/// A client that [connects](Self::connect) by itself also connects again. What has not left
/// meanwhile waits, as long as the command timeout
/// ([`Options::offline`](crate::Options::offline)); what only reads is sent again, if it had left
/// ([`Options::resends`](crate::Options::resends)); all else ends as [`Error::MaybeApplied`].
///
/// Commands that block the connection or change what it means to others (`BLPOP`, `SELECT`,
/// `SUBSCRIBE`, `MULTI` by itself) are refused with [`Error::Refused`], and nothing is sent.
pub struct Client<R: Runtime> {
    runtime: R,
    shared: R::Cell<Shared>,
    terms: Terms,
}

impl<R: Runtime> Client<R> {
    /// Makes a client of a connected stream, and the driver that has to run for it.
    ///
    /// For those who connect or spawn by themselves; `Client::connect` does both. With its
    /// connection such a client ends.
    pub fn new(runtime: R, stream: R::Stream, config: Config) -> (Self, Driver<R>) {
        Self::with_terms(runtime, Link::from(stream), config, ALONE)
    }

    pub(crate) fn with_terms(
        runtime: R,
        stream: Link<R::Stream>,
        config: Config,
        terms: Terms,
    ) -> (Self, Driver<R>) {
        let now = runtime.now();
        let limits = config.reply_limits();
        let session = Session::new(now, config);
        let shared = R::Cell::new(Shared::new(session, terms, now));
        let driver = Driver::connected(runtime.clone(), shared.clone(), stream, limits);
        (Self { runtime, shared, terms }, driver)
    }

    /// With a driver that has yet to connect.
    pub(crate) fn waiting(runtime: R, config: Config, terms: Terms) -> (Self, Driver<R>) {
        let shared = R::Cell::new(Shared::waiting(config, terms, runtime.now()));
        let driver = Driver::disconnected(runtime.clone(), shared.clone());
        (Self { runtime, shared, terms }, driver)
    }

    /// Waits until there is a connection and its handshake is done.
    ///
    /// Commands need not wait for it: they do so by themselves.
    ///
    /// # Errors
    ///
    /// Why there will be no connection.
    pub const fn ready(&self) -> Ready<'_, R> {
        Ready::new(self)
    }

    /// Closes the connection, and waits until that is done: everything under way is answered
    /// first; with `force` it ends at once, as [`Error::MaybeApplied`]. Commands sent later, by
    /// any of the clients that share the connection, end as [`Error::NotSent`].
    ///
    /// It closes when called, and need not be awaited.
    pub fn close(&self, force: bool) -> Closing<'_, R> {
        self.locked(|shared, later| {
            shared.now = self.runtime.now();
            shared.close(force, &mut later.wake);
        });
        Closing::new(self)
    }

    /// Sends several commands in one write and reads all their replies.
    ///
    /// Each has a result of its own: an error of one leaves the others alone. What becomes of them
    /// if the connection is lost half-way is told for each, too.
    ///
    /// ```no_run
    /// # async fn example<R: adapter_core::Runtime>(client: &adapter_core::Client<R>)
    /// # -> Result<(), adapter_core::Error> {
    /// use adapter_core::cmd;
    ///
    /// let (ok, n, v) = client
    ///     .pipeline((cmd::set("k", "10"), cmd::incr("k"), cmd::get("k").parse::<u64>()))
    ///     .await?;
    /// assert_eq!((ok?, n?, v?), ((), 11, 11));
    ///
    /// let names = ["a", "b", "c"];
    /// for value in client.pipeline(names.map(cmd::get)).await? {
    ///     println!("{:?}", value?);
    /// }
    ///
    /// // Of any length, and of different commands: the replies are any `Value`.
    /// let mixed: Vec<adapter_core::Request> = vec![cmd::get("a").into(), cmd::hgetall("h").into()];
    /// for value in client.pipeline(mixed).await? {
    ///     println!("{:?}", value?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If none of the commands was sent.
    pub fn pipeline<B: IntoBatch>(&self, commands: B) -> Pipeline<'_, R, B> {
        Pipeline::new(Way::Client(self), commands)
    }

    /// Has the server run several commands with no others in between (`MULTI` and `EXEC`).
    ///
    /// ```no_run
    /// # async fn example<R: adapter_core::Runtime>(client: &adapter_core::Client<R>)
    /// # -> Result<(), adapter_core::Error> {
    /// use adapter_core::cmd;
    ///
    /// let (a, b) = client.transaction((cmd::incr("a"), cmd::incr("b"))).await?;
    /// println!("{} and {}", a?, b?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Discarded`] if the server refused to queue one of the commands, and so ran none.
    /// [`Error::Server`] if it refused `MULTI` or `EXEC` itself. (Where it refuses `MULTI`, as an
    /// access control list may do, it has run each by itself.)
    pub fn transaction<B: IntoBatch>(&self, commands: B) -> Transaction<'_, R, B> {
        Transaction::new(Way::Client(self), commands)
    }

    /// Waits until there is no connection, and will be none.
    pub(crate) const fn over(&self) -> Closing<'_, R> {
        Closing::new(self)
    }

    /// Locks, and once it is unlocked again does what could not be done before.
    #[inline]
    pub(crate) fn locked<O>(&self, use_it: impl FnOnce(&mut Shared, &mut Later) -> O) -> O {
        let mut later = Later::default();
        let result = self.shared.with(|shared| use_it(shared, &mut later));
        later.run();
        result
    }

    /// The same for what the driver has to see at once.
    pub(crate) fn roused<O>(&self, use_it: impl FnOnce(&mut Shared, &mut Later) -> O) -> O {
        self.locked(|shared, later| {
            later.wake.extend(shared.rouse(Timeout::Default, || self.runtime.now()));
            use_it(shared, later)
        })
    }

    pub(crate) const fn runtime(&self) -> &R {
        &self.runtime
    }
}

impl<R: Runtime> Clone for Client<R> {
    fn clone(&self) -> Self {
        self.shared.with(|shared| shared.handles += 1);
        Self { runtime: self.runtime.clone(), shared: self.shared.clone(), terms: self.terms }
    }
}

impl<R: Runtime> Drop for Client<R> {
    fn drop(&mut self) {
        let driver = self.shared.with(|shared| {
            shared.handles -= 1;
            shared.driver.take_if(|_| shared.handles == 0)
        });
        if let Some(driver) = driver {
            driver.wake();
        }
    }
}

impl<'a, R: Runtime> Execute for &'a Client<R> {
    type Call<T: FromReply> = Call<'a, R, T>;

    #[inline]
    fn execute<T: FromReply>(self, request: Request) -> Self::Call<T> {
        Call::new(Way::Client(self), request)
    }
}

impl<R: Runtime> fmt::Debug for Client<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The user's formatter must not run while anything is locked.
        let session = match f.alternate() {
            true => self.shared.with(|shared| format!("{:#?}", shared.session)),
            false => self.shared.with(|shared| format!("{:?}", shared.session)),
        };
        f.debug_tuple("Client").field(&format_args!("{session}")).finish()
    }
}

/// A connection that is never made again.
const ALONE: Terms = Terms { reconnects: false, waits: true, pooled: false, resends: 0 };

/// Refuses a command that can't be sent over a connection that others use too.
#[inline]
fn refuse(facts: &'static Facts) -> Result<(), Error> {
    let reason = match facts.effect {
        // Plain commands leave without being asked here.
        Effect::None => return Ok(()),
        // Whether it does block depends on its arguments.
        Effect::Blocks(_) => return Ok(()),
        Effect::ChangesState => {
            "it would change the connection for everybody who shares it (set the database, user, \
             name and protocol in the configuration; use `transaction` for MULTI, a lease for \
             WATCH)"
        }
        Effect::Subscribes(_) | Effect::Unsubscribes(_) => {
            "its messages would reach nobody (use `subscriber`)"
        }
        _ => "its replies can't be matched to requests",
    };
    Err(Error::Refused { command: facts.name, reason })
}

/// Refuses a command that would keep the connection waiting.
#[cold]
const fn refuse_blocking(facts: &'static Facts) -> Error {
    let reason = "it would hold up everybody who shares this connection (use a pool)";
    Error::Refused { command: facts.name, reason }
}
