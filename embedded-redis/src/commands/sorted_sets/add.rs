//! `ZADD` and `ZINCRBY`.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::commands::numbers::float;
use crate::engine::{Answer, Class, Data, Edit, Error, Outcome};
use crate::keyspace::{Score, SortedSet};

/// Which members `ZADD` gives a score.
#[derive(Clone, Copy, Default)]
pub(in crate::commands) struct Adding {
    pub(in crate::commands) only_new: bool,
    pub(in crate::commands) only_present: bool,
    only_greater: bool,
    only_less: bool,
    increment: bool,
    pub(in crate::commands) count_changed: bool,
}

/// What has become of it.
#[derive(Default)]
struct Added {
    new: usize,
    changed: usize,
    /// The last one's, if it was not left as it is.
    score: Option<Score>,
}

impl Adding {
    /// Takes the option in, if it is one.
    fn option(&mut self, option: &[u8]) -> bool {
        let flag = match option {
            _ if is(option, "nx") => &mut self.only_new,
            _ if is(option, "xx") => &mut self.only_present,
            _ if is(option, "gt") => &mut self.only_greater,
            _ if is(option, "lt") => &mut self.only_less,
            _ if is(option, "ch") => &mut self.count_changed,
            _ if is(option, "incr") => &mut self.increment,
            _ => return false,
        };
        *flag = true;
        true
    }

    fn check(&self, pairs: usize) -> Result<(), Error> {
        if self.only_new && self.only_present {
            return Err(Error::of("ERR XX and NX options at the same time are not compatible"));
        }
        let compared = usize::from(self.only_greater) + usize::from(self.only_less);
        if compared + usize::from(self.only_new) > 1 {
            return Err(Error::of(
                "ERR GT, LT, and/or NX options at the same time are not compatible",
            ));
        }
        if self.increment && pairs > 1 {
            return Err(Error::of("ERR INCR option supports a single increment-element pair"));
        }
        Ok(())
    }

    fn is_plain(&self) -> bool {
        !(self.only_new
            || self.only_present
            || self.only_greater
            || self.only_less
            || self.increment)
    }

    fn add(
        &self,
        set: &mut Edit<'_, SortedSet>,
        score: Score,
        member: &[u8],
        added: &mut Added,
    ) -> Result<(), Error> {
        if self.is_plain() {
            match set.insert(member, score) {
                Some(old) => added.changed += usize::from(old != score),
                None => added.new += 1,
            }
            return Ok(());
        }
        let old = set.score(member);
        let score = match old {
            Some(old) if self.increment => score + old,
            _ => score,
        };
        let skipped = match old {
            Some(_) if self.only_new => true,
            Some(_) if score.is_nan() => return Err(NOT_A_NUMBER),
            Some(old) => (self.only_less && score >= old) || (self.only_greater && score <= old),
            None => self.only_present,
        };
        added.score = (!skipped).then_some(score);
        if !skipped && old != Some(score) {
            set.insert(member, score);
            *if old.is_some() { &mut added.changed } else { &mut added.new } += 1;
        }
        Ok(())
    }
}

const NOT_A_NUMBER: Error = Error::of("ERR resulting score is not a number (NaN)");

pub(super) fn zadd(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut adding = Adding::default();
    let options = request.iter().skip(2).take_while(|option| adding.option(option)).count();
    add(data, request, adding, 2 + options, answer)
}

/// Redis takes options here, too, which the arity leaves no room for.
pub(super) fn zincrby(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let mut adding = Adding { increment: true, ..Adding::default() };
    if adding.option(arg(&request, 2)) {
        return Err(Error::SYNTAX);
    }
    add(data, request, adding, 2, answer)
}

fn add(
    data: &mut Data<'_>,
    request: Request<'_>,
    adding: Adding,
    first: usize,
    answer: &mut Answer<'_>,
) -> Outcome {
    let pairs = || {
        let mut arguments = request.iter().skip(first);
        std::iter::from_fn(move || Some((arguments.next()?, arguments.next()?)))
    };
    let left = request.len() - first;
    if !left.is_multiple_of(2) || left == 0 {
        return Err(Error::SYNTAX);
    }
    adding.check(left / 2)?;
    if left == 2 {
        let (score, member) = (float(arg(&request, first))?, arg(&request, first + 1));
        return add_all(data, arg(&request, 1), adding, std::iter::once((score, member)), answer);
    }
    // One that is no number, and nothing is added.
    let scores = pairs().map(|(score, _)| float(score)).collect::<Result<Vec<_>, _>>()?;
    let members = scores.into_iter().zip(pairs().map(|(_, member)| member));
    add_all(data, arg(&request, 1), adding, members, answer)
}

/// Gives members their scores, and answers how many are new, or the score.
pub(in crate::commands) fn add_all<'a>(
    data: &mut Data<'_>,
    key: &[u8],
    adding: Adding,
    members: impl Iterator<Item = (Score, &'a [u8])>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let mut added = Added::default();
    let set = if adding.only_present {
        data.edit::<SortedSet>(key)?
    } else {
        Some(data.edit_or_new::<SortedSet>(key)?)
    };
    if let Some(mut set) = set {
        for (score, member) in members {
            adding.add(&mut set, score, member, &mut added)?;
        }
        if added.new + added.changed > 0 {
            set.done(Class::SORTED_SET, if adding.increment { "zincr" } else { "zadd" });
        }
    }
    match added.score {
        Some(score) if adding.increment => answer.double(score),
        None if adding.increment => answer.null(),
        _ if adding.count_changed => answer.count(added.new + added.changed),
        _ => answer.count(added.new),
    }
}
