//! Intersections, unions and differences.

use redis_server_core::resp_core::request::Request;

use super::answer_all;
use crate::commands::arguments::{Options, arg, count, is};
use crate::engine::{Answer, Class, Data, Done, Error, Outcome};
use crate::keyspace::{Member, Set, Typed, Value};

pub(super) fn sinter(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let sets = Operands::read(data, Options::behind(&request, 1))?;
    let members: Vec<_> = sets.intersection().collect();
    if let Some(mut items) = answer.set(members.len()) {
        for member in &members {
            items.add(&**member);
        }
    }
    Ok(Done::Answered)
}

pub(super) fn sintercard(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let keys = count(arg(&request, 1), 1, Error::of("ERR numkeys should be greater than 0"))?;
    if keys > request.len() - 2 {
        return Err(Error::of("ERR Number of keys can't be greater than number of args"));
    }
    let mut limit = 0;
    let mut options = Options::behind(&request, 2 + keys);
    while let Some(option) = options.next() {
        let value = options.value()?;
        if !is(option, "limit") {
            return Err(Error::SYNTAX);
        }
        limit = count(value, 0, Error::of("ERR LIMIT can't be negative"))?;
    }
    let most = if limit == 0 { usize::MAX } else { limit };
    let sets = Operands::read(data, Options::behind(&request, 2).take(keys))?;
    answer.count(sets.intersection().take(most).count())
}

pub(super) fn sinterstore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let sets = Operands::read(data, Options::behind(&request, 2))?;
    let limit = sets.limit;
    let result = Set::of_members(sets.seed, sets.intersection(), limit);
    store(data, arg(&request, 1), result, "sinterstore", answer)
}

pub(super) fn sunion(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let sets = Operands::read(data, Options::behind(&request, 1))?;
    answer_all(answer, &sets.union())
}

pub(super) fn sunionstore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let result = Operands::read(data, Options::behind(&request, 2))?.union();
    store(data, arg(&request, 1), result, "sunionstore", answer)
}

pub(super) fn sdiff(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let sets = Operands::read(data, Options::behind(&request, 1))?;
    answer_all(answer, &sets.difference())
}

pub(super) fn sdiffstore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let result = Operands::read(data, Options::behind(&request, 2))?.difference();
    store(data, arg(&request, 1), result, "sdiffstore", answer)
}

/// The sets that the keys have, none where there is no key.
struct Operands<'d> {
    sets: Vec<Option<&'d Set>>,
    /// For a set that is made of them.
    seed: u64,
    /// Integers up to which that is an intset.
    limit: usize,
}

impl<'d> Operands<'d> {
    fn read<'k>(
        data: &'d mut Data<'_>,
        keys: impl Iterator<Item = &'k [u8]> + Clone,
    ) -> Result<Self, Error> {
        // First of all expired keys go, since places are not what they were after that.
        for key in keys.clone() {
            data.read::<Set>(key)?;
        }
        let seed = data.shared.rng.next();
        let db = &data.database.db;
        let set = |key| db.find(key).and_then(|place| db.value(place)).and_then(Set::of);
        let limit = data.shared.settings.limits.integers;
        Ok(Self { sets: keys.map(set).collect(), seed, limit })
    }

    fn intersection(self) -> impl Iterator<Item = Member<'d>> {
        let mut sets: Vec<&Set> = self.sets.into_iter().collect::<Option<_>>().unwrap_or_default();
        sets.sort_by_key(|set| set.len());
        let smallest = sets.first().copied();
        let members = smallest.into_iter().flat_map(Set::iter);
        members.filter(move |member| sets.iter().skip(1).all(|other| other.contains(member)))
    }

    fn union(self) -> Set {
        let members = self.sets.into_iter().flatten().flat_map(Set::iter);
        Set::of_members(self.seed, members, self.limit)
    }

    fn difference(self) -> Set {
        let mut sets = self.sets.into_iter();
        let first = sets.next().flatten();
        let mut others: Vec<&Set> = sets.flatten().collect();
        // The largest is the likeliest to have it.
        others.sort_by_key(|set| std::cmp::Reverse(set.len()));
        let members = first.into_iter().flat_map(Set::iter);
        let left = members.filter(|member| !others.iter().any(|other| other.contains(member)));
        Set::of_members(self.seed, left, self.limit)
    }
}

/// Gives the key what has come out, or removes it if that is nothing.
fn store(
    data: &mut Data<'_>,
    key: &[u8],
    result: Set,
    event: &str,
    answer: &mut Answer<'_>,
) -> Outcome {
    let count = result.len();
    if count == 0 {
        data.delete(key);
    } else {
        data.set(key, Value::Set(Box::new(result)));
        data.notify(Class::SET, event, key);
    }
    answer.count(count)
}
