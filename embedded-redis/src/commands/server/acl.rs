//! `ACL`, of the one user that there is.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, integer, is};
use crate::commands::catalogue::{CATEGORIES, commands_of};
use crate::commands::help;
use crate::engine::{Answer, Context, Done, Error, Outcome, TABLE};

pub(super) fn whoami(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.bulk(b"default")
}

pub(super) fn users(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.any(["default"])
}

/// The password stays unsaid, though Redis tells its hash.
pub(super) fn list(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let password = if context.needs_password() { "" } else { " nopass" };
    answer.any([format!("user default on{password} ~* &* +@all")])
}

/// `ACL GETUSER name`
pub(super) fn getuser(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if arg(&request, 2) != b"default" {
        return answer.null();
    }
    let flags: &[&str] = if context.needs_password() { &["on"] } else { &["on", "nopass"] };
    if let Some(mut pairs) = answer.map(6) {
        let mut items = pairs.value("flags").set(flags.len());
        for flag in flags {
            items.add(flag);
        }
        drop(items);
        pairs
            .pair("passwords", [(); 0])
            .pair("commands", "+@all")
            .pair("keys", "~*")
            .pair("channels", "&*")
            .pair("selectors", [(); 0]);
    }
    Ok(Done::Answered)
}

/// `ACL CAT [category]`
pub(super) fn cat(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(name) = request.arg(2) else {
        return answer.bulks(CATEGORIES.iter());
    };
    if request.len() > 3 {
        return Err(help::unknown("ACL", arg(&request, 1)));
    }
    let Some(category) = CATEGORIES.iter().find(|category| is(name, category)) else {
        return Err(Error::new([b"ERR Unknown category '", name, b"'"].concat()));
    };
    answer.bulks(commands_of(category).into_iter())
}

/// `ACL LOG [count|RESET]`: nobody is kept from anything.
pub(super) fn log(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if request.len() > 3 {
        return Err(help::unknown("ACL", arg(&request, 1)));
    }
    match request.arg(2) {
        Some(reset) if is(reset, "reset") => answer.ok(),
        Some(count) => integer(count).and_then(|_| answer.any([(); 0])),
        None => answer.any([(); 0]),
    }
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
    let mut password = String::new();
    let digits = (bits as usize).div_ceil(4);
    while password.len() < digits {
        let random = format!("{:016x}", context.engine.shared.rng.next());
        password.extend(random.chars().take(digits - password.len()));
    }
    answer.bulk(password.as_bytes())
}

/// `ACL DRYRUN user command ...`
pub(super) fn dryrun(
    _: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (user, command) = (arg(&request, 2), arg(&request, 3));
    if user != b"default" {
        return Err(Error::new([b"ERR User '", user, b"' not found"].concat()));
    }
    let subcommand = request.arg(4).and_then(|sub| TABLE.get(&[command, sub].join(&b'|')));
    let Some(entry) = subcommand.or_else(|| TABLE.get(command)) else {
        return Err(Error::new([b"ERR Command '", command, b"' not found"].concat()));
    };
    if !entry.spec.arity().allows(request.len() - 3) {
        return Err(Error::arity(entry.spec.name()));
    }
    answer.ok()
}

/// `ACL DELUSER user ...`
pub(super) fn deluser(
    _: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.iter().skip(2).any(|user| user == b"default") {
        return Err(Error::of("ERR The 'default' user cannot be removed"));
    }
    answer.int(0)
}

pub(super) fn setuser(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR this server has no users but the one who may do everything"))
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
