//! Values that come from another server or go there.

use redis_server_core::resp_core::request::Request;

use super::look_up_used;
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{self, Broken};

pub(super) fn dump(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(place) = look_up_used(data, arg(&request, 1)) else { return answer.null() };
    let value = data.database.db.value(place);
    match value.and_then(keyspace::dump) {
        Some(text) => answer.bulk(&text),
        None => Err(Error::of("ERR values of this type can't be dumped")),
    }
}

pub(super) fn restore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 1);
    let restore = Restore::parse(Options::behind(&request, 4))?;
    if !restore.replace && data.exists(key) {
        return Err(Error::of("BUSYKEY Target key name already exists."));
    }
    let ttl = integer(arg(&request, 2))?;
    if ttl < 0 {
        return Err(Error::of("ERR Invalid TTL value, must be >= 0"));
    }
    let seed = data.shared.rng.next();
    let limits = &data.shared.settings.limits;
    let value =
        keyspace::restore(arg(&request, 3), seed, limits).map_err(|broken| match broken {
            Broken::Footer => Error::of("ERR DUMP payload version or checksum are wrong"),
            Broken::Body => Error::of("ERR Bad data format"),
        })?;
    let since = if restore.absolute { 0 } else { data.now() };
    let deadline = (ttl > 0).then(|| ttl.wrapping_add(since));
    let replaced = restore.replace && data.remove(key).is_some();
    if deadline.is_some_and(|deadline| deadline <= data.now()) {
        if replaced {
            data.notify(Class::GENERIC, "del", key);
        }
        return answer.ok();
    }
    data.set(key, value);
    data.set_deadline(key, deadline);
    restore.set_usage(data, key);
    data.notify(Class::GENERIC, "restore", key);
    answer.ok()
}

#[derive(Debug, Default)]
struct Restore {
    replace: bool,
    absolute: bool,
    /// Seconds.
    idle: Option<i64>,
    frequency: Option<u8>,
}

impl Restore {
    fn parse(mut options: Options<'_>) -> Result<Self, Error> {
        let mut restore = Self::default();
        while let Some(option) = options.next() {
            if is(option, "replace") {
                restore.replace = true;
            } else if is(option, "absttl") {
                restore.absolute = true;
            } else if is(option, "idletime") && restore.frequency.is_none() {
                let idle = integer(options.value()?)?;
                if idle < 0 {
                    return Err(Error::of("ERR Invalid IDLETIME value, must be >= 0"));
                }
                restore.idle = Some(idle);
            } else if is(option, "freq") && restore.idle.is_none() {
                let frequency = integer(options.value()?)?;
                restore.frequency =
                    Some(u8::try_from(frequency).map_err(|_| {
                        Error::of("ERR Invalid FREQ value, must be >= 0 and <= 255")
                    })?);
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(restore)
    }

    /// Only what the policy counts is of use.
    fn set_usage(&self, data: &mut Data<'_>, key: &[u8]) {
        let Some(place) = data.peek(key) else { return };
        if data.shared.settings.maxmemory_policy.is_lfu() {
            self.frequency.into_iter().for_each(|it| data.set_frequency(place, it));
        } else {
            self.idle.into_iter().for_each(|it| data.set_idle_seconds(place, it));
        }
    }
}
