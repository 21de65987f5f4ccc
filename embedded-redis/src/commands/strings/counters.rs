//! Strings as numbers.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, integer};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{LongDouble, Text, Typed};

pub(super) fn incr(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    add(data, arg(&request, 1), 1, answer)
}

pub(super) fn decr(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    add(data, arg(&request, 1), -1, answer)
}

pub(super) fn incrby(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    add(data, arg(&request, 1), integer(arg(&request, 2))?, answer)
}

pub(super) fn decrby(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let decrement = integer(arg(&request, 2))?;
    let increment = decrement.checked_neg().ok_or(Error::of("ERR decrement would overflow"))?;
    add(data, arg(&request, 1), increment, answer)
}

fn add(data: &mut Data<'_>, key: &[u8], increment: i64, answer: &mut Answer<'_>) -> Outcome {
    let mut text = data.edit_or_new::<Text>(key)?;
    let old = if text.is_new() { Some(0) } else { text.integer() };
    let new = old.ok_or(Error::NOT_AN_INTEGER)?.checked_add(increment);
    let new = new.ok_or(Error::of("ERR increment or decrement would overflow"))?;
    *text = Text::Int(new);
    text.done(Class::STRING, "incrby");
    answer.int(new)
}

pub(super) fn incrbyfloat(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 1);
    let old = match data.value(key) {
        Some(value) => Text::of(value).ok_or(Error::WRONG_TYPE)?.with_bytes(LongDouble::parse),
        None => Some(LongDouble::ZERO),
    };
    let old = old.ok_or(Error::NOT_A_FLOAT)?;
    let increment = LongDouble::parse(arg(&request, 2)).ok_or(Error::NOT_A_FLOAT)?;
    let sum = old.checked_add(increment);
    let new = sum.ok_or(Error::of("ERR increment would produce NaN or Infinity"))?.to_string();
    let mut text = data.edit_or_new::<Text>(key)?;
    *text = Text::plain(new.as_bytes());
    text.done(Class::STRING, "incrbyfloat");
    answer.bulk(new.as_bytes())
}
