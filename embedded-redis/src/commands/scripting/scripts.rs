//! Scripts that clients send: `EVAL`, `SCRIPT`.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, integer, is};
use crate::engine::{Answer, Context, Error, Outcome};
use crate::scripting::{NO_SCRIPT, Run, Scripts, lower_case};

pub(super) fn eval(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(context, request, answer, Named::ByText, false)
}

pub(super) fn eval_ro(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(context, request, answer, Named::ByText, true)
}

pub(super) fn evalsha(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(context, request, answer, Named::BySha, false)
}

pub(super) fn evalsha_ro(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(context, request, answer, Named::BySha, true)
}

/// How a client says which script it means.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    ByText,
    BySha,
}

fn run(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    named: Named,
    read_only: bool,
) -> Outcome {
    context.show_monitors("eval", request);
    let script = arg(&request, 1);
    let sha = match named {
        Named::BySha => Some(lower_case(script).ok_or(NO_SCRIPT)?),
        Named::ByText => None,
    };
    let keys = integer(arg(&request, 2))?;
    let given = request.iter().skip(3);
    if keys > given.len() as i64 {
        return Err(Error::of("ERR Number of keys can't be greater than number of args"));
    }
    let Ok(keys) = usize::try_from(keys) else {
        return Err(Error::of("ERR Number of keys can't be negative"));
    };
    let run = Run {
        keys: given.clone().take(keys).collect(),
        arguments: given.skip(keys).collect(),
        read_only,
    };
    context.declare(&run.keys);
    // Out of the engine, as the script needs all of it. Scripts don't run scripts.
    let mut scripts = taken(context)?;
    let found = sha.map_or_else(|| scripts.load(script), Ok);
    let outcome = found.and_then(|sha| scripts.run(&sha, &run, context, answer));
    context.engine.scripts = Some(scripts);
    outcome
}

fn taken(context: &mut Context<'_>) -> Result<Box<Scripts>, Error> {
    // It may have been left so by one that has panicked.
    context.engine.shared.in_script = false;
    match context.engine.scripts.take() {
        Some(scripts) => Ok(scripts),
        None => Scripts::new().map(Box::new),
    }
}

pub(super) fn load(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let mut scripts = taken(context)?;
    let sha = scripts.load(arg(&request, 2));
    context.engine.scripts = Some(scripts);
    answer.bulk(&sha?)
}

pub(super) fn exists(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let scripts = context.engine.scripts.as_ref();
    let known = |sha: &[u8]| i64::from(scripts.is_some_and(|scripts| scripts.knows(sha)));
    answer.any(request.iter().skip(2).map(known).collect::<Vec<_>>())
}

pub(super) fn flush(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    match request.arg(2) {
        None => {}
        Some(mode) if request.len() == 3 && (is(mode, "sync") || is(mode, "async")) => {}
        _ => return Err(Error::of("ERR SCRIPT FLUSH only support SYNC|ASYNC option")),
    }
    context.engine.scripts = None;
    answer.ok()
}

/// No script runs while a command does.
pub(super) fn kill(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("NOTBUSY No scripts in execution right now."))
}

/// There is no debugger.
pub(super) fn debug(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mode = arg(&request, 2);
    if is(mode, "no") {
        return answer.ok();
    }
    if is(mode, "yes") || is(mode, "sync") {
        return Err(Error::of("ERR SCRIPT DEBUG is not supported: there is no debugger"));
    }
    Err(Error::of("ERR Use SCRIPT DEBUG YES/SYNC/NO"))
}
