//! Hashes.

use redis_client_core::cmd;

use super::{Case, gives};

pub(super) fn cases() -> Vec<Case> {
    vec![
        gives(cmd::hset("h", [("f", "v"), ("g", "w")]), 2),
        gives(cmd::hgetall("h"), vec![("f".into(), "v".into())]).given("HSET h f v"),
    ]
}
