//! `ACL`, of the one user that there is.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::commands::catalogue::{CATEGORIES, commands_of};
use crate::engine::{Answer, Context, Done, Error, Outcome};

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
        return Err(crate::commands::help::unknown("ACL", arg(&request, 1)));
    }
    let Some(category) = CATEGORIES.iter().find(|category| is(name, category)) else {
        return Err(Error::new([b"ERR Unknown category '", name, b"'"].concat()));
    };
    answer.bulks(commands_of(category).into_iter())
}
