//! Pub/sub over one connection for any number of subscribers, as a state machine.

mod arrivals;
mod backlog;
mod departures;
mod notice;
mod orders;
mod topics;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::fmt;
use core::task::Poll;

use bytes::Bytes;

use crate::error::{Cause, ConnectionError, Error};
use crate::facts::Subscription;
pub use backlog::{Backlog, Overflow};
use backlog::{Queue, Taken};
use departures::Sent;
pub use notice::{CloseReason, Message, Notice};
use orders::Order;
use resp_core::Time;
use topics::{KINDS, Names, Topic, Topics};

/// Who wants what, what the server has confirmed, what is to be sent, and what waits to be read:
/// all of pub/sub but the connection.
///
/// Several subscribers share a connection. A name that several want is subscribed to once, and
/// given up when the last of them doesn't want it any more. When the connection is lost, everything
/// is subscribed to again on the next one, and whoever has missed something is told.
///
/// It belongs beside a [`Session`](crate::Session), which counts the replies. `T` is the caller's
/// tag for an order, handed back when that has ended.
///
/// # Polling order
///
/// Whatever the session has to say of the commands is passed on
/// ([`handle_replies`](Self::handle_replies), [`handle_failed`](Self::handle_failed),
/// [`handle_push`](Self::handle_push)), and what becomes of the connection
/// ([`handle_ready`](Self::handle_ready), [`handle_lost`](Self::handle_lost),
/// [`handle_over`](Self::handle_over)). After each of these, and after each verb:
///
/// 1. [`poll_event`](Self::poll_event), until there is none
/// 2. [`poll_command`](Self::poll_command), until there is none; each is submitted
/// 3. [`poll_timeout`](Self::poll_timeout), and set the one timer
///
/// ```
/// use std::task::Poll;
/// use bytes::{Bytes, BytesMut};
/// use redis_client_core::pubsub::{PubSub, PubSubEvent};
/// use redis_client_core::{Backlog, Config, Event, Notice, Protocol, Session, Subscription, Time};
///
/// let now = Time::ZERO;
/// let config = Config::default().protocol(Protocol::Resp2).library_info(false);
/// let mut session = Session::new(now, config);
/// let mut pubsub = PubSub::default();
/// let reader = pubsub.open(Backlog::default());
/// pubsub.subscribe(reader, Subscription::Channel, ["news"], None, "the order");
///
/// let mut input = BytesMut::new();
/// loop {
///     while let Some(event) = session.poll_event() {
///         match event {
///             Event::Ready { .. } => pubsub.handle_ready(),
///             Event::Replies { tag, frames } => pubsub.handle_replies(tag, &frames),
///             Event::Push(frame) => assert!(pubsub.handle_push(&frame)),
///             other => panic!("{other:?}"),
///         }
///     }
///     if let Some(PubSubEvent::Done { tag, result }) = pubsub.poll_event() {
///         assert_eq!((tag, result), ("the order", Ok(())));
///     }
///     if let Poll::Ready(Some(Notice::Message(message))) = pubsub.poll_notice(reader) {
///         assert_eq!(message.payload, "hello");
///         break;
///     }
///     while let Some((id, request)) = pubsub.poll_command() {
///         session.submit(now, request, id)?;
///         // Here a real loop writes what the session gives, and reads what the server says.
///         input.extend_from_slice(b"*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
///         input.extend_from_slice(b"*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
///     }
///     session.handle_input(now, &mut input)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PubSub<T> {
    subscribers: BTreeMap<SubscriberId, Subscriber>,
    topics: Topics,
    orders: BTreeMap<OrderId, Order<T>>,
    /// Commands under way.
    sent: BTreeMap<CommandId, Sent>,
    /// Names about which there may be something to say to the server.
    line: VecDeque<(Subscription, Bytes)>,
    /// The session has no room.
    blocked: bool,
    connected: bool,
    /// Why there is no connection.
    why: Option<ConnectionError>,
    /// At or before the earliest deadline of all orders.
    deadline: Option<Time>,
    events: VecDeque<PubSubEvent<T>>,
    next_subscriber: u64,
    next_order: u64,
    next_command: u32,
}

/// A subscriber of a [`PubSub`]; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberId(u64);

/// What a subscriber has asked for; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(u64);

/// A command to the server; below `u32::MAX`, and used again after as many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(u32);

/// Something that happened in a [`PubSub`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PubSubEvent<T> {
    /// An order has ended: everything in it is as it was wanted, or the first error.
    Done {
        /// The tag it came with.
        tag: T,
        /// What came of it.
        result: Result<(), Error>,
    },
    /// There is something to read for a subscriber that found nothing before.
    Readable(SubscriberId),
}

#[derive(Debug, Default)]
struct Subscriber {
    names: Names,
    queue: Queue,
    /// How many of its subscriptions a loss has taken, and are not there again.
    restoring: usize,
    /// It found nothing to read, and wants to be told.
    waits: bool,
    /// Nothing comes any more, but what is in the queue.
    closed: bool,
}

/// Subscribers.
impl<T> PubSub<T> {
    /// Adds a subscriber, which has no subscriptions yet.
    pub fn open(&mut self, backlog: Backlog) -> SubscriberId {
        let id = SubscriberId(self.next_subscriber);
        self.next_subscriber += 1;
        self.subscribers.insert(id, Subscriber::default());
        self.set_backlog(id, backlog);
        id
    }

    /// Removes a subscriber; what only it wanted is given up. Gives back what it had not read, to
    /// be dropped where that is convenient.
    pub fn close(&mut self, id: SubscriberId) -> Vec<Notice> {
        self.orders.retain(|_, order| order.subscriber != id);
        if let Some(subscriber) = self.subscribers.get_mut(&id) {
            subscriber.waits = false;
        }
        self.leave_all(id);
        self.subscribers
            .remove(&id)
            .map(|subscriber| subscriber.queue.into_rest())
            .unwrap_or_default()
    }

    /// Changes the bounds of a subscriber's backlog, for what comes from now on.
    pub fn set_backlog(&mut self, id: SubscriberId, backlog: Backlog) {
        if let Some(subscriber) = self.subscribers.get_mut(&id) {
            subscriber.queue.backlog = backlog;
        }
    }

    /// What a subscriber wants, whether or not the server has confirmed it.
    pub fn names(&self, id: SubscriberId) -> impl Iterator<Item = (Subscription, &Bytes)> {
        self.subscribers.get(&id).into_iter().flat_map(|subscriber| {
            KINDS
                .into_iter()
                .flat_map(|kind| subscriber.names.of(kind).iter().map(move |name| (kind, name)))
        })
    }

    /// Bytes that wait to be read by a subscriber.
    pub fn unread(&self, id: SubscriberId) -> usize {
        self.subscribers.get(&id).map_or(0, |subscriber| subscriber.queue.bytes())
    }

    /// Whether there are any subscribers.
    pub fn is_idle(&self) -> bool {
        self.subscribers.is_empty() && self.topics.is_empty()
    }

    /// The next for a subscriber. Where there is nothing, [`PubSubEvent::Readable`] tells when to
    /// come back; none where nothing comes any more.
    pub fn poll_notice(&mut self, id: SubscriberId) -> Poll<Option<Notice>> {
        let Some(subscriber) = self.subscribers.get_mut(&id) else { return Poll::Ready(None) };
        match subscriber.queue.pop(subscriber.restoring > 0) {
            Some(notice) => Poll::Ready(Some(notice)),
            None if subscriber.closed => Poll::Ready(None),
            None => {
                subscriber.waits = true;
                Poll::Pending
            }
        }
    }

    /// The next thing that happened.
    #[must_use = "an event lost is somebody who waits for ever"]
    pub fn poll_event(&mut self) -> Option<PubSubEvent<T>> {
        self.events.pop_front()
    }

    /// Delivers something to a subscriber.
    fn deliver(&mut self, id: SubscriberId, put: impl FnOnce(&mut Queue) -> Taken) {
        let Some(subscriber) = self.subscribers.get_mut(&id) else { return };
        if subscriber.closed {
            return;
        }
        if put(&mut subscriber.queue) == Taken::Full {
            self.fail_all_of(id, &Error::MaybeApplied(Cause::NoRoom));
            return self.end(id, CloseReason::BacklogFull);
        }
        self.tell(id);
    }

    /// Tells a subscriber that waits.
    fn tell(&mut self, id: SubscriberId) {
        let waits = |subscriber: &mut Subscriber| core::mem::take(&mut subscriber.waits);
        if self.subscribers.get_mut(&id).is_some_and(waits) {
            self.events.push_back(PubSubEvent::Readable(id));
        }
    }

    /// Ends a subscriber: it reads what it has, and why there is no more.
    fn end(&mut self, id: SubscriberId, reason: CloseReason) {
        self.leave_all(id);
        if let Some(subscriber) = self.subscribers.get_mut(&id)
            && !core::mem::replace(&mut subscriber.closed, true)
        {
            subscriber.queue.close(reason);
        }
        self.tell(id);
    }

    /// Gives up all that a subscriber has.
    fn leave_all(&mut self, id: SubscriberId) {
        let Some(subscriber) = self.subscribers.get_mut(&id) else { return };
        let mut names = core::mem::take(&mut subscriber.names);
        for kind in KINDS {
            for name in core::mem::take(names.of_mut(kind)) {
                self.leave(id, kind, &name);
                self.settle(kind, &name);
            }
        }
    }

    /// Takes a subscriber off a topic.
    fn leave(&mut self, id: SubscriberId, kind: Subscription, name: &Bytes) {
        let topic = self.topics.get_mut(kind, name);
        let membership = topic.and_then(|topic| topic.members.remove(&id));
        let Some(subscriber) = self.subscribers.get_mut(&id) else { return };
        subscriber.names.of_mut(kind).remove(name);
        if membership.is_some_and(|membership| membership.restoring) {
            self.restored(id);
        }
    }

    /// One less to be restored to a subscriber; behind the last it hears of the gap.
    fn restored(&mut self, id: SubscriberId) {
        let Some(subscriber) = self.subscribers.get_mut(&id) else { return };
        subscriber.restoring = subscriber.restoring.saturating_sub(1);
        if subscriber.restoring == 0 {
            self.tell(id);
        }
    }

    /// A topic and its name as it is held.
    fn topic(&mut self, kind: Subscription, name: &[u8]) -> Option<(Bytes, &mut Topic)> {
        let topics = self.topics.of_mut(kind);
        let held = topics.get_key_value(name)?.0.clone();
        topics.get_mut(name).map(|topic| (held, topic))
    }
}

impl CommandId {
    /// The number, for who has to tell it from other tags.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The command of that number.
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

impl<T> Default for PubSub<T> {
    /// Without subscribers, and without a connection.
    fn default() -> Self {
        Self {
            subscribers: BTreeMap::new(),
            topics: Topics::default(),
            orders: BTreeMap::new(),
            sent: BTreeMap::new(),
            line: VecDeque::new(),
            blocked: false,
            connected: false,
            why: None,
            deadline: None,
            events: VecDeque::new(),
            next_subscriber: 0,
            next_order: 0,
            next_command: 0,
        }
    }
}

/// Says how much there is of everything.
impl<T> fmt::Debug for PubSub<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topics: usize = KINDS.iter().map(|kind| self.topics.of(*kind).len()).sum();
        f.debug_struct("PubSub")
            .field("connected", &self.connected)
            .field("subscribers", &self.subscribers.len())
            .field("topics", &topics)
            .field("orders", &self.orders.len())
            .finish_non_exhaustive()
    }
}
