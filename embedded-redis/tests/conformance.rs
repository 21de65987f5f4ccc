//! The clients' conformance suite with this server in the place of redis-server.
//!
//! The server is the program, started by the testkit with a redis.conf, as redis-server is: over
//! TCP, a Unix socket and TLS, in RESP2 and RESP3, with a password.

use adapter_glommio::Glommio;
use adapter_smol::Smol;
use adapter_tokio::Tokio;
use embedded_redis::adapter_core::server::Threads;
use testkit::conformance::{self as suite, Adapter, Outcome, Setup, everywhere, once};
use testkit::redis_server::RedisServer;

/// Runs a section by every way on tokio, and once each on smol and glommio.
fn on_each(
    name: &str,
    tokio: &impl AsyncFn(&Setup) -> Outcome,
    smol: &impl AsyncFn(&Setup) -> Outcome,
    glommio: &impl AsyncFn(&Setup) -> Outcome,
) -> Outcome {
    RedisServer::choose_binary(env!("CARGO_BIN_EXE_embedded-redis"));
    Tokio::run(|_| everywhere(name, tokio))??;
    Smol::run(|_| once(name, smol))??;
    Glommio::run(|_| once(name, glommio))??;
    Ok(())
}

macro_rules! sections {
    ($($section:ident),* $(,)?) => {
        $(
            #[test]
            fn $section() -> Outcome {
                on_each(
                    stringify!($section),
                    &suite::$section::<Tokio>,
                    &suite::$section::<Smol>,
                    &suite::$section::<Glommio>,
                )
            }
        )*
    };
}

sections![
    backpressure,
    batches,
    commands,
    cursors,
    groups,
    large_values,
    loss,
    many_at_once,
    optimistic,
    pipelines,
    pools,
    pubsub,
    reconnecting,
    refused,
    registry,
    replies,
    scripts,
    session,
    silence,
    small_steps,
    timeouts,
];

#[test]
fn cancelled_at_every_poll() -> Outcome {
    async fn section<R: Adapter>(setup: &Setup) -> Outcome {
        let tally = suite::cancel_at_every_poll::<R>(setup).await?;
        assert_eq!(tally.strangers, 0, "{tally:?}");
        Ok(())
    }
    on_each("cancelled at every poll", &section::<Tokio>, &section::<Smol>, &section::<Glommio>)
}
