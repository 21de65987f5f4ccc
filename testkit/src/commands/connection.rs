//! The connection itself.

use redis_client_core::cmd;

use super::{Case, gives};

pub(super) fn cases() -> Vec<Case> {
    vec![
        gives(cmd::ping(), "PONG".into()),
        gives(cmd::ping().message("m"), "m".into()),
        gives(cmd::echo("m"), "m".into()),
    ]
}
