//! Servers on glommio's sockets and threads.
#![cfg(target_os = "linux")]

use adapter_glommio::Glommio;
use testkit::conformance::Outcome;
use testkit::serving;

#[test]
fn addresses() -> Outcome {
    serving::addresses::<Glommio>()
}

#[test]
fn one_executor() -> Outcome {
    serving::one_executor::<Glommio>()
}

#[test]
fn two_threads() -> Outcome {
    serving::two_threads::<Glommio>()
}

#[test]
fn same_bytes_as_redis_server() -> Outcome {
    serving::same_bytes::<Glommio>()
}

#[test]
fn everything_that_a_service_may_do() -> Outcome {
    serving::contract::<Glommio>()
}

#[test]
fn messages_across_threads() -> Outcome {
    serving::across_threads::<Glommio>()
}
