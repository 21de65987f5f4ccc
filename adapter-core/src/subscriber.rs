//! Subscribers: messages as a stream.

mod next;
mod subscribing;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use redis_client_core::pubsub::SubscriberId;
use redis_client_core::{Backlog, Notice, Subscription};

use crate::client::{Client, ConnectError};
use crate::driver::Driver;
use crate::options::{Options, OptionsError};
use crate::pool::Pool;
use crate::runtime::{Runtime, Spawn};
use crate::shared::{Status, Wish};
pub use next::NextNotice;
pub use subscribing::Subscribing;

/// What is published on channels, as a stream of [`Notice`]s.
///
/// Any number of subscribers share a client's connection with its commands, where the server speaks
/// RESP3; else each has one of its own. A name that several want is subscribed to once.
///
/// When the connection is lost everything is subscribed to again by itself. Then a
/// [`Notice::Gap`] says that messages may be missing: in front of the first that follows, and once
/// all subscriptions stand again, so that whoever reads anew what the messages were about misses
/// nothing.
///
/// What is not read waits in a [`Backlog`] of bounded size. A subscriber that does not keep up loses
/// messages, and is told how many ([`Notice::Dropped`]); nobody else notices.
///
/// Dropping it gives up what only it had subscribed to.
///
/// ```no_run
/// # async fn example<R>(client: &adapter_core::Client<R>) -> Result<(), Box<dyn std::error::Error>>
/// # where R: adapter_core::Runtime + adapter_core::Spawn<adapter_core::Driver<R>>
/// # {
/// use adapter_core::Notice;
///
/// let mut subscriber = client.subscriber().await?;
/// subscriber.subscribe(["news", "weather"]).await?;
/// subscriber.psubscribe(["user:*"]).await?;
/// while let Some(notice) = subscriber.next().await {
///     match notice {
///         Notice::Message(message) => println!("{:?}: {:?}", message.channel, message.payload),
///         Notice::Gap(error) => println!("messages may be missing: {error}"),
///         other => println!("{other:?}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "its subscriptions are given up when it is dropped"]
pub struct Subscriber<R: Runtime> {
    client: Client<R>,
    id: SubscriberId,
}

impl<R: Runtime + Default + Spawn<Driver<R>>> Subscriber<R> {
    /// Makes a connection for one subscriber alone, by URL or by [`Options`].
    ///
    /// # Errors
    ///
    /// Those of [`Client::connect`].
    pub async fn connect<O>(options: O) -> Result<Self, ConnectError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
    {
        Self::connect_on(R::default(), options).await
    }
}

impl<R: Runtime + Spawn<Driver<R>>> Subscriber<R> {
    /// The same on a given runtime.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn connect_on<O>(runtime: R, options: O) -> Result<Self, ConnectError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
    {
        let client = Client::connect_on(runtime, options).await?;
        client.locked(|shared, later| {
            shared.feed.dedicate();
            // It may be there already.
            shared.feed_ready(&mut later.wake);
        });
        Ok(Self::new(client))
    }
}

impl<R: Runtime> Subscriber<R> {
    fn new(client: Client<R>) -> Self {
        let id = client.locked(|shared, _| shared.open_subscriber(Backlog::default()));
        Self { client, id }
    }

    /// Sets how much may wait to be read, and what becomes of more. 1 MiB by default, of which the
    /// oldest messages are dropped.
    pub fn backlog(self, backlog: Backlog) -> Self {
        let id = self.id;
        self.client.locked(|shared, _| shared.feed.machine_mut().set_backlog(id, backlog));
        self
    }

    /// Subscribes to channels. Ends when the server has confirmed all of them.
    ///
    /// Dropped before that, it goes on all the same; what is refused then is told as
    /// [`Notice::Ended`].
    ///
    /// # Errors
    ///
    /// [`Error::Server`](redis_client_core::Error::Server) if it refuses one of them (an access
    /// control list may), else as for commands, and none of them is subscribed to that was not
    /// before. While there is no connection it waits, as long as the command timeout.
    pub fn subscribe<N: AsRef<[u8]>>(
        &self,
        channels: impl IntoIterator<Item = N>,
    ) -> Subscribing<'_, R> {
        self.order(Wish::Subscribe(Subscription::Channel), channels)
    }

    /// Subscribes to all channels that match a pattern (`news.*`), as
    /// [`subscribe`](Self::subscribe) does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn psubscribe<N: AsRef<[u8]>>(
        &self,
        patterns: impl IntoIterator<Item = N>,
    ) -> Subscribing<'_, R> {
        self.order(Wish::Subscribe(Subscription::Pattern), patterns)
    }

    /// Subscribes to shard channels (since Redis 7), as [`subscribe`](Self::subscribe) does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn ssubscribe<N: AsRef<[u8]>>(
        &self,
        channels: impl IntoIterator<Item = N>,
    ) -> Subscribing<'_, R> {
        self.order(Wish::Subscribe(Subscription::Shard), channels)
    }

    /// Gives channels up. Nothing that arrives after it is first polled is taken; what waits to be
    /// read already is read. It ends when the server has confirmed those that no other subscriber
    /// of the client wants.
    ///
    /// Those that it has not subscribed to are no error.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe). They are given up all the same.
    pub fn unsubscribe<N: AsRef<[u8]>>(
        &self,
        channels: impl IntoIterator<Item = N>,
    ) -> Subscribing<'_, R> {
        self.order(Wish::Unsubscribe(Subscription::Channel), channels)
    }

    /// Gives patterns up, as [`unsubscribe`](Self::unsubscribe) does channels.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn punsubscribe<N: AsRef<[u8]>>(
        &self,
        patterns: impl IntoIterator<Item = N>,
    ) -> Subscribing<'_, R> {
        self.order(Wish::Unsubscribe(Subscription::Pattern), patterns)
    }

    /// Gives shard channels up, as [`unsubscribe`](Self::unsubscribe) does channels.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn sunsubscribe<N: AsRef<[u8]>>(
        &self,
        channels: impl IntoIterator<Item = N>,
    ) -> Subscribing<'_, R> {
        self.order(Wish::Unsubscribe(Subscription::Shard), channels)
    }

    /// Waits for what comes next; none when nothing comes any more, after a
    /// [`Notice::Closed`].
    ///
    /// Dropping the future loses nothing.
    pub const fn next(&mut self) -> NextNotice<'_, R> {
        NextNotice::new(self)
    }

    /// How many bytes of messages wait to be read, as the [`Backlog`] counts them.
    pub fn unread(&self) -> usize {
        self.client.locked(|shared, _| shared.feed.machine().unread(self.id))
    }

    /// What it has subscribed to, or is about to.
    pub fn subscriptions(&self) -> Vec<(Subscription, bytes::Bytes)> {
        self.client.locked(|shared, _| {
            let names = shared.feed.machine().names(self.id);
            names.map(|(kind, name)| (kind, name.clone())).collect()
        })
    }

    fn order<N: AsRef<[u8]>>(
        &self,
        wish: Wish,
        names: impl IntoIterator<Item = N>,
    ) -> Subscribing<'_, R> {
        let names = names.into_iter().map(|name| name.as_ref().to_vec()).collect();
        Subscribing::new(self, wish, names)
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<Option<Notice>> {
        self.client.locked(|shared, later| shared.poll_notice(self.id, cx, later))
    }
}

impl<R: Runtime + Spawn<Driver<R>>> Client<R> {
    /// Makes a subscriber: over this client's connection if the server speaks RESP3, else over one of
    /// its own, made as this one was. Waits until it is known which.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], if there is no connection and will be none, or the subscriber's own can't be
    /// made.
    pub async fn subscriber(&self) -> Result<Subscriber<R>, ConnectError> {
        let ready = self.ready().await;
        let (resp3, over, origin) = self.locked(|shared, _| {
            let over = shared.status() == Status::Over;
            (shared.feed.resp3(), over, shared.origin.clone())
        });
        let closed = || Err(redis_client_core::ConnectionError::Closed);
        match (ready.and_then(|()| if over { closed() } else { Ok(()) }), origin) {
            (Ok(()), _) if resp3 == Some(true) => Ok(Subscriber::new(self.clone())),
            (Ok(()), Some(options)) => {
                Subscriber::connect_on(self.runtime().clone(), *options).await
            }
            (Ok(()), None) => Err(ConnectError::NotMade),
            (Err(error), origin) => {
                let endpoint = origin.map_or_else(Options::default, |options| *options).endpoint;
                Err(ConnectError::Session { endpoint, error })
            }
        }
    }
}

impl<R: Runtime + Spawn<Driver<R>>> Pool<R> {
    /// Makes a subscriber with a connection of its own, beside those of the pool.
    ///
    /// # Errors
    ///
    /// Those of [`Subscriber::connect`].
    pub async fn subscriber(&self) -> Result<Subscriber<R>, ConnectError> {
        Subscriber::connect_on(self.runtime().clone(), self.options().clone()).await
    }
}

impl<R: Runtime> Stream for Subscriber<R> {
    type Item = Notice;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Notice>> {
        self.poll(cx)
    }
}

impl<R: Runtime> Drop for Subscriber<R> {
    fn drop(&mut self) {
        let unread = self.client.roused(|shared, later| shared.close_subscriber(self.id, later));
        drop(unread);
    }
}

impl<R: Runtime> fmt::Debug for Subscriber<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber")
            .field("subscriptions", &self.subscriptions().len())
            .field("unread", &self.unread())
            .finish_non_exhaustive()
    }
}
