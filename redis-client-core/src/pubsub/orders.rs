//! What subscribers ask for, and when that has ended.

use alloc::vec::Vec;

use bytes::Bytes;

use super::topics::Asked;
use super::{OrderId, PubSub, PubSubEvent, SubscriberId};
use crate::error::{Cause, ConnectionError, Error};
use crate::facts::Subscription;
use resp_core::Time;

/// A call of `subscribe` or `unsubscribe` that waits for the server.
#[derive(Debug)]
pub(super) struct Order<T> {
    tag: T,
    pub(super) subscriber: SubscriberId,
    kind: Subscription,
    wants: Asked,
    names: Vec<Bytes>,
    /// Names that are not as wanted yet.
    left: usize,
    /// Names that the subscriber has by this order alone: given up again if it fails.
    joined: Vec<Bytes>,
    deadline: Option<Time>,
}

impl<T> PubSub<T> {
    /// Has a subscriber subscribe to names. [`PubSubEvent::Done`] tells when the server has confirmed
    /// all of them; with an error, none of them is subscribed to that was not before.
    ///
    /// It is overdue at the deadline.
    pub fn subscribe<N: AsRef<[u8]>>(
        &mut self,
        id: SubscriberId,
        kind: Subscription,
        names: impl IntoIterator<Item = N>,
        deadline: Option<Time>,
        tag: T,
    ) -> OrderId {
        self.order(id, kind, Asked::Subscribe, names, deadline, tag)
    }

    /// Takes subscriptions of a subscriber back. [`PubSubEvent::Done`] tells when the server has
    /// confirmed it for all names that nobody else wants. Names that it doesn't have are no error.
    pub fn unsubscribe<N: AsRef<[u8]>>(
        &mut self,
        id: SubscriberId,
        kind: Subscription,
        names: impl IntoIterator<Item = N>,
        deadline: Option<Time>,
        tag: T,
    ) -> OrderId {
        self.order(id, kind, Asked::Unsubscribe, names, deadline, tag)
    }

    /// Takes word that nobody waits for an order any more. It goes on all the same; what is refused
    /// then is [told](super::Notice::Ended) as if the server had ended it later.
    pub fn abandon(&mut self, id: OrderId) {
        self.take(id, true);
    }

    /// Ends orders that are overdue.
    pub fn handle_timeout(&mut self, now: Time) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        let overdue = |order: &Order<T>| order.deadline.is_some_and(|deadline| deadline <= now);
        let ids: Vec<_> =
            self.orders.iter().filter(|(_, order)| overdue(order)).map(|(id, _)| *id).collect();
        let error = match &self.why {
            _ if self.connected => Error::MaybeApplied(Cause::TimedOut),
            Some(why) => Error::NotSent(Cause::Connection(why.clone())),
            None => Error::NotSent(Cause::TimedOut),
        };
        for id in ids {
            self.fail(id, &error);
        }
        self.deadline = self.orders.values().filter_map(|order| order.deadline).min();
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    #[must_use = "deadlines are kept only if the driver sets a timer"]
    pub const fn poll_timeout(&self) -> Option<Time> {
        self.deadline
    }

    fn order<N: AsRef<[u8]>>(
        &mut self,
        subscriber: SubscriberId,
        kind: Subscription,
        wants: Asked,
        names: impl IntoIterator<Item = N>,
        deadline: Option<Time>,
        tag: T,
    ) -> OrderId {
        let id = OrderId(self.next_order);
        self.next_order += 1;
        let mut names: Vec<_> =
            names.into_iter().map(|name| Bytes::copy_from_slice(name.as_ref())).collect();
        names.sort_unstable();
        names.dedup();
        let open = self.subscribers.get(&subscriber).is_some_and(|subscriber| !subscriber.closed);
        if !open {
            let why = self.why.clone().unwrap_or(ConnectionError::Closed);
            let result = Err(Error::NotSent(Cause::Connection(why)));
            self.events.push_back(PubSubEvent::Done { tag, result });
            return id;
        }
        if names.is_empty() {
            self.events.push_back(PubSubEvent::Done { tag, result: Ok(()) });
            return id;
        }
        self.deadline = self.deadline.into_iter().chain(deadline).min();
        let left = names.len();
        let joined = Vec::new();
        let order =
            Order { tag, subscriber, kind, wants, names: names.clone(), left, joined, deadline };
        self.orders.insert(id, order);
        for name in names {
            match wants {
                Asked::Subscribe => self.join(id, subscriber, kind, &name),
                Asked::Unsubscribe => self.part(id, subscriber, kind, &name),
            }
            self.settle(kind, &name);
        }
        id
    }

    fn join(&mut self, id: OrderId, subscriber: SubscriberId, kind: Subscription, name: &Bytes) {
        let topic = self.topics.of_mut(kind).entry(name.clone()).or_default();
        topic.waiting.push(id);
        if topic.members.contains_key(&subscriber) {
            return;
        }
        topic.members.insert(subscriber, Default::default());
        if let Some(order) = self.orders.get_mut(&id) {
            order.joined.push(name.clone());
        }
        if let Some(subscriber) = self.subscribers.get_mut(&subscriber) {
            subscriber.names.of_mut(kind).insert(name.clone());
        }
    }

    fn part(&mut self, id: OrderId, subscriber: SubscriberId, kind: Subscription, name: &Bytes) {
        self.leave(subscriber, kind, name);
        self.strike(subscriber, kind, core::slice::from_ref(name));
        let Some(topic) = self.topics.get_mut(kind, name) else {
            return self.count_down(id);
        };
        topic.waiting.push(id);
        // What the subscriber waits for there has been overtaken.
        let waiting = core::mem::take(&mut topic.waiting);
        let overtaken = |id: &OrderId| {
            let order = self.orders.get(id);
            order.is_some_and(|order| {
                order.subscriber == subscriber && order.wants == Asked::Subscribe
            })
        };
        let (overtaken, waiting): (Vec<_>, Vec<_>) = waiting.into_iter().partition(overtaken);
        if let Some(topic) = self.topics.get_mut(kind, name) {
            topic.waiting = waiting;
        }
        for id in overtaken {
            self.count_down(id);
        }
    }

    /// Compares what is wanted with what is: queues what is to be said to the server, and tells
    /// those whose wish is fulfilled.
    pub(super) fn settle(&mut self, kind: Subscription, name: &[u8]) {
        let connected = self.connected;
        let Some((name, topic)) = self.topic(kind, name) else { return };
        let mut fulfilled = Vec::new();
        let (present, wanted) = (topic.is_settled() && topic.present, topic.is_wanted());
        let absent = topic.is_settled() && !topic.present;
        let waiting = core::mem::take(&mut topic.waiting);
        let queue = connected && topic.asked.is_none() && !topic.is_settled() && !topic.queued;
        topic.queued |= queue;
        if queue {
            self.line.push_back((kind, name.clone()));
        }
        let mut still = Vec::new();
        for id in waiting {
            let Some(order) = self.orders.get(&id) else { continue };
            match order.wants {
                Asked::Subscribe if present => fulfilled.push(id),
                Asked::Unsubscribe if absent || wanted || !connected => fulfilled.push(id),
                Asked::Subscribe | Asked::Unsubscribe => still.push(id),
            }
        }
        if let Some(topic) = self.topics.get_mut(kind, &name) {
            topic.waiting = still;
            if topic.is_gone() {
                self.topics.of_mut(kind).remove(&name);
            }
        }
        for id in fulfilled {
            self.count_down(id);
        }
    }

    /// One name less to wait for.
    fn count_down(&mut self, id: OrderId) {
        let Some(order) = self.orders.get_mut(&id) else { return };
        order.left = order.left.saturating_sub(1);
        if order.left == 0 {
            self.finish(id, Ok(()));
        }
    }

    fn finish(&mut self, id: OrderId, result: Result<(), Error>) {
        if let Some(order) = self.take(id, result.is_ok()) {
            self.events.push_back(PubSubEvent::Done { tag: order.tag, result });
        }
    }

    /// Takes an order out. What it has brought is `kept`, or may be given up again.
    fn take(&mut self, id: OrderId, kept: bool) -> Option<Order<T>> {
        let order = self.orders.remove(&id)?;
        if self.orders.is_empty() {
            self.deadline = None;
        }
        if kept && order.wants == Asked::Subscribe {
            self.strike(order.subscriber, order.kind, &order.names);
        }
        Some(order)
    }

    /// Whatever becomes of the subscriber's other orders, these names are not theirs to give up.
    fn strike(&mut self, subscriber: SubscriberId, kind: Subscription, names: &[Bytes]) {
        for order in self.orders.values_mut() {
            if order.subscriber == subscriber && order.kind == kind {
                order.joined.retain(|name| !names.contains(name));
            }
        }
    }

    /// Ends an order with an error, and gives up what it alone has asked for.
    pub(super) fn fail(&mut self, id: OrderId, error: &Error) {
        let Some(Order { tag, subscriber, kind, joined, .. }) = self.take(id, false) else {
            return;
        };
        self.events.push_back(PubSubEvent::Done { tag, result: Err(error.clone()) });
        for name in joined {
            match self.heir(subscriber, kind, &name) {
                Some(heir) => heir.joined.push(name),
                None => {
                    self.leave(subscriber, kind, &name);
                    self.settle(kind, &name);
                }
            }
        }
    }

    /// Another order of the same subscriber for the same name.
    fn heir(
        &mut self,
        subscriber: SubscriberId,
        kind: Subscription,
        name: &Bytes,
    ) -> Option<&mut Order<T>> {
        self.orders.values_mut().find(|order| {
            let same = order.subscriber == subscriber && order.kind == kind;
            same && order.wants == Asked::Subscribe && order.names.contains(name)
        })
    }

    /// Those who wait for a topic.
    pub(super) fn waiting_for(&self, kind: Subscription, name: &[u8]) -> Vec<OrderId> {
        let topic = self.topics.of(kind).get(name);
        topic.map(|topic| topic.waiting.clone()).unwrap_or_default()
    }

    /// Ends all orders of a subscriber.
    pub(super) fn fail_all_of(&mut self, subscriber: SubscriberId, error: &Error) {
        let its =
            |(id, order): (&OrderId, &Order<T>)| (order.subscriber == subscriber).then_some(*id);
        let ids: Vec<_> = self.orders.iter().filter_map(its).collect();
        for id in ids {
            self.fail(id, error);
        }
    }

    /// Ends all orders.
    pub(super) fn fail_all(&mut self, error: &Error) {
        let ids: Vec<_> = self.orders.keys().copied().collect();
        for id in ids {
            self.fail(id, error);
        }
    }
}
