//! What other servers do with disks and with each other. This one keeps its data in memory and is
//! alone.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::engine::{Answer, Context, Done, Error, Outcome};

/// `BGSAVE [SCHEDULE]`
pub(super) fn bgsave(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 2 || request.arg(1).is_some_and(|option| !is(option, "schedule")) {
        return Err(Error::SYNTAX);
    }
    refuse(context, request, answer)
}

/// To save is what it is asked, and can't do.
pub(super) fn refuse(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR this server keeps nothing on disk"))
}

/// Redis takes its start for the first time that it has saved.
pub(super) fn lastsave(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer.any(context.engine.shared.started.as_secs())
}

pub(super) fn role(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.any(("master", 0, [(); 0]))
}

/// `REPLICAOF host port`: `NO ONE` is what it is.
pub(super) fn replicaof(
    _: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if is(arg(&request, 1), "no") && is(arg(&request, 2), "one") {
        return answer.ok();
    }
    Err(Error::of("ERR this server can't be a replica"))
}

pub(super) fn failover(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR FAILOVER requires connected replicas."))
}

/// `SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]`
///
/// `NOW` is not to wait for replicas, `FORCE` not to heed the disk: there are neither.
pub(super) fn shutdown(_: &mut Context<'_>, request: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    let (mut save, mut nosave, mut abort, mut other) = (false, false, false, false);
    for option in request.iter().skip(1) {
        match option {
            it if is(it, "save") => save = true,
            it if is(it, "nosave") => nosave = true,
            it if is(it, "now") || is(it, "force") => other = true,
            it if is(it, "abort") => abort = true,
            _ => return Err(Error::SYNTAX),
        }
    }
    if abort && (save || nosave || other) || save && nosave {
        return Err(Error::SYNTAX);
    }
    if abort {
        return Err(Error::of("ERR No shutdown in progress."));
    }
    Ok(Done::Shutdown)
}
