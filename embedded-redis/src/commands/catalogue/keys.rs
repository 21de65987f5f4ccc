//! `COMMAND GETKEYS`.

use redis_client_core::{Begin, Find, KeyFlags, KeySpec};
use redis_server_core::Flags;
use redis_server_core::resp_core::request::Request;

use super::info::{key_flags, key_specs};
use crate::commands::arguments::is;
use crate::engine::{Answer, Context, Done, Error, Outcome, TABLE};
use crate::keyspace::parse_integer;

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
        for (key, flags) in keys {
            let mut pair = items.item().array(2);
            pair.add(key);
            let _ = key_flags(flags, pair.item());
        }
    }
    Ok(Done::Answered)
}

type Keys<'a> = Vec<(&'a [u8], KeyFlags)>;

/// The keys among a command's arguments, of which the first is the name, with what is done to each.
pub(crate) fn keys_of<'a>(specs: &[KeySpec], arguments: &[&'a [u8]]) -> Keys<'a> {
    let mut keys = Vec::new();
    for spec in specs.iter().filter(|spec| !spec.flags.contains(KeyFlags::NOT_KEY)) {
        let flags = flags_of(spec, arguments);
        let known = keys.len();
        keys.extend(spec.find(arguments).map(|key| (key, flags)));
        if declared(spec, arguments).is_some_and(|count| count > keys.len() - known) {
            return Vec::new();
        }
        if spec.begin == Begin::Unknown && flags.contains(KeyFlags::OW) {
            let flags = KeyFlags::all([KeyFlags::OW, KeyFlags::UPDATE]);
            keys.extend(stored_by_sort(arguments).map(|key| (key, flags)));
        }
    }
    keys
}

/// How many keys there are to be, where an argument says so. If there are fewer, Redis finds none.
fn declared(spec: &KeySpec, arguments: &[&[u8]]) -> Option<usize> {
    let (Begin::Index(begin), Find::Count { at, .. }) = (spec.begin, spec.find) else {
        return None;
    };
    let count = arguments.get(usize::from(begin) + usize::from(at))?;
    usize::try_from(parse_integer(count)?).ok()
}

/// What is done with the key, where that depends on the options.
fn flags_of(spec: &KeySpec, arguments: &[&[u8]]) -> KeyFlags {
    if !spec.flags.contains(KeyFlags::VARIABLE_FLAGS) {
        return spec.flags;
    }
    let options = arguments.get(2..).unwrap_or_default();
    let is_set = arguments.first().is_some_and(|name| is(name, "set"));
    if !is_set && only_gets(options) {
        KeyFlags::all([KeyFlags::RO, KeyFlags::ACCESS])
    } else if is_set && !options.iter().skip(1).any(|option| is(option, "get")) {
        KeyFlags::all([KeyFlags::OW, KeyFlags::UPDATE])
    } else {
        KeyFlags::all([KeyFlags::RW, KeyFlags::ACCESS, KeyFlags::UPDATE])
    }
}

/// Whether `BITFIELD` with these options changes nothing (`bitfieldGetKeys` in Redis's db.c).
fn only_gets(mut options: &[&[u8]]) -> bool {
    loop {
        options = match options {
            [] => return true,
            [get, _, _, rest @ ..] if is(get, "get") => rest,
            [overflow, _, rest @ ..] if is(overflow, "overflow") => rest,
            _ => return false,
        }
    }
}

/// Where `SORT` stores (`sortGetKeys` in Redis's db.c): behind the last `STORE`.
fn stored_by_sort<'a>(arguments: &[&'a [u8]]) -> Option<&'a [u8]> {
    let (mut store, mut options) = (None, arguments.get(2..).unwrap_or_default());
    while let [option, rest @ ..] = options {
        let values = match option {
            limit if is(limit, "limit") => 2,
            look_up if is(look_up, "get") || is(look_up, "by") => 1,
            _ => 0,
        };
        if is(option, "store") {
            store = rest.first().copied().or(store);
        }
        options = rest.get(values..).unwrap_or_default();
    }
    store
}

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
    let keys = keys_of(specs, &arguments);
    if keys.is_empty() && !entry.spec.flags().contains(Flags::NO_MANDATORY_KEYS) {
        return Err(Error::of("ERR Invalid arguments specified for command"));
    }
    Ok(keys)
}
