//! What the tests stand on: a redis-server launcher, an in-memory pair in virtual time, a corpus of
//! frames good and bad, ways to cut a stream, a proxy that cuts connections, certificates good and
//! bad, and a counting allocator.

#[cfg(feature = "certificates")]
pub mod certificates;
pub mod chunking;
pub mod commands;
pub mod conformance;
pub mod corpus;
pub mod counting_alloc;
pub mod exhaustive;
pub mod faults;
pub mod memory;
pub mod oracle;
pub mod pair;
pub mod proxy;
pub mod pubsub_cuts;
pub mod redis_server;
pub mod serving;
pub mod session_script;
pub mod simulation;
pub mod tree;
pub mod ways;
