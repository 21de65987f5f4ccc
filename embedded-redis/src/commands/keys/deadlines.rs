//! When keys expire.

use redis_server_core::resp_core::request::Request;

use super::look_up;
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::Millis;

pub(super) fn expire(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let now = data.now();
    set_deadline(data, request, answer, "expire", Unit::Seconds, now)
}

pub(super) fn pexpire(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let now = data.now();
    set_deadline(data, request, answer, "pexpire", Unit::Milliseconds, now)
}

pub(super) fn expireat(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    set_deadline(data, request, answer, "expireat", Unit::Seconds, 0)
}

pub(super) fn pexpireat(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    set_deadline(data, request, answer, "pexpireat", Unit::Milliseconds, 0)
}

/// Sets the deadline that the second argument says, counted from `since`.
fn set_deadline(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    command: &str,
    unit: Unit,
    since: Millis,
) -> Outcome {
    let key = arg(&request, 1);
    let condition = Condition::parse(Options::behind(&request, 3))?;
    let time = integer(arg(&request, 2))?;
    let deadline = unit
        .to_millis(time)
        .and_then(|time| time.checked_add(since))
        .ok_or_else(|| Error::expire_time(command))?;
    let Some(place) = data.find(key) else { return answer.int(0) };
    if !condition.allows(data.database.db.deadline(place), deadline) {
        return answer.int(0);
    }
    if deadline <= data.now() {
        data.delete(key);
        return answer.int(1);
    }
    data.database.db.set_deadline(place, Some(deadline));
    data.modified(key);
    data.notify(Class::GENERIC, "expire", key);
    answer.int(1)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
}

impl Unit {
    fn to_millis(self, time: i64) -> Option<Millis> {
        match self {
            Self::Seconds => time.checked_mul(1_000),
            Self::Milliseconds => Some(time),
        }
    }

    /// The nearest whole number of them, of a time that is not negative.
    fn count(self, time: Millis) -> i64 {
        match self {
            Self::Seconds => ((time.unsigned_abs() + 500) / 1_000) as i64,
            Self::Milliseconds => time,
        }
    }
}

/// On what a new deadline depends.
#[derive(Clone, Copy, Debug, Default)]
struct Condition {
    nx: bool,
    xx: bool,
    gt: bool,
    lt: bool,
}

impl Condition {
    fn parse(options: Options<'_>) -> Result<Self, Error> {
        let mut condition = Self::default();
        for option in options {
            match option {
                _ if is(option, "nx") => condition.nx = true,
                _ if is(option, "xx") => condition.xx = true,
                _ if is(option, "gt") => condition.gt = true,
                _ if is(option, "lt") => condition.lt = true,
                _ => return Err(Error::new([b"ERR Unsupported option ", option].concat())),
            }
        }
        let Self { nx, xx, gt, lt } = condition;
        if nx && (xx || gt || lt) {
            return Err(Error::of(
                "ERR NX and XX, GT or LT options at the same time are not compatible",
            ));
        }
        if gt && lt {
            return Err(Error::of("ERR GT and LT options at the same time are not compatible"));
        }
        Ok(condition)
    }

    /// A key that never expires has a deadline later than any.
    fn allows(self, old: Option<Millis>, new: Millis) -> bool {
        !(self.nx && old.is_some()
            || self.xx && old.is_none()
            || self.gt && old.is_none_or(|old| new <= old)
            || self.lt && old.is_some_and(|old| new >= old))
    }
}

pub(super) fn ttl(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let now = data.now();
    tell_deadline(data, request, answer, Unit::Seconds, now)
}

pub(super) fn pttl(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let now = data.now();
    tell_deadline(data, request, answer, Unit::Milliseconds, now)
}

pub(super) fn expiretime(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    tell_deadline(data, request, answer, Unit::Seconds, 0)
}

pub(super) fn pexpiretime(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    tell_deadline(data, request, answer, Unit::Milliseconds, 0)
}

/// Says how long after `since` the deadline is: -1 if there is none, -2 if there is no such key.
fn tell_deadline(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    unit: Unit,
    since: Millis,
) -> Outcome {
    let Some(place) = look_up(data, arg(&request, 1)) else { return answer.int(-2) };
    match data.database.db.deadline(place) {
        Some(deadline) => answer.int(unit.count(deadline.saturating_sub(since).max(0))),
        None => answer.int(-1),
    }
}

pub(super) fn persist(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 1);
    let Some(place) = data.find(key) else { return answer.int(0) };
    if !data.database.db.is_volatile(place) {
        return answer.int(0);
    }
    data.database.db.set_deadline(place, None);
    data.modified(key);
    data.notify(Class::GENERIC, "persist", key);
    answer.int(1)
}
