//! `XINFO`.

mod full;

use redis_server_core::Pairs;
use redis_server_core::resp_core::request::Request;

use super::errors;
use crate::commands::arguments::{arg, integer, is};
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{Stream, StreamId};

pub(super) fn stream(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let stream = data.read::<Stream>(arg(&request, 2))?.ok_or(Error::NO_SUCH_KEY)?;
    if let Some(count) = full_count(&request)? {
        return full::stream(stream, count, answer);
    }
    let Some(mut pairs) = answer.map(10) else { return Ok(Done::Answered) };
    head(&mut pairs, stream);
    pairs.pair("groups", stream.groups().len());
    let all = || StreamId::MIN..=StreamId::MAX;
    pairs.pair("first-entry", stream.range(all()).next());
    pairs.pair("last-entry", stream.range_back(all()).next());
    Ok(Done::Answered)
}

/// How much of each list is wanted, if everything is.
fn full_count(request: &Request<'_>) -> Result<Option<usize>, Error> {
    let options = (request.arg(3), request.arg(4), request.arg(5));
    let count = match (options, request.len()) {
        ((None, ..), _) => return Ok(None),
        ((Some(full), ..), 4) if is(full, "full") => COUNT,
        ((Some(full), Some(count), Some(number)), 6) if is(full, "full") && is(count, "count") => {
            integer(number)?
        }
        _ => return Err(errors::subcommand_syntax("XINFO", arg(request, 1))),
    };
    Ok(Some(match usize::try_from(count) {
        Ok(0) => usize::MAX,
        Ok(count) => count,
        Err(_) => COUNT as usize,
    }))
}

/// What both forms begin with.
fn head(pairs: &mut Pairs<'_>, stream: &Stream) {
    pairs
        .pair("length", stream.len())
        .pair("radix-tree-keys", stream.node_count())
        .pair("radix-tree-nodes", stream.radix_tree_nodes())
        .pair("last-generated-id", stream.last_id())
        .pair("max-deleted-entry-id", stream.max_deleted_id())
        .pair("entries-added", stream.entries_added() as i64)
        .pair("recorded-first-entry-id", stream.first_id());
}

pub(super) fn groups(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let stream = data.read::<Stream>(arg(&request, 2))?.ok_or(Error::NO_SUCH_KEY)?;
    let groups = stream.groups();
    let Some(mut items) = answer.array(groups.len()) else { return Ok(Done::Answered) };
    for (name, group) in groups {
        items
            .item()
            .map(6)
            .pair("name", &**name)
            .pair("consumers", group.consumer_count())
            .pair("pending", group.pending_count())
            .pair("last-delivered-id", group.last_delivered)
            .pair("entries-read", group.entries_read)
            .pair("lag", stream.lag(group));
    }
    Ok(Done::Answered)
}

pub(super) fn consumers(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, name, now) = (arg(&request, 2), arg(&request, 3), data.now());
    let stream = data.read::<Stream>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    let group = stream.group(name).ok_or_else(|| errors::no_group_of_key(key, name))?;
    let Some(mut items) = answer.array(group.consumer_count()) else { return Ok(Done::Answered) };
    for consumer in group.consumers() {
        items
            .item()
            .map(3)
            .pair("name", &*consumer.name)
            .pair("pending", consumer.pending.len())
            .pair("idle", now.saturating_sub(consumer.seen).max(0));
    }
    Ok(Done::Answered)
}

/// How much of each list `FULL` shows.
const COUNT: i64 = 10;
