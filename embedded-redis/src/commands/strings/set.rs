//! Setting whole strings.

use redis_server_core::resp_core::request::Request;

use super::expiry::Expiry;
use super::get::answer_value;
use crate::commands::arguments::{Options, arg, is};
use crate::engine::{Answer, Class, Data, Done, Error, Outcome};
use crate::keyspace::{Millis, Text, Value};

pub(super) fn set(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if request.len() > 3 {
        return set_with_options(data, request, answer);
    }
    store(data, arg(&request, 1), arg(&request, 2), Ttl::None);
    answer.ok()
}

fn set_with_options(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (key, value) = (arg(&request, 1), arg(&request, 2));
    let options = SetOptions::parse(Options::behind(&request, 3))?;
    let ttl = match options.expiry {
        Some(expiry) => Ttl::Until(expiry.deadline(data.now(), "set")?),
        None if options.keep_ttl => Ttl::Kept,
        None => Ttl::None,
    };
    if options.get {
        answer_value(data, key, answer)?;
    }
    let may_be_set = options.condition.is_none_or(|condition| match condition {
        Condition::IsNew => !data.exists(key),
        Condition::Exists => data.exists(key),
    });
    if may_be_set {
        store(data, key, value, ttl);
    }
    match (options.get, may_be_set) {
        (true, _) => Ok(Done::Answered),
        (false, true) => answer.ok(),
        (false, false) => answer.null(),
    }
}

/// What `SET` has been asked for beside the value.
#[derive(Default)]
struct SetOptions<'a> {
    condition: Option<Condition>,
    get: bool,
    keep_ttl: bool,
    expiry: Option<Expiry<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    IsNew,
    Exists,
}

impl<'a> SetOptions<'a> {
    fn parse(mut arguments: Options<'a>) -> Result<Self, Error> {
        let mut options = Self::default();
        while let Some(option) = arguments.next() {
            if is(option, "nx") && options.condition != Some(Condition::Exists) {
                options.condition = Some(Condition::IsNew);
            } else if is(option, "xx") && options.condition != Some(Condition::IsNew) {
                options.condition = Some(Condition::Exists);
            } else if is(option, "get") {
                options.get = true;
            } else if is(option, "keepttl") && options.expiry.is_none() {
                options.keep_ttl = true;
            } else if !options.keep_ttl
                && let Some(expiry) = Expiry::parse(option, options.expiry, &mut arguments)?
            {
                options.expiry = Some(expiry);
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(options)
    }
}

/// What becomes of a key's deadline when it is set.
#[derive(Clone, Copy)]
enum Ttl {
    None,
    Kept,
    Until(Millis),
}

/// Gives the key that value, and tells.
#[inline]
fn store(data: &mut Data<'_>, key: &[u8], value: &[u8], ttl: Ttl) {
    // In the memory that is there, where it is a string already.
    if let Ok(mut text) = data.edit_or_new::<Text>(key) {
        text.assign(value);
        match ttl {
            Ttl::None => text.set_deadline(None),
            Ttl::Kept => {}
            Ttl::Until(deadline) => text.set_deadline(Some(deadline)),
        }
        text.done(Class::STRING, "set");
    } else {
        replace(data, key, value, ttl);
    }
    if let Ttl::Until(_) = ttl {
        data.notify(Class::GENERIC, "expire", key);
    }
}

/// Gives the key, which has a value of another type, that value.
#[cold]
fn replace(data: &mut Data<'_>, key: &[u8], value: &[u8], ttl: Ttl) {
    let deadline = match ttl {
        Ttl::None => None,
        Ttl::Kept => data.deadline(key),
        Ttl::Until(deadline) => Some(deadline),
    };
    data.set(key, Value::String(Text::new(value)));
    data.set_deadline(key, deadline);
    data.notify(Class::STRING, "set", key);
}

pub(super) fn setnx(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let key = arg(&request, 1);
    if data.exists(key) {
        return answer.int(0);
    }
    store(data, key, arg(&request, 2), Ttl::None);
    answer.int(1)
}

pub(super) fn setex(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let deadline = Expiry::seconds(arg(&request, 2)).deadline(data.now(), "setex")?;
    store(data, arg(&request, 1), arg(&request, 3), Ttl::Until(deadline));
    answer.ok()
}

pub(super) fn psetex(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let deadline = Expiry::millis(arg(&request, 2)).deadline(data.now(), "psetex")?;
    store(data, arg(&request, 1), arg(&request, 3), Ttl::Until(deadline));
    answer.ok()
}

pub(super) fn getset(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 1);
    let answered = answer_value(data, key, answer)?;
    store(data, key, arg(&request, 2), Ttl::None);
    Ok(answered)
}

pub(super) fn mset(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if request.len().is_multiple_of(2) {
        return Err(Error::arity("mset"));
    }
    store_all(data, &request);
    answer.ok()
}

pub(super) fn msetnx(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len().is_multiple_of(2) {
        return Err(Error::arity("msetnx"));
    }
    if request.iter().skip(1).step_by(2).any(|key| data.exists(key)) {
        return answer.int(0);
    }
    store_all(data, &request);
    answer.int(1)
}

fn store_all(data: &mut Data<'_>, request: &Request<'_>) {
    let mut arguments = request.iter().skip(1);
    while let (Some(key), Some(value)) = (arguments.next(), arguments.next()) {
        store(data, key, value, Ttl::None);
    }
}
