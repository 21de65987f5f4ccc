//! `COMMAND GETKEYS`.

use redis_client_core::{KeyFlags, KeySpec};
use redis_server_core::Flags;
use redis_server_core::resp_core::request::Request;

use super::info::{key_flags, key_specs};
use crate::engine::{Answer, Context, Done, Error, Outcome, TABLE};

/// `COMMAND GETKEYS command ...`
pub(super) fn getkeys(
    _: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let keys = keys(request)?;
    answer.bulks(keys.into_iter().map(|(key, _)| key))
}

/// `COMMAND GETKEYSANDFLAGS command ...`
pub(super) fn getkeysandflags(
    _: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let keys = keys(request)?;
    if let Some(mut items) = answer.array(keys.len()) {
        for (key, spec) in keys {
            let mut pair = items.item().array(2);
            pair.add(key);
            let _ = key_flags(flags_of(spec, &request), pair.item());
        }
    }
    Ok(Done::Answered)
}

/// What is done with the key, where that depends on the options.
fn flags_of(spec: &KeySpec, request: &Request<'_>) -> KeyFlags {
    if !spec.flags.contains(KeyFlags::VARIABLE_FLAGS) {
        return spec.flags;
    }
    // Of the commands that have such keys, only SET may overwrite what it does not read.
    let is_set = request.arg(2).is_some_and(|name| name.eq_ignore_ascii_case(b"set"));
    let reads = request.iter().skip(4).any(|option| option.eq_ignore_ascii_case(b"get"));
    if is_set && !reads {
        KeyFlags::all([KeyFlags::OW, KeyFlags::UPDATE])
    } else {
        KeyFlags::all([KeyFlags::RW, KeyFlags::ACCESS, KeyFlags::UPDATE])
    }
}

type Keys<'a> = Vec<(&'a [u8], &'static KeySpec)>;

fn keys(request: Request<'_>) -> Result<Keys<'_>, Error> {
    let arguments: Vec<_> = request.iter().skip(2).collect();
    let name = arguments.first().copied().unwrap_or_default();
    let entry = TABLE.get(name).filter(|_| !name.contains(&b'|'));
    let subcommand = entry
        .filter(|entry| entry.is_container())
        .and_then(|_| TABLE.get(&[name, arguments.get(1)?].join(&b'|')));
    let entry = match (entry, subcommand) {
        (Some(entry), None) if !entry.is_container() => entry,
        (_, Some(entry)) => entry,
        _ => return Err(Error::of("ERR Invalid command specified")),
    };
    let specs = key_specs(entry.spec.name());
    if specs.is_empty() {
        return Err(Error::of("ERR The command has no key arguments"));
    }
    if !entry.spec.arity().allows(arguments.len()) {
        return Err(Error::of("ERR Invalid number of arguments specified for command"));
    }
    let found = specs.iter().flat_map(|spec| spec.find(&arguments).map(move |key| (key, spec)));
    let keys: Keys<'_> = found.collect();
    if keys.is_empty() && !entry.spec.flags().contains(Flags::NO_MANDATORY_KEYS) {
        return Err(Error::of("ERR Invalid arguments specified for command"));
    }
    Ok(keys)
}
