//! What is heard from the server, and of the connection.

use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::Frame;

use super::backlog::Taken;
use super::notice::{CloseReason, Delivery, Notice};
use super::topics::{Asked, KINDS};
use super::{CommandId, PubSub, SubscriberId};
use crate::error::{Cause, ConnectionError, Error, ServerError};
use crate::facts::Subscription;
use crate::session::{Announcement, News};

impl<T> PubSub<T> {
    /// Takes the replies to a command: confirmations, which are matched by name, or an error.
    pub fn handle_replies(&mut self, id: CommandId, frames: &[Frame]) {
        for frame in frames {
            if let Some(error) = ServerError::of(frame.as_frame()) {
                self.handle_refused(id, &error);
            } else if let News::Announcement(announcement) = News::read(frame.as_frame()) {
                self.handle_announcement(&announcement);
            }
        }
        // A name without a confirmation has it still to come: another name's, which the server
        // said unasked, was counted for it.
        self.sent.remove(&id);
    }

    /// Takes word that a command gets no reply.
    pub fn handle_failed(&mut self, id: CommandId, cause: &Cause) {
        let Some(sent) = self.sent.remove(&id) else { return };
        if matches!(cause, Cause::Connection(_)) {
            // Word of the connection follows.
            return;
        }
        // Subscribing twice does no harm: the next answer settles it.
        for name in sent.names {
            let Some(topic) = self.topics.get_mut(sent.kind, &name) else { continue };
            topic.asked = None;
            topic.unsure = true;
            topic.stale |= sent.asked == Asked::Unsubscribe;
            self.settle(sent.kind, &name);
        }
    }

    /// Takes what the server sent unasked. False if that has nothing to do with pub/sub, or nobody
    /// here subscribes.
    pub fn handle_push(&mut self, frame: &Frame) -> bool {
        if self.is_idle() {
            return false;
        }
        if let Some(delivery) = Delivery::read(frame.as_frame()) {
            self.handle_message(&delivery, frame);
            return true;
        }
        let News::Announcement(announcement) = News::read(frame.as_frame()) else { return false };
        self.handle_announcement(&announcement);
        true
    }

    /// Takes word that there is a connection, and its handshake is done: everything that is wanted
    /// is subscribed to.
    pub fn handle_ready(&mut self) {
        self.connected = true;
        self.blocked = false;
        for (kind, name) in self.all() {
            self.settle(kind, &name);
        }
    }

    /// Takes word that the connection is lost, and another one will be made. What is wanted stays
    /// so; who waits for a confirmation goes on, or with `fail` hears that it won't come.
    pub fn handle_lost(&mut self, error: &ConnectionError, fail: bool) {
        self.disconnect(error);
        if fail {
            self.fail_all(&Error::MaybeApplied(Cause::Connection(error.clone())));
        }
        let mut missing: Vec<SubscriberId> = Vec::new();
        for (kind, name) in self.all() {
            let Some(topic) = self.topics.get_mut(kind, &name) else { continue };
            if topic.handle_lost() {
                for (id, membership) in &mut topic.members {
                    if !core::mem::replace(&mut membership.restoring, true)
                        && let Some(subscriber) = self.subscribers.get_mut(id)
                    {
                        subscriber.restoring += 1;
                    }
                    missing.push(*id);
                }
            }
            self.settle(kind, &name);
        }
        missing.sort_unstable();
        missing.dedup();
        for id in missing {
            self.deliver(id, |queue| {
                queue.push_gap(error.clone());
                Taken::Yes
            });
        }
    }

    /// Takes word that there is no connection, and will be none.
    pub fn handle_over(&mut self, error: &ConnectionError) {
        self.end_all(&CloseReason::Connection(error.clone()), error);
    }

    /// Takes word that the connection can't be subscribed on any more, since it is shared with
    /// commands and has come back in RESP2.
    pub fn handle_resp2(&mut self) {
        let error = ConnectionError::NotConnected("the server speaks RESP2 now".into());
        self.end_all(&CloseReason::Resp2, &error);
    }

    fn end_all(&mut self, reason: &CloseReason, error: &ConnectionError) {
        self.disconnect(error);
        self.fail_all(&Error::NotSent(Cause::Connection(error.clone())));
        let ids: Vec<_> = self.subscribers.keys().copied().collect();
        for id in ids {
            self.end(id, reason.clone());
        }
        for (kind, name) in self.all() {
            if let Some(topic) = self.topics.get_mut(kind, &name) {
                let _ = topic.handle_lost();
            }
            self.settle(kind, &name);
        }
    }

    fn disconnect(&mut self, error: &ConnectionError) {
        self.connected = false;
        self.why = Some(error.clone());
        self.sent.clear();
        self.line.clear();
    }

    fn handle_message(&mut self, delivery: &Delivery<'_>, frame: &Frame) {
        let Some((name, topic)) = self.topic(delivery.kind, delivery.name) else { return };
        if !topic.is_heard() || topic.members.is_empty() {
            return;
        }
        topic.heard = true;
        let message = delivery.message(&name, frame);
        if let Some((id, _)) = topic.members.first_key_value()
            && topic.members.len() == 1
        {
            let id = *id;
            return self.deliver(id, |queue| queue.push(message));
        }
        let ids: Vec<_> = topic.members.keys().copied().collect();
        for id in ids {
            self.deliver(id, |queue| queue.push(message.clone()));
        }
    }

    fn handle_announcement(&mut self, announcement: &Announcement) {
        let Some(name) = &announcement.name else { return };
        let kind = announcement.verb.kind();
        let Some(topic) = self.topics.get_mut(kind, name) else { return };
        match (Asked::of(announcement.verb), topic.asked) {
            (Asked::Subscribe, Some(Asked::Subscribe)) => {
                topic.asked = None;
                topic.present = true;
                topic.unsure = false;
                topic.stale = false;
                topic.alone = false;
                self.restore(kind, name);
            }
            (Asked::Unsubscribe, Some(Asked::Unsubscribe)) => {
                topic.asked = None;
                topic.present = false;
                topic.unsure = false;
                topic.heard = false;
            }
            // It may be one that was not answered in time. Nothing is delivered, and nothing missed.
            (Asked::Unsubscribe, _) if topic.stale => {}
            (Asked::Unsubscribe, _) if topic.present || topic.heard || topic.unsure => {
                topic.present = false;
                topic.heard = false;
                if topic.is_wanted() {
                    // Asked for anew, for want of an answer in time.
                    for id in self.waiting_for(kind, name) {
                        self.fail(id, &Error::MaybeApplied(Cause::TimedOut));
                    }
                }
                self.ended(kind, name, None);
            }
            (Asked::Subscribe | Asked::Unsubscribe, _) => {}
        }
        self.settle(kind, name);
    }

    fn handle_refused(&mut self, id: CommandId, error: &ServerError) {
        let Some(sent) = self.sent.remove(&id) else { return };
        let several = sent.names.len() > 1;
        for name in sent.names {
            let Some(topic) = self.topics.get_mut(sent.kind, &name) else { continue };
            topic.asked = None;
            if several {
                // Which of them it was will show.
                topic.alone = true;
            } else {
                self.refuse(sent.kind, &name, sent.asked, error);
            }
            self.settle(sent.kind, &name);
        }
    }

    /// The server has refused one name.
    fn refuse(&mut self, kind: Subscription, name: &Bytes, asked: Asked, error: &ServerError) {
        let Some(topic) = self.topics.get_mut(kind, name) else { return };
        // If it won't end a subscription, what comes is nobody's.
        topic.present = false;
        // The one before, not answered in time, may have been taken: it is given up to be sure.
        topic.unsure &= asked == Asked::Subscribe;
        topic.alone = false;
        topic.heard = false;
        if asked == Asked::Unsubscribe && topic.is_wanted() {
            // The wish has changed meanwhile, and the next command is another one.
            return;
        }
        for id in self.waiting_for(kind, name) {
            self.fail(id, &Error::Server(error.clone()));
        }
        self.ended(kind, name, Some(error));
    }

    /// What a loss had taken is there again.
    fn restore(&mut self, kind: Subscription, name: &[u8]) {
        let Some(topic) = self.topics.get_mut(kind, name) else { return };
        let mut restored = Vec::new();
        for (id, membership) in &mut topic.members {
            if core::mem::take(&mut membership.restoring) {
                restored.push(*id);
            }
        }
        for id in restored {
            self.restored(id);
        }
    }

    /// Takes a subscription from all who have it, and tells them.
    fn ended(&mut self, kind: Subscription, name: &Bytes, error: Option<&ServerError>) {
        let Some(topic) = self.topics.get_mut(kind, name) else { return };
        let ids: Vec<_> = topic.members.keys().copied().collect();
        for id in ids {
            self.leave(id, kind, name);
            let (name, error) = (name.clone(), error.cloned());
            self.deliver(id, |queue| {
                queue.push_ended(Notice::Ended { kind, name, error });
                Taken::Yes
            });
        }
    }

    /// All names of all kinds.
    fn all(&self) -> Vec<(Subscription, Bytes)> {
        let of = |kind| self.topics.of(kind).keys().map(move |name| (kind, name.clone()));
        KINDS.into_iter().flat_map(of).collect()
    }
}
