//! Strings.

use redis_server_core::resp_core::request::Request;

use super::Commands;
use crate::engine::{Answer, Class, Data, Error, Outcome, Runs};
use crate::keyspace::{Text, Value};

pub(super) const COMMANDS: Commands =
    &[("get", Runs::Data(get)), ("set", Runs::Data(set)), ("incr", Runs::Data(incr))];

fn get(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let key = request.arg(1).unwrap_or_default();
    match data.read::<Text>(key)? {
        Some(text) => answer.text(text),
        None => answer.null(),
    }
}

fn set(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (Some(key), Some(value)) = (request.arg(1), request.arg(2)) else {
        return Err(Error::SYNTAX);
    };
    // In the memory that is there, where it is a string already.
    if let Ok(mut text) = data.edit_or_new::<Text>(key) {
        text.assign(value);
        text.set_deadline(None);
        text.done(Class::STRING, "set");
        return answer.ok();
    }
    data.set(key, Value::String(Text::new(value)));
    data.notify(Class::STRING, "set", key);
    answer.ok()
}

fn incr(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let key = request.arg(1).unwrap_or_default();
    let mut text = data.edit_or_new::<Text>(key)?;
    let old = if text.is_new() { Some(0) } else { text.integer() };
    let new = old.ok_or(Error::NOT_AN_INTEGER)?.checked_add(1);
    let new = new.ok_or(Error::of("ERR increment or decrement would overflow"))?;
    *text = Text::Int(new);
    text.done(Class::STRING, "incrby");
    answer.int(new)
}
