//! `XLEN`, `XRANGE`, `XDEL`, `XSETID`.

use redis_server_core::resp_core::request::Request;

use super::{ids, reply};
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{Entry, Stream, StreamId};

pub(super) fn xlen(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(data.read::<Stream>(arg(&request, 1))?.map_or(0, Stream::len))
}

pub(super) fn xrange(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (first, last) = ids::interval(arg(&request, 2), arg(&request, 3))?.into_inner();
    range(data, request, answer, |stream, count| stream.range(first..=last).take(count).collect())
}

pub(super) fn xrevrange(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (first, last) = ids::interval(arg(&request, 3), arg(&request, 2))?.into_inner();
    range(data, request, answer, |stream, count| {
        stream.range_back(first..=last).take(count).collect()
    })
}

fn range(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    entries: impl FnOnce(&Stream, usize) -> Vec<Entry<'_>>,
) -> Outcome {
    let count = count(Options::behind(&request, 4))?;
    match (data.read::<Stream>(arg(&request, 1))?, count) {
        (None, _) => answer.bulks::<&[u8]>([].into_iter()),
        (Some(_), Some(0)) => answer.null_array(),
        (Some(stream), count) => {
            reply::entries(answer, &entries(stream, count.unwrap_or(usize::MAX)))
        }
    }
}

/// How many are wanted; none if that was not said.
fn count(mut options: Options<'_>) -> Result<Option<usize>, Error> {
    let mut count = None;
    while let Some(option) = options.next() {
        if !is(option, "count") {
            return Err(Error::SYNTAX);
        }
        count = Some(usize::try_from(integer(options.value()?)?).unwrap_or(0));
    }
    Ok(count)
}

pub(super) fn xdel(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(mut stream) = data.edit::<Stream>(arg(&request, 1))? else { return answer.int(0) };
    let ids = ids::all(request.iter().skip(2))?;
    let removed = ids.into_iter().filter(|id| stream.remove(*id)).count();
    if removed > 0 {
        stream.done(Class::STREAM, "xdel");
    }
    answer.count(removed)
}

pub(super) fn xsetid(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, last_id) = (arg(&request, 1), ids::id(arg(&request, 2))?);
    let (mut added, mut max_deleted) = (None, StreamId::MIN);
    let mut options = Options::behind(&request, 3);
    while let Some(option) = options.next() {
        if is(option, "entriesadded") {
            let count = u64::try_from(integer(options.value()?)?);
            added = Some(count.map_err(|_| Error::of("ERR entries_added must be positive"))?);
        } else if is(option, "maxdeletedid") {
            max_deleted = ids::id(options.value()?)?;
            if last_id < max_deleted {
                return Err(Error::of(BEFORE_DELETED));
            }
        } else {
            return Err(Error::SYNTAX);
        }
    }
    let mut stream = data.edit::<Stream>(key)?.ok_or(Error::NO_SUCH_KEY)?;
    if stream.top().is_some_and(|top| last_id < top) {
        return Err(Error::of(BEFORE_TOP));
    }
    if added.is_some_and(|added| stream.len() as u64 > added) {
        return Err(Error::of(FEWER_THAN_THERE_ARE));
    }
    stream.set_last_id(last_id, added, max_deleted);
    drop(stream);
    // Whoever watches the key does not hear of it.
    data.notify(Class::STREAM, "xsetid", key);
    answer.ok()
}

const BEFORE_DELETED: &str =
    "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id";
const BEFORE_TOP: &str =
    "ERR The ID specified in XSETID is smaller than the target stream top item";
const FEWER_THAN_THERE_ARE: &str =
    "ERR The entries_added specified in XSETID is smaller than the target stream length";
