//! Ids and entries as answers.

use redis_server_core::{Action, Answering, Reply, ToReply};

use crate::engine::{Answer, Outcome};
use crate::keyspace::{Entry, Stream, StreamId};

impl ToReply for StreamId {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        // Two numbers of 64 bits and what is between them.
        let (mut text, mut len) = ([0; 41], 0);
        let (mut ms, mut seq) = (itoa::Buffer::new(), itoa::Buffer::new());
        for part in [ms.format(self.ms), "-", seq.format(self.seq)] {
            if let Some(place) = text.get_mut(len..len + part.len()) {
                place.copy_from_slice(part.as_bytes());
                len += part.len();
            }
        }
        reply.bulk(text.get(..len).unwrap_or_default())
    }
}

impl ToReply for Entry<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let mut items = reply.array(2);
        items.add(self.id);
        let mut fields = items.item().array(self.len() * 2);
        for (name, value) in self.fields() {
            fields.add(name).add(value);
        }
        Action::Continue
    }
}

/// Answers with an array of entries.
pub(super) fn entries(answer: &mut Answer<'_>, entries: &[Entry<'_>]) -> Outcome {
    answer.any(entries)
}

/// The entries of these ids.
pub(super) fn existing<'s>(stream: &'s Stream, ids: &[StreamId]) -> Vec<Entry<'s>> {
    ids.iter().filter_map(|id| stream.entry(*id)).collect()
}
