//! Servers on tokio's sockets and threads.

use adapter_tokio::Tokio;
use testkit::conformance::Outcome;
use testkit::serving;

#[test]
fn addresses() -> Outcome {
    serving::addresses::<Tokio>()
}

#[test]
fn one_executor() -> Outcome {
    serving::one_executor::<Tokio>()
}

#[test]
fn two_threads() -> Outcome {
    serving::two_threads::<Tokio>()
}

#[test]
fn several_threads() -> Outcome {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serving::serve(Tokio))
}

#[test]
fn same_bytes_as_redis_server() -> Outcome {
    serving::same_bytes::<Tokio>()
}

#[test]
fn everything_that_a_service_may_do() -> Outcome {
    serving::contract::<Tokio>()
}

#[test]
fn messages_across_threads() -> Outcome {
    serving::across_threads::<Tokio>()
}
