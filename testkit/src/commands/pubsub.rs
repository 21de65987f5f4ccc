//! Pub/sub.

use redis_client_core::cmd;

use super::{Case, gives};

pub(super) fn cases() -> Vec<Case> {
    vec![gives(cmd::publish("c", "m"), 0)]
}
