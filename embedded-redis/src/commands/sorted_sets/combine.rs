//! Unions, intersections and differences, of sorted sets and of sets.

use redis_server_core::resp_core::request::Request;

use super::{list, store};
use crate::commands::arguments::{Options, arg, count, integer, is};
use crate::commands::numbers::float;
use crate::engine::{Answer, Data, Error, Outcome};
use crate::keyspace::{Compact, Dict, Score, Set, SortedSet, Typed, Value, sort};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Union,
    Inter,
    Diff,
}

#[derive(Clone, Copy, Debug)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

/// What becomes of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Answer,
    Store,
    Count,
}

/// A command, as it was given.
struct Combining<'a> {
    keys: Vec<&'a [u8]>,
    weights: Vec<Score>,
    aggregate: Aggregate,
    with_scores: bool,
    /// How many are counted; all if it is 0.
    limit: usize,
}

impl<'a> Combining<'a> {
    /// Reads the keys, whose number is the argument at `count`, and the options behind them.
    fn parse(
        data: &mut Data<'_>,
        request: &Request<'a>,
        at: usize,
        command: &str,
        operation: Operation,
        purpose: Purpose,
    ) -> Result<Self, Error> {
        let count = integer(arg(request, at))?;
        if count < 1 {
            return Err(Error::new(format!(
                "ERR at least 1 input key is needed for '{command}' command"
            )));
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count > request.len() - (at + 1) {
            return Err(Error::SYNTAX);
        }
        let keys: Vec<_> = request.iter().skip(at + 1).take(count).collect();
        for key in &keys {
            let value = data.read_any(key);
            if value.is_some_and(|it| Set::of(it).is_none() && SortedSet::of(it).is_none()) {
                return Err(Error::WRONG_TYPE);
            }
        }
        let weights = vec![1.0; count];
        let aggregate = Aggregate::Sum;
        let mut this = Self { keys, weights, aggregate, with_scores: false, limit: 0 };
        this.options(Options::behind(request, at + 1 + count), operation, purpose)?;
        Ok(this)
    }

    fn options(
        &mut self,
        mut options: Options<'a>,
        operation: Operation,
        purpose: Purpose,
    ) -> Result<(), Error> {
        let weighted = operation != Operation::Diff && purpose != Purpose::Count;
        while let Some(option) = options.next() {
            if weighted && options.left() >= self.keys.len() && is(option, "weights") {
                for weight in &mut self.weights {
                    *weight = float(options.value()?)
                        .map_err(|_| Error::of("ERR weight value is not a float"))?;
                }
            } else if weighted && is(option, "aggregate") {
                self.aggregate = match options.value()? {
                    name if is(name, "sum") => Aggregate::Sum,
                    name if is(name, "min") => Aggregate::Min,
                    name if is(name, "max") => Aggregate::Max,
                    _ => return Err(Error::SYNTAX),
                };
            } else if purpose == Purpose::Answer && is(option, "withscores") {
                self.with_scores = true;
            } else if purpose == Purpose::Count && is(option, "limit") {
                let negative = Error::of("ERR LIMIT can't be negative");
                self.limit = count(options.value()?, 0, negative)?;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(())
    }

    /// What the keys have, with their weights.
    fn sources<'d>(&self, data: &'d Data<'_>) -> Vec<(Source<'d>, Score)> {
        let db = &data.database.db;
        let value = |key| db.find(key).and_then(|place| db.value(place));
        self.keys
            .iter()
            .zip(&self.weights)
            .map(|(key, weight)| (Source::of(value(key)), *weight))
            .collect()
    }

    fn result(&self, data: &Data<'_>, operation: Operation) -> Vec<(Score, Compact)> {
        let mut sources = self.sources(data);
        if operation != Operation::Diff {
            // The order in which scores are added up, where it makes a difference.
            sources.sort_by_key(|(source, _)| source.len());
        }
        match operation {
            Operation::Union => self.union(&sources),
            Operation::Inter => {
                let mut found = Vec::new();
                self.intersect(&sources, |member, score| {
                    found.push((score, Compact::from(member)));
                    true
                });
                found
            }
            Operation::Diff => difference(&sources),
        }
    }

    fn union(&self, sources: &[(Source<'_>, Score)]) -> Vec<(Score, Compact)> {
        let mut sums = Dict::new(0);
        for (source, weight) in sources {
            source.each(|member, score| {
                let score = weighted(score, *weight);
                let (place, new) = sums.find_or_insert_with(member, || score);
                if !new && let Some(sum) = sums.at_mut(place) {
                    *sum = self.aggregate.of(*sum, score);
                }
                true
            });
        }
        sums.iter().map(|(member, score)| (*score, member.clone())).collect()
    }

    /// Hands over what is in all of them, while it is wanted.
    fn intersect(
        &self,
        sources: &[(Source<'_>, Score)],
        mut found: impl FnMut(&[u8], Score) -> bool,
    ) {
        let Some(((first, weight), others)) = sources.split_first() else { return };
        first.each(|member, score| {
            let mut sum = weighted(score, *weight);
            for (other, weight) in others {
                let Some(score) = other.score(member) else { return true };
                sum = self.aggregate.of(sum, score * weight);
            }
            found(member, sum)
        });
    }
}

/// 0 times infinity is 0.
fn weighted(score: Score, weight: Score) -> Score {
    let product = score * weight;
    if product.is_nan() { 0.0 } else { product }
}

fn difference(sources: &[(Source<'_>, Score)]) -> Vec<(Score, Compact)> {
    let mut left = Vec::new();
    let Some(((first, _), others)) = sources.split_first() else { return left };
    first.each(|member, score| {
        if others.iter().all(|(other, _)| other.score(member).is_none()) {
            left.push((score, Compact::from(member)));
        }
        true
    });
    left
}

impl Aggregate {
    fn of(self, sum: Score, score: Score) -> Score {
        match self {
            // Infinity less infinity is 0.
            Self::Sum => Some(sum + score).filter(|sum| !sum.is_nan()).unwrap_or(0.0),
            Self::Min => {
                if score < sum {
                    score
                } else {
                    sum
                }
            }
            Self::Max => {
                if score > sum {
                    score
                } else {
                    sum
                }
            }
        }
    }
}

/// What a key has. A member of a set has the score 1.
#[derive(Clone, Copy)]
enum Source<'a> {
    Nothing,
    Set(&'a Set),
    SortedSet(&'a SortedSet),
}

impl<'a> Source<'a> {
    fn of(value: Option<&'a Value>) -> Self {
        match value {
            Some(Value::Set(set)) => Self::Set(set),
            Some(Value::SortedSet(set)) => Self::SortedSet(set),
            _ => Self::Nothing,
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Set(set) => set.len(),
            Self::SortedSet(set) => set.len(),
        }
    }

    fn score(self, member: &[u8]) -> Option<Score> {
        match self {
            Self::Nothing => None,
            Self::Set(set) => set.contains(member).then_some(1.0),
            Self::SortedSet(set) => set.score(member),
        }
    }

    /// Hands over the members, while they are wanted.
    fn each(self, mut wants: impl FnMut(&[u8], Score) -> bool) {
        match self {
            Self::Nothing => {}
            Self::Set(set) => {
                set.iter().all(|member| wants(&member, 1.0));
            }
            Self::SortedSet(set) => {
                set.iter().all(|(member, score)| wants(member, score));
            }
        }
    }
}

fn answer_combined(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    operation: Operation,
    command: &str,
) -> Outcome {
    let combining = Combining::parse(data, &request, 1, command, operation, Purpose::Answer)?;
    let mut members = combining.result(data, operation);
    sort(&mut members);
    let members = members.iter().map(|(score, member)| (member, *score));
    list(answer, members.len(), combining.with_scores, members)
}

pub(super) fn zunion(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_combined(data, request, answer, Operation::Union, "zunion")
}

pub(super) fn zinter(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_combined(data, request, answer, Operation::Inter, "zinter")
}

pub(super) fn zdiff(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer_combined(data, request, answer, Operation::Diff, "zdiff")
}

/// The event is called as the command.
fn store_combined(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    operation: Operation,
    command: &str,
) -> Outcome {
    let combining = Combining::parse(data, &request, 2, command, operation, Purpose::Store)?;
    let members = combining.result(data, operation);
    store(data, arg(&request, 1), members, command, answer)
}

pub(super) fn zunionstore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    store_combined(data, request, answer, Operation::Union, "zunionstore")
}

pub(super) fn zinterstore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    store_combined(data, request, answer, Operation::Inter, "zinterstore")
}

pub(super) fn zdiffstore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    store_combined(data, request, answer, Operation::Diff, "zdiffstore")
}

pub(super) fn zintercard(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let operation = Operation::Inter;
    let combining = Combining::parse(data, &request, 1, "zintercard", operation, Purpose::Count)?;
    let mut sources = combining.sources(data);
    sources.sort_by_key(|(source, _)| source.len());
    let mut count = 0;
    combining.intersect(&sources, |_, _| {
        count += 1;
        count != combining.limit
    });
    answer.count(count)
}
