//! `CLUSTER`: there is none, in Redis's words.

use redis_server_core::resp_core::request::Request;

use super::{Commands, help};
use crate::engine::{Answer, Context, Error, Outcome, Runs};

pub(super) const COMMANDS: Commands = &[
    ("asking", Runs::Client(refuse)),
    ("cluster", Runs::Client(help::alone)),
    ("cluster|addslots", Runs::Client(refuse)),
    ("cluster|addslotsrange", Runs::Client(refuse)),
    ("cluster|bumpepoch", Runs::Client(refuse)),
    ("cluster|count-failure-reports", Runs::Client(refuse)),
    ("cluster|countkeysinslot", Runs::Client(refuse)),
    ("cluster|delslots", Runs::Client(refuse)),
    ("cluster|delslotsrange", Runs::Client(refuse)),
    ("cluster|failover", Runs::Client(refuse)),
    ("cluster|flushslots", Runs::Client(refuse)),
    ("cluster|forget", Runs::Client(refuse)),
    ("cluster|getkeysinslot", Runs::Client(refuse)),
    ("cluster|help", Runs::Client(refuse)),
    ("cluster|info", Runs::Client(refuse)),
    ("cluster|keyslot", Runs::Client(refuse)),
    ("cluster|links", Runs::Client(refuse)),
    ("cluster|meet", Runs::Client(refuse)),
    ("cluster|myid", Runs::Client(refuse)),
    ("cluster|nodes", Runs::Client(refuse)),
    ("cluster|replicas", Runs::Client(refuse)),
    ("cluster|replicate", Runs::Client(refuse)),
    ("cluster|reset", Runs::Client(refuse)),
    ("cluster|saveconfig", Runs::Client(refuse)),
    ("cluster|set-config-epoch", Runs::Client(refuse)),
    ("cluster|setslot", Runs::Client(refuse)),
    ("cluster|shards", Runs::Client(refuse)),
    ("cluster|slaves", Runs::Client(refuse)),
    ("cluster|slots", Runs::Client(refuse)),
    ("readonly", Runs::Client(refuse)),
    ("readwrite", Runs::Client(refuse)),
];

fn refuse(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR This instance has cluster support disabled"))
}
