//! Answering with entries of several streams.

use redis_server_core::{Action, Answering, Protocol, Reply, ToReply};

use super::options::Behind;
use crate::engine::{Answer, Class, Data, Done, Error, Outcome};
use crate::keyspace::{Delivery, Entry, Stream, StreamId, Typed};

/// A consumer that reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) group: &'a [u8],
    pub(super) consumer: &'a [u8],
    /// At most so many entries of each stream.
    pub(super) count: usize,
    /// They count as acknowledged at once.
    pub(super) acknowledged: bool,
}

impl Reader<'_> {
    /// Gives it new entries, or once more what is pending for it.
    pub(super) fn deliver<'k>(
        &self,
        data: &mut Data<'_>,
        key: &'k [u8],
        behind: Behind,
    ) -> Result<Served<'k>, Error> {
        let Self { group, count, acknowledged, .. } = *self;
        let (now, mut created) = (data.now(), false);
        let mut ids = Vec::new();
        if let Some(mut stream) = data.edit::<Stream>(key)?
            && let seen = stream.group_mut(group).map(|mut it| it.consumer_seen(self.consumer, now))
            && let Some((consumer, is_new)) = seen
        {
            created = is_new;
            let delivery = Delivery { group, consumer, count, now, acknowledged };
            ids = match behind {
                Behind::Delivered => stream.deliver(delivery),
                Behind::Id(id) => stream.deliver_again(delivery, id.next().unwrap_or(id)),
            };
        }
        // Nothing of that is a change for those who watch the key.
        if created {
            data.notify(Class::STREAM, "xgroup-createconsumer", key);
        }
        Ok(Served { key, what: What::Ids(ids) })
    }
}

/// What a client is given of one stream.
#[derive(Debug)]
pub(super) struct Served<'k> {
    key: &'k [u8],
    what: What,
}

#[derive(Debug)]
enum What {
    /// What is behind that id, at most so many.
    Behind(StreamId, usize),
    Ids(Vec<StreamId>),
}

impl<'k> Served<'k> {
    pub(super) fn behind(key: &'k [u8], id: StreamId, count: usize) -> Self {
        Self { key, what: What::Behind(id, count) }
    }

    fn write<'a, P: Answering<'a>>(&self, data: &mut Data<'_>, reply: Reply<'a, P>) {
        // Everybody has looked at it before.
        let place = data.peek(self.key);
        let value = place.and_then(|place| data.database.db.value(place));
        let Some(stream) = value.and_then(Stream::of) else { return };
        let _ = match &self.what {
            What::Behind(id, count) => {
                let first = id.next().map(|first| first..=StreamId::MAX);
                let entries = first.into_iter().flat_map(|ids| stream.range(ids));
                reply.any(entries.take(*count).collect::<Vec<_>>())
            }
            What::Ids(ids) => {
                let entries = ids.iter().map(|id| Delivered(*id, stream.entry(*id)));
                reply.any(entries.collect::<Vec<_>>())
            }
        };
    }
}

/// An entry that may not be there any more.
struct Delivered<'a>(StreamId, Option<Entry<'a>>);

impl ToReply for Delivered<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let Some(entry) = self.1 else {
            let mut items = reply.array(2);
            items.add(self.0);
            return items.item().null_array();
        };
        entry.to_reply(reply)
    }
}

/// Answers with the streams by their keys; in RESP2 with an array of pairs.
pub(super) fn answer(
    data: &mut Data<'_>,
    answer: &mut Answer<'_>,
    served: &[Served<'_>],
) -> Outcome {
    if answer.protocol() == Protocol::Resp3 {
        if let Some(mut pairs) = answer.map(served.len()) {
            served.iter().for_each(|it| it.write(data, pairs.value(it.key)));
        }
        return Ok(Done::Answered);
    }
    if let Some(mut items) = answer.array(served.len()) {
        for it in served {
            let mut pair = items.item().array(2);
            pair.add(it.key);
            it.write(data, pair.item());
        }
    }
    Ok(Done::Answered)
}
