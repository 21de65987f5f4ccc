//! Values that get to another key.

use redis_server_core::resp_core::request::Request;

use super::look_up_used;
use crate::commands::arguments::{Options, arg, database, is};
use crate::engine::{Answer, Class, Context, Data, Error, Outcome};
use crate::keyspace::{Millis, Value};

pub(super) fn rename(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    rename_to(data, arg(&request, 1), arg(&request, 2), true)?;
    answer.ok()
}

pub(super) fn renamenx(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let renamed = rename_to(data, arg(&request, 1), arg(&request, 2), false)?;
    answer.int(renamed.into())
}

fn rename_to(data: &mut Data<'_>, from: &[u8], to: &[u8], replace: bool) -> Result<bool, Error> {
    if !data.exists(from) {
        return Err(Error::NO_SUCH_KEY);
    }
    if from == to || (data.exists(to) && !replace) {
        return Ok(false);
    }
    if let Some(moved) = Moved::take(data, from) {
        data.remove(to);
        moved.put(data, to);
        data.notify(Class::GENERIC, "rename_from", from);
        data.notify(Class::GENERIC, "rename_to", to);
    }
    Ok(true)
}

pub(super) fn move_to(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 1);
    let target = database(context, arg(&request, 2))?;
    if target == context.db() {
        return Err(Error::SAME_OBJECT);
    }
    if !context.data()?.exists(key) || context.data_of(target)?.exists(key) {
        return answer.int(0);
    }
    if let Some(moved) = Moved::take(&mut context.data()?, key) {
        moved.put(&mut context.data_of(target)?, key);
        context.data()?.notify(Class::GENERIC, "move_from", key);
        context.data_of(target)?.notify(Class::GENERIC, "move_to", key);
    }
    answer.int(1)
}

pub(super) fn copy(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (from, to) = (arg(&request, 1), arg(&request, 2));
    let (mut target, mut replace) = (context.db(), false);
    let mut options = Options::behind(&request, 3);
    while let Some(option) = options.next() {
        if is(option, "replace") {
            replace = true;
        } else if is(option, "db") && options.left() > 0 {
            target = database(context, options.value()?)?;
        } else {
            return Err(Error::SYNTAX);
        }
    }
    if target == context.db() && from == to {
        return Err(Error::SAME_OBJECT);
    }
    if look_up_used(&mut context.data()?, from).is_none()
        || (context.data_of(target)?.exists(to) && !replace)
    {
        return answer.int(0);
    }
    let Some((value, deadline)) = cloned(&mut context.data()?, from) else { return answer.int(0) };
    let mut data = context.data_of(target)?;
    data.remove(to);
    data.set(to, value);
    data.set_deadline(to, deadline);
    data.notify(Class::GENERIC, "copy_to", to);
    answer.int(1)
}

fn cloned(data: &mut Data<'_>, key: &[u8]) -> Option<(Value, Option<Millis>)> {
    let place = data.peek(key)?;
    let db = &data.database.db;
    Some((db.value(place)?.clone(), db.deadline(place)))
}

/// A value on its way, with what is known of it.
struct Moved {
    value: Value,
    deadline: Option<Millis>,
    usage: u32,
}

impl Moved {
    fn take(data: &mut Data<'_>, key: &[u8]) -> Option<Self> {
        let place = data.peek(key)?;
        let db = &data.database.db;
        let (deadline, usage) = (db.deadline(place), db.usage(place));
        Some(Self { value: data.remove(key)?, deadline, usage })
    }

    fn put(self, data: &mut Data<'_>, key: &[u8]) {
        data.set(key, self.value);
        if let Some(place) = data.database.db.find(key) {
            data.database.db.set_deadline(place, self.deadline);
            data.database.db.set_usage(place, self.usage);
        }
    }
}
