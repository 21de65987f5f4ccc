//! `MEMORY`, but for `USAGE`.

use redis_server_core::resp_core::request::Request;

use crate::engine::{Answer, Context, Done, Engine, Outcome};

impl Engine {
    /// Bytes that the databases have allocated.
    pub(crate) fn used_memory(&self) -> usize {
        self.databases.iter().map(|database| database.db.heap_bytes()).sum()
    }

    pub(super) fn keys(&self) -> usize {
        self.databases.iter().map(|database| database.db.len()).sum()
    }
}

/// `MEMORY STATS`, of what is known.
pub(super) fn stats(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let engine = &*context.engine;
    let (used, keys) = (engine.used_memory(), engine.keys());
    let peak = engine.shared.stats.peak_memory.max(used);
    if let Some(mut pairs) = answer.map(5) {
        pairs
            .pair("peak.allocated", peak)
            .pair("total.allocated", used)
            .pair("keys.count", keys)
            .pair("keys.bytes-per-key", used.checked_div(keys).unwrap_or(0))
            .pair("dataset.bytes", used);
    }
    Ok(Done::Answered)
}

pub(super) fn doctor(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.verbatim(
        *b"txt",
        "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be \
         used in these conditions. Please, leave for your mission on Earth and fill it with some \
         data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n",
    )
}

pub(super) fn malloc_stats(
    _: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer.bulk(b"Stats not supported for the current allocator")
}

/// There is nothing that could be given back by force.
pub(super) fn purge(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.ok()
}
