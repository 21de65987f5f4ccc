//! Blocking commands, each of which takes a connection for itself.

use std::future::IntoFuture;
use std::task::Poll;

use adapter_core::{Commands, Reconnect};
use testkit::memory::Woken;

use super::{ms, options, pool, silent_to};

#[test]
fn the_last_usable_connection_is_left_to_the_others() {
    let mut world = silent_to(&["BLPOP"]);
    world.limit(1);
    let pool = pool(&mut world, options(3));
    world.run_for(ms(1_000));
    let blocking = world.spawn({
        let pool = pool.clone();
        async move { pool.command("BLPOP").arg("k").arg(0).await }
    });
    world.run();
    let other = world.spawn(async move { pool.command("GET").arg("k").await });
    world.run();
    assert!(matches!(other.take(), Some(Ok(_))), "it finds a connection");
    assert!(blocking.take().is_none());
}

/// There is nobody to come to whom it could be left.
#[test]
fn the_only_one_that_is_not_given_up_is_taken() {
    let mut world = silent_to(&[]);
    world.limit(1);
    let pool = pool(&mut world, options(2).reconnect(Reconnect::default().attempts(Some(1))));
    world.run_for(ms(5_000));
    let blocking = world.spawn(async move { pool.command("BLPOP").arg("k").arg(0).await });
    world.run();
    assert!(matches!(blocking.take(), Some(Ok(_))));
}

#[test]
fn a_command_that_is_answered_gives_its_connection_back_though_its_future_is_kept() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(1));
    let mut blocking = Box::pin(pool.command("BLPOP").arg("k").arg(0).into_future());
    assert!(Woken::default().poll(&mut blocking).is_pending());
    world.run();
    assert!(matches!(Woken::default().poll(&mut blocking), Poll::Ready(Ok(_))));
    let lease = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run();
    assert!(matches!(lease.take(), Some(Ok(_))));
}

#[test]
fn a_command_that_waited_in_vain_leaves_the_line_though_its_future_is_kept() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(1).lease_timeout(ms(100)));
    let lease = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run();
    let mut blocking = Box::pin(pool.command("BLPOP").arg("k").arg(0).into_future());
    assert!(Woken::default().poll(&mut blocking).is_pending());
    world.run_for(ms(200));
    assert!(matches!(Woken::default().poll(&mut blocking), Poll::Ready(Err(_))));
    drop(lease.take().unwrap().unwrap());
    let other = world.spawn({
        let pool = pool.clone();
        async move { pool.command("BLPOP").arg("k").arg(0).await }
    });
    world.run();
    assert!(matches!(other.take(), Some(Ok(_))));
}
