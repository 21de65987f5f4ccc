//! Waiting for entries.

use super::options::{Behind, Read, Source};
use super::serve::{self, Reader, Served};
use crate::engine::{Answer, Data, Error, Outcome, Waiting};
use crate::keyspace::{Millis, Stream, StreamId};

/// A client that waits for entries.
#[derive(Debug)]
struct Wait {
    keys: Vec<Box<[u8]>>,
    kind: Kind,
    count: usize,
    deadline: Option<Millis>,
}

#[derive(Debug)]
enum Kind {
    /// For what comes behind these ids, one of each key.
    Plain(Vec<StreamId>),
    Group {
        group: Box<[u8]>,
        consumer: Box<[u8]>,
        acknowledged: bool,
    },
}

impl Read<'_> {
    /// What the client waits for, of these streams.
    pub(super) fn wait(
        &self,
        sources: &[Source<'_>],
        deadline: Option<Millis>,
    ) -> Box<dyn Waiting> {
        let kind = match self.consumer {
            Some((group, consumer)) => Kind::Group {
                group: group.into(),
                consumer: consumer.into(),
                acknowledged: self.acknowledged,
            },
            None => Kind::Plain(sources.iter().map(|source| source.behind.id()).collect()),
        };
        let keys = sources.iter().map(|source| source.key.into()).collect();
        Box::new(Wait { keys, kind, count: self.count.unwrap_or(COUNT), deadline })
    }
}

/// How many entries a client is given that has waited for any number of them.
const COUNT: usize = 1_000;

impl Waiting for Wait {
    fn keys(&self) -> &[Box<[u8]>] {
        &self.keys
    }

    fn deadline(&self) -> Option<Millis> {
        self.deadline
    }

    fn serve(&self, data: &mut Data<'_>, key: &[u8], answer: &mut Answer<'_>) -> Option<Outcome> {
        let served = match &self.kind {
            Kind::Plain(ids) => self.serve_plain(data, key, ids),
            Kind::Group { .. } => self.serve_group(data, key),
        };
        match served {
            Ok(served) => served.map(|served| serve::answer(data, answer, &[served])),
            Err(error) => Some(Err(error)),
        }
    }

    fn time_out(&self, answer: &mut Answer<'_>) -> Outcome {
        answer.null_array()
    }
}

impl Wait {
    fn serve_plain<'k>(
        &self,
        data: &mut Data<'_>,
        key: &'k [u8],
        ids: &[StreamId],
    ) -> Result<Option<Served<'k>>, Error> {
        let mut pairs = self.keys.iter().zip(ids);
        let behind = pairs.find_map(|(name, id)| (**name == *key).then_some(*id));
        // It goes on waiting if the key is something else by now.
        let last = data.edit::<Stream>(key).ok().flatten().map(|stream| stream.last_id());
        // Redis answers also if what was added is removed again, in the same transaction.
        let behind = behind.filter(|behind| last.is_some_and(|last| last > *behind));
        Ok(behind.map(|behind| Served::behind(key, behind, self.count)))
    }

    fn serve_group<'k>(
        &self,
        data: &mut Data<'_>,
        key: &'k [u8],
    ) -> Result<Option<Served<'k>>, Error> {
        let Kind::Group { group, consumer, acknowledged } = &self.kind else { return Ok(None) };
        let Ok(Some(stream)) = data.edit::<Stream>(key) else { return Err(Error::of(NO_STREAM)) };
        let delivered = stream.group(group).ok_or(Error::of(NO_GROUP))?.last_delivered;
        if stream.last_id() <= delivered {
            return Ok(None);
        }
        drop(stream);
        let (count, acknowledged) = (self.count, *acknowledged);
        let reader = Reader { group, consumer, count, acknowledged };
        reader.deliver(data, key, Behind::Delivered).map(Some)
    }
}

const NO_STREAM: &str = "UNBLOCKED the stream key no longer exists";
const NO_GROUP: &str = "NOGROUP the consumer group this client was blocked on no longer exists";
