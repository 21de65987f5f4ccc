//! `SLOWLOG`, `LATENCY` and what else is empty: how long commands take is nothing that the engine,
//! which has no clock, can know.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::arg;
use crate::engine::{Answer, Context, Done, Error, Outcome};
use crate::keyspace::parse_integer;

pub(super) fn none(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.any([(); 0])
}

pub(super) fn zero(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.int(0)
}

/// `SLOWLOG GET [count]`
pub(super) fn slowlog_get(
    _: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 3 {
        return Err(crate::commands::help::unknown("SLOWLOG", arg(&request, 1)));
    }
    match request.arg(2).map(parse_integer) {
        None | Some(Some(-1..)) => answer.any([(); 0]),
        Some(_) => Err(Error::of("ERR count should be greater than or equal to -1")),
    }
}

pub(super) fn slowlog_reset(
    _: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer.ok()
}

pub(super) fn doctor(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.verbatim(
        *b"txt",
        "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. \
         You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable \
         it. If we weren't in a deep space mission I'd suggest to take a look at \
         https://redis.io/topics/latency-monitor.\n",
    )
}

pub(super) fn graph(_: &mut Context<'_>, request: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    let event = arg(&request, 2);
    Err(Error::new([b"ERR No samples available for event '", event, b"'"].concat()))
}

pub(super) fn histogram(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    drop(answer.map(0));
    Ok(Done::Answered)
}

pub(super) fn no_modules(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of(
        "ERR MODULE command not allowed. If the enable-module-command option is set to \"local\", \
         you can run it from a local connection, otherwise you need to set this option in the \
         configuration file, and then restart the server.",
    ))
}
