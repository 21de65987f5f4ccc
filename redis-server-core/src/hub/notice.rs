//! What subscribers are told, encoded.

use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use resp_core::{Out, encode};

use super::Topic;
use crate::terms::Protocol;

/// Something that clients are told without asking each time: a message, that a subscription has begun
/// or ended, that what they have read has changed, or what a monitored server runs.
///
/// It is encoded once, whoever receives it: RESP2 and RESP3 differ in the first byte, which is
/// written apart, and in the null; a line is the same in both. Clones share the bytes, and so do the outputs that a large one
/// is written to.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// As RESP3: a push, or a line.
    frame: Bytes,
    /// Where a null stands in it.
    null: Option<usize>,
}

impl Notice {
    /// `["message", channel, payload]`, to those who are subscribed to the channel.
    #[must_use]
    pub fn message(channel: &[u8], payload: &[u8]) -> Self {
        Self::strings([b"message", channel, payload])
    }

    /// `["pmessage", pattern, channel, payload]`, to those who are subscribed to the pattern.
    #[must_use]
    pub fn pattern_message(pattern: &[u8], channel: &[u8], payload: &[u8]) -> Self {
        Self::strings([b"pmessage", pattern, channel, payload])
    }

    /// `["smessage", channel, payload]`, to those who are subscribed to the shard channel.
    #[must_use]
    pub fn shard_message(channel: &[u8], payload: &[u8]) -> Self {
        Self::strings([b"smessage", channel, payload])
    }

    /// `["subscribe", name, count]`, or `psubscribe`, or `ssubscribe`: the answer to who
    /// subscribes. The count is what [`Hub::subscribe`](super::Hub::subscribe) returns.
    #[must_use]
    pub fn subscribed(topic: Topic, name: &[u8], count: usize) -> Self {
        Self::announcement(subscribe_word(topic), Some(name), count)
    }

    /// `["unsubscribe", name, count]`, or `punsubscribe`, or `sunsubscribe`; the name is null where
    /// all were to end and there was none.
    #[must_use]
    pub fn unsubscribed(topic: Topic, name: Option<&[u8]>, count: usize) -> Self {
        Self::announcement(unsubscribe_word(topic), name, count)
    }

    /// `["invalidate", keys]`: what a client that [tracks keys](https://redis.io/docs/latest/commands/client-tracking/)
    /// has read of them is true no more. Without keys, which is a null, it is all of them.
    #[must_use]
    pub fn invalidate<K: AsRef<[u8]>>(keys: Option<&[K]>) -> Self {
        Self::with_keys(&[b"invalidate"], keys)
    }

    /// `["message", "__redis__:invalidate", keys]`: the same for a client that speaks RESP2, and
    /// hears it for another.
    #[must_use]
    pub fn invalidate_message<K: AsRef<[u8]>>(keys: Option<&[K]>) -> Self {
        Self::with_keys(&[b"message", b"__redis__:invalidate"], keys)
    }

    /// `["tracking-redir-broken", id]`: the client of that number is gone, which was to hear what is
    /// invalidated for the one that is told.
    #[must_use]
    pub fn redirection_broken(id: u64) -> Self {
        let word = b"tracking-redir-broken";
        let mut frame = Vec::with_capacity(word.len() + 3 * HEAD_LEN);
        encode::push(&mut frame, 2);
        encode::bulk_string(&mut frame, word);
        encode::integer(&mut frame, i64::try_from(id).unwrap_or(i64::MAX));
        Self { frame: frame.into(), null: None }
    }

    /// A line of `MONITOR`: a simple string, in RESP3 too. CR and LF in it become spaces.
    #[must_use]
    pub fn line(text: &[u8]) -> Self {
        let mut frame = Vec::with_capacity(text.len() + HEAD_LEN);
        encode::simple_string(&mut frame, text);
        Self { frame: frame.into(), null: None }
    }

    /// Appends it as RESP3 has it: a push, but for a [line](Self::line).
    pub fn write_resp3(&self, out: &mut impl Out) {
        out.put_shared(self.frame.clone());
    }

    /// Appends it as RESP2 has it: an array, which it is up to the client to tell from a reply.
    pub fn write_resp2(&self, out: &mut impl Out) {
        if self.is_line() {
            return self.write_resp3(out);
        }
        out.put(b"*");
        match self.null {
            None => out.put_shared(self.frame.slice(1..)),
            Some(null) => {
                out.put(self.frame.get(1..null).unwrap_or_default());
                encode::null_bulk_string(out);
                out.put(self.frame.get(null + NULL_LEN..).unwrap_or_default());
            }
        }
    }

    /// Appends it as that version of the protocol has it.
    pub fn write(&self, out: &mut impl Out, protocol: Protocol) {
        match protocol {
            Protocol::Resp2 => self.write_resp2(out),
            Protocol::Resp3 => self.write_resp3(out),
        }
    }

    /// How many bytes it is on RESP3. On RESP2 it is as many, and two more with a null in it.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a frame is never empty")]
    pub fn len(&self) -> usize {
        self.frame.len()
    }

    fn is_line(&self) -> bool {
        self.frame.starts_with(b"+")
    }

    fn strings<const N: usize>(strings: [&[u8]; N]) -> Self {
        let bytes = strings.iter().fold(HEAD_LEN, |sum, text| sum + HEAD_LEN + text.len());
        let mut frame = Vec::with_capacity(bytes);
        encode::push(&mut frame, N);
        for text in strings {
            encode::bulk_string(&mut frame, text);
        }
        Self { frame: frame.into(), null: None }
    }

    fn with_keys<K: AsRef<[u8]>>(words: &[&[u8]], keys: Option<&[K]>) -> Self {
        let texts = keys.into_iter().flatten().map(AsRef::as_ref).chain(words.iter().copied());
        let bytes = texts.fold(2 * HEAD_LEN, |sum, text| sum + HEAD_LEN + text.len());
        let mut frame = Vec::with_capacity(bytes);
        encode::push(&mut frame, words.len() + 1);
        words.iter().for_each(|word| encode::bulk_string(&mut frame, word));
        let null = keys.is_none().then_some(frame.len());
        match keys {
            Some(keys) => {
                encode::array(&mut frame, keys.len());
                keys.iter().for_each(|key| encode::bulk_string(&mut frame, key.as_ref()));
            }
            None => encode::null(&mut frame),
        }
        Self { frame: frame.into(), null }
    }

    fn announcement(word: &[u8], name: Option<&[u8]>, count: usize) -> Self {
        let bytes = word.len() + name.map_or(0, <[u8]>::len) + 4 * HEAD_LEN;
        let mut frame = Vec::with_capacity(bytes);
        encode::push(&mut frame, 3);
        encode::bulk_string(&mut frame, word);
        let null = name.is_none().then_some(frame.len());
        match name {
            Some(name) => encode::bulk_string(&mut frame, name),
            None => encode::null(&mut frame),
        }
        encode::integer(&mut frame, i64::try_from(count).unwrap_or(i64::MAX));
        Self { frame: frame.into(), null }
    }
}

impl fmt::Debug for Notice {
    /// The kind and the lengths alone: what is published is nobody else's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.frame.split(|byte| *byte == b'\n').nth(2);
        let kind = if self.is_line() { b"line" } else { kind.unwrap_or_default() };
        f.debug_struct("Notice")
            .field("kind", &format_args!("{}", kind.trim_ascii().escape_ascii()))
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

fn subscribe_word(topic: Topic) -> &'static [u8] {
    match topic {
        Topic::Channel => b"subscribe",
        Topic::Pattern => b"psubscribe",
        Topic::ShardChannel => b"ssubscribe",
    }
}

fn unsubscribe_word(topic: Topic) -> &'static [u8] {
    match topic {
        Topic::Channel => b"unsubscribe",
        Topic::Pattern => b"punsubscribe",
        Topic::ShardChannel => b"sunsubscribe",
    }
}

/// A type byte, 20 digits at most, and two line ends.
const HEAD_LEN: usize = 25;

/// `_` and a line end.
const NULL_LEN: usize = 3;
