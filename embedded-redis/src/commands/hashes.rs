//! Hashes.

mod numbers;
mod random;
#[cfg(test)]
mod tests;

use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::arg;
use super::scanning::{self, Scan};
use crate::engine::{Answer, Class, Data, Done, Error, Outcome, Runs};
use crate::keyspace::Hash;

pub(super) const COMMANDS: Commands = &[
    ("hset", Runs::Data(hset)),
    ("hsetnx", Runs::Data(hsetnx)),
    ("hmset", Runs::Data(hmset)),
    ("hget", Runs::Data(hget)),
    ("hmget", Runs::Data(hmget)),
    ("hgetall", Runs::Data(hgetall)),
    ("hkeys", Runs::Data(hkeys)),
    ("hvals", Runs::Data(hvals)),
    ("hlen", Runs::Data(hlen)),
    ("hexists", Runs::Data(hexists)),
    ("hdel", Runs::Data(hdel)),
    ("hstrlen", Runs::Data(hstrlen)),
    ("hincrby", Runs::Data(numbers::hincrby)),
    ("hincrbyfloat", Runs::Data(numbers::hincrbyfloat)),
    ("hrandfield", Runs::Data(random::hrandfield)),
    ("hscan", Runs::Data(hscan)),
];

fn hset(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let added = set_fields(data, &request, "hset")?;
    answer.count(added)
}

fn hmset(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    set_fields(data, &request, "hmset")?;
    answer.ok()
}

/// How many of the fields are new.
#[inline]
fn set_fields(data: &mut Data<'_>, request: &Request<'_>, name: &str) -> Result<usize, Error> {
    if request.len() % 2 == 1 {
        return Err(Error::arity(name));
    }
    let mut hash = data.edit_or_new::<Hash>(arg(request, 1))?;
    let mut arguments = request.iter().skip(2);
    let mut added = 0;
    while let (Some(field), Some(value)) = (arguments.next(), arguments.next()) {
        added += usize::from(hash.insert(field, value));
    }
    hash.done(Class::HASH, "hset");
    Ok(added)
}

fn hsetnx(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut hash = data.edit_or_new::<Hash>(arg(&request, 1))?;
    if hash.contains(arg(&request, 2)) {
        return answer.int(0);
    }
    hash.insert(arg(&request, 2), arg(&request, 3));
    hash.done(Class::HASH, "hset");
    answer.int(1)
}

fn hget(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    let value = hash.and_then(|hash| hash.get(arg(&request, 2)));
    answer.optional(value.map(|value| &**value))
}

fn hmget(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    if let Some(mut items) = answer.array(request.len() - 2) {
        for field in request.iter().skip(2) {
            items.add(hash.and_then(|hash| hash.get(field)).map(|value| &**value));
        }
    }
    Ok(Done::Answered)
}

fn hgetall(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    if let Some(mut pairs) = answer.map(hash.map_or(0, Hash::len)) {
        for (field, value) in hash.into_iter().flat_map(Hash::iter) {
            pairs.pair(&**field, &**value);
        }
    }
    Ok(Done::Answered)
}

fn hkeys(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    if let Some(mut items) = answer.array(hash.map_or(0, Hash::len)) {
        for (field, _) in hash.into_iter().flat_map(Hash::iter) {
            items.add(&**field);
        }
    }
    Ok(Done::Answered)
}

fn hvals(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    if let Some(mut items) = answer.array(hash.map_or(0, Hash::len)) {
        for (_, value) in hash.into_iter().flat_map(Hash::iter) {
            items.add(&**value);
        }
    }
    Ok(Done::Answered)
}

fn hlen(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    answer.count(hash.map_or(0, Hash::len))
}

fn hexists(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    let there = hash.is_some_and(|hash| hash.contains(arg(&request, 2)));
    answer.int(there.into())
}

fn hstrlen(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let hash = data.read::<Hash>(arg(&request, 1))?;
    let value = hash.and_then(|hash| hash.get(arg(&request, 2)));
    answer.count(value.map_or(0, |value| value.len()))
}

fn hdel(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(mut hash) = data.edit::<Hash>(arg(&request, 1))? else {
        return answer.int(0);
    };
    let fields = request.iter().skip(2);
    let removed = fields.filter(|field| hash.remove(field).is_some()).count();
    if removed > 0 {
        hash.done(Class::HASH, "hdel");
    }
    answer.count(removed)
}

fn hscan(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let cursor = scanning::cursor(arg(&request, 2))?;
    let Some(hash) = data.read::<Hash>(arg(&request, 1))? else {
        return scanning::page::<&[u8]>(answer, 0, &[]);
    };
    let scan = Scan::parse(&request)?;
    let mut found = Vec::new();
    let cursor = hash.scan(cursor, scan.count, |(field, value)| {
        if scan.wants(field) {
            found.extend([field, value]);
        }
    });
    scanning::page(answer, cursor, &found)
}
