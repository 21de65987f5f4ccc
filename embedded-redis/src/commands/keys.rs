//! Commands on keys of any type.

mod deadlines;
mod dump;
mod memory;
mod moves;
mod object;
mod scan;
mod sort;
#[cfg(test)]
mod tests;

use redis_server_core::glob_matches;
use redis_server_core::resp_core::request::Request;

use super::arguments::{arg, integer, timeout};
use super::{Commands, help};
use crate::engine::{Answer, Class, Context, Data, Done, Outcome, Runs, Waiting};
use crate::keyspace::{Compact, Millis, Place};

pub(super) const COMMANDS: Commands = &[
    ("copy", Runs::Client(moves::copy)),
    ("del", Runs::Data(del)),
    ("dump", Runs::Data(dump::dump)),
    ("exists", Runs::Data(exists)),
    ("expire", Runs::Data(deadlines::expire)),
    ("expireat", Runs::Data(deadlines::expireat)),
    ("expiretime", Runs::Data(deadlines::expiretime)),
    ("keys", Runs::Data(keys)),
    ("memory|doctor", Runs::Client(memory::doctor)),
    ("memory|malloc-stats", Runs::Client(memory::malloc_stats)),
    ("memory|purge", Runs::Client(memory::purge)),
    ("memory|stats", Runs::Client(memory::stats)),
    ("memory|usage", Runs::Client(memory::usage)),
    ("move", Runs::Client(moves::move_to)),
    ("object", Runs::Client(help::alone)),
    ("object|encoding", Runs::Data(object::encoding)),
    ("object|freq", Runs::Data(object::freq)),
    ("object|help", Runs::Client(help::object)),
    ("object|idletime", Runs::Data(object::idletime)),
    ("object|refcount", Runs::Data(object::refcount)),
    ("persist", Runs::Data(deadlines::persist)),
    ("pexpire", Runs::Data(deadlines::pexpire)),
    ("pexpireat", Runs::Data(deadlines::pexpireat)),
    ("pexpiretime", Runs::Data(deadlines::pexpiretime)),
    ("pttl", Runs::Data(deadlines::pttl)),
    ("randomkey", Runs::Data(randomkey)),
    ("rename", Runs::Data(moves::rename)),
    ("renamenx", Runs::Data(moves::renamenx)),
    ("restore", Runs::Data(dump::restore)),
    ("scan", Runs::Data(scan::scan)),
    ("sort", Runs::Client(sort::sort)),
    ("sort_ro", Runs::Client(sort::sort_ro)),
    ("touch", Runs::Data(touch)),
    ("ttl", Runs::Data(deadlines::ttl)),
    ("type", Runs::Data(kind)),
    ("unlink", Runs::Data(del)),
    ("wait", Runs::Client(wait)),
];

fn del(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(request.iter().skip(1).filter(|key| data.delete(key)).count())
}

fn exists(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(request.iter().skip(1).filter(|key| look_up(data, key).is_some()).count())
}

fn touch(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(request.iter().skip(1).filter(|key| look_up_used(data, key).is_some()).count())
}

fn kind(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let place = look_up(data, arg(&request, 1));
    let value = place.and_then(|place| data.database.db.value(place));
    answer.simple(value.map_or("none", |value| value.kind().name()))
}

fn keys(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let pattern = arg(&request, 1);
    let (db, now) = (&data.database.db, data.now());
    let found: Vec<&Compact> = db
        .places()
        .filter_map(|place| {
            let (key, _) = db.entry(place)?;
            // `*` also matches the empty key, which the matcher says it does not.
            let matches = pattern == b"*" || glob_matches(pattern, key);
            (matches && !db.is_due(place, now)).then_some(key)
        })
        .collect();
    answer.bulks(found.into_iter())
}

fn randomkey(data: &mut Data<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut tries = TRIES;
    while let Some(place) = data.database.db.random(&mut data.shared.rng) {
        if data.is_due(place) && tries > 0 {
            data.expire(place);
            // What has expired stays as long as clients are paused.
            tries -= usize::from(data.shared.frozen);
            continue;
        }
        return answer.optional(data.database.db.entry(place).map(|(key, _)| &**key));
    }
    answer.null()
}

/// There are no replicas to wait for: the time passes, unless none are asked for.
fn wait(context: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let replicas = integer(arg(&request, 1))?;
    let timeout = timeout(arg(&request, 2))?;
    if replicas <= 0 {
        return answer.int(0);
    }
    let deadline = (timeout > 0).then(|| context.now().saturating_add(timeout));
    Ok(Done::Block(Box::new(WaitForReplicas(deadline))))
}

#[derive(Debug)]
struct WaitForReplicas(Option<Millis>);

impl Waiting for WaitForReplicas {
    fn keys(&self) -> &[Box<[u8]>] {
        &[]
    }

    fn deadline(&self) -> Option<Millis> {
        self.0
    }

    fn serve(&self, _: &mut Data<'_>, _: &[u8], _: &mut Answer<'_>) -> Option<Outcome> {
        None
    }

    fn time_out(&self, answer: &mut Answer<'_>) -> Outcome {
        answer.int(0)
    }
}

/// Where the key is, for a command that reads without using it.
fn look_up(data: &mut Data<'_>, key: &[u8]) -> Option<Place> {
    let place = data.peek(key);
    count_look_up(data, key, place);
    place
}

/// Where the key is, for a command that reads.
fn look_up_used(data: &mut Data<'_>, key: &[u8]) -> Option<Place> {
    let place = data.find(key);
    count_look_up(data, key, place);
    place
}

fn count_look_up(data: &mut Data<'_>, key: &[u8], place: Option<Place>) {
    if place.is_some() {
        data.shared.stats.hits += 1;
    } else {
        data.shared.stats.misses += 1;
        data.notify(Class::KEY_MISS, "keymiss", key);
    }
}

/// Keys that may be past their deadline before one of them is as good as any, while clients are
/// paused.
const TRIES: usize = 100;
