//! Elements that are taken out.

use redis_server_core::resp_core::request::Request;

use super::{popped, side};
use crate::commands::arguments::{MultiPop, arg, count};
use crate::engine::{Answer, Class, Data, Done, Edit, Error, Outcome};
use crate::keyspace::{List, Side};

pub(super) fn lpop(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    pop(data, &request, answer, Side::Left, "lpop")
}

pub(super) fn rpop(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    pop(data, &request, answer, Side::Right, "rpop")
}

#[inline]
fn pop(
    data: &mut Data<'_>,
    request: &Request<'_>,
    answer: &mut Answer<'_>,
    side: Side,
    name: &str,
) -> Outcome {
    if request.len() > 3 {
        return Err(Error::arity(name));
    }
    let Some(wanted) = request.arg(2) else {
        let Some(mut list) = data.edit::<List>(arg(request, 1))? else {
            return answer.null();
        };
        let element = list.pop(side);
        list.done(Class::LIST, popped(side));
        return answer.optional(element.as_deref());
    };
    let wanted = count(wanted, 0, Error::NOT_POSITIVE)?;
    let Some(mut list) = data.edit::<List>(arg(request, 1))? else {
        return answer.null_array();
    };
    let count = wanted.min(list.len());
    if let Some(mut items) = answer.array(count) {
        for _ in 0..count {
            items.add(list.pop(side).as_deref());
        }
    }
    if count > 0 {
        list.done(Class::LIST, popped(side));
    }
    Ok(Done::Answered)
}

pub(super) fn lmpop(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let taking = Taking::parse(&request, 1)?;
    match taking.take_first(data, answer)? {
        Some(outcome) => outcome,
        None => answer.null_array(),
    }
}

/// What is to be taken, of the first list that has anything.
#[derive(Debug)]
pub(super) struct Taking {
    pub(super) keys: Vec<Box<[u8]>>,
    pub(super) side: Side,
    /// How many at most; without it, the answer is one element in no array of its own.
    pub(super) count: Option<usize>,
}

impl Taking {
    /// Reads what begins with the number of keys at that argument.
    pub(super) fn parse(request: &Request<'_>, at: usize) -> Result<Self, Error> {
        let MultiPop { keys, end, count } = MultiPop::parse(request, at, side)?;
        Ok(Self { keys, side: end, count: Some(count) })
    }

    /// Takes from the first key that there is: none, and nothing is answered, if there is none.
    ///
    /// # Errors
    ///
    /// If it is no list.
    pub(super) fn take_first(
        &self,
        data: &mut Data<'_>,
        answer: &mut Answer<'_>,
    ) -> Result<Option<Outcome>, Error> {
        for key in &self.keys {
            if let Some(list) = data.edit::<List>(key)? {
                return Ok(Some(self.take(list, key, answer)));
            }
        }
        Ok(None)
    }

    /// Takes from a list that has something, as all have, and answers.
    pub(super) fn take(
        &self,
        mut list: Edit<'_, List>,
        key: &[u8],
        answer: &mut Answer<'_>,
    ) -> Outcome {
        if let Some(mut items) = answer.array(2) {
            items.add(key);
            match self.count {
                None => drop(items.item().any(list.pop(self.side).as_deref())),
                Some(count) => {
                    let count = count.min(list.len());
                    let mut elements = items.item().array(count);
                    for _ in 0..count {
                        elements.add(list.pop(self.side).as_deref());
                    }
                }
            }
        }
        list.done(Class::LIST, popped(self.side));
        Ok(Done::Answered)
    }
}
