//! Fields that are numbers.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, integer};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{Hash, LongDouble, parse_integer};

pub(super) fn hincrby(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let field = arg(&request, 2);
    let by = integer(arg(&request, 3))?;
    let mut hash = data.edit_or_new::<Hash>(arg(&request, 1))?;
    let old = hash.get(field).map_or(Some(0), |value| parse_integer(value));
    let new = old.ok_or(Error::of("ERR hash value is not an integer"))?.checked_add(by);
    let new = new.ok_or(Error::of("ERR increment or decrement would overflow"))?;
    hash.insert(field, itoa::Buffer::new().format(new).as_bytes());
    hash.done(Class::HASH, "hincrby");
    answer.int(new)
}

pub(super) fn hincrbyfloat(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let field = arg(&request, 2);
    let by = LongDouble::parse(arg(&request, 3)).ok_or(Error::NOT_A_FLOAT)?;
    if by.is_infinite() {
        return Err(Error::of("ERR value is NaN or Infinity"));
    }
    let mut hash = data.edit_or_new::<Hash>(arg(&request, 1))?;
    let old = hash.get(field).map_or(Some(LongDouble::ZERO), |value| LongDouble::parse(value));
    let sum = old.ok_or(Error::of("ERR hash value is not a float"))?.checked_add(by);
    let new = sum.ok_or(Error::of("ERR increment would produce NaN or Infinity"))?.to_string();
    hash.insert(field, new.as_bytes());
    hash.done(Class::HASH, "hincrbyfloat");
    answer.bulk(new.as_bytes())
}
