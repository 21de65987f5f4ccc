//! Where memory has gone.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Context, Done, Error, Outcome};

/// What the key takes. Values know how much they have, so that nothing is sampled.
pub(super) fn usage(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 2);
    let mut options = Options::behind(&request, 3);
    while let Some(option) = options.next() {
        if !is(option, "samples") || options.left() == 0 {
            return Err(Error::SYNTAX);
        }
        if integer(options.value()?)? < 0 {
            return Err(Error::SYNTAX);
        }
    }
    let mut data = context.data()?;
    let Some(place) = data.peek(key) else { return answer.null() };
    answer.count(data.database.db.bytes_at(place))
}

pub(super) fn doctor(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let report = if context.engine.used_memory() < TOO_LITTLE { EMPTY } else { HEALTHY };
    answer.verbatim(*b"txt", report)
}

pub(super) fn malloc_stats(
    _: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer.bulk(b"Stats not supported for the current allocator")
}

pub(super) fn purge(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.ok()
}

/// Of what Redis says, that which there is.
pub(super) fn stats(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let databases = &context.engine.databases;
    let total = context.engine.used_memory();
    let keys: usize = databases.iter().map(|it| it.db.len()).sum();
    let values: usize = databases.iter().map(|it| it.db.value_bytes()).sum();
    let peak = context.engine.shared.stats.peak_memory.max(total);
    let numbers = [
        ("peak.allocated", peak),
        ("total.allocated", total),
        ("replication.backlog", 0),
        ("clients.slaves", 0),
        ("aof.buffer", 0),
        ("overhead.total", total - values),
        ("keys.count", keys),
        ("keys.bytes-per-key", total.checked_div(keys).unwrap_or(0)),
        ("dataset.bytes", values),
    ];
    if let Some(mut pairs) = answer.map(numbers.len() + 1) {
        for (name, number) in numbers {
            pairs.pair(name, number as i64);
        }
        let share = values as f64 * 100.0 / total.max(1) as f64;
        pairs.pair("dataset.percentage", share);
    }
    Ok(Done::Answered)
}

/// Bytes below which Redis gives no advice.
const TOO_LITTLE: usize = 5 << 20;

const EMPTY: &str = "Hi Sam, this instance is empty or is using very little memory, my issues \
                     detector can't be used in these conditions. Please, leave for your mission \
                     on Earth and fill it with some data. The new Sam and I will be back to our \
                     programming as soon as I finished rebooting.\n";

const HEALTHY: &str = "Hi Sam, I can't find any memory issue in your instance. I can only account \
                       for what occurs on this base.\n";
