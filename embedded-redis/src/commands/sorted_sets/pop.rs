//! Taking the least and the greatest members, and waiting for them.

use redis_server_core::resp_core::request::Request;

use super::list;
use crate::commands::arguments::{MultiPop, arg, count, is};
use crate::engine::{Answer, Class, Context, Data, Done, Error, Outcome, Waiting};
use crate::keyspace::{Compact, Millis, Score, SortedSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Least,
    Greatest,
}

pub(super) fn zpopmin(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    pop(data, request, answer, End::Least)
}

pub(super) fn zpopmax(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    pop(data, request, answer, End::Greatest)
}

fn pop(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>, end: End) -> Outcome {
    if request.len() > 3 {
        return Err(Error::SYNTAX);
    }
    let wanted = request.arg(2).map(|text| count(text, 0, Error::NOT_POSITIVE)).transpose()?;
    let members = take(data, arg(&request, 1), end, wanted.unwrap_or(1))?.unwrap_or_default();
    if wanted.is_none()
        && let [(score, member)] = &*members
    {
        // One member with its score is not put into an array of its own.
        if let Some(mut items) = answer.array(2) {
            items.add(&**member).add(*score);
        }
        return Ok(Done::Answered);
    }
    let members = members.iter().map(|(score, member)| (member, *score));
    list(answer, members.len(), true, members)
}

/// Takes members from an end, the outmost first. None if there are none.
fn take(
    data: &mut Data<'_>,
    key: &[u8],
    end: End,
    count: usize,
) -> Result<Option<Vec<(Score, Compact)>>, Error> {
    let Some(mut set) = data.edit::<SortedSet>(key)? else { return Ok(None) };
    let count = count.min(set.len());
    if count == 0 {
        return Ok(Some(Vec::new()));
    }
    let (members, event) = match end {
        End::Least => (set.remove_range(0, count), "zpopmin"),
        End::Greatest => {
            let len = set.len();
            let mut members = set.remove_range(len - count, len);
            members.reverse();
            (members, "zpopmax")
        }
    };
    set.done(Class::SORTED_SET, event);
    Ok(Some(members))
}

/// What is taken from the first of some keys that has any.
#[derive(Debug)]
struct Taking {
    keys: Vec<Box<[u8]>>,
    end: End,
    /// How many, which are answered as an array of pairs; the only one is not if there is none.
    count: Option<usize>,
    deadline: Option<Millis>,
}

impl Taking {
    /// The outcome, if there was something to take.
    fn take(
        &self,
        data: &mut Data<'_>,
        key: &[u8],
        answer: &mut Answer<'_>,
    ) -> Result<Option<Outcome>, Error> {
        let Some(members) = take(data, key, self.end, self.count.unwrap_or(1))? else {
            return Ok(None);
        };
        Ok(Some(self.answer(key, &members, answer)))
    }

    fn answer(&self, key: &[u8], members: &[(Score, Compact)], answer: &mut Answer<'_>) -> Outcome {
        if self.count.is_none() {
            let Some(mut items) = answer.array(1 + members.len() * 2) else {
                return Ok(Done::Answered);
            };
            items.add(key);
            for (score, member) in members {
                items.add(&**member).add(*score);
            }
            return Ok(Done::Answered);
        }
        if let Some(mut items) = answer.array(2) {
            items.add(key);
            let mut pairs = items.item().array(members.len());
            for (score, member) in members {
                pairs.item().array(2).add(&**member).add(*score);
            }
        }
        Ok(Done::Answered)
    }

    fn take_first(
        &self,
        data: &mut Data<'_>,
        answer: &mut Answer<'_>,
    ) -> Result<Option<Outcome>, Error> {
        for key in &self.keys {
            if let Some(outcome) = self.take(data, key, answer)? {
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }

    fn take_or_wait(self, context: &mut Context<'_>, answer: &mut Answer<'_>) -> Outcome {
        match self.take_first(&mut context.data()?, answer)? {
            Some(outcome) => outcome,
            None => Ok(Done::Block(Box::new(self))),
        }
    }
}

impl Waiting for Taking {
    fn keys(&self) -> &[Box<[u8]>] {
        &self.keys
    }

    fn deadline(&self) -> Option<Millis> {
        self.deadline
    }

    fn serve(&self, data: &mut Data<'_>, key: &[u8], answer: &mut Answer<'_>) -> Option<Outcome> {
        // What is no sorted set is nothing that it waits for.
        self.take(data, key, answer).ok().flatten()
    }

    fn time_out(&self, answer: &mut Answer<'_>) -> Outcome {
        answer.null_array()
    }
}

pub(super) fn bzpopmin(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    pop_or_wait(context, request, answer, End::Least)
}

pub(super) fn bzpopmax(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    pop_or_wait(context, request, answer, End::Greatest)
}

fn pop_or_wait(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    end: End,
) -> Outcome {
    let timeout = request.len() - 1;
    let deadline = context.wait_deadline(arg(&request, timeout))?;
    let keys = request.iter().take(timeout).skip(1).map(Box::from).collect();
    Taking { keys, end, count: None, deadline }.take_or_wait(context, answer)
}

pub(super) fn zmpop(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let taking = taking(&request, 1)?;
    match taking.take_first(data, answer)? {
        Some(outcome) => outcome,
        None => answer.null_array(),
    }
}

pub(super) fn bzmpop(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let taking = taking(&request, 2)?;
    let deadline = context.wait_deadline(arg(&request, 1))?;
    Taking { deadline, ..taking }.take_or_wait(context, answer)
}

/// Reads what begins with the number of keys at that argument.
fn taking(request: &Request<'_>, at: usize) -> Result<Taking, Error> {
    let MultiPop { keys, end, count } = MultiPop::parse(request, at, |end| match end {
        end if is(end, "min") => Ok(End::Least),
        end if is(end, "max") => Ok(End::Greatest),
        _ => Err(Error::SYNTAX),
    })?;
    Ok(Taking { keys, end, count: Some(count), deadline: None })
}
