//! `XGROUP`.

use redis_server_core::resp_core::request::Request;

use super::{errors, ids};
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{Stream, StreamId, until_nul};

pub(super) fn create(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, group) = (arg(&request, 2), arg(&request, 3));
    let settings = Settings::parse(&request, true)?;
    let last = data.edit::<Stream>(key)?.map(|stream| stream.last_id());
    if last.is_none() && !settings.make_stream {
        return Err(errors::key_required());
    }
    // As many arguments as there may be, whatever they are.
    if request.len() > 8 {
        return Err(errors::subcommand_syntax("XGROUP", arg(&request, 1)));
    }
    let id = start(arg(&request, 4), last.unwrap_or_default(), ids::id)?;
    let mut stream = data.edit_or_new::<Stream>(key)?;
    if !stream.add_group(group, id, settings.entries_read) {
        return Err(Error::of("BUSYGROUP Consumer Group name already exists"));
    }
    if stream.is_new() {
        stream.done(Class::STREAM, "xgroup-create");
    } else {
        // Groups are no change for those who watch the key.
        drop(stream);
        data.notify(Class::STREAM, "xgroup-create", key);
    }
    answer.ok()
}

pub(super) fn setid(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (key, name) = (arg(&request, 2), arg(&request, 3));
    let settings = Settings::parse(&request, false)?;
    let mut stream = data.edit::<Stream>(key)?.ok_or_else(errors::key_required)?;
    let last = stream.last_id();
    let mut group = stream.group_mut(name).ok_or_else(|| errors::no_group_of_key(key, name))?;
    if request.len() != 5 && request.len() != 7 {
        return Err(errors::subcommand_syntax("XGROUP", arg(&request, 1)));
    }
    group.last_delivered = start(arg(&request, 4), last, |text| ids::inclusive(text, 0))?;
    group.entries_read = settings.entries_read;
    drop(group);
    drop(stream);
    data.notify(Class::STREAM, "xgroup-setid", key);
    answer.ok()
}

/// Behind which entry a group begins.
fn start(
    text: &[u8],
    last: StreamId,
    parse: impl FnOnce(&[u8]) -> Result<StreamId, Error>,
) -> Result<StreamId, Error> {
    if until_nul(text) == b"$" { Ok(last) } else { parse(text) }
}

/// The options of both.
#[derive(Debug, Default)]
struct Settings {
    make_stream: bool,
    entries_read: Option<i64>,
}

impl Settings {
    fn parse(request: &Request<'_>, creates: bool) -> Result<Self, Error> {
        let mut settings = Self::default();
        let mut options = Options::behind(request, 5);
        while let Some(option) = options.next() {
            if creates && is(option, "mkstream") {
                settings.make_stream = true;
            } else if is(option, "entriesread") && options.left() > 0 {
                let read = integer(options.value()?)?;
                if read < -1 {
                    return Err(Error::of("ERR value for ENTRIESREAD must be positive or -1"));
                }
                settings.entries_read = Some(read).filter(|read| *read >= 0);
            } else {
                return Err(errors::subcommand_syntax("XGROUP", arg(request, 1)));
            }
        }
        Ok(settings)
    }
}

pub(super) fn destroy(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let key = arg(&request, 2);
    let mut stream = data.edit::<Stream>(key)?.ok_or_else(errors::key_required)?;
    let removed = stream.remove_group(arg(&request, 3));
    drop(stream);
    if removed {
        data.notify(Class::STREAM, "xgroup-destroy", key);
        // Who waits for it waits in vain.
        data.offer(key);
    }
    answer.int(i64::from(removed))
}

pub(super) fn createconsumer(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, name, now) = (arg(&request, 2), arg(&request, 3), data.now());
    let mut stream = data.edit::<Stream>(key)?.ok_or_else(errors::key_required)?;
    let mut group = stream.group_mut(name).ok_or_else(|| errors::no_group_of_key(key, name))?;
    let consumer = arg(&request, 4);
    let created = group.find_consumer(consumer).is_none() && group.consumer_seen(consumer, now).1;
    drop(group);
    drop(stream);
    if created {
        data.notify(Class::STREAM, "xgroup-createconsumer", key);
    }
    answer.int(i64::from(created))
}

pub(super) fn delconsumer(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, name) = (arg(&request, 2), arg(&request, 3));
    let mut stream = data.edit::<Stream>(key)?.ok_or_else(errors::key_required)?;
    let mut group = stream.group_mut(name).ok_or_else(|| errors::no_group_of_key(key, name))?;
    let removed = group.remove_consumer(arg(&request, 4));
    drop(group);
    drop(stream);
    if removed.is_some() {
        data.notify(Class::STREAM, "xgroup-delconsumer", key);
    }
    answer.count(removed.unwrap_or(0))
}
