//! Lists.

use redis_client_core::cmd;

use super::{Case, gives};

pub(super) fn cases() -> Vec<Case> {
    vec![gives(cmd::lrange("l", 0, -1), vec!["a".into(), "b".into()]).given("RPUSH l a b")]
}
