//! `XACK` and `XPENDING`.

use std::ops::RangeInclusive;

use redis_server_core::Null;
use redis_server_core::resp_core::request::Request;

use super::{errors, ids};
use crate::commands::arguments::{arg, integer, is};
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{Group, Millis, Pending, Stream, StreamId};

pub(super) fn xack(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (key, name) = (arg(&request, 1), arg(&request, 2));
    let stream = data.read::<Stream>(key)?;
    if stream.is_none_or(|stream| stream.group(name).is_none()) {
        return answer.int(0);
    }
    // All of them before the first has any effect.
    let ids = ids::all(request.iter().skip(3))?;
    let mut stream = data.edit::<Stream>(key)?;
    let group = stream.as_mut().and_then(|stream| stream.group_mut(name));
    answer.count(
        group.map_or(0, |mut group| ids.into_iter().filter(|id| group.acknowledge(*id)).count()),
    )
}

pub(super) fn xpending(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let wanted = if request.len() == 3 { None } else { Some(Wanted::parse(&request)?) };
    let (key, name, now) = (arg(&request, 1), arg(&request, 2), data.now());
    let group = data.read::<Stream>(key)?.and_then(|stream| stream.group(name));
    let group = group.ok_or_else(|| errors::no_group(key, name, ""))?;
    match wanted {
        Some(wanted) => wanted.list(group, now, answer),
        None => summarize(group, answer),
    }
}

fn summarize(group: &Group, answer: &mut Answer<'_>) -> Outcome {
    let Some(mut items) = answer.array(4) else { return Ok(Done::Answered) };
    items.add(group.pending_count());
    let Some((first, last)) = group.pending_bounds() else {
        items.add(Null).add(Null);
        let _ = items.item().null_array();
        return Ok(Done::Answered);
    };
    items.add(first).add(last);
    let owners = || group.consumers().filter(|consumer| !consumer.pending.is_empty());
    let mut consumers = items.item().array(owners().count());
    for owner in owners() {
        let mut pair = consumers.item().array(2);
        // The number is a string here.
        pair.add(&*owner.name).add(itoa::Buffer::new().format(owner.pending.len()));
    }
    Ok(Done::Answered)
}

/// Which of the pending entries are to be listed.
#[derive(Debug)]
struct Wanted<'a> {
    idle: i64,
    ids: RangeInclusive<StreamId>,
    count: usize,
    consumer: Option<&'a [u8]>,
}

impl<'a> Wanted<'a> {
    fn parse(request: &Request<'a>) -> Result<Self, Error> {
        if !(6..=9).contains(&request.len()) {
            return Err(Error::SYNTAX);
        }
        let (mut idle, mut first) = (0, 3);
        if is(arg(request, 3), "idle") {
            idle = integer(arg(request, 4))?;
            if request.len() < 8 {
                return Err(Error::SYNTAX);
            }
            first = 5;
        }
        let count = usize::try_from(integer(arg(request, first + 2))?).unwrap_or(0);
        let ids = ids::interval(arg(request, first), arg(request, first + 1))?;
        Ok(Self { idle, ids, count, consumer: request.arg(first + 3) })
    }

    fn list(&self, group: &Group, now: Millis, answer: &mut Answer<'_>) -> Outcome {
        let pending: Vec<(StreamId, &Pending)> = match self.consumer {
            None => self.choose(group.pending_range(self.ids.clone()), now),
            Some(name) => match group.find_consumer(name) {
                Some(consumer) => {
                    self.choose(group.pending_range_of(consumer, self.ids.clone()), now)
                }
                None => Vec::new(),
            },
        };
        let Some(mut items) = answer.array(pending.len()) else { return Ok(Done::Answered) };
        for (id, pending) in pending {
            let mut item = items.item().array(4);
            let owner = group.consumer(pending.consumer).map(|owner| &*owner.name);
            item.add(id).add(owner.unwrap_or_default());
            item.add(now.saturating_sub(pending.delivered).max(0)).add(pending.deliveries);
        }
        Ok(Done::Answered)
    }

    fn choose<'g>(
        &self,
        pending: impl Iterator<Item = (StreamId, &'g Pending)>,
        now: Millis,
    ) -> Vec<(StreamId, &'g Pending)> {
        let idle = |it: &Pending| self.idle == 0 || now.saturating_sub(it.delivered) >= self.idle;
        pending.filter(|(_, it)| idle(it)).take(self.count).collect()
    }
}
