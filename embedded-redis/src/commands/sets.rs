//! Sets.

mod algebra;
mod random;
#[cfg(test)]
mod tests;

use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::arg;
use super::scanning::{self, Scan};
use crate::engine::{Answer, Class, Data, Done, Outcome, Runs};
use crate::keyspace::Set;

pub(super) const COMMANDS: Commands = &[
    ("sadd", Runs::Data(sadd)),
    ("srem", Runs::Data(srem)),
    ("sismember", Runs::Data(sismember)),
    ("smismember", Runs::Data(smismember)),
    ("smembers", Runs::Data(smembers)),
    ("scard", Runs::Data(scard)),
    ("smove", Runs::Data(smove)),
    ("sscan", Runs::Data(sscan)),
    ("spop", Runs::Data(random::spop)),
    ("srandmember", Runs::Data(random::srandmember)),
    ("sinter", Runs::Data(algebra::sinter)),
    ("sintercard", Runs::Data(algebra::sintercard)),
    ("sinterstore", Runs::Data(algebra::sinterstore)),
    ("sunion", Runs::Data(algebra::sunion)),
    ("sunionstore", Runs::Data(algebra::sunionstore)),
    ("sdiff", Runs::Data(algebra::sdiff)),
    ("sdiffstore", Runs::Data(algebra::sdiffstore)),
];

fn sadd(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut set = data.edit_or_new::<Set>(arg(&request, 1))?;
    let added = request.iter().skip(2).filter(|member| set.insert(member)).count();
    if added > 0 {
        set.done(Class::SET, "sadd");
    }
    answer.count(added)
}

fn srem(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(mut set) = data.edit::<Set>(arg(&request, 1))? else {
        return answer.int(0);
    };
    let removed = request.iter().skip(2).filter(|member| set.remove(member)).count();
    if removed > 0 {
        set.done(Class::SET, "srem");
    }
    answer.count(removed)
}

fn sismember(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<Set>(arg(&request, 1))?;
    let there = set.is_some_and(|set| set.contains(arg(&request, 2)));
    answer.int(there.into())
}

fn smismember(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<Set>(arg(&request, 1))?;
    if let Some(mut items) = answer.array(request.len() - 2) {
        for member in request.iter().skip(2) {
            items.add(i64::from(set.is_some_and(|set| set.contains(member))));
        }
    }
    Ok(Done::Answered)
}

fn smembers(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    match data.read::<Set>(arg(&request, 1))? {
        Some(set) => answer_all(answer, set),
        None => answer_none(answer),
    }
}

fn scard(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<Set>(arg(&request, 1))?;
    answer.count(set.map_or(0, Set::len))
}

fn smove(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (source, target, member) = (arg(&request, 1), arg(&request, 2), arg(&request, 3));
    let Some(set) = data.edit::<Set>(source)? else { return answer.int(0) };
    let there = set.contains(member);
    drop(set);
    data.edit::<Set>(target)?;
    if !there || source == target {
        return answer.int(there.into());
    }
    if let Some(mut set) = data.edit::<Set>(source)? {
        set.remove(member);
        set.done(Class::SET, "srem");
    }
    let mut set = data.edit_or_new::<Set>(target)?;
    if set.insert(member) {
        set.done(Class::SET, "sadd");
    }
    answer.int(1)
}

fn sscan(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let cursor = scanning::cursor(arg(&request, 2))?;
    let Some(set) = data.read::<Set>(arg(&request, 1))? else {
        return scanning::page::<&[u8]>(answer, 0, &[]);
    };
    let scan = Scan::parse(&request)?;
    let mut found = Vec::new();
    let cursor = set.scan(cursor, scan.count, |member| {
        if scan.wants(&member) {
            found.push(member);
        }
    });
    scanning::page(answer, cursor, &found)
}

fn answer_all(answer: &mut Answer<'_>, set: &Set) -> Outcome {
    if let Some(mut items) = answer.set(set.len()) {
        for member in set.iter() {
            items.add(&*member);
        }
    }
    Ok(Done::Answered)
}

fn answer_none(answer: &mut Answer<'_>) -> Outcome {
    answer.set(0);
    Ok(Done::Answered)
}
