//! Commands of scripts in a build without Lua.

use redis_server_core::resp_core::request::Request;

use crate::engine::{Answer, Context, Error, Outcome};

pub(super) fn eval(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR scripting is not built in (feature `lua` of embedded-redis)"))
}

pub(super) use eval as eval_ro;
pub(super) use eval as evalsha;
pub(super) use eval as evalsha_ro;
pub(super) use eval as debug;
pub(super) use eval as exists;
pub(super) use eval as flush;
pub(super) use eval as kill;
pub(super) use eval as load;
