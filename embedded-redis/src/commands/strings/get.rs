//! Reading whole strings.

use redis_server_core::resp_core::request::Request;

use super::expiry::Expiry;
use crate::commands::arguments::{Options, arg, is};
use crate::engine::{Answer, Class, Data, Done, Error, Outcome};
use crate::keyspace::{Millis, Text};

pub(super) fn get(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer_value(data, arg(&request, 1), answer)
}

/// Answers with the value of the key.
#[inline]
pub(super) fn answer_value(data: &mut Data<'_>, key: &[u8], answer: &mut Answer<'_>) -> Outcome {
    match data.read::<Text>(key)? {
        Some(text) => answer.text(text),
        None => answer.null(),
    }
}

pub(super) fn mget(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if let Some(mut items) = answer.array(request.len() - 1) {
        for key in request.iter().skip(1) {
            let mut item = Answer::part(items.item());
            // What is no string is not there for this command.
            answer_value(data, key, &mut item).or_else(|_| item.null())?;
        }
    }
    Ok(Done::Answered)
}

pub(super) fn getdel(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 1);
    let answered = answer_value(data, key, answer)?;
    data.delete(key);
    Ok(answered)
}

pub(super) fn getex(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let key = arg(&request, 1);
    let (expiry, persist) = parse_getex(Options::behind(&request, 2))?;
    let now = data.now();
    let Some(text) = data.read::<Text>(key)? else { return answer.null() };
    let deadline = expiry.map(|expiry| expiry.deadline(now, "getex")).transpose()?;
    let answered = answer.text(text);
    match deadline {
        Some(deadline) if deadline <= now && expiry.is_some_and(Expiry::is_absolute) => {
            data.delete(key);
        }
        Some(deadline) => change_deadline(data, key, Some(deadline), "expire"),
        None if persist && data.deadline(key).is_some() => {
            change_deadline(data, key, None, "persist");
        }
        None => {}
    }
    answered
}

fn parse_getex(mut options: Options<'_>) -> Result<(Option<Expiry<'_>>, bool), Error> {
    let (mut expiry, mut persist) = (None, false);
    while let Some(option) = options.next() {
        if is(option, "persist") && expiry.is_none() {
            persist = true;
        } else if !persist && let Some(it) = Expiry::parse(option, expiry, &mut options)? {
            expiry = Some(it);
        } else {
            return Err(Error::SYNTAX);
        }
    }
    Ok((expiry, persist))
}

fn change_deadline(data: &mut Data<'_>, key: &[u8], deadline: Option<Millis>, event: &str) {
    data.set_deadline(key, deadline);
    data.modified(key);
    data.notify(Class::GENERIC, event, key);
}
