//! The client: a handle that any number of tasks may share.

mod call;
mod connect;

use std::fmt;

use redis_client_core::{Batch, Config, Effect, Error, Execute, Facts, FromReply, IntoBatch};
use redis_client_core::{Request, Session};

use crate::driver::Driver;
use crate::runtime::{Runtime, SharedCell};
use crate::shared::Shared;
pub use call::{Call, Pipeline, Ready, Transaction};
pub use connect::ConnectError;

/// A connection that any number of tasks may use at once, cheap to clone.
///
/// Commands are methods of [`Commands`](redis_client_core::Commands). Those sent while others wait
/// share a write: there is nothing to be done for it. Dropping a future never disturbs another's
/// reply. When the last client is dropped, what is under way is finished and the connection
/// closed.
///
/// Commands that block the connection or change what it means to others (`BLPOP`, `SELECT`,
/// `SUBSCRIBE`, `MULTI` by itself) are refused with [`Error::Refused`], and nothing is sent.
pub struct Client<R: Runtime> {
    runtime: R,
    shared: R::Cell<Shared>,
}

impl<R: Runtime> Client<R> {
    /// Makes a client of a connected stream, and the driver that has to run for it.
    ///
    /// For those who connect or spawn by themselves; `Client::connect` does both.
    pub fn new(runtime: R, stream: R::Stream, config: Config) -> (Self, Driver<R>) {
        let limits = config.reply_limits();
        let now = runtime.now();
        let shared = R::Cell::new(Shared::new(Session::new(now, config), now));
        let driver = Driver::new(runtime.clone(), shared.clone(), stream, limits);
        (Self { runtime, shared }, driver)
    }

    /// Waits until the handshake is done.
    ///
    /// Commands need not wait for it: they are sent right behind it.
    ///
    /// # Errors
    ///
    /// Why the connection is over, if it is.
    pub const fn ready(&self) -> Ready<'_, R> {
        Ready::new(self)
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
    /// for value in client.pipeline(names.map(cmd::get).to_vec()).await? {
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
        let mut batch = Batch::new();
        commands.into_batch(&mut batch);
        Pipeline::new(self, batch)
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
    /// [`Error::Server`] if the server refused one of the commands, and so ran none. (Where it
    /// refuses `MULTI` itself, as an access control list may do, it has run each by itself.)
    pub fn transaction<B: IntoBatch>(&self, commands: B) -> Transaction<'_, R, B> {
        let mut batch = Batch::transaction();
        commands.into_batch(&mut batch);
        Transaction::new(self, batch)
    }
}

impl<R: Runtime> Clone for Client<R> {
    fn clone(&self) -> Self {
        self.shared.with(|shared| shared.handles += 1);
        Self { runtime: self.runtime.clone(), shared: self.shared.clone() }
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
    fn execute<T: FromReply>(self, request: Request) -> Call<'a, R, T> {
        Call::new(self, request)
    }
}

impl<R: Runtime> fmt::Debug for Client<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.with(|shared| f.debug_tuple("Client").field(&shared.session).finish())
    }
}

/// Refuses a command that can't be sent over a connection that others use too.
#[inline]
fn refuse(facts: &'static Facts) -> Result<(), Error> {
    let reason = match facts.effect {
        // Whether it does block depends on its arguments.
        Effect::None | Effect::Blocks(_) => return Ok(()),
        Effect::ChangesState => {
            "it would change the connection for everybody who shares it (set the database, user, \
             name and protocol in the configuration; use `transaction` for MULTI)"
        }
        Effect::Subscribes(_) | Effect::Unsubscribes(_) => {
            "subscriptions need a connection of their own"
        }
        _ => "its replies can't be matched to requests",
    };
    Err(Error::Refused { command: facts.name, reason })
}

/// Refuses a command that would keep the connection waiting.
#[cold]
const fn refuse_blocking(facts: &'static Facts) -> Error {
    let reason = "it would hold up everybody who shares this connection";
    Error::Refused { command: facts.name, reason }
}
