//! Subscriptions, as Redis confirms them.

use bytes::Bytes;
use resp_core::encode;

use super::{Model, error};

/// Commands and their confirmations, which kind they are about (a place in
/// `Model::subscriptions`), and whether they begin a subscription.
const VERBS: [(&str, &str, usize, bool); 6] = [
    ("SUBSCRIBE", "subscribe", 0, true),
    ("PSUBSCRIBE", "psubscribe", 1, true),
    ("SSUBSCRIBE", "ssubscribe", 2, true),
    ("UNSUBSCRIBE", "unsubscribe", 0, false),
    ("PUNSUBSCRIBE", "punsubscribe", 1, false),
    ("SUNSUBSCRIBE", "sunsubscribe", 2, false),
];

impl Model {
    /// What a subscriber gets when somebody else publishes a message: once for its channel, and
    /// once for each pattern that is the channel's name up to its last letter and a `*`.
    pub fn publish(&self, channel: &str, message: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let [channels, patterns, shards] = &self.subscriptions;
        for (held, word) in [(channels, "message"), (shards, "smessage")] {
            if held.contains(channel.as_bytes()) {
                self.news(&mut out, &[word, channel, message]);
            }
        }
        for pattern in patterns {
            let pattern = String::from_utf8_lossy(pattern);
            if pattern.strip_suffix('*').is_some_and(|prefix| channel.starts_with(prefix)) {
                self.news(&mut out, &["pmessage", &pattern, channel, message]);
            }
        }
        out
    }

    /// What a subscriber gets when a slot moves to another node.
    pub fn move_shard(&mut self, channel: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let [.., shards] = &mut self.subscriptions;
        if shards.remove(channel.as_bytes()) {
            let left = shards.len();
            self.confirm(&mut out, "sunsubscribe", Some(channel.as_bytes()), left);
        }
        out
    }

    /// Whether it is a RESP2 connection with subscriptions.
    pub(super) fn is_subscriber(&self) -> bool {
        !self.resp3 && self.is_subscribed()
    }

    /// Runs `SUBSCRIBE` and its kin. False if it is none of them.
    pub(super) fn subscription(
        &mut self,
        name: &str,
        arguments: &[Bytes],
        out: &mut Vec<u8>,
    ) -> bool {
        let Some((_, word, kind, begins)) = VERBS.iter().find(|(command, ..)| *command == name)
        else {
            return false;
        };
        if *begins && (self.refuses_subscribe || arguments.is_empty()) {
            let text = match self.refuses_subscribe {
                true => "NOPERM No permissions to access a channel".to_owned(),
                false => format!("ERR wrong number of arguments for '{word}' command"),
            };
            error(out, &text);
            return true;
        }
        let Some(held) = self.subscriptions.get(*kind) else { return false };
        let names = match arguments {
            [] if held.is_empty() => {
                let left = self.count(*kind);
                self.confirm(out, word, None, left);
                return true;
            }
            [] => held.iter().cloned().collect(),
            _ => arguments.to_vec(),
        };
        for name in names {
            if let Some(held) = self.subscriptions.get_mut(*kind) {
                if *begins {
                    held.insert(name.clone())
                } else {
                    held.remove(&name)
                };
            }
            let left = self.count(*kind);
            self.confirm(out, word, Some(&name), left);
        }
        true
    }

    /// Channels and patterns are counted together, shard channels apart.
    fn count(&self, kind: usize) -> usize {
        let [channels, patterns, shards] = &self.subscriptions;
        if kind == 2 { shards.len() } else { channels.len() + patterns.len() }
    }

    fn confirm(&self, out: &mut Vec<u8>, word: &str, name: Option<&[u8]>, left: usize) {
        self.news_head(out, 3);
        encode::bulk_string(out, word.as_bytes());
        match name {
            Some(name) => encode::bulk_string(out, name),
            None => self.null(out),
        }
        encode::integer(out, i64::try_from(left).unwrap_or(i64::MAX));
    }

    fn news(&self, out: &mut Vec<u8>, words: &[&str]) {
        self.news_head(out, words.len());
        for word in words {
            encode::bulk_string(out, word.as_bytes());
        }
    }

    fn news_head(&self, out: &mut Vec<u8>, length: usize) {
        if self.resp3 { encode::push(out, length) } else { encode::array(out, length) }
    }
}
