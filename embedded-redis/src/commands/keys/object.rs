//! What is known of a value.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::arg;
use crate::engine::{Answer, Data, Error, Outcome};
use crate::keyspace::{Place, Text, Value};

pub(super) fn encoding(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let Some(place) = inspect(data, arg(&request, 2)) else { return answer.null() };
    let encoding = data.database.db.value(place).map(Value::encoding);
    answer.optional(encoding.map(str::as_bytes))
}

pub(super) fn refcount(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let Some(place) = inspect(data, arg(&request, 2)) else { return answer.null() };
    let shared = data.shared.settings.shares_integers()
        && matches!(
            data.database.db.value(place),
            Some(Value::String(Text::Int(number))) if SHARED_INTEGERS.contains(number)
        );
    answer.int(if shared { i32::MAX.into() } else { 1 })
}

pub(super) fn idletime(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let Some(place) = inspect(data, arg(&request, 2)) else { return answer.null() };
    if data.shared.settings.maxmemory_policy.is_lfu() {
        return Err(Error::of(
            "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that \
             when switching between policies at runtime LRU and LFU data will take some time to \
             adjust.",
        ));
    }
    answer.int(data.idle_seconds(place).into())
}

pub(super) fn freq(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(place) = inspect(data, arg(&request, 2)) else { return answer.null() };
    if !data.shared.settings.maxmemory_policy.is_lfu() {
        return Err(Error::of(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please \
             note that when switching between policies at runtime LRU and LFU data will take some \
             time to adjust.",
        ));
    }
    answer.int(data.frequency(place).into())
}

/// Where the key is, without using it and without telling if it is missed.
fn inspect(data: &mut Data<'_>, key: &[u8]) -> Option<Place> {
    let place = data.peek(key);
    let stats = &mut data.shared.stats;
    *if place.is_some() { &mut stats.hits } else { &mut stats.misses } += 1;
    place
}

/// Numbers that Redis has once for all keys.
const SHARED_INTEGERS: std::ops::Range<i64> = 0..10_000;
