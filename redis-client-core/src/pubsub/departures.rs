//! What is said to the server.

use alloc::vec::Vec;

use bytes::Bytes;

use super::topics::Asked;
use super::{CommandId, PubSub};
use crate::facts::Subscription;
use crate::request::Request;

/// A command under way.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) asked: Asked,
    pub(super) kind: Subscription,
    pub(super) names: Vec<Bytes>,
}

impl<T> PubSub<T> {
    /// The next command to be submitted to the session, with its id as the tag.
    ///
    /// Names that wait together travel together. If such a command is refused each of them goes by
    /// itself, to see which one it was.
    #[must_use = "what is not sent is never confirmed"]
    pub fn poll_command(&mut self) -> Option<(CommandId, Request)> {
        if !self.connected || self.blocked {
            return None;
        }
        let mut sent: Option<Sent> = None;
        let mut bytes = 0;
        while let Some((kind, name)) = self.line.front().cloned() {
            let Some(topic) = self.topics.get_mut(kind, &name) else {
                self.line.pop_front();
                continue;
            };
            if topic.asked.is_some() || topic.is_settled() {
                // The wish was taken back meanwhile.
                topic.queued = false;
                self.line.pop_front();
                self.settle(kind, &name);
                continue;
            }
            let asked = if topic.is_wanted() { Asked::Subscribe } else { Asked::Unsubscribe };
            if let Some(sent) = &sent {
                let alike = sent.asked == asked && sent.kind == kind;
                let full = sent.names.len() >= MAX_NAMES || bytes + name.len() > MAX_BYTES;
                if !alike || full || topic.alone {
                    break;
                }
            }
            topic.queued = false;
            topic.asked = Some(asked);
            let alone = topic.alone;
            bytes += name.len();
            self.line.pop_front();
            sent.get_or_insert(Sent { asked, kind, names: Vec::new() }).names.push(name);
            if alone {
                break;
            }
        }
        let sent = sent?;
        let mut request = Request::new(sent.asked.command(sent.kind));
        for name in &sent.names {
            request.push(name);
        }
        let id = CommandId(self.next_command);
        self.next_command = (self.next_command + 1) % u32::MAX;
        self.sent.insert(id, sent);
        Some((id, request))
    }

    /// Takes word that the session did not take a command: it comes again after
    /// [`handle_unblocked`](Self::handle_unblocked), or on the next connection.
    pub fn handle_unsent(&mut self, id: CommandId) {
        self.blocked = true;
        let Some(sent) = self.sent.remove(&id) else { return };
        for name in sent.names.into_iter().rev() {
            if let Some(topic) = self.topics.get_mut(sent.kind, &name) {
                topic.asked = None;
                topic.queued = true;
                self.line.push_front((sent.kind, name));
            }
        }
    }

    /// Takes word that the session has room again.
    pub fn handle_unblocked(&mut self) {
        self.blocked = false;
    }

    /// Whether [`poll_event`](Self::poll_event) or [`poll_command`](Self::poll_command) may have
    /// something to say.
    #[inline]
    pub fn has_news(&self) -> bool {
        !self.events.is_empty() || self.connected && !self.blocked && !self.line.is_empty()
    }
}

/// Names in one command: so few that a refusal is sorted out quickly, so many that their number
/// hardly counts.
const MAX_NAMES: usize = 64;

/// Bytes of names in one command.
const MAX_BYTES: usize = 4096;
