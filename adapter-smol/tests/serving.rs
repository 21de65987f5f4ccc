//! Servers on smol's sockets and threads.

use adapter_smol::Smol;
use testkit::conformance::Outcome;
use testkit::serving;

#[test]
fn addresses() -> Outcome {
    serving::addresses::<Smol>()
}

#[test]
fn one_executor() -> Outcome {
    serving::one_executor::<Smol>()
}

#[test]
fn two_threads() -> Outcome {
    serving::two_threads::<Smol>()
}

#[test]
fn the_global_executor() -> Outcome {
    smol::block_on(serving::serve(Smol))
}

#[test]
fn same_bytes_as_redis_server() -> Outcome {
    serving::same_bytes::<Smol>()
}

#[test]
fn everything_that_a_service_may_do() -> Outcome {
    serving::contract::<Smol>()
}

#[test]
fn messages_across_threads() -> Outcome {
    serving::across_threads::<Smol>()
}
