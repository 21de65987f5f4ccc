//! Functions that are kept by the server. There are none: a client that asks is told so.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::engine::{Answer, Context, Done, Error, Outcome};

pub(super) fn fcall(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR Function not found"))
}

/// What would need functions to be there.
pub(super) fn absent(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR functions are not supported by embedded-redis: use EVAL"))
}

pub(super) fn delete(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR Library not found"))
}

pub(super) fn flush(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mode = arg(&request, 2);
    let known = request.len() == 2 || is(mode, "sync") || is(mode, "async");
    if request.len() > 3 || !known {
        return Err(Error::of("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"));
    }
    answer.ok()
}

pub(super) fn kill(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("NOTBUSY No scripts in execution right now."))
}

pub(super) fn list(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut options = request.iter().skip(2);
    let (mut with_code, mut with_name) = (false, false);
    while let Some(option) = options.next() {
        if !with_code && is(option, "withcode") {
            with_code = true;
        } else if !with_name && is(option, "libraryname") {
            if options.next().is_none() {
                return Err(Error::of("ERR library name argument was not given"));
            }
            with_name = true;
        } else {
            return Err(Error::new([b"ERR Unknown argument ", option].concat()));
        }
    }
    answer.array(0);
    Ok(Done::Answered)
}

pub(super) fn stats(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if let Some(mut pairs) = answer.map(2) {
        pairs.pair("running_script", redis_server_core::Null);
        let mut engines = pairs.value("engines").map(1);
        let mut engine = engines.value("LUA").map(2);
        engine.pair("libraries_count", 0_i64).pair("functions_count", 0_i64);
    }
    Ok(Done::Answered)
}
