//! Sorted sets.

mod add;
mod bounds;
mod combine;
mod pop;
mod random;
mod range;
mod rank;
mod scan;
#[cfg(test)]
mod tests;

use redis_server_core::Protocol;
use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::arg;
use crate::engine::{Answer, Class, Data, Done, Outcome, Runs};
use crate::keyspace::{Compact, Score, SortedSet, Value};

pub(super) use add::{Adding, add_all};

pub(super) const COMMANDS: Commands = &[
    ("bzmpop", Runs::Client(pop::bzmpop)),
    ("bzpopmax", Runs::Client(pop::bzpopmax)),
    ("bzpopmin", Runs::Client(pop::bzpopmin)),
    ("zadd", Runs::Data(add::zadd)),
    ("zcard", Runs::Data(zcard)),
    ("zcount", Runs::Data(range::zcount)),
    ("zdiff", Runs::Data(combine::zdiff)),
    ("zdiffstore", Runs::Data(combine::zdiffstore)),
    ("zincrby", Runs::Data(add::zincrby)),
    ("zinter", Runs::Data(combine::zinter)),
    ("zintercard", Runs::Data(combine::zintercard)),
    ("zinterstore", Runs::Data(combine::zinterstore)),
    ("zlexcount", Runs::Data(range::zlexcount)),
    ("zmpop", Runs::Data(pop::zmpop)),
    ("zmscore", Runs::Data(zmscore)),
    ("zpopmax", Runs::Data(pop::zpopmax)),
    ("zpopmin", Runs::Data(pop::zpopmin)),
    ("zrandmember", Runs::Data(random::zrandmember)),
    ("zrange", Runs::Data(range::zrange)),
    ("zrangebylex", Runs::Data(range::zrangebylex)),
    ("zrangebyscore", Runs::Data(range::zrangebyscore)),
    ("zrangestore", Runs::Data(range::zrangestore)),
    ("zrank", Runs::Data(rank::zrank)),
    ("zrem", Runs::Data(zrem)),
    ("zremrangebylex", Runs::Data(range::zremrangebylex)),
    ("zremrangebyrank", Runs::Data(range::zremrangebyrank)),
    ("zremrangebyscore", Runs::Data(range::zremrangebyscore)),
    ("zrevrange", Runs::Data(range::zrevrange)),
    ("zrevrangebylex", Runs::Data(range::zrevrangebylex)),
    ("zrevrangebyscore", Runs::Data(range::zrevrangebyscore)),
    ("zrevrank", Runs::Data(rank::zrevrank)),
    ("zscan", Runs::Data(scan::zscan)),
    ("zscore", Runs::Data(zscore)),
    ("zunion", Runs::Data(combine::zunion)),
    ("zunionstore", Runs::Data(combine::zunionstore)),
];

fn zcard(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    answer.count(set.map_or(0, SortedSet::len))
}

fn zscore(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    match set.and_then(|set| set.score(arg(&request, 2))) {
        Some(score) => answer.double(score),
        None => answer.null(),
    }
}

fn zmscore(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    if let Some(mut items) = answer.array(request.len() - 2) {
        for member in request.iter().skip(2) {
            items.add(set.and_then(|set| set.score(member)));
        }
    }
    Ok(Done::Answered)
}

fn zrem(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(mut set) = data.edit::<SortedSet>(arg(&request, 1))? else { return answer.int(0) };
    let removed = request.iter().skip(2).filter(|member| set.remove(member).is_some()).count();
    if removed > 0 {
        set.done(Class::SORTED_SET, "zrem");
    }
    answer.count(removed)
}

/// Answers members, with their scores if these are wanted: then in RESP3 each is an array of two,
/// and in RESP2 they follow one another.
fn list<'a>(
    answer: &mut Answer<'_>,
    count: usize,
    with_scores: bool,
    members: impl Iterator<Item = (&'a Compact, Score)>,
) -> Outcome {
    let nested = with_scores && answer.protocol() == Protocol::Resp3;
    let flat = with_scores && !nested;
    let Some(mut items) = answer.array(if flat { count * 2 } else { count }) else {
        return Ok(Done::Answered);
    };
    for (member, score) in members {
        if nested {
            items.item().array(2).add(&**member).add(score);
        } else {
            items.add(&**member);
            if flat {
                items.add(score);
            }
        }
    }
    Ok(Done::Answered)
}

/// Gives a key what a command has found, removes it if that is nothing, and answers how much it is.
pub(super) fn store(
    data: &mut Data<'_>,
    key: &[u8],
    members: Vec<(Score, Compact)>,
    event: &str,
    answer: &mut Answer<'_>,
) -> Outcome {
    let count = members.len();
    if count == 0 {
        data.delete(key);
        return answer.int(0);
    }
    let seed = data.shared.rng.next();
    let set = SortedSet::collect(seed, members, data.shared.settings.limits.sorted_set);
    data.set(key, Value::SortedSet(Box::new(set)));
    data.notify(Class::SORTED_SET, event, key);
    answer.count(count)
}
