//! Transactions.

use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    vec![
        gives(cmd::multi(), ()),
        case(cmd::multi()).given("MULTI").fails("ERR MULTI calls can not be nested"),
        gives(cmd::exec().parse(), Some(((), "v".to_owned())))
            .given("MULTI")
            .given("SET k v")
            .given("GET k"),
        case(cmd::exec()).given("SET k v").given("MULTI").given("INCR k").given("GET k"),
        gives(cmd::exec(), None).given("WATCH k").given("SET k v").given("MULTI"),
        case(cmd::exec()).fails("ERR EXEC without MULTI"),
        gives(cmd::discard(), ()).given("MULTI"),
        case(cmd::discard()).fails("ERR DISCARD without MULTI"),
        gives(cmd::watch(["a", "b"]), ()),
        case(cmd::watch(["a"])).given("MULTI").fails("ERR WATCH inside MULTI"),
        gives(cmd::unwatch(), ()),
    ]
}
