//! Lists.

mod blocking;
mod moves;
mod pop;
mod position;
#[cfg(test)]
mod tests;

use std::ops::Range;

use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::{arg, integer, is};
use crate::engine::{Answer, Class, Data, Edit, Error, Outcome, Runs};
use crate::keyspace::{List, Side};

pub(super) const COMMANDS: Commands = &[
    ("lpush", Runs::Data(lpush)),
    ("rpush", Runs::Data(rpush)),
    ("lpushx", Runs::Data(lpushx)),
    ("rpushx", Runs::Data(rpushx)),
    ("llen", Runs::Data(llen)),
    ("lrange", Runs::Data(lrange)),
    ("lindex", Runs::Data(lindex)),
    ("lset", Runs::Data(lset)),
    ("linsert", Runs::Data(linsert)),
    ("lrem", Runs::Data(lrem)),
    ("ltrim", Runs::Data(ltrim)),
    ("lpos", Runs::Data(position::lpos)),
    ("lpop", Runs::Data(pop::lpop)),
    ("rpop", Runs::Data(pop::rpop)),
    ("lmpop", Runs::Data(pop::lmpop)),
    ("lmove", Runs::Data(moves::lmove)),
    ("rpoplpush", Runs::Data(moves::rpoplpush)),
    ("blpop", Runs::Client(blocking::blpop)),
    ("brpop", Runs::Client(blocking::brpop)),
    ("blmpop", Runs::Client(blocking::blmpop)),
    ("blmove", Runs::Client(blocking::blmove)),
    ("brpoplpush", Runs::Client(blocking::brpoplpush)),
];

fn lpush(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    push(data.edit_or_new(arg(&request, 1))?, &request, answer, Side::Left)
}

fn rpush(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    push(data.edit_or_new(arg(&request, 1))?, &request, answer, Side::Right)
}

fn lpushx(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    match data.edit(arg(&request, 1))? {
        Some(list) => push(list, &request, answer, Side::Left),
        None => answer.int(0),
    }
}

fn rpushx(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    match data.edit(arg(&request, 1))? {
        Some(list) => push(list, &request, answer, Side::Right),
        None => answer.int(0),
    }
}

#[inline]
fn push(
    mut list: Edit<'_, List>,
    request: &Request<'_>,
    answer: &mut Answer<'_>,
    side: Side,
) -> Outcome {
    request.iter().skip(2).for_each(|element| list.push(side, element));
    let len = list.len();
    list.done(Class::LIST, pushed(side));
    answer.count(len)
}

fn llen(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let list = data.read::<List>(arg(&request, 1))?;
    answer.count(list.map_or(0, List::len))
}

fn lrange(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (first, last) = (integer(arg(&request, 2))?, integer(arg(&request, 3))?);
    let Some(list) = data.read::<List>(arg(&request, 1))? else {
        return answer.bulks::<&[u8]>([].into_iter());
    };
    answer.bulks(list.range(range_of(first, last, list.len())))
}

fn lindex(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(list) = data.read::<List>(arg(&request, 1))? else {
        return answer.null();
    };
    let index = index_of(integer(arg(&request, 2))?, list.len());
    answer.optional(index.and_then(|index| list.get(index)))
}

fn lset(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(mut list) = data.edit::<List>(arg(&request, 1))? else {
        return Err(Error::NO_SUCH_KEY);
    };
    let index = index_of(integer(arg(&request, 2))?, list.len());
    if !index.is_some_and(|index| list.set(index, arg(&request, 3))) {
        return Err(Error::OUT_OF_RANGE);
    }
    list.done(Class::LIST, "lset");
    answer.ok()
}

fn linsert(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let behind = match arg(&request, 2) {
        place if is(place, "after") => 1,
        place if is(place, "before") => 0,
        _ => return Err(Error::SYNTAX),
    };
    let Some(mut list) = data.edit::<List>(arg(&request, 1))? else {
        return answer.int(0);
    };
    let pivot = arg(&request, 3);
    let Some(at) = list.iter().position(|element| element == pivot) else {
        return answer.int(-1);
    };
    list.insert(at + behind, arg(&request, 4));
    let len = list.len();
    list.done(Class::LIST, "linsert");
    answer.count(len)
}

fn lrem(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let count = integer(arg(&request, 2))?;
    let Some(mut list) = data.edit::<List>(arg(&request, 1))? else {
        return answer.int(0);
    };
    let from = if count < 0 { Side::Right } else { Side::Left };
    let most = if count == 0 { u64::MAX } else { count.unsigned_abs() };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let removed = list.remove_equal(arg(&request, 3), most, from);
    if removed > 0 {
        list.done(Class::LIST, "lrem");
    }
    answer.count(removed)
}

fn ltrim(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (first, last) = (integer(arg(&request, 2))?, integer(arg(&request, 3))?);
    if let Some(mut list) = data.edit::<List>(arg(&request, 1))? {
        let kept = range_of(first, last, list.len());
        list.trim(kept.start, kept.end);
        list.done(Class::LIST, "ltrim");
    }
    answer.ok()
}

/// The elements from one index to another, both of which may count from the end.
fn range_of(first: i64, last: i64, len: usize) -> Range<usize> {
    let from_start = |index: i64| if index < 0 { index.saturating_add(len as i64) } else { index };
    let first = usize::try_from(from_start(first)).unwrap_or(0);
    let end = usize::try_from(from_start(last).saturating_add(1)).unwrap_or(0).min(len);
    if first < end { first..end } else { 0..0 }
}

/// The element that an index means, which may count from the end.
fn index_of(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add(len as i64)? } else { index };
    usize::try_from(index).ok()
}

fn side(name: &[u8]) -> Result<Side, Error> {
    match name {
        name if is(name, "left") => Ok(Side::Left),
        name if is(name, "right") => Ok(Side::Right),
        _ => Err(Error::SYNTAX),
    }
}

/// The event of an element that comes.
fn pushed(side: Side) -> &'static str {
    match side {
        Side::Left => "lpush",
        Side::Right => "rpush",
    }
}

/// The event of an element that goes.
fn popped(side: Side) -> &'static str {
    match side {
        Side::Left => "lpop",
        Side::Right => "rpop",
    }
}
