//! `ACL`.

mod log;

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, integer, is};
use crate::commands::catalogue::{CATEGORIES, commands_of};
use crate::commands::help;
use crate::engine::{Answer, Context, Done, Error, Outcome, Reason, TABLE, User};
use crate::keyspace::until_nul;
pub(super) use log::log;

pub(super) fn whoami(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let user = context.client().map(|client| client.user.name());
    answer.optional(user)
}

pub(super) fn users(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.bulks(context.engine.shared.users.iter().map(|user| user.name()))
}

pub(super) fn list(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.bulks(context.engine.shared.users.iter().map(|user| user.line()))
}

/// `ACL SETUSER name [rule ...]`
pub(super) fn setuser(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let changed = context.engine.set_user(arg(&request, 2), request.iter().skip(3));
    changed.map_err(|unfit| Error::new([b"ERR ", &*unfit.text()].concat()))?;
    answer.ok()
}

/// `ACL DELUSER name ...`
pub(super) fn deluser(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let names = request.iter().skip(2);
    if names.clone().any(|name| until_nul(name) == b"default") {
        return Err(Error::of("ERR The 'default' user cannot be removed"));
    }
    let own = context.key();
    let deleted: Vec<_> = names.filter_map(|name| context.engine.delete_user(name, own)).collect();
    let done = answer.count(deleted.len())?;
    Ok(if deleted.contains(&true) { Done::Close } else { done })
}

/// `ACL GETUSER name`
pub(super) fn getuser(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let Some(user) = context.engine.shared.users.get(arg(&request, 2)) else {
        return answer.null();
    };
    describe(user, answer);
    Ok(Done::Answered)
}

fn describe(user: &User, answer: &mut Answer<'_>) {
    let Some(mut pairs) = answer.map(6) else { return };
    let flags: Vec<_> = user.flags().collect();
    let mut items = pairs.value("flags").set(flags.len());
    for flag in flags {
        items.add(flag);
    }
    drop(items);
    pairs.pair("passwords", user.passwords().collect::<Vec<_>>());
    let mut selectors = user.descriptions();
    if let Some(root) = selectors.next() {
        pairs
            .pair("commands", &*root.commands)
            .pair("keys", &*root.keys)
            .pair("channels", &*root.channels);
    }
    let selectors: Vec<_> = selectors.collect();
    let mut items = pairs.value("selectors").array(selectors.len());
    for selector in selectors {
        items
            .item()
            .map(3)
            .pair("commands", &*selector.commands)
            .pair("keys", &*selector.keys)
            .pair("channels", &*selector.channels);
    }
}

/// `ACL CAT [category]`
pub(super) fn cat(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(name) = request.arg(2) else {
        return answer.bulks(CATEGORIES.iter());
    };
    if request.len() > 3 {
        return Err(help::unknown("ACL", arg(&request, 1)));
    }
    let name = until_nul(name);
    let Some(category) = CATEGORIES.iter().find(|category| is(name, category)) else {
        let shown = name.get(..128).unwrap_or(name);
        return Err(Error::new([b"ERR Unknown category '", shown, b"'"].concat()));
    };
    answer.bulks(commands_of(category).into_iter())
}

/// `ACL GENPASS [bits]`
pub(super) fn genpass(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 3 {
        return Err(help::unknown("ACL", arg(&request, 1)));
    }
    let bits = request.arg(2).map_or(Ok(256), integer)?;
    if !(1..=4096).contains(&bits) {
        return Err(BAD_BITS);
    }
    let digits = (bits as usize).div_ceil(4);
    answer.bulk(context.engine.shared.users.passwords.make(digits).as_bytes())
}

/// `ACL DRYRUN user command ...`
pub(super) fn dryrun(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (user, command) = (arg(&request, 2), arg(&request, 3));
    let Some(user) = context.engine.shared.users.get(user) else {
        return Err(Error::new([b"ERR User '", until_nul(user), b"' not found"].concat()));
    };
    let subcommand = request.arg(4).and_then(|sub| TABLE.get(&[command, sub].join(&b'|')));
    let entry = subcommand
        .or_else(|| TABLE.get(command).filter(|entry| !entry.is_container() || request.len() == 4));
    let Some(entry) = entry else {
        return Err(Error::new([b"ERR Command '", until_nul(command), b"' not found"].concat()));
    };
    if !entry.spec.arity().allows(request.len() - 3) {
        return Err(Error::arity(entry.spec.name()));
    }
    let Some((reason, object)) = user.objection(entry, request.iter().skip(3)) else {
        return answer.ok();
    };
    let (what, kind) = match reason {
        Reason::Key => ("access", "key"),
        Reason::Channel => ("access", "channel"),
        Reason::Command | Reason::Auth => ("run", "command"),
    };
    let beginning = format!("This user has no permissions to {what} the '");
    answer.bulk(&[beginning.as_bytes(), until_nul(object), b"' ", kind.as_bytes()].concat())
}

pub(super) fn file(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of(
        "ERR This Redis instance is not configured to use an ACL file. You may want to specify \
         users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a \
         Redis configuration file set) in order to store users in the Redis configuration.",
    ))
}

const BAD_BITS: Error = Error::of(
    "ERR ACL GENPASS argument must be the number of bits for the output password, a positive \
     number up to 4096",
);
