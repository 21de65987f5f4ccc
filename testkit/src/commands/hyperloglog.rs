//! HyperLogLog.

use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    vec![
        gives(cmd::pfadd("k", ["a", "b"]), true),
        gives(cmd::pfadd("k", ["a"]), false).given("PFADD k a"),
        gives(cmd::pfadd("k", [""; 0]), true),
        gives(cmd::pfadd("k", [""; 0]), false).given("PFADD k a"),
        case(cmd::pfadd("k", ["a"])).given("SET k v").fails("WRONGTYPE"),
        gives(cmd::pfcount(["k"]), 2).given("PFADD k a b"),
        gives(cmd::pfcount(["k"]), 0),
        gives(cmd::pfcount(["a", "b"]), 3).given("PFADD a 1 2").given("PFADD b 2 3"),
        gives(cmd::pfmerge("d", ["a", "b"]), ()).given("PFADD a 1 2").given("PFADD b 2 3"),
        case(cmd::pfdebug("ENCODING", "k")).given("PFADD k a"),
        case(cmd::pfdebug("DECODE", "k")).given("PFADD k a"),
        case(cmd::pfdebug("GETREG", "k")).given("PFADD k a"),
        case(cmd::pfdebug("TODENSE", "k")).given("PFADD k a"),
        case(cmd::pfdebug("ENCODING", "k")).fails("ERR The specified key does not exist"),
        gives(cmd::pfselftest(), ()),
    ]
}
