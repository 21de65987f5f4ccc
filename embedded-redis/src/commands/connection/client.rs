//! `CLIENT`, but for what lists and kills.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, integer, is, timeout};
use crate::commands::help;
use crate::engine::{Answer, Context, Done, Error, Outcome, Replies, Scope};

pub(super) fn id(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.any(context.client().map_or(0, |client| client.id))
}

pub(super) fn getname(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let name = context.client().map(|client| &client.name).filter(|name| !name.is_empty());
    answer.optional(name.map(AsRef::as_ref))
}

pub(super) fn setname(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let name = arg(&request, 2);
    if !is_name(name) {
        return Err(BAD_NAME);
    }
    context.set_name(name);
    answer.ok()
}

/// What library it is nobody here asks for; but clients tell it without being asked.
pub(super) fn setinfo(
    _: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (option, value) = (arg(&request, 2), arg(&request, 3));
    if !is(option, "lib-name") && !is(option, "lib-ver") {
        return Err(Error::new([b"ERR Unrecognized option '", option, b"'"].concat()));
    }
    if is_name(value) {
        return answer.ok();
    }
    let option = option.to_ascii_lowercase();
    let reason: &[u8] = b" cannot contain spaces, newlines or special characters.";
    Err(Error::new([b"ERR ".as_slice(), &option, reason].concat()))
}

/// `CLIENT REPLY ON|OFF|SKIP`: the answer to `ON` is the only one.
pub(super) fn reply(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let replies = match arg(&request, 2) {
        on if is(on, "on") => Replies::On,
        off if is(off, "off") => Replies::Off,
        skip if is(skip, "skip") => Replies::Skip,
        _ => return Err(Error::SYNTAX),
    };
    let Some(client) = context.client_mut() else { return answer.ok() };
    if replies != Replies::Skip || client.replies != Replies::Off {
        client.replies = replies;
    }
    if replies == Replies::On { answer.ok() } else { Ok(Done::Silent) }
}

pub(super) fn no_evict(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let on = on_or_off(arg(&request, 2))?;
    if let Some(client) = context.client_mut() {
        client.no_evict = on;
    }
    answer.ok()
}

/// `CLIENT UNBLOCK id [TIMEOUT|ERROR]`
pub(super) fn unblock(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 4 {
        return Err(help::unknown("CLIENT", arg(&request, 1)));
    }
    let error = match request.arg(3) {
        None => None,
        Some(reason) if is(reason, "timeout") => None,
        Some(reason) if is(reason, "error") => Some(UNBLOCKED),
        Some(_) => {
            return Err(Error::of("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"));
        }
    };
    let id = u64::try_from(integer(arg(&request, 2))?).unwrap_or(0);
    let key = context.engine.clients.key_of(id);
    let waited = key.is_some_and(|key| context.engine.end_waiting(key, error.as_ref()));
    answer.int(waited.into())
}

/// `CLIENT PAUSE milliseconds [WRITE|ALL]`
pub(super) fn pause(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 4 {
        return Err(help::unknown("CLIENT", arg(&request, 1)));
    }
    let scope = match request.arg(3) {
        None => Scope::Everything,
        Some(mode) if is(mode, "all") => Scope::Everything,
        Some(mode) if is(mode, "write") => Scope::Writes,
        Some(_) => return Err(Error::of("ERR CLIENT PAUSE mode must be WRITE or ALL")),
    };
    let now = context.now();
    let until = match timeout(arg(&request, 2))? {
        // None by itself, but it makes another one stricter.
        0 => 0,
        // What is too much for Redis's integers is over at once.
        timeout => now.wrapping_add(timeout),
    };
    context.engine.shared.pause.extend(scope, until, now);
    answer.ok()
}

pub(super) fn unpause(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    context.engine.unpause();
    answer.ok()
}

pub(super) fn on_or_off(word: &[u8]) -> Result<bool, Error> {
    match word {
        on if is(on, "on") => Ok(true),
        off if is(off, "off") => Ok(false),
        _ => Err(Error::SYNTAX),
    }
}

/// Whether `CLIENT LIST` stays readable with it.
pub(super) fn is_name(name: &[u8]) -> bool {
    name.iter().all(|byte| (b'!'..=b'~').contains(byte))
}

pub(super) const BAD_NAME: Error =
    Error::of("ERR Client names cannot contain spaces, newlines or special characters.");
const UNBLOCKED: Error = Error::of("UNBLOCKED client unblocked via CLIENT UNBLOCK");
